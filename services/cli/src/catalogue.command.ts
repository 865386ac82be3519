import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { jobSchema } from './answers.ts';
import { catalogueTextsOf } from './catalogue.texts.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodeOfJob, exitCodes } from './exit-code.rules.ts';
import { openUpload } from './file.ts';
import { followJob } from './job.follow.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const root = '/api/v1/catalogue';
const kinds = ['classes', 'departments', 'memoranda', 'measures', 'measure_executors', 'measure_basis', 'matters'];
const fileTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
};
const draftSchema = z.looseObject({
  id: z.string(),
  titleZh: z.string(),
  status: z.string(),
  baseVersion: z.number(),
  version: z.number().nullable(),
  effectiveFrom: z.string().nullable(),
  revision: z.number(),
  changedRows: z.number(),
});
type Draft = z.infer<typeof draftSchema>;
const said = z.looseObject({ textZh: z.string() });
const differenceSchema = z.looseObject({
  rows: z.array(said),
  gates: z.array(said),
  faults: z.array(said.extend({ kind: z.string(), code: z.string() })),
});
const catalogueJobSchema = jobSchema.extend({ result: said });

/** `lianxin catalogue …`: versions of the measure catalogue. */
export function registerCatalogue(program: Command, context: CommandContext): void {
  const t = catalogueTextsOf(context.language);
  const { id, date, count, someOf } = readersOf(context.texts);
  const catalogue = program.command('catalogue').description(t.description);
  catalogue.command('ls').description(t.ls).option('-l, --limit <count>', t.limitOption, count, 20).action(context.action(list));
  catalogue
    .command('draft')
    .description(t.draft)
    .requiredOption('--title <text>', t.titleOption)
    .requiredOption('--reason <text>', t.reasonOption)
    .option('--document-no <number>', t.documentOption)
    .action(context.action(create));
  catalogue
    .command('import')
    .description(t.import)
    .argument('<draft>', t.draftArgument, id)
    .argument('<file>', t.fileArgument)
    .addOption(new Option('--rows <kind>', t.rowsOption).choices(kinds))
    .action(context.action(importRows));
  catalogue
    .command('template')
    .description(t.template)
    .argument('<rows>', t.rowsOption, someOf(kinds))
    .option('-f, --file <file>', t.templateFile)
    .action(context.action(template));
  catalogue.command('diff').description(t.diff).argument('<draft>', t.draftArgument, id).action(context.action(diff));
  for (const [name, description, work] of [
    ['simulate', t.simulate, simulate],
    ['publish', t.publish, publish],
  ] as const)
    catalogue
      .command(name)
      .description(description)
      .argument('<draft>', t.draftArgument, id)
      .requiredOption('--from <date>', t.fromOption, date)
      .action(context.action(work));
  catalogue.command('reconcile').description(t.reconcile).action(context.action(reconcile));
}

async function list(session: Session, { limit }: { limit: number }): Promise<ExitCode> {
  const t = catalogueTextsOf(session.options.lang);
  const pages = readPages(session.client('CREDIT_OFFICE'), `${root}/drafts`, {}, draftSchema, { limit });
  const c = t.columns;
  const columns: Column<Draft>[] = [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'titleZh', title: c.title, value: (row) => row.titleZh },
    { key: 'status', title: c.status, value: (row) => row.status },
    { key: 'baseVersion', title: c.base, value: (row) => row.baseVersion },
    { key: 'version', title: c.version, value: (row) => row.version },
    { key: 'effectiveFrom', title: c.from, value: (row) => row.effectiveFrom },
    { key: 'changedRows', title: c.rows, value: (row) => row.changedRows },
  ];
  await showList(session, columns, pages, t.none);
  return exitCodes.ok;
}

async function create(session: Session, options: { title: string; reason: string; documentNo?: string }): Promise<ExitCode> {
  const body = {
    titleZh: options.title,
    reasonZh: options.reason,
    ...(options.documentNo === undefined ? {} : { documentNo: options.documentNo }),
  };
  const made = await session.client(undefined).change({ path: `${root}/drafts`, body }, draftSchema);
  if (made === undefined) return exitCodes.ok;
  if (session.output.isTable) session.terminal.say(catalogueTextsOf(session.options.lang).created(made.id));
  else await session.output.record([['id', 'id', made.id]], made);
  return exitCodes.ok;
}

const tagOf = (draft: Draft) => ({ 'if-match': `"${draft.revision}"` });

async function importRows(session: Session, draftId: string, path: string, options: { rows?: string }): Promise<ExitCode> {
  const t = catalogueTextsOf(session.options.lang);
  const client = session.client(undefined);
  const draft = await client.prepare({ path: `${root}/drafts/${draftId}` }, draftSchema);
  const file = await openUpload(path, fileTypes[extname(path).toLowerCase()] ?? 'text/csv', 'body', session.texts);
  const query = options.rows === undefined ? {} : { file: options.rows };
  const changed = await client.change({ path: `${root}/drafts/${draftId}/imports`, query, file, headers: tagOf(draft) }, draftSchema);
  if (changed !== undefined) session.terminal.say(t.imported(changed.changedRows, changed.revision));
  return exitCodes.ok;
}

/** An empty file with the columns of one kind of row, to be filled in and imported. */
async function template(session: Session, rows: string, options: { file?: string }): Promise<ExitCode> {
  const t = catalogueTextsOf(session.options.lang);
  const path = options.file ?? `${rows}.xlsx`;
  const format = extname(path).toLowerCase() === '.csv' ? 'csv' : 'xlsx';
  const client = session.client('CREDIT_OFFICE');
  await client.download({ path: `${root}/templates/${rows}`, query: { format } }, path, (reason) => t.unwritable(path, reason));
  session.terminal.say(t.written(path));
  return exitCodes.ok;
}

async function diff(session: Session, draftId: string): Promise<ExitCode> {
  const t = catalogueTextsOf(session.options.lang);
  const found = await session.client('CREDIT_OFFICE').read({ path: `${root}/drafts/${draftId}/difference` }, differenceSchema);
  if (found === undefined) return exitCodes.ok;
  const lines = [...found.rows, ...found.gates];
  await session.output.rows(
    [{ key: 'textZh', title: t.columns.what, value: (row) => row.textZh, maxCharacters: 500 }],
    [lines],
    () => found,
  );
  if (!session.output.isTable) return exitCodes.ok;
  if (lines.length === 0) session.terminal.say(t.noChange);
  if (found.faults.length > 0) session.terminal.say(session.terminal.paintTalk('bad', t.faults(found.faults.length)));
  for (const fault of found.faults) session.terminal.say(`  ${fault.kind} ${fault.code}: ${fault.textZh}`);
  return exitCodes.ok;
}

function simulate(session: Session, draftId: string, { from }: { from: string }): Promise<ExitCode> {
  return follow(session, `${root}/drafts/${draftId}/simulations`, { effectiveFrom: from });
}

function reconcile(session: Session): Promise<ExitCode> {
  return follow(session, `${root}/reconciliations`, undefined);
}

/** Begins a job, follows it, and gives its sentence. */
async function follow(session: Session, path: string, body: unknown): Promise<ExitCode> {
  const client = session.client(undefined);
  const accepted = await client.change({ path, body }, catalogueJobSchema);
  if (accepted === undefined) return exitCodes.ok;
  const job = await followJob(session, client, accepted, `${root}/jobs/${accepted.id}`, catalogueJobSchema);
  if (session.output.isTable) await session.terminal.data(job.result.textZh);
  else await session.output.record([['textZh', 'textZh', job.result.textZh]], job);
  return exitCodeOfJob(job.status) ?? exitCodes.failure;
}

async function publish(session: Session, draftId: string, { from }: { from: string }): Promise<ExitCode> {
  const t = catalogueTextsOf(session.options.lang);
  const client = session.client(undefined);
  const draft = await client.prepare({ path: `${root}/drafts/${draftId}` }, draftSchema);
  await session.confirm(t.confirmPublish(draft.titleZh, from));
  const path = `${root}/drafts/${draftId}/publish`;
  const published = await client.change({ path, body: { effectiveFrom: from }, headers: tagOf(draft) }, draftSchema);
  if (published !== undefined) session.terminal.say(t.published(published.effectiveFrom ?? from));
  return exitCodes.ok;
}
