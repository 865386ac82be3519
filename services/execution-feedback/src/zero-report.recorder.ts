import { randomUUIDv7 } from 'node:crypto';
import { beijingDate, type FeedbackRequest, feedbackApproved, feedbackSubmitted, taskRescheduled } from '@lianxin/contracts';
import { type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { isOnTime } from './act.rules.ts';
import { ActService } from './act.service.ts';
import { missingYears } from './calendar.rules.ts';
import type { DeadlineContext } from './deadline.rules.ts';
import { headOf } from './feedback.events.ts';
import { taskAfterApproval } from './feedback.rules.ts';
import type { Feedback } from './feedback.store.ts';
import type { Task } from './task.rules.ts';
import { TaskStore } from './task.store.ts';
import { insertFacts, updateTasks } from './task.write.store.ts';
import { ZeroFeedbackStore } from './zero-report.feedback.store.ts';

/** Whose word it is that nothing was triggered, and when it was said: whether it came in time is judged by that. */
export interface ZeroSaying {
  readonly submittedBy: string;
  readonly submittedAt: Date;
  readonly decidedBy: string;
  readonly remark: string | null;
}

interface Recorded {
  readonly before: Task;
  readonly after: Task;
  readonly feedback: Feedback;
}

/** Writes a zero report into its tasks: each has its feedback of the quarter, as if it had been given there, and its next cycle (§4.4, R-4-9). */
@Injectable()
export class ZeroReportRecorder {
  constructor(
    private readonly acts: ActService,
    private readonly tasks: TaskStore,
    private readonly store: ZeroFeedbackStore,
    private readonly outbox: Outbox,
  ) {}

  /** The caller holds the lanes of the tasks and has read them under these. @param reportOf the report under which a task is asked */
  async record(tx: Transaction, tasks: readonly Task[], saying: ZeroSaying, reportOf: (task: Task) => string): Promise<void> {
    const context = this.acts.context();
    const content: FeedbackRequest = { kind: 'ZERO', evidenceIds: [], ...(saying.remark === null ? {} : { remark: saying.remark }) };
    const recorded = tasks.flatMap((before): Recorded[] => {
      const after = taskAfterApproval(before, { kind: 'ZERO', cycle: before.cycle }, context);
      return after === undefined ? [] : [{ before, after, feedback: feedbackOf(before, saying, content, reportOf(before)) }];
    });
    if (recorded.length === 0) return;
    await this.store.insert(
      tx,
      recorded.map(({ feedback }) => feedback),
      { content, submittedBy: saying.submittedBy, decidedBy: saying.decidedBy, decidedAt: context.now },
    );
    await updateTasks(
      tx,
      recorded.map(({ after }) => after),
    );
    await insertFacts(
      tx,
      recorded.map(({ before, after, feedback }) => ({
        taskId: after.id,
        version: after.version,
        departmentCode: after.departmentCode,
        what: 'CYCLE_REPORTED',
        from: before.status,
        to: after.status,
        at: context.now,
        actor: saying.decidedBy,
        causeEvent: null,
        detail: { feedbackId: feedback.id, zeroReportId: reportOf(before) },
      })),
    );
    await this.tell(tx, recorded, content, saying, context);
  }

  private async tell(
    tx: Transaction,
    recorded: readonly Recorded[],
    content: FeedbackRequest,
    saying: ZeroSaying,
    context: DeadlineContext,
  ): Promise<void> {
    const { now } = context;
    const entryIds = await this.tasks.readEntryIdsOfMany(
      tx,
      recorded.map(({ after }) => after.id),
    );
    const events = recorded.flatMap(({ before, after, feedback }): NewEvent[] => {
      const key = after.laneKey;
      const given: Feedback = { ...feedback, status: 'PENDING', valid_version: null };
      const submitted = newEvent({ definition: feedbackSubmitted, key, data: headOf(given, before, content) });
      const approved = newEvent({
        definition: feedbackApproved,
        key,
        data: { ...headOf(feedback, after, content), approvedAt: now.toISOString() },
      });
      const opened = newEvent({ definition: taskRescheduled, key, data: nextCycleOf(after, entryIds.get(after.id) ?? [], context) });
      return [
        { ...submitted, actor: saying.submittedBy, time: now },
        { ...approved, actor: saying.decidedBy, time: now },
        { ...opened, actor: saying.decidedBy, time: now },
      ];
    });
    await this.outbox.publish(tx, events);
  }
}

function feedbackOf(task: Task, saying: ZeroSaying, content: FeedbackRequest, reportId: string): Feedback {
  return {
    id: randomUUIDv7(),
    task_id: task.id,
    department_code: task.departmentCode,
    cycle: task.cycle,
    task_status: task.status,
    status: 'VALID',
    version: 1,
    valid_version: 1,
    kind: 'ZERO',
    client_ref: `zero-report:${reportId}`,
    content_hash: contentHash(content),
    submitted_at: saying.submittedAt,
    due_at: task.feedbackDueAt,
    on_time: isOnTime(task.feedbackDueAt, saying.submittedAt),
    check_id: null,
    check_number: null,
  };
}

/** The report comes after its quarter, so that the next cycle opens at once. */
function nextCycleOf(task: Task, entryIds: readonly string[], { now, calendar }: DeadlineContext) {
  return {
    taskId: task.id,
    taskVersion: task.version,
    departmentCode: task.departmentCode,
    status: task.status,
    entryIds: [...entryIds],
    actedAt: now.toISOString(),
    reason: 'CYCLE_OPENED' as const,
    cycle: task.cycle,
    dueAt: task.dueAt?.toISOString() ?? null,
    acknowledgeDueAt: null,
    feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
    provisional: task.feedbackDueAt !== null && missingYears(calendar, beijingDate(now), task.feedbackDueAt).length > 0,
  };
}
