import { readFile } from 'node:fs/promises';
import { overrideReasonSchema } from '@lianxin/contracts';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { checkTextsOf } from './check.texts.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const root = '/api/v1/checks';
const cardSchema = z.looseObject({
  uuid: z.string(),
  subjectRole: z.string(),
  indicator: z.string(),
  summary: z.string(),
  suggestions: z.array(z.looseObject({ label: z.string(), measureId: z.string(), isHeld: z.boolean().optional() })),
  answered: z.looseObject({ outcome: z.string() }).nullable(),
});
type Card = z.infer<typeof cardSchema>;
const checkSchema = z.looseObject({
  id: z.string(),
  number: z.string(),
  status: z.string(),
  policy: z.string().nullable(),
  askedAt: z.string(),
  cards: z.array(cardSchema),
});
type Check = z.infer<typeof checkSchema>;
const mattersSchema = z.looseObject({
  data: z.array(z.looseObject({ code: z.string(), nameZh: z.string(), nameEn: z.string(), departmentCode: z.string() })),
});

interface RunOptions {
  readonly matter: string;
  readonly caseNo?: string;
  readonly code?: string;
  readonly name?: string;
  readonly role?: string;
  readonly subjects?: string;
}
interface DecideOptions {
  readonly card: string;
  readonly accept?: boolean;
  readonly measures?: string;
  readonly override?: string;
  readonly comment?: string;
}

/** `lianxin check …`: what an approval window sees and answers (R-4-14). */
export function registerChecks(program: Command, context: CommandContext): void {
  const t = checkTextsOf(context.language);
  const read = readersOf(context.texts);
  const check = program.command('check').description(t.description);
  check
    .command('run')
    .description(t.run)
    .requiredOption('--matter <code>', t.matterOption)
    .option('--case-no <number>', t.caseOption)
    .option('--code <code>', t.codeOption)
    .option('--name <name>', t.nameOption)
    .option('--role <role>', t.roleOption)
    .option('--subjects <file>', t.subjectsOption)
    .action(context.action(run));
  check.command('matters').description(t.matters).action(context.action(matters));
  check
    .command('ls')
    .description(t.ls)
    .option('--matter <code>', t.matterOption)
    .option('--case-no <number>', t.caseOption)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .action(context.action(list));
  check.command('show').description(t.show).argument('<id>', t.idArgument, read.id).action(context.action(show));
  check
    .command('decide')
    .description(t.decide)
    .argument('<id>', t.idArgument, read.id)
    .requiredOption('--card <uuid>', t.cardOption, read.id)
    .option('--accept', t.acceptOption)
    .option('--measures <codes>', t.measuresOption)
    .addOption(new Option('--override <reason>', t.overrideOption).choices(overrideReasonSchema.options))
    .option('--comment <text>', t.commentOption)
    .action(context.action(decide));
  check
    .command('slip')
    .description(t.slip)
    .argument('<id>', t.idArgument, read.id)
    .option('-f, --file <file>', t.fileOption)
    .action(context.action(slip));
}

async function run(session: Session, options: RunOptions): Promise<ExitCode> {
  const subjects = await subjectsOf(session, options);
  const body = { matter: { code: options.matter, caseNo: options.caseNo }, subjects };
  const answer = await session.client(undefined).change({ path: root, body }, checkSchema);
  if (answer !== undefined) await showCheck(session, answer);
  return exitCodes.ok;
}

/** @throws CommandFault unless subjects are given in exactly one way, and for a file that holds no JSON array */
async function subjectsOf(session: Session, { code, name, role, subjects: path }: RunOptions): Promise<unknown[]> {
  const t = checkTextsOf(session.options.lang);
  if ((code === undefined) === (path === undefined)) throw new CommandFault(t.oneSubject, exitCodes.usage);
  if (path === undefined) return [{ usccCode: code, name, role }];
  try {
    return z.array(z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : error instanceof Error ? error.message : String(error);
    throw new CommandFault(t.notJson(path, reason), exitCodes.usage, t.jsonRemedy, { cause: error });
  }
}

async function matters(session: Session): Promise<ExitCode> {
  const t = checkTextsOf(session.options.lang);
  const found = await session.client('WINDOW').read({ path: `${root}/matters` }, mattersSchema);
  if (found === undefined) return exitCodes.ok;
  const columns: Column<(typeof found.data)[number]>[] = [
    { key: 'code', title: t.columns.matter, value: (row) => row.code },
    { key: 'nameZh', title: t.columns.name, value: (row) => (session.options.lang === 'en' ? row.nameEn : row.nameZh) },
    { key: 'departmentCode', title: t.columns.department, value: (row) => row.departmentCode },
  ];
  const count = await session.output.rows(columns, [found.data]);
  if (count === 0 && session.output.isTable) session.terminal.say(t.noMatters);
  return exitCodes.ok;
}

async function list(session: Session, { matter, caseNo, limit }: { matter?: string; caseNo?: string; limit: number }): Promise<ExitCode> {
  const t = checkTextsOf(session.options.lang);
  const c = t.columns;
  const columns: Column<Check>[] = [
    { key: 'number', title: c.number, value: (row) => row.number },
    { key: 'status', title: c.status, value: (row) => row.status },
    { key: 'askedAt', title: c.askedAt, value: (row) => row.askedAt, shown: (row) => session.texts.instant(row.askedAt) },
    { key: 'cards', title: c.cards, value: (row) => row.cards.length },
    { key: 'id', title: c.id, value: (row) => row.id },
  ];
  const pages = readPages(session.client('WINDOW'), root, { matterCode: matter, caseNo }, checkSchema, { limit });
  await showList(session, columns, pages, t.none);
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<ExitCode> {
  const found = await session.client('WINDOW').read({ path: `${root}/${id}` }, checkSchema);
  if (found !== undefined) await showCheck(session, found);
  return exitCodes.ok;
}

async function decide(session: Session, id: string, { card, accept, measures, override, comment }: DecideOptions): Promise<ExitCode> {
  const t = checkTextsOf(session.options.lang);
  if ((accept === undefined) === (override === undefined) || (measures !== undefined && accept === undefined))
    throw new CommandFault(t.oneOutcome, exitCodes.usage);
  const word =
    override === undefined
      ? { outcome: 'accepted', ...(measures === undefined ? {} : { acceptedMeasures: measures.split(',') }) }
      : { outcome: 'overridden', overrideReason: { code: override, ...(comment === undefined ? {} : { comment }) } };
  const body = { feedback: [{ card, ...word }] };
  const answer = await session.client(undefined).change({ path: `${root}/${id}/feedback`, body }, checkSchema);
  if (answer !== undefined) await showCheck(session, answer);
  return exitCodes.ok;
}

async function slip(session: Session, id: string, { file }: { file?: string }): Promise<ExitCode> {
  const t = checkTextsOf(session.options.lang);
  const path = file ?? `${id}.pdf`;
  await session.client('WINDOW').download({ path: `${root}/${id}/slip.pdf` }, path, (reason) => t.unwritable(path, reason));
  session.terminal.say(t.written(path));
  return exitCodes.ok;
}

async function showCheck(session: Session, check: Check): Promise<void> {
  const t = checkTextsOf(session.options.lang);
  const c = t.columns;
  const columns: Column<Card>[] = [
    { key: 'indicator', title: c.indicator, value: (row) => row.indicator },
    { key: 'subjectRole', title: c.role, value: (row) => row.subjectRole },
    { key: 'summary', title: c.summary, value: (row) => row.summary, maxCharacters: 80 },
    {
      key: 'measures',
      title: c.measures,
      value: (row) => row.suggestions.map((one) => `${one.measureId}${one.isHeld === true ? t.held : ''}`).join(','),
      maxCharacters: 80,
    },
    { key: 'answered', title: c.answered, value: (row) => row.answered?.outcome ?? null },
    { key: 'uuid', title: c.card, value: (row) => row.uuid },
  ];
  if (session.output.isTable) session.terminal.say(sentenceOf(check, t));
  await session.output.rows(columns, [check.cards], () => check);
  if (session.output.isTable) session.terminal.say(`id ${check.id}`);
}

function sentenceOf({ status, number, policy, cards }: Check, t: ReturnType<typeof checkTextsOf>): string {
  if (status === 'registered') return t.registered(number, t.policies[policy ?? ''] ?? '');
  return cards.length === 0 ? t.clean(number) : t.cards(number, cards.length);
}
