import { randomUUIDv7 } from 'node:crypto';
import { beijingDate, type FeedbackRequest, feedbackSubmitted } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { isOnTime } from './act.rules.ts';
import { ActService } from './act.service.ts';
import { headOf } from './feedback.events.ts';
import { feedbackDue } from './feedback.rules.ts';
import { type Feedback, FeedbackStore } from './feedback.store.ts';
import type { Task } from './task.rules.ts';
import { TaskStore } from './task.store.ts';
import type { WindowHitRow } from './window-hit.store.ts';

/**
 * Hits that were decided at a window, as feedback of the department that decides the matter: written by the system in the clerk's name, the recorded check as
 * evidence, its case number (else its slip number) as document. Like all feedback it counts once somebody else of the department approves (R-4-9).
 */
@Injectable()
export class FeedbackHits {
  constructor(
    private readonly acts: ActService,
    private readonly tasks: TaskStore,
    private readonly store: FeedbackStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns the id of the feedback; that of the one made before for the same decision. */
  async submit(tx: Transaction, seen: Task, hit: WindowHitRow): Promise<string> {
    await lockLanes(tx, [seen.laneKey, seen.partySubjectId]);
    const task = (await this.tasks.findTask(tx, seen.id)) ?? seen;
    const clientRef = `window-check:${hit.prompt_id}:${hit.measure_code}:${hit.decided_at.toISOString()}`;
    const known = await this.store.findByClientRef(tx, task.id, clientRef);
    if (known !== undefined) return known.id;
    const context = this.acts.context(beijingDate(hit.decided_at));
    const content: FeedbackRequest = {
      kind: 'HIT',
      measureApplied: `窗口核查 ${hit.check_number} 采纳本措施`,
      appliedOn: beijingDate(hit.decided_at),
      businessMatter: hit.matter_code,
      documentNo: hit.case_no ?? hit.check_number,
      evidenceIds: [],
    };
    const dueAt = feedbackDue(task, content, context);
    const feedback: Feedback = {
      id: randomUUIDv7(),
      task_id: task.id,
      department_code: task.departmentCode,
      cycle: task.cycle,
      task_status: task.status,
      status: 'PENDING',
      version: 1,
      valid_version: null,
      kind: 'HIT',
      client_ref: clientRef,
      content_hash: contentHash(content),
      submitted_at: context.now,
      due_at: dueAt,
      on_time: isOnTime(dueAt, context.now),
      check_id: hit.check_id,
      check_number: hit.check_number,
    };
    await this.store.insert(tx, feedback, content, hit.decided_by);
    const event = newEvent({ definition: feedbackSubmitted, key: task.laneKey, data: headOf(feedback, task, content) });
    await this.outbox.publish(tx, [{ ...event, actor: hit.decided_by, time: context.now }]);
    return feedback.id;
  }
}
