import { setTimeout as delay } from 'node:timers/promises';
import { feedbackKindSchema, notAppliedReasonSchema } from '@lianxin/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault, isPassing } from './faults.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import { taskHandTextsOf } from './task-hand.texts.ts';

const root = '/api/v1/task-bulks';
const pollMs = 250;
const actions = ['acknowledge', 'start', 'arm', 'claim', 'release', 'feedback'];
const bulkSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  total: z.number(),
  done: z.number(),
  refused: z.number(),
  byStatus: z.record(z.string(), z.number()),
});
type Bulk = z.infer<typeof bulkSchema>;
const itemSchema = z.looseObject({
  taskId: z.string().nullable(),
  seenStatus: z.string().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});

interface BulkOptions {
  readonly filter?: Readonly<Record<string, string>>;
  readonly kind?: string;
  readonly reason?: string;
}

/** Acts on many tasks: what they are is fixed and counted before anything is done. */
export function registerTaskBulk(task: Command, context: CommandContext): void {
  const t = taskHandTextsOf(context.language);
  const read = readersOf(context.texts);
  const pairs = (value: string, previous: Record<string, string> | undefined): Record<string, string> => {
    const [, name, rest] = /^(\w+)=(.+)$/.exec(value) ?? [];
    if (name === undefined || rest === undefined) throw new InvalidArgumentError(t.notFilter);
    return { ...previous, [name]: rest };
  };
  task
    .command('bulk')
    .description(t.bulk)
    .argument('<action>', t.action, read.someOf(actions))
    .argument('[id...]', t.ids, read.ids)
    .option('--filter <filter>', t.filter, pairs)
    .addOption(new Option('--kind <kind>', t.kind).choices(feedbackKindSchema.options))
    .addOption(new Option('--reason <reason>', t.notAppliedReason).choices(notAppliedReasonSchema.options))
    .action(context.action(bulk));
}

async function bulk(session: Session, action: string, ids: readonly string[], options: BulkOptions): Promise<ExitCode> {
  const t = taskHandTextsOf(session.options.lang);
  const { filter, kind, reason: notAppliedReason } = options;
  if (ids.length > 0 === (filter !== undefined)) throw new CommandFault(t.oneChoice, exitCodes.usage);
  const feedback = kind === undefined ? undefined : { kind, notAppliedReason, evidenceIds: [] };
  const body = { action, ...(filter === undefined ? { ids: [...new Set(ids)] } : { filter }), feedback };
  const client = session.client(undefined);
  const previewed = await client.change({ path: root, body }, bulkSchema);
  if (previewed === undefined) return exitCodes.ok;
  session.terminal.say(t.preview(previewed.total, statesOf(session, previewed)));
  if (previewed.total === 0) {
    session.terminal.say(t.nothing);
    return exitCodes.ok;
  }
  await session.confirm(t.confirm(action, previewed.total));
  let ended = await client.change({ path: `${root}/${previewed.id}/run` }, bulkSchema);
  while (ended !== undefined && ended.status !== 'DONE') {
    await delay(pollMs);
    // It goes on there, whether anybody asks or not.
    ended = await client.prepare({ path: `${root}/${previewed.id}` }, bulkSchema).catch((error: unknown) => {
      if (isPassing(error)) return ended;
      throw error;
    });
  }
  return ended === undefined ? exitCodes.ok : tell(session, ended);
}

function statesOf({ texts }: Session, { byStatus }: Bulk): string {
  const counts = Object.entries(byStatus).map(([status, count]) => `${texts.taskStatus[status] ?? status} ${count}`);
  return counts.length === 0 ? '0' : counts.join('、');
}

async function tell(session: Session, ended: Bulk): Promise<ExitCode> {
  const t = taskHandTextsOf(session.options.lang);
  const c = t.columns;
  const columns: Column<z.infer<typeof itemSchema>>[] = [
    { key: 'taskId', title: c.task, value: (row) => row.taskId },
    { key: 'seenStatus', title: c.status, value: (row) => row.seenStatus },
    { key: 'code', title: c.code, value: (row) => row.code },
    { key: 'detail', title: c.detail, value: (row) => row.detail, maxCharacters: 80 },
  ];
  const paging = { limit: Number.POSITIVE_INFINITY };
  const refused = readPages(session.client(undefined), `${root}/${ended.id}/items`, { status: 'REFUSED' }, itemSchema, paging);
  await session.output.rows(columns, refused, (rows) => ({ ...ended, refusals: rows }));
  session.terminal.say(t.done(ended.done, ended.refused));
  if (ended.refused === 0) return exitCodes.ok;
  return ended.done === 0 ? exitCodes.conflict : exitCodes.partial;
}
