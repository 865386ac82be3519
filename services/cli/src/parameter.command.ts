import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { pageOfSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import { parameterTextsOf } from './parameter.texts.ts';
import type { Session } from './session.ts';

const root = '/api/v1/parameters';
const changesRoot = '/api/v1/parameter-changes';
/** Changes that `show` tells of. */
const shownChanges = 20;

const parameterSchema = z.looseObject({
  key: z.string(),
  titleZh: z.string(),
  titleEn: z.string(),
  type: z.string(),
  clause: z.string(),
  service: z.string(),
  counts: z.string(),
  default: z.number(),
  min: z.number(),
  max: z.number(),
  value: z.number(),
  since: z.string().nullable(),
  upcoming: z.array(z.looseObject({ value: z.number(), validFrom: z.string() })),
});
type Parameter = z.infer<typeof parameterSchema>;
const changeSchema = z.looseObject({
  id: z.string(),
  key: z.string(),
  value: z.number(),
  previousValue: z.number(),
  validFrom: z.string(),
  status: z.string(),
  reasonZh: z.string(),
  facts: z.array(z.looseObject({ what: z.string(), by: z.string() })),
});
type Change = z.infer<typeof changeSchema>;

/** `lianxin parameter …`: values of §12 that count from a day on. */
export function registerParameters(program: Command, context: CommandContext): void {
  const t = parameterTextsOf(context.language);
  const { id, date, count } = readersOf(context.texts);
  const whole = (value: string): number => {
    if (!/^-?\d{1,6}$/.test(value)) throw new InvalidArgumentError(t.notWhole);
    return Number(value);
  };
  const parameter = program.command('parameter').description(t.description);
  parameter
    .command('ls')
    .description(t.ls)
    .option('--date <date>', t.dateOption, date)
    .option('--service <name>', t.serviceOption)
    .option('-l, --limit <count>', t.limitOption, count, 100)
    .action(context.action(list));
  parameter
    .command('show')
    .description(t.show)
    .argument('<key>', t.keyArgument)
    .option('--date <date>', t.dateOption, date)
    .action(context.action(show));
  parameter
    .command('set')
    .description(t.set)
    .argument('<key>', t.keyArgument)
    .argument('<value>', t.valueArgument, whole)
    .requiredOption('--from <date>', t.fromOption, date)
    .requiredOption('--reason <text>', t.reasonOption)
    .option('--document-no <number>', t.documentOption)
    .action(context.action(propose));
  parameter.command('approve').description(t.approve).argument('<change>', t.changeArgument, id).action(context.action(approve));
  parameter
    .command('cancel')
    .description(t.cancel)
    .argument('<change>', t.changeArgument, id)
    .requiredOption('--reason <text>', t.reasonOption)
    .action(context.action(cancel));
}

async function list(session: Session, options: { date?: string; service?: string; limit: number }): Promise<ExitCode> {
  const t = parameterTextsOf(session.options.lang);
  const { limit, ...query } = options;
  const pages = readPages(session.client('CREDIT_OFFICE'), root, { ...query }, parameterSchema, { limit });
  const c = t.columns;
  const columns: Column<Parameter>[] = [
    { key: 'key', title: c.key, value: (row) => row.key },
    { key: 'title', title: c.title, value: (row) => titleOf(session, row) },
    { key: 'value', title: c.value, value: (row) => row.value },
    { key: 'since', title: c.since, value: (row) => row.since },
    { key: 'default', title: c.byDefault, value: (row) => row.default },
    { key: 'bounds', title: c.bounds, value: boundsOf },
    { key: 'upcoming', title: c.upcoming, value: upcomingOf },
    { key: 'clause', title: c.clause, value: (row) => row.clause },
  ];
  await showList(session, columns, pages, t.none);
  return exitCodes.ok;
}

async function show(session: Session, key: string, { date }: { date?: string }): Promise<ExitCode> {
  const client = session.client('CREDIT_OFFICE');
  const found = await client.read({ path: `${root}/${encodeURIComponent(key)}`, query: { date } }, parameterSchema);
  const query = { key, limit: shownChanges };
  const changes = await client.read({ path: changesRoot, query }, pageOfSchema(changeSchema));
  if (found === undefined || changes === undefined) return exitCodes.ok;
  const { columns: c, word } = parameterTextsOf(session.options.lang);
  const shown = (code: string) => (session.output.isTable ? word(code) : code);
  await session.output.record(
    [
      [c.key, 'key', found.key],
      [c.title, 'title', titleOf(session, found)],
      [c.type, 'type', shown(found.type)],
      [c.value, 'value', found.value],
      [c.since, 'since', found.since],
      [c.byDefault, 'default', found.default],
      [c.bounds, 'bounds', boundsOf(found)],
      [c.upcoming, 'upcoming', upcomingOf(found)],
      [c.counts, 'counts', shown(found.counts)],
      [c.clause, 'clause', found.clause],
      [c.service, 'service', found.service],
    ],
    { ...found, changes: changes.data },
  );
  if (!session.output.isTable || changes.data.length === 0) return exitCodes.ok;
  await session.terminal.data('');
  await session.output.rows(changeColumnsOf(session), [changes.data]);
  return exitCodes.ok;
}

async function propose(
  session: Session,
  key: string,
  value: number,
  options: { from: string; reason: string; documentNo?: string },
): Promise<ExitCode> {
  const body = {
    key,
    value,
    validFrom: options.from,
    reasonZh: options.reason,
    ...(options.documentNo === undefined ? {} : { documentNo: options.documentNo }),
  };
  const made = await session.client(undefined).change({ path: changesRoot, body }, changeSchema);
  if (made !== undefined) await tell(session, made, parameterTextsOf(session.options.lang).proposed(made.id));
  return exitCodes.ok;
}

async function approve(session: Session, id: string): Promise<ExitCode> {
  const t = parameterTextsOf(session.options.lang);
  const client = session.client(undefined);
  const change = await client.prepare({ path: `${changesRoot}/${id}` }, changeSchema);
  await session.confirm(t.confirmApprove(change.key, change.previousValue, change.value, change.validFrom));
  const approved = await client.change({ path: `${changesRoot}/${id}/approval` }, changeSchema);
  if (approved !== undefined) await tell(session, approved, t.approved(approved.validFrom));
  return exitCodes.ok;
}

async function cancel(session: Session, id: string, { reason }: { reason: string }): Promise<ExitCode> {
  const t = parameterTextsOf(session.options.lang);
  const client = session.client(undefined);
  const change = await client.prepare({ path: `${changesRoot}/${id}` }, changeSchema);
  await session.confirm(t.confirmCancel(change.key, change.value, change.validFrom));
  const cancelled = await client.change({ path: `${changesRoot}/${id}/cancellation`, body: { reasonZh: reason } }, changeSchema);
  if (cancelled !== undefined) await tell(session, cancelled, t.cancelled);
  return exitCodes.ok;
}

/** A sentence for a person; the change itself for a program. */
async function tell(session: Session, change: Change, sentence: string): Promise<void> {
  if (session.output.isTable) session.terminal.say(sentence);
  else await session.output.rows(changeColumnsOf(session), [[change]], () => change);
}

function changeColumnsOf(session: Session): Column<Change>[] {
  const { columns: c, word } = parameterTextsOf(session.options.lang);
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'change', title: c.change, value: (row) => `${row.previousValue} → ${row.value}` },
    { key: 'validFrom', title: c.from, value: (row) => row.validFrom },
    { key: 'status', title: c.status, value: (row) => row.status, shown: (row) => word(row.status) },
    {
      key: 'who',
      title: c.who,
      value: (row) => row.facts.map(({ what, by }) => `${what} ${by}`).join(', '),
      shown: (row) => row.facts.map(({ what, by }) => `${word(what)} ${by}`).join(', '),
      maxCharacters: 120,
    },
    { key: 'reason', title: c.reason, value: (row) => row.reasonZh, maxCharacters: 60 },
  ];
}

const titleOf = (session: Session, row: Parameter) => (session.options.lang === 'en' ? row.titleEn : row.titleZh);
const boundsOf = (row: Parameter) => `${row.min} – ${row.max}`;
const upcomingOf = (row: Parameter) => row.upcoming.map(({ value, validFrom }) => `${validFrom}: ${value}`).join(', ');
