import { type checkDecided, type EventData, type LianxinEvent, ProblemError } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { FeedbackHits } from './feedback.hits.ts';
import { FeedbackWithdrawals } from './feedback.withdrawals.ts';
import { TaskStore } from './task.store.ts';
import { lastWords, wasStopped } from './window-hit.rules.ts';
import { type WindowHitRow, WindowHitStore } from './window-hit.store.ts';

const timer = 'window-hit';

/**
 * What a window decided about a prompt becomes the hit of the department's task without anybody writing it twice (R-4-14). Decision and plan come on two
 * topics: a decision that comes first waits for its plan.
 */
@Injectable()
export class WindowHitService {
  constructor(
    private readonly store: WindowHitStore,
    private readonly tasks: TaskStore,
    private readonly hits: FeedbackHits,
    private readonly withdrawals: FeedbackWithdrawals,
    private readonly timers: Timers,
  ) {
    timers.register(timer, (tx, planIds) => this.settleWaiting(tx, planIds));
  }

  async hear(tx: Transaction, events: readonly LianxinEvent<EventData<typeof checkDecided>>[]): Promise<void> {
    const decisions = lastWords(events);
    if (decisions.length === 0) return;
    await lockLanes(tx, await this.lanes(tx, events));
    for (const changed of await this.store.keep(tx, decisions)) await this.settle(tx, changed);
  }

  /**
   * The lanes of the parties: a plan that is being made about one of them now is seen afterwards, or sees that something waits for it. And those in which
   * their tasks speak.
   */
  async lanes(tx: Transaction, events: readonly LianxinEvent<EventData<typeof checkDecided>>[]): Promise<string[]> {
    const decisions = lastWords(events);
    const spoken = await this.store.readLaneKeys(
      tx,
      decisions.map((decision) => decision.entryId),
    );
    return [...decisions.map((decision) => decision.subjectId), ...spoken];
  }

  /** To be called with the plans that have just come; what waits for one of them is settled in a transaction of its own. */
  async plansCame(tx: Transaction, planIds: readonly string[]): Promise<void> {
    const waiting = await this.store.findWaiting(tx, planIds);
    if (waiting.length === 0) return;
    const references = [...new Set(waiting.map((hit) => hit.plan_id))];
    await this.timers.set(
      tx,
      timer,
      references.map((reference) => ({ reference, dueAt: new Date() })),
    );
  }

  private async settleWaiting(tx: Transaction, planIds: readonly string[]): Promise<void> {
    const waiting = await this.store.findWaiting(tx, planIds);
    const spoken = await this.store.readLaneKeys(
      tx,
      waiting.map((hit) => hit.entry_id),
    );
    await lockLanes(tx, [...waiting.map((hit) => hit.subject_id), ...spoken]);
    for (const seen of waiting) {
      const hit = await this.store.find(tx, seen);
      if (hit?.outcome === 'WAITING') await this.settle(tx, hit);
    }
  }

  private async settle(tx: Transaction, hit: WindowHitRow): Promise<void> {
    if (!hit.applied) {
      if (hit.outcome === 'FED_BACK' && hit.feedback_id !== null)
        await this.withdrawals.withdraw(tx, hit.feedback_id, {
          source: 'WINDOW',
          reason: `窗口核查 ${hit.check_number} 改为不采纳`,
          by: hit.decided_by,
        });
      await this.store.settle(tx, hit, hit.outcome === 'FED_BACK' ? 'TAKEN_BACK' : 'NOT_APPLIED');
      return;
    }
    const { hasPlan, taskId } = await this.store.findTask(tx, hit);
    if (!hasPlan) return this.store.settle(tx, hit, 'WAITING');
    if (taskId === undefined) return this.store.settle(tx, hit, 'NO_TASK');
    const task = await this.tasks.findTask(tx, taskId);
    if (task === undefined) throw new ProblemError('NOT_FOUND', `no task ${taskId}`);
    // Decided before the hold or the end had come, it stays a hit: what was done was done by a measure that ran.
    if (wasStopped(await this.tasks.findStatusAt(tx, taskId, hit.decided_at)))
      return this.store.settle(tx, hit, 'NO_TASK', { taskId, feedbackId: null });
    const feedbackId = await this.hits.submit(tx, task, hit);
    await this.store.settle(tx, hit, 'FED_BACK', { taskId, feedbackId });
  }
}
