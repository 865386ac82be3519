import { ProblemError } from '@lianxin/contracts';
import { Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideReplayStep, type ReplayAction } from './replay.rules.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';

export const turnTimer = 'replay-turn';

/** Takes steps of one replay: checks it against the table, appends the fact, wakes the clock that drives it on. */
@Injectable()
export class ReplayWork {
  constructor(
    private readonly store: ReplayStore,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {}

  get today(): string {
    return this.clock.today();
  }

  /**
   * Has replays looked at as soon as this transaction is over. Called before anything else of them is locked: whoever takes their turn holds the timer
   * first, then the replay, then lanes and cases, and so does everybody.
   */
  async wake(tx: Transaction, replayIds: readonly string[]): Promise<void> {
    const dueAt = this.clock.now();
    await this.timers.set(
      tx,
      turnTimer,
      [...new Set(replayIds)].sort().map((reference) => ({ reference, dueAt })),
    );
  }

  /** @throws ProblemError NOT_FOUND, STALE when it has moved on since the caller read it */
  async take(tx: Transaction, id: string, version?: number): Promise<ReplayRow> {
    if ((await this.store.find(tx, id)) === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    await this.wake(tx, [id]);
    const row = await this.store.lock(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    if (version !== undefined && version !== row.version)
      throw new ProblemError('STALE', `该回放已变为第 ${row.version} 版（${row.status}），请重新读取`);
    return row;
  }

  /** @throws ProblemError TRANSITION_NOT_ALLOWED, naming the state and what it allows */
  assertAllowed(row: ReplayRow, action: ReplayAction): void {
    const decided = decideReplayStep(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
  }

  /** @throws ProblemError TRANSITION_NOT_ALLOWED */
  async step(
    tx: Transaction,
    row: ReplayRow,
    action: ReplayAction,
    actor: { readonly id: string; readonly unit: string | null },
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const decided = decideReplayStep(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
    const from = row.status;
    row.version += 1;
    row.status = decided.to;
    const fact = { replay_id: row.id, version: row.version, action, from_status: from, to_status: row.status, detail };
    await this.store.addFact(tx, { ...fact, at: this.clock.now(), actor: actor.id, unit: actor.unit });
  }
}
