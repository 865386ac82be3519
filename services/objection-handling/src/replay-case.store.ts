import type { ReplayOwner, ReplayVersion } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CaseFigures } from './replay-difference.rules.ts';
import type { ReplayableEntry } from './replay-entry.store.ts';

/**
 * WAITING to be asked or ordered; ASKED, the owners think; ANSWERED; FAILED: not settled after all attempts; SKIPPED: nothing to do; ORDERED, the owners
 * act; CARRIED out by all of them, restorations not ordered yet; DONE.
 */
export type CaseState = 'WAITING' | 'ASKED' | 'ANSWERED' | 'FAILED' | 'SKIPPED' | 'ORDERED' | 'CARRIED' | 'DONE';

export interface CaseRow {
  readonly replay_id: string;
  readonly entry_id: string;
  readonly subject_id: string;
  readonly subject_key: string;
  readonly number: string;
  readonly list_code: string;
  readonly designating_department: string;
  readonly state: CaseState;
  readonly round: number;
  readonly attempts: number;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly plan_sha256: string | null;
  readonly sha256: string | null;
  readonly changes: boolean;
  readonly adds_restriction: boolean;
  readonly loses_honour: boolean;
  readonly figures: CaseFigures | null;
  readonly journal_differs: boolean;
  readonly versions: ReplayVersion[];
  readonly acting: ReplayOwner[];
  /** Owners that have done their part, and those that refused theirs. */
  readonly carried_out: ReplayOwner[];
  readonly refused_by: ReplayOwner[];
  readonly restorations: number;
}

/** What a case has become. */
export type Settled = Pick<
  CaseRow,
  | 'replay_id'
  | 'entry_id'
  | 'designating_department'
  | 'state'
  | 'attempts'
  | 'outcome'
  | 'detail'
  | 'plan_sha256'
  | 'sha256'
  | 'changes'
  | 'adds_restriction'
  | 'loses_honour'
  | 'figures'
  | 'journal_differs'
  | 'versions'
  | 'acting'
> & { readonly dueAt: Date };

export type CaseKey = Pick<CaseRow, 'replay_id' | 'entry_id'>;

/** SQL of the cases of replays. Cases are locked in the order of their ids. */
@Injectable()
export class ReplayCaseStore {
  async insert(tx: Transaction, replayId: string, entries: readonly ReplayableEntry[], now: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO replay_case (replay_id, entry_id, subject_id, subject_key, number, list_code, designating_department, due_at)
       SELECT $1, entry_id, subject_id, subject_key, number, list_code, department, $2::timestamptz
       FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS new (entry_id, subject_id, subject_key, number, list_code, department)`,
      [
        ...[replayId, now, entries.map((one) => one.entry_id), entries.map((one) => one.subject_id)],
        ...[entries.map((one) => one.subject_key), entries.map((one) => one.number), entries.map((one) => one.list_code)],
        entries.map((one) => one.designating_department),
      ],
    );
  }

  async lock(tx: Transaction, keys: readonly CaseKey[]): Promise<CaseRow[]> {
    return tx.query<CaseRow>(
      `SELECT * FROM replay_case WHERE (replay_id, entry_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
       ORDER BY replay_id, entry_id FOR UPDATE`,
      [keys.map((key) => key.replay_id), keys.map((key) => key.entry_id)],
    );
  }

  /** How many cases of a replay stand where. */
  async countStates(tx: Transaction, replayId: string): Promise<Partial<Record<CaseState, number>>> {
    const rows = await tx.query<{ state: CaseState; count: number }>(
      'SELECT state, count(*) AS count FROM replay_case WHERE replay_id = $1 GROUP BY state',
      [replayId],
    );
    return Object.fromEntries(rows.map((row) => [row.state, row.count]));
  }

  /** Takes cases that are due, at most `limit`. */
  async takeDue(tx: Transaction, replayId: string, state: CaseState, now: Date, limit: number): Promise<CaseRow[]> {
    return tx.query<CaseRow>(
      `SELECT * FROM replay_case WHERE replay_id = $1 AND entry_id IN (
         SELECT entry_id FROM replay_case WHERE replay_id = $1 AND state = $2 AND due_at <= $3 ORDER BY entry_id LIMIT $4
       ) ORDER BY entry_id FOR UPDATE`,
      [replayId, state, now, limit],
    );
  }

  /** The time at which the next case that waits is due. */
  async nextDueAt(tx: Transaction, replayId: string): Promise<Date | undefined> {
    const [row] = await tx.query<{ due_at: Date | null }>(
      `SELECT min(due_at) AS due_at FROM replay_case WHERE replay_id = $1 AND state = 'WAITING'`,
      [replayId],
    );
    return row?.due_at ?? undefined;
  }

  /** A new round is asked. */
  async markAsked(tx: Transaction, replayId: string, entryIds: readonly string[], now: Date): Promise<void> {
    await tx.execute(
      `UPDATE replay_case SET state = 'ASKED', round = round + 1, asked_at = $3 WHERE replay_id = $1 AND entry_id = ANY($2::uuid[])`,
      [replayId, entryIds, now],
    );
  }

  /** Where no owner has anything of its own to do, it is done; the proof tells whether that is so. */
  async markOrdered(tx: Transaction, replayId: string, entryIds: readonly string[], now: Date): Promise<void> {
    await tx.execute(
      `UPDATE replay_case SET state = CASE WHEN acting = '{}' THEN 'CARRIED' ELSE 'ORDERED' END, asked_at = $3 WHERE replay_id = $1 AND entry_id = ANY($2::uuid[])`,
      [replayId, entryIds, now],
    );
  }

  async markDone(tx: Transaction, replayId: string, restorations: ReadonlyMap<string, number>): Promise<void> {
    await tx.execute(
      `UPDATE replay_case SET state = 'DONE', restorations = new.restorations
       FROM unnest($2::uuid[], $3::integer[]) AS new (entry_id, restorations) WHERE replay_case.replay_id = $1 AND replay_case.entry_id = new.entry_id`,
      [replayId, [...restorations.keys()], [...restorations.values()]],
    );
  }

  /** Cases whose owners have been silent too long are asked or ordered again; at last they have failed. */
  async expire(tx: Transaction, replayId: string, silentSince: Date, now: Date, maxAttempts: number): Promise<number> {
    return tx.execute(
      `UPDATE replay_case SET attempts = attempts + 1, due_at = $3, state = CASE WHEN attempts + 1 >= $4 THEN 'FAILED' ELSE 'WAITING' END,
         detail = CASE WHEN attempts + 1 >= $4 THEN '各责任服务未在时限内答复' ELSE detail END
       WHERE replay_id = $1 AND entry_id IN (
         SELECT entry_id FROM replay_case WHERE replay_id = $1 AND state IN ('ASKED', 'ORDERED') AND asked_at <= $2 ORDER BY entry_id FOR UPDATE
       )`,
      [replayId, silentSince, now, maxAttempts],
    );
  }

  /** Begins a stage: cases in `from` wait again, with all attempts before them. */
  async begin(tx: Transaction, replayId: string, from: readonly CaseState[], now: Date): Promise<number> {
    return tx.execute(`UPDATE replay_case SET state = 'WAITING', attempts = 0, due_at = $3 WHERE replay_id = $1 AND state = ANY($2)`, [
      replayId,
      from,
      now,
    ]);
  }

  /** What does not change needs neither a second look nor an order. */
  async skipUnchanged(tx: Transaction, replayId: string): Promise<void> {
    await tx.execute(`UPDATE replay_case SET state = 'SKIPPED' WHERE replay_id = $1 AND NOT changes`, [replayId]);
  }

  async settle(tx: Transaction, settled: readonly Settled[]): Promise<void> {
    if (settled.length === 0) return;
    await tx.execute(
      `UPDATE replay_case SET state = new.state, attempts = new.attempts, due_at = new.due_at, outcome = new.outcome, detail = new.detail,
         plan_sha256 = new.plan_sha256, sha256 = new.sha256, changes = new.changes, adds_restriction = new.adds, loses_honour = new.loses,
         figures = new.figures::jsonb, journal_differs = new.journal_differs, versions = new.versions::jsonb,
         acting = string_to_array(new.acting, ',')
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[],
         $10::boolean[], $11::boolean[], $12::boolean[], $13::text[], $14::boolean[], $15::text[], $16::text[])
         AS new (replay_id, entry_id, state, attempts, due_at, outcome, detail, plan_sha256, sha256, changes, adds, loses, figures, journal_differs, versions, acting)
       WHERE replay_case.replay_id = new.replay_id AND replay_case.entry_id = new.entry_id`,
      [
        ...[settled.map((one) => one.replay_id), settled.map((one) => one.entry_id), settled.map((one) => one.state)],
        ...[settled.map((one) => one.attempts), settled.map((one) => one.dueAt), settled.map((one) => one.outcome)],
        ...[settled.map((one) => one.detail), settled.map((one) => one.plan_sha256), settled.map((one) => one.sha256)],
        ...[settled.map((one) => one.changes), settled.map((one) => one.adds_restriction), settled.map((one) => one.loses_honour)],
        ...[settled.map((one) => (one.figures === null ? null : JSON.stringify(one.figures))), settled.map((one) => one.journal_differs)],
        ...[settled.map((one) => JSON.stringify(one.versions)), settled.map((one) => one.acting.join(','))],
      ],
    );
  }

  /**
   * An owner has done its part, or refuses: the case is carried out when all that act have answered. Also when nobody waited for the answer any more:
   * what an owner has done is done, and no later refusal undoes it.
   */
  async answerOrder(tx: Transaction, key: CaseKey, owner: ReplayOwner, refusal: string | null): Promise<void> {
    await tx.execute(
      `UPDATE replay_case SET detail = coalesce($4, detail),
         carried_out = CASE WHEN $4::text IS NULL THEN array(SELECT DISTINCT unnest(carried_out || $3::text) ORDER BY 1) ELSE carried_out END,
         refused_by = CASE WHEN $4::text IS NULL THEN array_remove(refused_by, $3::text) WHEN $3 = ANY(carried_out) THEN refused_by
           ELSE array(SELECT DISTINCT unnest(refused_by || $3::text) ORDER BY 1) END,
         state = CASE WHEN acting <@ (carried_out || refused_by || $3::text) THEN 'CARRIED' ELSE state END
       WHERE replay_id = $1 AND entry_id = $2 AND state IN ('ORDERED', 'WAITING', 'FAILED')
         AND EXISTS (SELECT 1 FROM replay WHERE id = $1 AND status = 'APPLYING')`,
      [key.replay_id, key.entry_id, owner, refusal],
    );
  }

  async findPage(tx: Transaction, replayId: string, after: string | undefined, limit: number, failedOnly = false): Promise<CaseRow[]> {
    return tx.query<CaseRow>(
      `SELECT * FROM replay_case WHERE replay_id = $1 AND ($2::uuid IS NULL OR entry_id > $2) AND (NOT $4 OR state = 'FAILED') ORDER BY entry_id LIMIT $3`,
      [replayId, after ?? null, limit, failedOnly],
    );
  }
}
