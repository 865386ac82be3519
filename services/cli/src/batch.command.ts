import { type Command, Option } from 'commander';
import { z } from 'zod';
import { batchTextsOf } from './batch.texts.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { defaultsReader, previewImport, runImport, save } from './import-flow.command.ts';
import { importTextsOf } from './import-flow.texts.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const batchSchema = z.looseObject({
  id: z.string(),
  batchNo: z.string(),
  sourceName: z.string(),
  issuedOn: z.string(),
  rows: z.looseObject({
    total: z.number(),
    review: z.number(),
    refused: z.number(),
    verifying: z.number(),
    settled: z.number(),
    dismissed: z.number(),
  }),
  dueOn: z.string(),
  overdue: z.array(z.string()),
  reportedAt: z.string().nullable(),
  readingJob: z.string().nullable(),
  unreadRows: z.number(),
});
type Batch = z.infer<typeof batchSchema>;
const progressSchema = z.looseObject({
  departmentCode: z.string(),
  departmentName: z.string(),
  total: z.number(),
  open: z.number(),
  overdue: z.number(),
  results: z.record(z.string(), z.number()),
});
type Progress = z.infer<typeof progressSchema>;
const detailSchema = batchSchema.extend({ progress: z.array(progressSchema) });
const rowSchema = z.looseObject({
  line: z.number(),
  name: z.string(),
  usccCode: z.string().nullable(),
  list: z.string(),
  state: z.string(),
  grade: z.string(),
  rule: z.string().nullable(),
  note: z.string().nullable(),
});
type Row = z.infer<typeof rowSchema>;
const reportSchema = z.looseObject({ number: z.string(), rows: z.array(z.unknown()) });
type Texts = ReturnType<typeof batchTextsOf>;

interface ImportOptions {
  readonly batchNo?: string;
  readonly documentNo?: string;
  readonly issuedOn?: string;
  readonly list?: string;
  readonly correctionNo?: string;
  readonly correctionDate?: string;
  readonly default?: Readonly<Record<string, string>>;
  readonly sheet?: string;
  readonly mode: 'partial' | 'all';
  readonly preview: boolean;
}

/** `lianxin batch …`: national batches from file to report (R-2-17). */
export function registerBatch(program: Command, context: CommandContext): void {
  const t = batchTextsOf(context.language);
  const f = importTextsOf(context.language);
  const read = readersOf(context.texts);
  const batch = program.command('batch').description(t.description);
  batch
    .command('import')
    .description(t.import)
    .argument('<file>', t.fileArgument)
    .option('--batch-no <number>', t.batchNoOption)
    .option('--document-no <number>', t.documentNoOption)
    .option('--issued-on <date>', t.issuedOnOption, read.date)
    .option('--list <list>', t.listOption)
    .option('--correction-no <number>', t.correctionNoOption)
    .option('--correction-date <date>', t.correctionDateOption, read.date)
    .option('--default <default>', f.defaultOption, defaultsReader(f.notDefault))
    .option('--sheet <sheet>', f.sheetOption)
    .addOption(new Option('--mode <mode>', context.texts.import.modeOption).choices(['partial', 'all']).default('partial'))
    .option('--preview', t.previewOption, false)
    .action(context.action(importBatch));
  batch.command('ls').description(t.ls).option('--limit <n>', t.limitOption, read.count, 20).action(context.action(list));
  batch
    .command('show')
    .description(t.show)
    .argument('<batch>', t.batchArgument)
    .option('--rows <state>', t.rowsOption)
    .option('--limit <n>', t.limitOption, read.count, 200)
    .action(context.action(show));
  batch
    .command('report')
    .description(t.report)
    .argument('<batch>', t.batchArgument)
    .option('--document-no <number>', t.reportDocumentOption)
    .option('-f, --file <file>', t.reportFileOption)
    .option('--csv', t.csvOption, false)
    .action(context.action(report));
}

async function importBatch(session: Session, path: string, options: ImportOptions): Promise<ExitCode> {
  const given = {
    batchNo: options.batchNo,
    documentNo: options.documentNo,
    issuedOn: options.issuedOn,
    list: options.list,
    'correction.documentNo': options.correctionNo,
    'correction.date': options.correctionDate,
  };
  const defaults: Record<string, string> = { ...options.default };
  for (const [field, value] of Object.entries(given)) if (value !== undefined) defaults[field] = value;
  const upload = {
    kind: 'national-batch',
    ...(options.preview ? {} : { mode: options.mode }),
    ...(options.sheet === undefined ? {} : { sheet: options.sheet }),
    ...(Object.keys(defaults).length === 0 ? {} : { default: defaults }),
  };
  return options.preview ? previewImport(session, path, upload) : runImport(session, path, upload);
}

async function list(session: Session, { limit }: { limit: number }): Promise<ExitCode> {
  const t = batchTextsOf(session.options.lang);
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/list-batches', {}, batchSchema, { limit });
  await showList(session, batchColumns(t), pages, t.none);
  return exitCodes.ok;
}

/** The id of a batch by its number. @throws CommandFault when there is none */
async function idOf(session: Session, batch: string): Promise<string | undefined> {
  if (uuid.test(batch)) return batch;
  const t = batchTextsOf(session.options.lang);
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/list-batches', { batchNo: batch }, batchSchema, { limit: 1 });
  for await (const page of pages) for (const found of page) return found.id;
  if (session.options.dryRun) return undefined;
  throw new CommandFault(t.notFound(batch), exitCodes.notFound);
}

async function show(session: Session, batch: string, options: { rows?: string; limit: number }): Promise<ExitCode> {
  const t = batchTextsOf(session.options.lang);
  const { output, terminal } = session;
  const id = await idOf(session, batch);
  if (id === undefined) return exitCodes.ok;
  const client = session.client('CREDIT_OFFICE');
  if (options.rows !== undefined) {
    const pages = readPages(client, `/api/v1/list-batches/${id}/rows`, { state: options.rows }, rowSchema, { limit: options.limit });
    await showList(session, rowColumns(t), pages, t.noRows);
    return exitCodes.ok;
  }
  const found = await client.read({ path: `/api/v1/list-batches/${id}` }, detailSchema);
  if (found === undefined) return exitCodes.ok;
  await output.rows(batchColumns(t), [[found]], () => found);
  if (!output.isTable) return exitCodes.ok;
  if (found.readingJob !== null) terminal.say(terminal.paintTalk('bad', t.reading(found.readingJob)));
  if (found.unreadRows > 0) terminal.say(terminal.paintTalk('bad', t.unread(found.unreadRows)));
  await terminal.data('');
  await output.rows(progressColumns(t), [found.progress]);
  return exitCodes.ok;
}

async function report(session: Session, batch: string, options: { documentNo?: string; file?: string; csv: boolean }): Promise<ExitCode> {
  const t = batchTextsOf(session.options.lang);
  const id = await idOf(session, batch);
  if (id === undefined) return exitCodes.ok;
  const client = session.client(options.documentNo === undefined ? 'CREDIT_OFFICE' : undefined);
  const path = `/api/v1/list-batches/${id}/report`;
  if (options.documentNo !== undefined) await session.confirm(t.confirmReport(batch));
  const made =
    options.documentNo === undefined
      ? await client.read({ path }, reportSchema)
      : await client.change({ path, body: { documentNo: options.documentNo } }, reportSchema);
  if (made === undefined) return exitCodes.ok;
  session.terminal.say(t.reported(made.number, made.rows.length));
  const format = options.csv || options.file?.toLowerCase().endsWith('.csv') ? 'csv' : 'xlsx';
  return save(session, `${path}.${format}`, {}, options.file ?? `${made.number}.${format}`);
}

function batchColumns({ columns: c }: Texts): Column<Batch>[] {
  return [
    { key: 'batchNo', title: c.batchNo, value: (row) => row.batchNo },
    { key: 'sourceName', title: c.source, value: (row) => row.sourceName },
    { key: 'issuedOn', title: c.issuedOn, value: (row) => row.issuedOn },
    { key: 'total', title: c.total, value: (row) => row.rows.total },
    { key: 'review', title: c.review, value: (row) => row.rows.review },
    { key: 'verifying', title: c.verifying, value: (row) => row.rows.verifying },
    { key: 'settled', title: c.settled, value: (row) => row.rows.settled },
    { key: 'refused', title: c.refused, value: (row) => row.rows.refused },
    { key: 'dismissed', title: c.dismissed, value: (row) => row.rows.dismissed },
    { key: 'dueOn', title: c.dueOn, value: (row) => row.dueOn },
    { key: 'overdue', title: c.overdue, value: (row) => row.overdue.join(' ') },
    { key: 'reportedAt', title: c.reportedAt, value: (row) => row.reportedAt },
    { key: 'id', title: c.id, value: (row) => row.id },
  ];
}

function progressColumns({ columns: c }: Texts): Column<Progress>[] {
  return [
    { key: 'department', title: c.department, value: (row) => `${row.departmentName} ${row.departmentCode}` },
    { key: 'total', title: c.total, value: (row) => row.total },
    { key: 'open', title: c.open, value: (row) => row.open },
    { key: 'overdue', title: c.late, value: (row) => row.overdue },
    {
      key: 'results',
      title: c.results,
      value: (row) =>
        Object.entries(row.results)
          .map(([result, count]) => `${result} ${count}`)
          .join('、'),
    },
  ];
}

function rowColumns({ columns: c }: Texts): Column<Row>[] {
  return [
    { key: 'line', title: c.line, value: (row) => row.line },
    { key: 'name', title: c.name, value: (row) => row.name },
    { key: 'usccCode', title: c.code, value: (row) => row.usccCode },
    { key: 'list', title: c.list, value: (row) => row.list },
    { key: 'state', title: c.state, value: (row) => row.state },
    { key: 'grade', title: c.grade, value: (row) => `${row.grade} ${row.rule ?? ''}`.trim() },
    { key: 'note', title: c.note, value: (row) => row.note },
  ];
}
