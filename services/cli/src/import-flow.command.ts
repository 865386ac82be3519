import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type ImportJob, importErrorSchema, importJobSchema, jobSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodeOfJob, exitCodes } from './exit-code.rules.ts';
import { openTable, showErrors, tellImport } from './import.command.ts';
import { importTextsOf } from './import-flow.texts.ts';
import { followJob } from './job.follow.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const uploadTimeoutMs = 600_000;
const downloadTimeoutMs = 3_600_000;
const shownErrors = 1_000;

export interface UploadOptions {
  readonly kind: string;
  readonly mode?: 'partial' | 'all';
  readonly sheet?: string;
  readonly default?: Readonly<Record<string, string>>;
  readonly maxErrorPercent?: number;
}

/** `lianxin import …`: list files from template to undo (product §B.6). */
export function registerImports(program: Command, context: CommandContext): void {
  const t = importTextsOf(context.language);
  const read = readersOf(context.texts);
  const imports = program.command('import').description(t.description);
  const kindName = (value: string): string => {
    if (!/^[a-z-]{1,40}$/.test(value)) throw new InvalidArgumentError(t.kindOption);
    return value;
  };
  imports
    .command('template')
    .description(t.template)
    .argument('<kind>', t.kindArgument, kindName)
    .option('-f, --file <file>', t.fileOption)
    .option('--csv', t.csvOption, false)
    .action(context.action(template));
  const upload = (name: string, description: string) =>
    imports
      .command(name)
      .description(description)
      .argument('<file>', t.fileArgument)
      .option('--kind <kind>', t.kindOption, kindName, 'list-entries')
      .option('--sheet <sheet>', t.sheetOption)
      .option('--default <default>', t.defaultOption, defaultsReader(t.notDefault))
      .option('--max-error-percent <n>', t.maxErrorOption, read.count);
  upload('preview', t.preview).action(context.action(previewImport));
  const mode = () => new Option('--mode <mode>', context.texts.import.modeOption).choices(['partial', 'all']).default('partial');
  upload('run', t.run).addOption(mode()).action(context.action(runImport));
  imports.command('start').description(t.start).argument('<id>', t.idArgument, read.id).addOption(mode()).action(context.action(start));
  imports
    .command('confirm')
    .description(t.confirm)
    .argument('<id>', t.idArgument, read.id)
    .requiredOption('--reason <reason>', t.reasonOption)
    .action(context.action((session: Session, id: string, { reason }: { reason: string }) => follow(session, id, 'confirm', { reason })));
  imports.command('cancel').description(t.cancel).argument('<id>', t.idArgument, read.id).action(context.action(cancel));
  imports.command('undo').description(t.undo).argument('<id>', t.idArgument, read.id).action(context.action(undo));
  imports
    .command('history')
    .description(t.history)
    .option('--kind <kind>', t.kindOption, kindName)
    .option('--status <status>', t.statusOption)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .action(context.action(history));
  imports
    .command('errors')
    .description(t.errors)
    .argument('<id>', t.idArgument, read.id)
    .option('-f, --file <file>', t.fileOption)
    .option('--csv', t.csvOption, false)
    .addOption(new Option('--rows <rows>', t.rowsOption).choices(['failed', 'all']).default('failed'))
    .action(context.action(errors));
}

export function defaultsReader(refusal: string) {
  return (value: string, previous: Record<string, string> | undefined): Record<string, string> => {
    const [, path, text] = /^([A-Za-z][\w.]{0,99})=(.+)$/s.exec(value) ?? [];
    if (path === undefined || text === undefined) throw new InvalidArgumentError(refusal);
    return { ...previous, [path]: text };
  };
}

async function template(session: Session, kind: string, options: { file?: string; csv: boolean }): Promise<ExitCode> {
  const format = options.csv || options.file?.toLowerCase().endsWith('.csv') ? 'csv' : 'xlsx';
  return save(session, `/api/v1/imports/templates/${kind}.${format}`, {}, options.file ?? `${kind}.${format}`);
}

async function errors(session: Session, id: string, options: { file?: string; csv: boolean; rows: string }): Promise<ExitCode> {
  const format = options.csv || options.file?.toLowerCase().endsWith('.csv') ? 'csv' : 'xlsx';
  const code = await save(session, `/api/v1/jobs/${id}/errors.${format}`, { rows: options.rows }, options.file ?? `errors-${id}.${format}`);
  const { terminal } = session;
  terminal.say(terminal.paintTalk('faint', importTextsOf(session.options.lang).personal));
  return code;
}

export async function save(session: Session, path: string, query: Readonly<Record<string, string>>, file: string): Promise<ExitCode> {
  const t = importTextsOf(session.options.lang);
  if (session.options.dryRun) {
    await session.client(undefined).read({ path, query }, z.unknown());
    return exitCodes.ok;
  }
  if (existsSync(file)) await session.confirm(t.overwrite(file));
  await session.client(undefined).download({ path, query, timeoutMs: downloadTimeoutMs }, file, (reason) => t.unwritable(file, reason));
  session.terminal.say(t.written(file));
  return exitCodes.ok;
}

async function send(
  session: Session,
  client: ApiClient,
  path: string,
  options: UploadOptions,
  isPreview: boolean,
): Promise<ImportJob | undefined> {
  const { texts, terminal } = session;
  const file = await openTable(path, texts);
  terminal.say(texts.import.uploading(file.name, file.bytes));
  const { kind, mode, sheet, maxErrorPercent } = options;
  const defaults = options.default === undefined ? undefined : JSON.stringify(options.default);
  const query = { kind, mode, preview: isPreview ? 'true' : undefined, sheet, maxErrorPercent, defaults, fileName: file.name };
  return client.change({ path: '/api/v1/imports', query, file, timeoutMs: uploadTimeoutMs }, importJobSchema);
}

export async function runImport(session: Session, path: string, options: UploadOptions): Promise<ExitCode> {
  const client = session.client(undefined);
  const accepted = await send(session, client, path, options, false);
  if (accepted === undefined) return exitCodes.ok;
  tellFile(session, accepted);
  return tellEnd(session, client, accepted);
}

export async function previewImport(session: Session, path: string, options: UploadOptions): Promise<ExitCode> {
  const t = importTextsOf(session.options.lang);
  const { terminal, texts, output } = session;
  const client = session.client(undefined);
  const accepted = await send(session, client, path, options, true);
  if (accepted === undefined) return exitCodes.ok;
  tellFile(session, accepted);
  const job = await followJob(session, client, accepted, `/api/v1/jobs/${accepted.id}`, importJobSchema);
  const { succeeded, failed } = job.progress;
  terminal.say(texts.import.ended(texts.jobStatus[job.status] ?? job.status, succeeded, failed));
  if (job.failure !== null) terminal.say(terminal.paintTalk('bad', texts.import.failure(job.failure)));
  if (job.question !== null) terminal.say(terminal.paintTalk('bad', t.question(job.question.detail)));
  if (output.isTable) {
    await output.rows(sampleColumns(t), [job.samples]);
    await terminal.data('');
    await tellWarnings(session, client, job);
  }
  await showErrors(session, client, job, { limit: shownErrors });
  if (job.status === 'previewed') terminal.say(t.previewed(job.id));
  return failed > 0 && job.status === 'previewed' ? exitCodes.partial : (exitCodeOfJob(job.status) ?? exitCodes.failure);
}

/** What the server made of the file: its layout, what it does not import, what the sender should know. */
function tellFile({ terminal, options }: Session, job: ImportJob): void {
  const t = importTextsOf(options.lang);
  if (job.file.layout !== null) terminal.say(t.layout(job.file.layout, job.file.ignored.join('、')));
  for (const remark of job.remarks) terminal.say(terminal.paintTalk('bad', remark));
}

async function tellWarnings(session: Session, client: ApiClient, job: ImportJob): Promise<void> {
  const paging = { limit: 200 };
  const path = `/api/v1/jobs/${job.id}/errors`;
  for await (const page of readPages(client, path, { severity: 'WARNING' }, importErrorSchema, paging)) {
    if (page.length > 0) session.terminal.say(importTextsOf(session.options.lang).warnings(page.length));
    for (const { line, reason } of page) session.terminal.say(`  ${line}: ${reason}`);
  }
}

async function start(session: Session, id: string, { mode }: { mode: string }): Promise<ExitCode> {
  return follow(session, id, 'start', { mode });
}

async function undo(session: Session, id: string): Promise<ExitCode> {
  const client = session.client(undefined);
  await session.confirm(importTextsOf(session.options.lang).confirmUndo(id));
  const job = await client.change({ path: `/api/v1/imports/${id}/undo`, body: {} }, jobSchema);
  if (job === undefined) return exitCodes.ok;
  const ended = await followJob(session, client, job, `/api/v1/jobs/${id}`, jobSchema);
  const { terminal, texts } = session;
  terminal.say(texts.jobStatus[ended.status] ?? ended.status);
  if (ended.failure !== null) terminal.say(terminal.paintTalk('bad', ended.failure));
  return ended.status === 'undone' ? exitCodes.ok : exitCodes.conflict;
}

async function cancel(session: Session, id: string): Promise<ExitCode> {
  const job = await session.client(undefined).change({ path: `/api/v1/imports/${id}/cancel`, body: {} }, jobSchema);
  if (job !== undefined)
    session.terminal.say(importTextsOf(session.options.lang).cancelled(session.texts.jobStatus[job.status] ?? job.status));
  return exitCodes.ok;
}

async function follow(session: Session, id: string, action: 'start' | 'confirm', body: object): Promise<ExitCode> {
  const client = session.client(undefined);
  const job = await client.change({ path: `/api/v1/imports/${id}/${action}`, body }, importJobSchema);
  return job === undefined ? exitCodes.ok : tellEnd(session, client, job);
}

/** Follows to the end; a job that stops and asks is told with its question. */
async function tellEnd(session: Session, client: ApiClient, accepted: ImportJob): Promise<ExitCode> {
  const code = await tellImport(session, client, accepted, { limit: shownErrors });
  if (code === exitCodes.conflict) {
    const { question } = await client.prepare({ path: `/api/v1/jobs/${accepted.id}` }, importJobSchema);
    if (question !== null)
      session.terminal.say(session.terminal.paintTalk('bad', importTextsOf(session.options.lang).question(question.detail)));
  }
  return code;
}

async function history(session: Session, options: { kind?: string; status?: string; limit: number }): Promise<ExitCode> {
  const { output, texts, terminal } = session;
  const t = importTextsOf(session.options.lang);
  const { kind, status, limit } = options;
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/imports', { kind, status }, importJobSchema, { limit });
  const shown = await output.rows<ImportJob>(
    [
      { key: 'id', title: texts.columns.id, value: (row) => row.id },
      { key: 'kind', title: t.columns.kind, value: (row) => row.kind },
      { key: 'status', title: texts.columns.status, value: (row) => row.status, shown: (row) => texts.jobStatus[row.status] ?? row.status },
      { key: 'file', title: t.columns.file, value: (row) => row.file.name },
      { key: 'succeeded', title: t.columns.succeeded, value: (row) => row.progress.succeeded },
      { key: 'failed', title: t.columns.failed, value: (row) => row.progress.failed },
      { key: 'createdAt', title: t.columns.created, value: (row) => row.createdAt, shown: (row) => texts.instant(row.createdAt) },
    ],
    pages,
  );
  if (shown === 0 && !session.options.dryRun) terminal.say(t.none);
  return exitCodes.ok;
}

function sampleColumns(t: ReturnType<typeof importTextsOf>) {
  type Sample = ImportJob['samples'][number];
  return [
    { key: 'line', title: t.columns.line, value: (row: Sample) => row.line },
    { key: 'effect', title: t.columns.effect, value: (row: Sample) => row.effect },
    { key: 'summary', title: t.columns.summary, value: (row: Sample) => row.summary },
  ];
}
