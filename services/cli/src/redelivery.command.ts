import { setTimeout as delay } from 'node:timers/promises';
import { isRealDate } from '@lianxin/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './api.client.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault, isPassing } from './faults.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import { redeliveryTextsOf } from './redelivery.texts.ts';
import type { Session } from './session.ts';

const path = '/api/v1/redeliveries';
const pollMs = 250;
/** A server that says nothing for so long is told; the redelivery itself goes on there. */
const maxSilenceMs = 60_000;

const previewSchema = z.looseObject({
  events: z.number(),
  bytes: z.number(),
  byType: z.array(z.looseObject({ type: z.string(), titleZh: z.string(), events: z.number(), bytes: z.number() })),
});
const viewSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  statusZh: z.string(),
  department: z.string(),
  scope: z.record(z.string(), z.string()),
  reason: z.string(),
  preview: previewSchema.nullable(),
  progress: z.looseObject({ phase: z.string(), done: z.number(), total: z.number().nullable() }),
  sent: z.number(),
  failure: z.string().nullable(),
});
type View = z.infer<typeof viewSchema>;

interface PlanOptions {
  readonly department?: string;
  readonly entry?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly types?: string;
  readonly reason: string;
}

/** `lianxin redelivery …`: send a department again what it was told. */
export function registerRedelivery(program: Command, context: CommandContext): void {
  const t = redeliveryTextsOf(context.language);
  const read = readersOf(context.texts);
  const instant = (value: string): string => {
    if (isRealDate(value)) return `${value}T00:00:00+08:00`;
    if (z.iso.datetime({ offset: true }).safeParse(value).success) return value;
    throw new InvalidArgumentError(t.notInstant);
  };
  const redelivery = program.command('redelivery').description(t.redelivery);
  redelivery
    .command('plan')
    .description(t.plan)
    .option('--department <code>', t.department)
    .option('--entry <id>', t.entry, read.id)
    .option('--subject <id>', t.subject, read.id)
    .option('--from <time>', t.from, instant)
    .option('--to <time>', t.to, instant)
    .option('--types <types>', t.types)
    .requiredOption('--reason <text>', t.reason)
    .action(context.action(plan));
  redelivery
    .command('confirm')
    .description(t.confirm)
    .argument('<id>', t.id, read.id)
    .option('--events <n>', t.events, read.count)
    .option('--no-wait', t.noWait)
    .action(context.action(confirm));
  redelivery.command('show').description(t.show).argument('<id>', t.id, read.id).action(context.action(show));
  redelivery.command('cancel').description(t.cancel).argument('<id>', t.id, read.id).action(context.action(cancel));
  redelivery
    .command('ls')
    .description(t.ls)
    .option('--department <code>', t.department)
    .option('--status <status>', t.status)
    .option('--limit <n>', t.limit, read.count, 20)
    .action(context.action(list));
}

async function plan(session: Session, options: PlanOptions): Promise<ExitCode> {
  const body = {
    department: options.department,
    scope: scopeOf(session, options),
    types: options.types?.split(','),
    reason: options.reason,
  };
  const client = session.client('CREDIT_OFFICE');
  const asked = await client.change({ path, body }, viewSchema);
  if (asked === undefined) return exitCodes.ok;
  return showEnd(session, await follow(session, client, asked, ({ status }) => status !== 'PLANNING'));
}

/** @throws CommandFault when there is no scope, or more than one */
function scopeOf(session: Session, { entry, subject, from, to }: PlanOptions): Record<string, string> {
  const scopes: Record<string, string>[] = [
    ...(entry === undefined ? [] : [{ entryId: entry }]),
    ...(subject === undefined ? [] : [{ subjectId: subject }]),
    ...(from === undefined && to === undefined ? [] : [{ from: from ?? '', to: to ?? '' }]),
  ];
  const [scope] = scopes;
  if (scope !== undefined && scopes.length === 1 && Object.values(scope).every((value) => value !== '')) return scope;
  const t = redeliveryTextsOf(session.options.lang);
  throw new CommandFault(t.oneScope, exitCodes.usage, t.oneScopeRemedy);
}

async function confirm(session: Session, id: string, options: { events?: number; wait: boolean }): Promise<ExitCode> {
  const t = redeliveryTextsOf(session.options.lang);
  const client = session.client('CREDIT_OFFICE');
  let { events } = options;
  if (events === undefined) {
    const view = await client.prepare({ path: `${path}/${id}` }, viewSchema);
    if (view.preview === null) throw new CommandFault(t.notReady, exitCodes.conflict, '');
    events = view.preview.events;
    await session.confirm(t.ask(events, view.department, Math.ceil(view.preview.bytes / 1024)));
  }
  const confirmed = await client.change({ path: `${path}/${id}/confirm`, body: { events } }, viewSchema);
  if (confirmed === undefined) return exitCodes.ok;
  const isOver = ({ status }: View) => status !== 'RUNNING';
  return showEnd(session, options.wait ? await follow(session, client, confirmed, isOver) : confirmed);
}

async function show(session: Session, id: string): Promise<ExitCode> {
  const view = await session.client('CREDIT_OFFICE').read({ path: `${path}/${id}` }, viewSchema);
  if (view !== undefined) await showView(session, view);
  return exitCodes.ok;
}

async function cancel(session: Session, id: string): Promise<ExitCode> {
  await session.confirm(redeliveryTextsOf(session.options.lang).askCancel(id));
  const view = await session.client('CREDIT_OFFICE').change({ path: `${path}/${id}/cancel`, body: {} }, viewSchema);
  if (view !== undefined) await showView(session, view);
  return exitCodes.ok;
}

async function list(session: Session, options: { department?: string; status?: string; limit: number }): Promise<ExitCode> {
  const { limit, ...query } = options;
  const pages = readPages(session.client('CREDIT_OFFICE'), path, { ...query }, viewSchema, { limit });
  await showList(session, columnsOf(session), pages, redeliveryTextsOf(session.options.lang).none);
  return exitCodes.ok;
}

/** Looks again until it is so; a server that is away for a moment is asked again, for the redelivery survives a restart. */
async function follow(session: Session, client: ApiClient, first: View, isSo: (view: View) => boolean): Promise<View> {
  const t = redeliveryTextsOf(session.options.lang);
  let view = first;
  let heardAt = Date.now();
  let told = '';
  while (!isSo(view)) {
    const { phase, done, total } = view.progress;
    const line = t.progress(phase, done, total === null ? '?' : String(total));
    if (line !== told) session.terminal.say(line);
    told = line;
    await delay(pollMs);
    try {
      view = await client.prepare({ path: `${path}/${view.id}` }, viewSchema);
      heardAt = Date.now();
    } catch (error) {
      if (!isPassing(error) || Date.now() - heardAt > maxSilenceMs) throw error;
    }
  }
  return view;
}

/** Shows it; one that failed or was stopped meanwhile is no success. */
async function showEnd(session: Session, view: View): Promise<ExitCode> {
  await showView(session, view);
  if (view.failure !== null) session.terminal.say(view.failure);
  return view.status === 'FAILED' || view.status === 'CANCELLED' ? exitCodes.failure : exitCodes.ok;
}

async function showView(session: Session, view: View): Promise<void> {
  await session.output.rows(columnsOf(session), [[view]], () => view);
  if (!session.output.isTable || view.preview === null || view.preview.byType.length === 0) return;
  await session.terminal.data('');
  const c = redeliveryTextsOf(session.options.lang).columns;
  const columns: Column<(typeof view.preview.byType)[number]>[] = [
    { key: 'type', title: c.type, value: (row) => row.type },
    { key: 'title', title: c.title, value: (row) => row.titleZh },
    { key: 'events', title: c.events, value: (row) => row.events },
    { key: 'bytes', title: c.bytes, value: (row) => row.bytes },
  ];
  await session.output.rows(columns, [view.preview.byType]);
}

function columnsOf(session: Session): Column<View>[] {
  const c = redeliveryTextsOf(session.options.lang).columns;
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'department', title: c.department, value: (row) => row.department },
    {
      key: 'status',
      title: c.status,
      value: (row) => row.status,
      shown: (row) => (session.options.lang === 'en' ? row.status : row.statusZh),
    },
    { key: 'scope', title: c.scope, value: (row) => Object.values(row.scope).join(' – ') },
    { key: 'events', title: c.events, value: (row) => row.preview?.events ?? null },
    { key: 'sent', title: c.sent, value: (row) => row.sent },
    { key: 'reason', title: c.reason, value: (row) => row.reason, maxCharacters: 60 },
  ];
}
