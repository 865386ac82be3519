import { existsSync } from 'node:fs';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { openUpload } from './file.ts';
import { showList } from './list.ts';
import { readPages } from './paging.ts';
import { repairTextsOf } from './repair.texts.ts';
import {
  checklistColumns,
  checklistSchema,
  eligibilityColumns,
  eligibilitySchema,
  lateColumns,
  lateSchema,
  repairColumns,
  repairDetailSchema,
  repairSchema,
  stepColumns,
  uploadedSchema,
} from './repair.views.ts';
import type { Session } from './session.ts';

const proposals = ['GRANT', 'REFUSE', 'GRANT_TEMPORARY', 'FAIL_PLAN', 'REVOKE'];
type Pair = readonly [kind: string, value: string];
type PairsReader = (value: string, previous: Pair[] | undefined) => Pair[];
interface SupplementOptions {
  readonly material: readonly Pair[];
  readonly duties?: string;
}
interface CheckOptions {
  readonly entry?: string;
  readonly record?: string;
  readonly subject?: string;
  readonly code?: string;
  readonly duties?: string;
  readonly commitment: boolean;
  readonly asOf?: string;
  readonly purpose?: string;
}
interface ApplyOptions {
  readonly entry?: string[];
  readonly record?: Pair[];
  readonly duties?: string;
  readonly applicant: string;
  readonly bankruptcy: boolean;
  readonly material?: Pair[];
}
interface WithdrawOptions {
  readonly reason: string;
  readonly statement?: string;
  readonly statementDate?: string;
}
interface ProposeOptions {
  readonly documentNo: string;
  readonly reason: string;
  readonly ground?: string;
  readonly duties?: string;
}

/** `lianxin repair …`: eligibility first, then the application from the desk to "restored everywhere" (§5). */
export function registerRepair(program: Command, context: CommandContext): void {
  const t = repairTextsOf(context.language);
  const read = readersOf(context.texts);
  const pairs: PairsReader = (value, previous) => {
    const [, kind, rest] = /^([A-Z_]+)=(.+)$/.exec(value) ?? [];
    if (kind === undefined || rest === undefined) throw new InvalidArgumentError(t.badPair);
    return [...(previous ?? []), [kind, rest]];
  };
  const repair = program.command('repair').description(t.description);
  repair
    .command('check')
    .description(t.check)
    .option('--entry <id>', t.entry, read.id)
    .option('--record <id>', t.recordId, read.id)
    .option('--subject <id>', t.subject, read.id)
    .option('--code <code>', t.code)
    .option('--duties <date>', t.duties, read.date)
    .option('--commitment', t.commitment, false)
    .option('--as-of <date>', t.asOf, read.date)
    .option('--purpose <purpose>', t.purpose)
    .action(context.action(check));
  repair
    .command('apply')
    .description(t.apply)
    .option('--entry <id>', t.entry, read.ids)
    .option('--record <record>', t.record, pairs)
    .option('--duties <date>', t.duties, read.date)
    .option('--applicant <kind>', t.applicant, 'SUBJECT')
    .option('--bankruptcy', t.bankruptcy, false)
    .option('--material <material>', t.material, pairs)
    .action(context.action(apply));
  repair
    .command('ls')
    .description(t.ls)
    .option('--status <states>', t.status)
    .option('--limit <n>', t.limit, read.count, 20)
    .action(context.action(list));
  repair.command('late').description(t.late).option('--limit <n>', t.limit, read.count, 200).action(context.action(late));
  repair.command('show').description(t.show).argument('<id>', t.id, read.id).action(context.action(show));
  registerSteps(repair, context, pairs);
}

/** What people do with one application. */
function registerSteps(repair: Command, context: CommandContext, pairs: PairsReader): void {
  const t = repairTextsOf(context.language);
  const { id } = readersOf(context.texts);
  repair
    .command('accept')
    .description(t.steps.accept)
    .argument('<id>', t.id, id)
    .action(context.action((session, repairId: string) => act(session, repairId, 'accept', {})));
  for (const step of ['not-accept', 'extend', 'request-supplement'] as const)
    repair
      .command(step)
      .description(t.steps[step])
      .argument('<id>', t.id, id)
      .requiredOption('--reason <text>', t.reason)
      .action(
        context.action((session, repairId: string, { reason }: { reason: string }) =>
          act(session, repairId, step, step === 'request-supplement' ? { asked: reason } : { reason }),
        ),
      );
  repair
    .command('supplement')
    .description(t.steps.supplement)
    .argument('<id>', t.id, id)
    .requiredOption('--material <material>', t.material, pairs)
    .option('--duties <date>', t.duties, readersOf(context.texts).date)
    .action(context.action(supplement));
  repair
    .command('withdraw')
    .description(t.steps.withdraw)
    .argument('<id>', t.id, id)
    .requiredOption('--reason <text>', t.reason)
    .option('--statement <file>', t.statement)
    .option('--statement-date <date>', t.statementDate, readersOf(context.texts).date)
    .action(context.action(withdraw));
  repair
    .command('propose')
    .description(t.propose)
    .argument('<id>', t.id, id)
    .addArgument(new Argument('<action>', t.action).choices(proposals))
    .requiredOption('--document-no <number>', t.documentNo)
    .requiredOption('--reason <text>', t.reason)
    .option('--ground <ground>', t.ground)
    .option('--duties <date>', t.duties, readersOf(context.texts).date)
    .action(context.action(propose));
  repair
    .command('decide')
    .description(t.decide)
    .argument('<id>', t.id, id)
    .argument('<outcome>', t.outcome)
    .option('--reason <text>', t.reason)
    .action(
      context.action((session, repairId: string, outcome: string, { reason }: { reason?: string }) =>
        decide(session, repairId, outcome, reason),
      ),
    );
  repair
    .command('approve')
    .description(t.approve)
    .argument('<id>', t.id, id)
    .action(context.action((session, repairId: string) => decide(session, repairId, 'CONFIRM', undefined)));
  repair
    .command('receipt')
    .description(t.receipt)
    .argument('<id>', t.id, id)
    .argument('<kind>', t.kind)
    .option('--document-no <number>', t.documentNo)
    .action(
      context.action((session, repairId: string, kind: string, options: { documentNo?: string }) =>
        act(session, repairId, 'receipts', { kind, ...options }),
      ),
    );
  repair.command('urge').description(t.urge).argument('<id>', t.id, id).action(context.action(urge));
  repair
    .command('certificate')
    .description(t.certificate)
    .argument('<id>', t.id, id)
    .option('-f, --file <file>', t.file)
    .action(context.action(certificate));
}

async function check(session: Session, options: CheckOptions): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const query = {
    entryId: options.entry,
    recordId: options.record,
    subjectId: options.subject,
    usccCode: options.code,
    dutiesPerformedOn: options.duties,
    commitment: options.commitment ? 'true' : undefined,
    asOf: options.asOf,
    purpose: options.purpose,
  };
  const answer = await session.client('CREDIT_OFFICE').read({ path: '/api/v1/repair-eligibility', query }, eligibilitySchema);
  if (answer === undefined) return exitCodes.ok;
  await session.output.rows(eligibilityColumns(t), [answer.items], () => answer);
  if (session.output.isTable) session.terminal.say(answer.items.length === 0 ? t.none : answer.notice);
  return exitCodes.ok;
}

async function upload(session: Session, given: readonly Pair[]): Promise<{ kind: string; fileId: string }[]> {
  const client = session.client(undefined);
  const materials: { kind: string; fileId: string }[] = [];
  for (const [kind, path] of given) {
    const file = await openUpload(path, 'application/octet-stream', 'form', session.texts);
    const stored = await client.change({ path: '/api/v1/repair-files', file }, uploadedSchema);
    // A dry run has no id: the plan shows where it will stand.
    materials.push({ kind, fileId: stored?.id ?? `<${file.name}>` });
    if (stored !== undefined) session.terminal.say(repairTextsOf(session.options.lang).uploaded(file.name, stored.id));
  }
  return materials;
}

async function supplement(session: Session, id: string, { material, duties }: SupplementOptions): Promise<ExitCode> {
  const materials = await upload(session, material);
  return act(session, id, 'supplement', { materials, ...(duties === undefined ? {} : { dutiesPerformedOn: duties }) });
}

async function apply(session: Session, options: ApplyOptions): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const client = session.client(undefined);
  const materials = await upload(session, options.material ?? []);
  const body = {
    items: [
      ...(options.entry ?? []).map((id) => ({ kind: 'LIST_ENTRY', id })),
      ...(options.record ?? []).map(([kind, id]) => ({ kind, id })),
    ],
    category: options.bankruptcy ? 'BANKRUPTCY' : 'ORDINARY',
    applicant: { kind: options.applicant },
    ...(options.duties === undefined ? {} : { dutiesPerformedOn: options.duties }),
    materials,
  };
  const made = await client.change({ path: '/api/v1/repairs', body }, repairSchema);
  if (made !== undefined) await session.output.rows(repairColumns(t, session.texts.instant), [[made]], () => made);
  return exitCodes.ok;
}

async function list(session: Session, options: { status?: string; limit: number }): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/repairs', { status: options.status }, repairSchema, {
    limit: options.limit,
  });
  await showList(session, repairColumns(t, session.texts.instant), pages, t.none);
  return exitCodes.ok;
}

async function late(session: Session, { limit }: { limit: number }): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/repair-receipts', {}, lateSchema, { limit });
  await showList(session, lateColumns(t, session.texts.deadline), pages, t.none);
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const client = session.client('CREDIT_OFFICE');
  const found = await client.read({ path: `/api/v1/repairs/${id}` }, repairDetailSchema);
  if (found === undefined) return exitCodes.ok;
  await session.output.rows(repairColumns(t, session.texts.instant), [[found]], () => found);
  if (session.output.isTable) {
    await session.terminal.data('');
    await session.output.rows(stepColumns(t, session.texts.instant), [found.steps]);
  }
  if (found.grantedOn === null || !session.output.isTable) return exitCodes.ok;
  const checklist = await client.prepare({ path: `/api/v1/repairs/${id}/checklist` }, checklistSchema);
  await session.terminal.data('');
  await session.output.rows(checklistColumns(t, session.texts.instant), [checklist.lines]);
  return exitCodes.ok;
}

async function act(session: Session, id: string, step: string, body: object): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const changed = await session.client(undefined).change({ path: `/api/v1/repairs/${id}/${step}`, body }, repairSchema);
  if (changed !== undefined) await session.output.rows(repairColumns(t, session.texts.instant), [[changed]], () => changed);
  return exitCodes.ok;
}

/** A unit that enters it for the applicant shows his word; at his own desk nothing more is needed. */
async function withdraw(session: Session, id: string, options: WithdrawOptions): Promise<ExitCode> {
  const { reason, statement: path, statementDate: date } = options;
  if (path === undefined || date === undefined) return act(session, id, 'withdraw', { reason });
  const file = await openUpload(path, 'application/octet-stream', 'form', session.texts);
  const stored = await session.client(undefined).change({ path: '/api/v1/repair-files', file }, uploadedSchema);
  return act(session, id, 'withdraw', { reason, statement: { fileId: stored?.id ?? `<${file.name}>`, date } });
}

function propose(session: Session, id: string, action: string, options: ProposeOptions): Promise<ExitCode> {
  const { documentNo, reason, ground, duties } = options;
  const body = {
    action,
    documentNo,
    reason,
    ...(ground === undefined ? {} : { ground }),
    ...(duties === undefined ? {} : { dutiesPerformedOn: duties, dutiesDocumentNo: documentNo }),
  };
  return act(session, id, 'propose', body);
}

async function decide(session: Session, id: string, outcome: string, reason: string | undefined): Promise<ExitCode> {
  if (outcome === 'CONFIRM') await session.confirm(repairTextsOf(session.options.lang).confirmDecide(id));
  return act(session, id, 'decide', { outcome, ...(reason === undefined ? {} : { reason }) });
}

async function urge(session: Session, id: string): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const checklist = await session.client(undefined).change({ path: `/api/v1/repairs/${id}/urge`, body: {} }, checklistSchema);
  if (checklist !== undefined) await session.output.rows(checklistColumns(t, session.texts.instant), [checklist.lines], () => checklist);
  return exitCodes.ok;
}

async function certificate(session: Session, id: string, options: { file?: string }): Promise<ExitCode> {
  const t = repairTextsOf(session.options.lang);
  const path = options.file ?? `certificate-${id}.pdf`;
  if (existsSync(path)) await session.confirm(t.overwrite(path));
  await session
    .client('CREDIT_OFFICE')
    .download({ path: `/api/v1/repairs/${id}/certificate` }, path, (reason) => t.unwritable(path, reason));
  session.terminal.say(t.written(path));
  return exitCodes.ok;
}
