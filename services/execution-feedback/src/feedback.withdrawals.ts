import { caseWithdrawn, feedbackRejected, ProblemError } from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ActService } from './act.service.ts';
import { headOf } from './feedback.events.ts';
import { FeedbackStore } from './feedback.store.ts';
import { TaskStore } from './task.store.ts';

/** Why a feedback does not count any more, and by whose word. */
export interface Withdrawal {
  readonly source: 'SPOT_CHECK' | 'WINDOW';
  readonly reason: string;
  readonly by: string;
}

/** Takes back what counted, or waited to count: by a spot check of the credit office (抽查退回, R-4-9), or because the window changed its decision. */
@Injectable()
export class FeedbackWithdrawals {
  constructor(
    private readonly acts: ActService,
    private readonly tasks: TaskStore,
    private readonly store: FeedbackStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The feedback is sent back and its case does not count; its department may correct it as a new version (R-4-10). Twice is the same as once.
   * @throws ProblemError NOT_FOUND.
   */
  async withdraw(tx: Transaction, feedbackId: string, { source, reason, by }: Withdrawal): Promise<void> {
    const seen = await this.store.find(tx, feedbackId);
    const task = seen === undefined ? undefined : await this.tasks.findTask(tx, seen.task_id);
    if (task === undefined) throw new ProblemError('NOT_FOUND', '没有此反馈，或不属于本部门');
    await lockLanes(tx, [task.laneKey, task.partySubjectId]);
    const feedback = await this.store.find(tx, feedbackId);
    if (feedback === undefined || feedback.status === 'REJECTED') return;
    const { now } = this.acts.context();
    const version = (await this.store.readVersions(tx, [feedbackId])).at(-1);
    if (version === undefined) throw new Error('a feedback without versions');
    await this.store.update(tx, { ...feedback, status: 'REJECTED', valid_version: null });
    await this.store.addWithdrawal(tx, feedback, { source, reason, by, at: now });
    const data = { ...headOf(feedback, task, version.content), reason, rejectedAt: now.toISOString() };
    const events: NewEvent[] = [newEvent({ definition: feedbackRejected, key: task.laneKey, data })];
    // A correction that waits is sent back, and so is the version that had been approved before it.
    if (feedback.valid_version !== null && feedback.valid_version !== feedback.version)
      events.push(
        newEvent({ definition: feedbackRejected, key: task.laneKey, data: { ...data, feedbackVersion: feedback.valid_version } }),
      );
    for (const caseId of await this.store.withdrawCase(tx, feedbackId, reason, now))
      events.push(
        newEvent({
          definition: caseWithdrawn,
          key: task.laneKey,
          data: { caseId, taskId: task.id, feedbackId, departmentCode: task.departmentCode, reason, withdrawnAt: now.toISOString() },
        }),
      );
    await this.outbox.publish(
      tx,
      events.map((event) => ({ ...event, actor: by, time: now })),
    );
  }
}
