import { type Command, Option } from 'commander';
import { type ImportError, importErrorSchema, type Job, jobSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodeOfJob, exitCodes } from './exit-code.rules.ts';
import { openUpload, type Upload } from './file.ts';
import { followJob } from './job.follow.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

const uploadTimeoutMs = 600_000;

interface ImportOptions {
  readonly mode: 'partial' | 'all';
  readonly limit: number;
  readonly all?: true;
}

/** `lianxin list-entry import`: a list file as a job of the server, followed to its end. */
export function registerImport(listEntry: Command, context: CommandContext): void {
  const { texts } = context;
  const t = texts.import;
  const read = readersOf(texts);
  listEntry
    .command('import')
    .description(t.description)
    .argument('<file>', t.fileArgument)
    .addOption(new Option('--mode <mode>', t.modeOption).choices(['partial', 'all']).default('partial'))
    .option('--limit <n>', t.limitOption, read.count, 1000)
    .option('--all', t.allOption)
    .action(context.action(importFile));
}

async function importFile(session: Session, path: string, options: ImportOptions): Promise<ExitCode> {
  const { texts, terminal } = session;
  const client = session.client(undefined);
  const file = await openTable(path, texts);
  terminal.say(texts.import.uploading(file.name, file.bytes));
  const accepted = await client.change(
    { path: '/api/v1/imports', query: { kind: 'list-entries', mode: options.mode }, file, timeoutMs: uploadTimeoutMs },
    jobSchema,
  );
  if (accepted === undefined) return exitCodes.ok;
  return tellImport(session, client, accepted, options);
}

/** A list file by its ending; what it really is, the server sees from its bytes. */
export function openTable(path: string, texts: Texts): Promise<Upload> {
  const isWorkbook = path.toLowerCase().endsWith('.xlsx');
  return openUpload(path, isWorkbook ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : 'text/csv', 'body', texts);
}

/** Follows an import to its end and lists what was refused. */
export async function tellImport(
  session: Session,
  client: ApiClient,
  accepted: Job,
  options: Pick<ImportOptions, 'limit' | 'all'>,
): Promise<ExitCode> {
  const { texts, terminal } = session;
  terminal.say(texts.import.accepted(accepted.id));
  const job = await followJob(session, client, accepted, `/api/v1/jobs/${accepted.id}`, jobSchema);
  const { succeeded, failed } = job.progress;
  terminal.say(texts.import.ended(texts.jobStatus[job.status] ?? job.status, succeeded, failed));
  if (job.status === 'succeeded' && job.progress.total === 0) terminal.say(terminal.paintTalk('bad', texts.import.empty));
  if (job.failure !== null) terminal.say(terminal.paintTalk('bad', texts.import.failure(job.failure)));
  await showErrors(session, client, job, options);
  return exitCodeOfJob(job.status) ?? exitCodes.failure;
}

export async function showErrors(
  session: Session,
  client: ApiClient,
  job: Job,
  options: Pick<ImportOptions, 'limit' | 'all'>,
): Promise<void> {
  const { output, texts, terminal } = session;
  const pages = readPages(client, `/api/v1/jobs/${job.id}/errors`, {}, importErrorSchema, {
    limit: options.all || output.isStream ? Number.POSITIVE_INFINITY : options.limit,
    onMore: () => terminal.say(texts.import.more(options.limit)),
  });
  await output.rows(errorColumns(texts), oneRowPerFault(pages), (errors) => ({ job, errors }));
}

/** A row of the file may have several faults; each is a line of its own. */
async function* oneRowPerFault(pages: AsyncIterable<readonly ImportError[]>): AsyncGenerator<FaultRow[]> {
  for await (const page of pages) {
    yield page.flatMap((error) =>
      [error, ...error.others].map(({ field, code, reason, remedy }) => ({ line: error.line, field, code, reason, remedy })),
    );
  }
}

type FaultRow = Pick<ImportError, 'line' | 'field' | 'code' | 'reason' | 'remedy'>;

function errorColumns(texts: Texts): Column<FaultRow>[] {
  const c = texts.columns;
  return [
    { key: 'line', title: c.line, value: (row) => row.line },
    { key: 'field', title: c.field, value: (row) => row.field },
    { key: 'code', title: c.problem, value: (row) => row.code },
    { key: 'reason', title: c.reason, value: (row) => row.reason, maxCharacters: 80 },
    { key: 'remedy', title: c.remedy, value: (row) => row.remedy, maxCharacters: 60 },
  ];
}
