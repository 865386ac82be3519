import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import { statsTextsOf } from './stats.texts.ts';

const figureSchema = z.looseObject({
  code: z.string(),
  nameZh: z.string(),
  numerator: z.number(),
  denominator: z.number().nullable(),
  display: z.string(),
  correction: z.looseObject({ display: z.string() }).nullable(),
});
type Figure = z.infer<typeof figureSchema>;
const periodSchema = z.looseObject({ from: z.string(), to: z.string(), closedAt: z.string().nullable() });
type Period = z.infer<typeof periodSchema>;
const overviewSchema = z.looseObject({
  period: periodSchema,
  entries: z.array(figureSchema),
  tasks: z.array(figureSchema),
  figures: z.array(figureSchema),
});
const named = { departmentCode: z.string(), departmentNameZh: z.string().nullable() };
const departmentsSchema = z.looseObject({
  period: periodSchema,
  data: z.array(z.looseObject({ ...named, figures: z.array(figureSchema) })),
});
const rankingSchema = z.looseObject({
  period: periodSchema,
  ranked: z.array(
    z.looseObject({
      ...named,
      dueCycles: z.number(),
      group: z.string(),
      rank: z.number(),
      score: z.number(),
      colour: z.string(),
      overdueDays: z.number(),
    }),
  ),
  unranked: z.array(z.looseObject({ ...named, dueCycles: z.number(), reason: z.string() })),
});
const part = z.looseObject({ id: z.string(), status: z.string().optional() }).nullable();
const rowSchema = z.looseObject({
  counted: z.boolean(),
  day: z.string(),
  departmentCode: z.string(),
  departmentNameZh: z.string().nullable(),
  listCodes: z.array(z.string()),
  task: part,
  entry: part,
  case: part,
  feedback: part,
  record: part,
});
type Row = z.infer<typeof rowSchema>;

interface Scope {
  readonly period?: string;
  readonly from?: string;
  readonly to?: string;
  readonly list?: string;
  readonly department?: string;
}
interface RowsOptions extends Scope {
  readonly part?: string;
  readonly limit: number;
}

/** `lianxin stats …`: the figures of §10.1, each with the rows behind it. */
export function registerStats(program: Command, context: CommandContext): void {
  const t = statsTextsOf(context.language);
  const read = readersOf(context.texts);
  const stats = program.command('stats').description(t.description);
  const scoped = (name: string, description: string) =>
    stats
      .command(name)
      .description(description)
      .option('--period <period>', t.periodOption)
      .option('--from <date>', t.fromOption, read.date)
      .option('--to <date>', t.toOption, read.date)
      .option('--list <code>', t.listOption)
      .option('--department <code>', t.departmentOption);
  scoped('show', t.show).action(context.action(show));
  scoped('departments', t.departments).option('--figure <codes>', t.figureOption).action(context.action(departments));
  scoped('ranking', t.ranking).action(context.action(ranking));
  scoped('rows', t.rows)
    .argument('<figure>', t.figureArgument)
    .addOption(new Option('--part <part>', t.partOption).choices(['numerator', 'denominator']))
    .option('--limit <n>', t.limitOption, read.count, 50)
    .action(context.action(rows));
}

const queryOf = ({ period, from, to, list, department }: Scope) => ({ period, from, to, listCode: list, department });
const read = <Schema extends z.ZodType>(session: Session, name: string, scope: Scope, schema: Schema) =>
  session.client('CREDIT_OFFICE').read({ path: `/api/v1/stats/${name}`, query: queryOf(scope) }, schema);

function sayPeriod(session: Session, { from, to, closedAt }: Period): void {
  const t = statsTextsOf(session.options.lang);
  session.terminal.say(closedAt === null ? t.open(from, to) : t.closed(from, to, session.texts.instant(closedAt)));
}

async function show(session: Session, scope: Scope): Promise<ExitCode> {
  const overview = await read(session, 'overview', scope, overviewSchema);
  if (overview === undefined) return exitCodes.ok;
  sayPeriod(session, overview.period);
  const { entries, tasks, figures } = overview;
  await session.output.rows(figureColumns(session), [[...entries, ...tasks, ...figures]], () => overview);
  return exitCodes.ok;
}

async function departments(session: Session, { figure, ...scope }: Scope & { figure?: string }): Promise<ExitCode> {
  const found = await read(session, 'departments', scope, departmentsSchema);
  if (found === undefined) return exitCodes.ok;
  sayPeriod(session, found.period);
  const wanted = figure?.split(',');
  const flat = found.data.flatMap((row) =>
    row.figures.filter(({ code }) => wanted === undefined || wanted.includes(code)).map((one) => ({ ...one, of: row })),
  );
  const { department } = statsTextsOf(session.options.lang).columns;
  const columns: Column<(typeof flat)[number]>[] = [
    { key: 'departmentCode', title: department, value: ({ of }) => of.departmentCode, shown: ({ of }) => nameOf(of) },
    ...figureColumns(session),
  ];
  await session.output.rows(columns, [flat], () => found);
  if (flat.length === 0 && session.output.isTable) session.terminal.say(statsTextsOf(session.options.lang).noDepartments);
  return exitCodes.ok;
}

async function ranking(session: Session, scope: Scope): Promise<ExitCode> {
  const found = await read(session, 'ranking', scope, rankingSchema);
  if (found === undefined) return exitCodes.ok;
  sayPeriod(session, found.period);
  const t = statsTextsOf(session.options.lang);
  const c = t.columns;
  const all = [
    ...found.ranked.map((one) => ({ ...one, reason: null })),
    ...found.unranked.map((one) => ({ ...one, group: null, rank: null, score: null, colour: null, overdueDays: null })),
  ];
  const columns: Column<(typeof all)[number]>[] = [
    { key: 'rank', title: c.rank, value: (row) => row.rank },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode, shown: nameOf },
    {
      key: 'group',
      title: c.group,
      value: (row) => row.group,
      shown: (row) => (row.group === null ? '' : (t.groups[row.group] ?? row.group)),
    },
    { key: 'score', title: c.score, value: (row) => row.score },
    { key: 'colour', title: c.colour, value: (row) => row.colour },
    { key: 'dueCycles', title: c.due, value: (row) => row.dueCycles },
    { key: 'overdueDays', title: c.overdue, value: (row) => row.overdueDays },
    {
      key: 'reason',
      title: c.reason,
      value: (row) => row.reason,
      shown: (row) => (row.reason === null ? '' : (t.reasons[row.reason] ?? row.reason)),
    },
  ];
  await session.output.rows(columns, [all], () => found);
  return exitCodes.ok;
}

async function rows(session: Session, figure: string, { limit, part: wanted, ...scope }: RowsOptions): Promise<ExitCode> {
  const t = statsTextsOf(session.options.lang);
  const paging = { limit, onMore: () => session.terminal.say(t.more) };
  const query = { ...queryOf(scope), figure, part: wanted };
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/stats/rows', query, rowSchema, paging);
  await showList(session, rowColumns(session), pages, t.none);
  return exitCodes.ok;
}

function figureColumns(session: Session): Column<Figure>[] {
  const c = statsTextsOf(session.options.lang).columns;
  return [
    { key: 'code', title: c.code, value: (row) => row.code },
    { key: 'nameZh', title: c.name, value: (row) => row.nameZh },
    { key: 'display', title: c.display, value: (row) => row.display },
    { key: 'numerator', title: c.numerator, value: (row) => row.numerator },
    { key: 'denominator', title: c.denominator, value: (row) => row.denominator },
    { key: 'correction', title: c.correction, value: (row) => row.correction?.display ?? null },
  ];
}

function rowColumns(session: Session): Column<Row>[] {
  const t = statsTextsOf(session.options.lang);
  const c = t.columns;
  return [
    { key: 'counted', title: c.counted, value: (row) => row.counted, shown: (row) => (row.counted ? t.counted : '') },
    { key: 'day', title: c.day, value: (row) => row.day },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode, shown: nameOf },
    { key: 'listCodes', title: c.lists, value: (row) => row.listCodes.join(',') },
    { key: 'what', title: c.what, value: (row) => partOf(row)?.what },
    { key: 'status', title: c.status, value: (row) => partOf(row)?.status },
    { key: 'id', title: c.id, value: (row) => partOf(row)?.id },
  ];
}

/** What a row is of: the one part of it that is there. */
function partOf(row: Row): { what: string; id: string; status: string | undefined } | undefined {
  const { task, entry, feedback, record } = row;
  const found = Object.entries({ task, entry, case: row.case, feedback, record }).find(([, one]) => one !== null);
  if (found === undefined || found[1] === null) return undefined;
  const [what, { id, status, measureCode, number, kind }] = found;
  const label = [measureCode, number, kind].find((text) => typeof text === 'string');
  return { what: label === undefined ? what : `${what} ${label}`, id, status };
}

function nameOf({ departmentCode, departmentNameZh }: { departmentCode: string; departmentNameZh: string | null }): string {
  return departmentNameZh === null ? departmentCode : `${departmentNameZh} ${departmentCode}`;
}
