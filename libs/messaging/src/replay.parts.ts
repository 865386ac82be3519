import { createHash } from 'node:crypto';
import type { AssessedPlan, EventData, LianxinEvent, replayAssessed } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

type Assessed = EventData<typeof replayAssessed>;
/** What an owner says about a case of a replay, before it is cut into parts. */
export type ReplayAnswer = Omit<Assessed, 'part' | 'parts'>;

/** Below the limit of an event, with room for what surrounds the data. */
const maxPartBytes = 60 * 1024;
/** A plan above this is said in pieces. */
const maxPlanBytes = 16 * 1024;
/** Parties of rows that are alike, in one piece. */
const partiesPerPiece = 200;

const listNames = ['versions', 'entries', 'plans', 'tasks', 'mismatches'] as const;
type ListName = (typeof listNames)[number];
type Lists = Pick<Assessed, ListName>;

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) + 1;
const noLists = (): Lists => ({ versions: [], entries: [], plans: [], tasks: [], mismatches: [] });

/**
 * The parts in which an answer is sent, each below the limit of an event. What is counted once (`unchangedTasks`) and the state stand in the last. The same
 * answer gives the same parts.
 */
export function replayParts(answer: ReplayAnswer): Assessed[] {
  const { versions, entries, plans, tasks, mismatches, unchangedTasks, state, ...head } = answer;
  const rows: { list: ListName; value: unknown }[] = [
    ...versions.map((value) => ({ list: 'versions' as const, value })),
    ...entries.map((value) => ({ list: 'entries' as const, value })),
    ...plans.flatMap(piecesOf).map((value) => ({ list: 'plans' as const, value })),
    ...tasks.map((value) => ({ list: 'tasks' as const, value })),
    ...mismatches.map((value) => ({ list: 'mismatches' as const, value })),
  ];
  const room = maxPartBytes - bytesOf({ ...head, unchangedTasks, state }) - 200;
  let current = noLists();
  const parts: Lists[] = [current];
  let used = 0;
  for (const { list, value } of rows) {
    const bytes = bytesOf(value);
    if (used > 0 && used + bytes > room) {
      current = noLists();
      parts.push(current);
      used = 0;
    }
    (current[list] as unknown[]).push(value);
    used += bytes;
  }
  return parts.map((lists, index) => {
    const isLast = index === parts.length - 1;
    return {
      ...head,
      ...lists,
      unchangedTasks: isLast ? unchangedTasks : 0,
      state: isLast ? state : null,
      part: index + 1,
      parts: parts.length,
    };
  });
}

/** A large plan in pieces that name the same plan; what is counted stands in the first. */
function piecesOf(plan: AssessedPlan): AssessedPlan[] {
  if (bytesOf(plan) <= maxPlanBytes) return [plan];
  const { withdrawn, added, changed, demands, measures, parties, ...head } = plan;
  const empty: AssessedPlan = { ...head, kept: 0, withdrawn: [], added: [], changed: [] };
  return [
    { ...empty, kept: plan.kept, ...(demands === undefined ? {} : { demands: [] }) },
    ...chunksOf(splitParties(withdrawn)).map((rows) => ({ ...empty, withdrawn: rows })),
    ...chunksOf(splitParties(added)).map((rows) => ({ ...empty, added: rows })),
    ...chunksOf(splitParties(changed)).map((rows) => ({ ...empty, changed: rows })),
    ...chunksOf(splitParties(demands ?? [])).map((rows) => ({ ...empty, demands: rows })),
    ...chunksOf(measures ?? []).map((rows) => ({ ...empty, measures: rows })),
    ...chunksOf(parties ?? []).map((rows) => ({ ...empty, parties: rows })),
  ];
}

function splitParties<Row extends { partyIds: string[] }>(rows: readonly Row[]): Row[] {
  return rows.flatMap((row) =>
    Array.from({ length: Math.ceil(row.partyIds.length / partiesPerPiece) }, (_, index) => ({
      ...row,
      partyIds: row.partyIds.slice(index * partiesPerPiece, (index + 1) * partiesPerPiece),
    })),
  );
}

function chunksOf<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const bytes = bytesOf(row);
    if (used + bytes > maxPlanBytes) {
      chunks.push([]);
      used = 0;
    }
    chunks.at(-1)?.push(row);
    used += bytes;
  }
  return chunks;
}

/** An answer put together again from all its parts, in whatever order they came; pieces of a plan become one. */
export function joinReplayParts(parts: readonly Assessed[]): ReplayAnswer {
  const inOrder = parts.toSorted((a, b) => a.part - b.part);
  const last = inOrder.at(-1);
  if (last === undefined || last.part !== inOrder.length || last.parts !== inOrder.length)
    throw new Error('a part of the answer is missing');
  const plans = new Map<string, AssessedPlan>();
  for (const piece of inOrder.flatMap((part) => part.plans)) {
    const key = `${piece.entryId}|${piece.planId}`;
    const known = plans.get(key);
    plans.set(key, known === undefined ? piece : joinPlan(known, piece));
  }
  const { part: _part, parts: _parts, ...head } = last;
  return {
    ...head,
    versions: inOrder.flatMap((part) => part.versions),
    entries: inOrder.flatMap((part) => part.entries),
    plans: [...plans.values()],
    tasks: inOrder.flatMap((part) => part.tasks),
    mismatches: inOrder.flatMap((part) => part.mismatches),
    unchangedTasks: inOrder.reduce((sum, part) => sum + part.unchangedTasks, 0),
  };
}

function joinPlan(known: AssessedPlan, piece: AssessedPlan): AssessedPlan {
  const both = <Row>(a: Row[] | undefined, b: Row[] | undefined) =>
    a === undefined && b === undefined ? undefined : [...(a ?? []), ...(b ?? [])];
  const [demands, measures, parties] = [
    both(known.demands, piece.demands),
    both(known.measures, piece.measures),
    both(known.parties, piece.parties),
  ];
  return {
    ...known,
    withdrawn: [...known.withdrawn, ...piece.withdrawn],
    added: [...known.added, ...piece.added],
    changed: [...known.changed, ...piece.changed],
    kept: known.kept + piece.kept,
    ...(demands === undefined ? {} : { demands }),
    ...(measures === undefined ? {} : { measures }),
    ...(parties === undefined ? {} : { parties }),
  };
}

/**
 * How a case stands, as a digest over the lines `kind:id:version:status` of what it consists of, for comparison with the journal. Tasks are told by their
 * state alone: facts that no event tells (who has taken a task in hand, a second basis that went) count in their versions.
 */
export function replayStateOf(
  rows: readonly { kind: 'ENTRY' | 'PLAN' | 'TASK'; id: string; version: number; status: string }[],
): NonNullable<Assessed['state']> {
  const lines = rows
    .map(({ kind, id, version, status }) => (kind === 'TASK' ? `TASK:${id}:${status}` : `${kind}:${id}:${version}:${status}`))
    .sort();
  return { lines: lines.length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') };
}

/** A whole answer with the event that completed it. */
export interface HeardAnswer {
  readonly cause: LianxinEvent<Assessed>;
  readonly answer: ReplayAnswer;
}

/**
 * The answers that are complete with these events, in their order; the parts of the others wait in `replay_part` of the service's schema. All parts of an
 * answer come in one topic partition.
 */
export async function collectReplayAnswers(tx: Transaction, events: readonly LianxinEvent<Assessed>[]): Promise<HeardAnswer[]> {
  const single = (event: LianxinEvent<Assessed>) => event.data.parts === 1;
  const several = events.filter((event) => !single(event));
  const waiting = several.length === 0 ? new Map<string, Assessed[]>() : await keepParts(tx, several);
  return events.flatMap((cause): HeardAnswer[] => {
    if (single(cause)) return [{ cause, answer: joinReplayParts([cause.data]) }];
    const parts = waiting.get(nameOf(cause.data));
    if (parts === undefined || cause.data.part !== cause.data.parts) return [];
    return [{ cause, answer: joinReplayParts(parts) }];
  });
}

const nameOf = ({ replayId, round, entryId }: Pick<Assessed, 'replayId' | 'round' | 'entryId'>) => `${replayId}|${round}|${entryId}`;

/** Keeps parts, and takes out those of answers whose last part is among the events. */
async function keepParts(tx: Transaction, events: readonly LianxinEvent<Assessed>[]): Promise<Map<string, Assessed[]>> {
  const data = events.map((event) => event.data);
  await tx.execute(
    `INSERT INTO replay_part (replay_id, round, entry_id, part, data) SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::integer[], $5::jsonb[])
     ON CONFLICT (replay_id, round, entry_id, part) DO UPDATE SET data = excluded.data`,
    [
      data.map((part) => part.replayId),
      data.map((part) => part.round),
      data.map((part) => part.entryId),
      data.map((part) => part.part),
      data.map((part) => JSON.stringify(part)),
    ],
  );
  const last = data.filter((part) => part.part === part.parts);
  const rows = await tx.query<{ data: Assessed }>(
    `DELETE FROM replay_part USING unnest($1::uuid[], $2::integer[], $3::uuid[]) AS done (replay_id, round, entry_id)
     WHERE replay_part.replay_id = done.replay_id AND replay_part.round = done.round AND replay_part.entry_id = done.entry_id RETURNING data`,
    [last.map((part) => part.replayId), last.map((part) => part.round), last.map((part) => part.entryId)],
  );
  const complete = new Map<string, Assessed[]>();
  for (const { data: part } of rows) complete.set(nameOf(part), [...(complete.get(nameOf(part)) ?? []), part]);
  return complete;
}
