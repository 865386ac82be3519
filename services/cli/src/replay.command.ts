import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import { exitCodeOfReplay, follow, type ReplayView, replayPath, replaySchema, rowSchema, show, summaryColumns } from './replay.follow.ts';
import { replayTextsOf } from './replay.texts.ts';
import { versionOf } from './replay.version.ts';
import type { Session } from './session.ts';

const grounds = ['OBJECTION_UPHELD', 'REVOKING_DOCUMENT', 'COURT_RULING', 'DESIGNATOR_CORRECTION', 'SYSTEM_FAULT'];

interface PlanOptions {
  readonly entry?: string;
  readonly subject?: string;
  readonly objection?: string;
  readonly from?: string;
  readonly to?: string;
  readonly list?: string;
  readonly unit?: string;
  readonly plannedUnder?: number;
  readonly memorandumVersion?: string;
  readonly void?: string;
  readonly correct?: string;
  readonly ground?: string;
  readonly documentNo?: string;
  readonly reason: string;
  readonly ticket?: string;
  readonly sideEffects: string;
  readonly wait: boolean;
}

/** `lianxin replay …`: disputed cases, from the plan to the proof (design §7). */
export function registerReplays(program: Command, context: CommandContext): void {
  const t = replayTextsOf(context.language);
  const read = readersOf(context.texts);
  const replay = program.command('replay').description(t.replay);
  replay
    .command('plan')
    .description(t.plan)
    .option('--entry <id>', t.entryOption, read.id)
    .option('--subject <id>', t.subjectOption, read.id)
    .option('--objection <number>', t.objectionOption)
    .option('--from <date>', t.fromOption, read.date)
    .option('--to <date>', t.toOption, read.date)
    .option('--list <code>', t.listOption)
    .option('--unit <code>', t.unitOption)
    .option('--planned-under <version>', t.plannedUnderOption, read.count)
    .option('--memorandum-version <version>', t.memorandumOption)
    .addOption(new Option('--void <effect>', t.voidOption).choices(['VOID', 'REVOKE']))
    .option('--correct <file>', t.correctOption)
    .addOption(new Option('--ground <ground>', t.groundOption).choices(grounds))
    .option('--document-no <number>', t.documentOption)
    .requiredOption('--reason <text>', t.reasonOption)
    .option('--ticket <number>', t.ticketOption)
    .addOption(new Option('--side-effects <mode>', t.effectsOption).choices(['none', 'internal', 'notify']).default('notify'))
    .option('--no-wait', t.noWait)
    .action(context.action(plan));
  replay
    .command('diff')
    .description(t.diff)
    .argument('<id>', t.idArgument, read.id)
    .addOption(new Option('--look <look>', t.lookOption).choices(['PLAN', 'CHECK', 'PROOF']).default('PLAN'))
    .option('--department <code>', t.departmentOption)
    .option('--action <actions>', t.actionOption)
    .option('--all', t.allOption)
    .option('--limit <n>', t.limitOption, read.count, 200)
    .action(context.action(diff));
  replay
    .command('ls')
    .description(t.ls)
    .option('--status <status>', t.statusOption)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .action(context.action(list));
  replay.command('show').description(t.show).argument('<id>', t.idArgument, read.id).action(context.action(showOne));
  for (const [name, description] of [
    ['confirm', t.confirm],
    ['approve', t.approve],
  ] as const)
    replay
      .command(name)
      .description(description)
      .argument('<id>', t.idArgument, read.id)
      .action(context.action((session: Session, id: string) => agree(session, id, name)));
  for (const [name, description] of [
    ['cancel', t.cancel],
    ['pause', t.pause],
  ] as const)
    replay
      .command(name)
      .description(description)
      .argument('<id>', t.idArgument, read.id)
      .action(context.action((session: Session, id: string) => step(session, id, name, false)));
  for (const [name, description] of [
    ['apply', t.apply],
    ['resume', t.resume],
  ] as const)
    replay
      .command(name)
      .description(description)
      .argument('<id>', t.idArgument, read.id)
      .option('--no-wait', t.noWait)
      .action(context.action((session: Session, id: string, { wait }: { wait: boolean }) => step(session, id, name, wait)));
  replay
    .command('bundle')
    .description(t.bundle)
    .argument('<id>', t.idArgument, read.id)
    .option('--out <file>', t.outOption)
    .action(context.action(bundle));
}

async function plan(session: Session, options: PlanOptions): Promise<ExitCode> {
  const client = session.client('ADMIN');
  const body = {
    scope: scopeOf(session, options),
    ...(await changeOf(session, options)),
    ...given({ ground: options.ground, documentNo: options.documentNo, ticketNo: options.ticket }),
    reason: options.reason,
    sideEffects: options.sideEffects,
  };
  const planned = await client.change({ path: replayPath, body }, replaySchema);
  if (planned === undefined) return exitCodes.ok;
  return end(session, options.wait ? await follow(session, client, planned) : planned);
}

const given = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** @throws CommandFault unless exactly one scope is given */
function scopeOf(session: Session, options: PlanOptions): Readonly<Record<string, unknown>> {
  const t = replayTextsOf(session.options.lang);
  const { entry, subject, objection, from, to, list: listCode, unit, plannedUnder } = options;
  const hasPeriod = [from, to, listCode, unit].some((value) => value !== undefined);
  const period = from === undefined || to === undefined ? undefined : { activatedFrom: from, activatedTo: to };
  const scope = given({
    ...{ entryId: entry, subjectId: subject, objectionNumber: objection, catalogueVersion: plannedUnder },
    period: period === undefined ? undefined : { ...period, ...given({ listCode, designatingDepartment: unit }) },
  });
  if (Object.keys(scope).length !== 1 || (hasPeriod && period === undefined)) throw new CommandFault(t.oneScope, exitCodes.usage);
  return scope;
}

/** @throws CommandFault when more than one change is given */
async function changeOf(session: Session, options: PlanOptions): Promise<Readonly<Record<string, unknown>>> {
  const { void: effect, correct, memorandumVersion } = options;
  if ([effect, correct, memorandumVersion].filter((value) => value !== undefined).length > 1)
    throw new CommandFault(replayTextsOf(session.options.lang).oneChange, exitCodes.usage);
  if (effect !== undefined) return { change: { kind: 'VOID_ENTRY', effect } };
  if (correct !== undefined) return { change: { kind: 'CORRECT_ENTRY', facts: await readJson(session, correct) } };
  if (memorandumVersion === undefined) return {};
  return { change: { kind: 'CATALOGUE_VERSION', version: await versionOf(session, memorandumVersion) } };
}

async function diff(
  session: Session,
  id: string,
  options: { look: string; department?: string; action?: string; all?: boolean; limit: number },
): Promise<ExitCode> {
  const t = replayTextsOf(session.options.lang);
  const client = session.client('ADMIN');
  const query = {
    ...{ look: options.look, departmentCode: options.department, action: options.action },
    onlyChanges: options.all === true ? 'false' : 'true',
  };
  const c = t.columns;
  const columns: Column<z.infer<typeof rowSchema>>[] = [
    { key: 'entryId', title: c.entry, value: (row) => row.entryId },
    { key: 'kind', title: c.kind, value: (row) => row.kind, shown: (row) => t.word(row.kind) },
    { key: 'action', title: c.action, value: (row) => row.action, shown: (row) => t.word(row.action) },
    { key: 'id', title: c.thing, value: (row) => row.id },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    { key: 'measureCode', title: c.measure, value: (row) => String(row.facts['measureCode'] ?? row.facts['number'] ?? '') },
  ];
  const pages = readPages(client, `${replayPath}/${id}/diff`, query, rowSchema, { limit: options.limit });
  await showList(session, columns, pages, t.noRows);
  const view = await client.read({ path: `${replayPath}/${id}` }, replaySchema);
  if (view?.story != null) session.terminal.say(view.story);
  return exitCodes.ok;
}

async function list(session: Session, options: { status?: string; limit: number }): Promise<ExitCode> {
  const t = replayTextsOf(session.options.lang);
  const pages = readPages(session.client('ADMIN'), replayPath, { status: options.status }, replaySchema, { limit: options.limit });
  await showList(session, summaryColumns(session), pages, t.none);
  return exitCodes.ok;
}

async function showOne(session: Session, id: string): Promise<ExitCode> {
  const view = await session.client('ADMIN').read({ path: `${replayPath}/${id}` }, replaySchema);
  if (view !== undefined) await show(session, view);
  return exitCodes.ok;
}

/** Who confirms or approves is shown the difference and agrees to that one: where another has taken its place meanwhile, the server refuses. */
async function agree(session: Session, id: string, name: string): Promise<ExitCode> {
  const t = replayTextsOf(session.options.lang);
  const { story, sha256, status } = await session.client(undefined).prepare({ path: `${replayPath}/${id}` }, replaySchema);
  if (sha256 === null) throw new CommandFault(t.noDifference(status), exitCodes.conflict);
  session.terminal.say(`${story ?? ''}\nsha256 ${sha256}`);
  return step(session, id, name, false, { sha256 });
}

async function step(session: Session, id: string, name: string, wait: boolean, body: object = {}): Promise<ExitCode> {
  const client = session.client(undefined);
  await session.confirm(replayTextsOf(session.options.lang).ask(name, id));
  const view = await client.change({ path: `${replayPath}/${id}/${name}`, body }, replaySchema);
  if (view === undefined) return exitCodes.ok;
  return end(session, wait ? await follow(session, client, view) : view);
}

async function end(session: Session, view: ReplayView): Promise<ExitCode> {
  await show(session, view);
  return exitCodeOfReplay(view.status, view.paused, view.progress?.failed ?? 0);
}

async function bundle(session: Session, id: string, options: { out?: string }): Promise<ExitCode> {
  const t = replayTextsOf(session.options.lang);
  const path = options.out ?? `replay-${id}.zip`;
  await session.client('ADMIN').download({ path: `${replayPath}/${id}/bundle` }, path, (reason) => t.unwritable(path, reason));
  session.terminal.say(t.saved(path));
  return exitCodes.ok;
}

/** @throws CommandFault for a file that is missing or no JSON */
async function readJson(session: Session, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    const t = replayTextsOf(session.options.lang);
    throw new CommandFault(t.notJson(path, error instanceof Error ? error.message : String(error)), exitCodes.usage);
  }
}
