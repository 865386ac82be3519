import { type FeedbackRequest, feedbackKindSchema, notAppliedReasonSchema } from '@lianxin/contracts';
import { type Command, Option } from 'commander';
import { type FeedbackRow, feedbackSchema, fileSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { type CommandContext, readersOf } from './command.ts';
import { exitCodes } from './exit-code.rules.ts';
import { openUpload, type Upload } from './file.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

const effects = ['RESTRICTED', 'DUTY_PERFORMED', 'REPAIR_REQUESTED', 'BENEFIT_ENJOYED', 'OTHER'] as const;
const uploadTimeoutMs = 120_000;

interface FeedbackOptions {
  readonly kind: FeedbackRequest['kind'];
  readonly appliedOn?: string;
  readonly documentNo?: string;
  readonly evidence?: readonly string[];
  readonly remark?: string;
  readonly measureApplied?: string;
  readonly matter?: string;
  readonly termFrom?: string;
  readonly termTo?: string;
  readonly effect?: FeedbackRequest['effect'];
  readonly reason?: FeedbackRequest['notAppliedReason'];
  readonly clientRef?: string;
}

/** Feedback on a task, and its approval by a second person. */
export function registerFeedback(task: Command, context: CommandContext): void {
  const { texts } = context;
  const t = texts.feedback;
  const read = readersOf(texts);
  task
    .command('feedback')
    .description(t.submit)
    .argument('<id>', texts.task.idArgument, read.id)
    .addOption(new Option('--kind <kind>', t.kindOption).choices(feedbackKindSchema.options).makeOptionMandatory())
    .option('--applied-on <date>', t.appliedOnOption, read.date)
    .option('--document-no <number>', t.documentNoOption)
    .option('--evidence <file...>', t.evidenceOption)
    .option('--remark <text>', t.remarkOption)
    .option('--measure-applied <text>', t.measureAppliedOption)
    .option('--matter <text>', t.matterOption)
    .option('--term-from <date>', t.termFromOption, read.date)
    .option('--term-to <date>', t.termToOption, read.date)
    .addOption(new Option('--effect <effect>', t.effectOption).choices(effects))
    .addOption(new Option('--reason <reason>', t.reasonOption).choices(notAppliedReasonSchema.options))
    .option('--client-ref <text>', t.clientRefOption)
    .action(context.action(submitFeedback));
  task
    .command('pending')
    .description(t.pending)
    .option('--department <code>', texts.task.departmentOption)
    .action(context.action(listPending));
  task
    .command('approve')
    .description(t.approve)
    .argument('<feedbackId>', t.idArgument, read.id)
    .action(context.action((session, id: string) => decide(session, id, 'approve', {})));
  task
    .command('reject')
    .description(t.reject)
    .argument('<feedbackId>', t.idArgument, read.id)
    .requiredOption('--reason <text>', t.rejectReasonOption)
    .action(
      context.action((session, id: string, options: { reason: string }) => decide(session, id, 'reject', { reason: options.reason })),
    );
}

/** Evidence first: a feedback names files that are already there (§4.6). */
async function submitFeedback(session: Session, id: string, options: FeedbackOptions) {
  const client = session.client(undefined);
  const files = await Promise.all(
    (options.evidence ?? []).map((path) => openUpload(path, 'application/octet-stream', 'form', session.texts)),
  );
  const evidenceIds: string[] = [];
  for (const file of files) evidenceIds.push(await upload(session, client, file));
  const { kind, appliedOn, documentNo, remark, measureApplied, termFrom, termTo, effect, clientRef } = options;
  const body = { kind, measureApplied, appliedOn, documentNo, termFrom, termTo, effect, remark, clientRef, evidenceIds };
  const feedback = await client.change(
    { path: `/api/v1/tasks/${id}/feedback`, body: { ...body, businessMatter: options.matter, notAppliedReason: options.reason } },
    feedbackSchema,
  );
  if (feedback !== undefined) {
    await showFeedback(session, feedback);
    if (feedback.status === 'PENDING') session.terminal.say(session.texts.feedback.waits(feedback.id));
  }
  return exitCodes.ok;
}

async function upload({ terminal, texts }: Session, client: ApiClient, file: Upload): Promise<string> {
  const stored = await client.change({ path: '/api/v1/files', file, timeoutMs: uploadTimeoutMs }, fileSchema);
  // What stands for the id in a dry run says where it will come from.
  if (stored === undefined) return `<${file.name}>`;
  terminal.say(texts.feedback.uploaded(file.name, stored.id));
  return stored.id;
}

async function decide(session: Session, id: string, act: 'approve' | 'reject', body: object) {
  const feedback = await session.client(undefined).change({ path: `/api/v1/feedback/${id}/${act}`, body }, feedbackSchema);
  if (feedback !== undefined) await showFeedback(session, feedback);
  return exitCodes.ok;
}

async function listPending(session: Session, options: { department?: string }) {
  const query = { status: 'PENDING', department: options.department };
  const paging = { limit: Number.POSITIVE_INFINITY };
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/feedback', query, feedbackSchema, paging);
  await showList(session, feedbackColumns(session.texts), pages, session.texts.feedback.nonePending);
  return exitCodes.ok;
}

function feedbackColumns(texts: Texts): Column<FeedbackRow>[] {
  const c = texts.columns;
  return [
    { key: 'id', title: c.feedback, value: (row) => row.id },
    { key: 'taskId', title: c.task, value: (row) => row.taskId },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    { key: 'kind', title: c.kind, value: (row) => row.kind, shown: (row) => texts.feedbackKind[row.kind] ?? row.kind },
    { key: 'status', title: c.status, value: (row) => row.status, shown: (row) => texts.feedbackStatus[row.status] ?? row.status },
    {
      key: 'taskStatus',
      title: c.taskStatus,
      value: (row) => row.taskStatus,
      shown: (row) => texts.taskStatus[row.taskStatus] ?? row.taskStatus,
    },
    { key: 'version', title: c.version, value: (row) => row.version },
    { key: 'submittedAt', title: c.submittedAt, value: (row) => row.submittedAt, shown: (row) => texts.instant(row.submittedAt) },
  ];
}

function showFeedback({ output, texts }: Session, feedback: FeedbackRow): Promise<void> {
  const fields = feedbackColumns(texts).map(
    (column) =>
      [column.title, column.key, output.isTable ? (column.shown?.(feedback) ?? column.value(feedback)) : column.value(feedback)] as const,
  );
  return output.record(fields, feedback);
}
