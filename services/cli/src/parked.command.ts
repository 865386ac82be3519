import type { Command } from 'commander';
import { type ParkedKey, parkedListSchema, redriveSchema } from './answers.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Column } from './output.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

const redriveTimeoutMs = 90_000;
/** As many as the server gives at once. */
const limit = 1000;

/** `lianxin parked …`: subjects whose events wait behind a failed one. */
export function registerParked(program: Command, context: CommandContext): void {
  const t = context.texts.parked;
  const parked = program.command('parked').description(t.description);
  parked.command('ls').description(t.ls).action(context.action(listKeys));
  parked.command('show').description(t.show).argument('<key>', t.keyArgument).action(context.action(showKey));
  parked.command('redrive').description(t.redrive).argument('<key>', t.keyArgument).action(context.action(redriveKey));
}

async function readKeys(session: Session): Promise<ParkedKey[] | undefined> {
  const list = await session.client('ADMIN').read({ path: '/api/v1/parked', query: { limit } }, parkedListSchema);
  if (list !== undefined && list.unavailable.length > 0) {
    session.terminal.say(session.terminal.paintTalk('bad', session.texts.parked.unavailable(list.unavailable.join(' '))));
  }
  return list?.data;
}

async function listKeys(session: Session) {
  const keys = await readKeys(session);
  if (keys === undefined) return exitCodes.ok;
  await session.output.rows(parkedColumns(session.texts), [keys]);
  if (keys.length === 0 && session.output.isTable) session.terminal.say(session.texts.parked.none);
  return exitCodes.ok;
}

/** A key may be parked in several services: each is a row, with all that is known. */
async function showKey(session: Session, key: string) {
  const { output, texts } = session;
  const keys = (await readKeys(session))?.filter((row) => row.key === key);
  if (keys === undefined) return exitCodes.ok;
  if (keys.length === 0) throw new CommandFault(texts.parked.unknown(key), exitCodes.notFound, texts.parked.unknownRemedy);
  if (!output.isTable) {
    await output.rows(parkedColumns(texts), [keys]);
    return exitCodes.ok;
  }
  for (const row of keys) {
    const fields = parkedColumns(texts).map((column) => [column.title, column.key, column.shown?.(row) ?? column.value(row)] as const);
    await output.record(fields, row);
    await session.terminal.data('');
  }
  return exitCodes.ok;
}

async function redriveKey(session: Session, key: string) {
  const { texts } = session;
  const client = session.client('ADMIN');
  await session.confirm(texts.parked.confirmRedrive(key));
  const path = `/api/v1/parked/${encodeURIComponent(key)}/redrive`;
  const result = await client.change({ path, timeoutMs: redriveTimeoutMs }, redriveSchema);
  if (result === undefined) return exitCodes.ok;
  const c = texts.columns;
  await session.output.rows<(typeof result)['services'][number]>(
    [
      { key: 'service', title: c.service, value: (row) => row.service, shown: (row) => texts.services[row.service] ?? row.service },
      { key: 'handled', title: c.handled, value: (row) => row.handled },
      { key: 'setAside', title: c.setAside, value: (row) => row.setAside },
      { key: 'remaining', title: c.remainingEvents, value: (row) => row.remaining },
    ],
    [result.services],
    () => result,
  );
  return exitCodes.ok;
}

function parkedColumns(texts: Texts): Column<ParkedKey>[] {
  const c = texts.columns;
  return [
    { key: 'key', title: c.key, value: (row) => row.key },
    { key: 'service', title: c.service, value: (row) => row.service, shown: (row) => texts.services[row.service] ?? row.service },
    {
      key: 'severity',
      title: c.severity,
      value: (row) => row.severity,
      shown: (row) => texts.parked.severity[row.severity] ?? row.severity,
      paint: (row) => (row.severity === 'SEVERE' ? 'bad' : undefined),
    },
    { key: 'events', title: c.events, value: (row) => row.events },
    { key: 'attempts', title: c.attempts, value: (row) => row.attempts },
    { key: 'parkedAt', title: c.parkedAt, value: (row) => row.parkedAt, shown: (row) => texts.instant(row.parkedAt) },
    { key: 'eventTypes', title: c.eventTypes, value: (row) => row.eventTypes.join(' '), maxCharacters: 80 },
    { key: 'reason', title: c.reason, value: (row) => row.reason, maxCharacters: 120 },
  ];
}
