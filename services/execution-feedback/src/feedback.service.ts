import { randomUUIDv7 } from 'node:crypto';
import {
  beijingDate,
  caseRecorded,
  caseWithdrawn,
  type FeedbackRequest,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  type Principal,
  ProblemError,
  taskLifted,
  taskRescheduled,
} from '@lianxin/contracts';
import { type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { isOnTime } from './act.rules.ts';
import { ActService } from './act.service.ts';
import { missingYears } from './calendar.rules.ts';
import { headOf } from './feedback.events.ts';
import { FeedbackForms } from './feedback.form.ts';
import { checkFeedback, documentKey, feedbackDue, taskAfterApproval } from './feedback.rules.ts';
import { type Feedback, FeedbackStore, type FeedbackVersion } from './feedback.store.ts';
import { FileStore } from './file.store.ts';
import { orderedOn } from './order.rules.ts';
import { TaskFigures } from './task.figures.ts';
import { decideTransition, type Task } from './task.rules.ts';
import { type ShownBasis, TaskStore } from './task.store.ts';

/** What departments answer (§4.6), how a second person makes it valid (R-4-9), and the cases that follow (R-4-11). */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly acts: ActService,
    private readonly tasks: TaskStore,
    private readonly store: FeedbackStore,
    private readonly files: FileStore,
    private readonly outbox: Outbox,
    private readonly figures: TaskFigures,
    private readonly forms: FeedbackForms,
  ) {}

  /**
   * Takes a feedback; it does not count before a second person approves. The proof that a measure is lifted moves the task at once: freeing a subject
   * waits for nobody. The same `clientRef` with the same content is the same feedback.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, IDEMPOTENCY_KEY_REUSED, FEEDBACK_PENDING and the codes of §4.6 with their fields.
   */
  async submit(tx: Transaction, principal: Principal, taskId: string, request: FeedbackRequest): Promise<Feedback> {
    const task = await this.acts.lockTask(tx, principal, taskId);
    const { clientRef, ...content } = request;
    const hash = contentHash(content);
    if (clientRef !== undefined) {
      const known = await this.store.findByClientRef(tx, taskId, clientRef);
      if (known?.content_hash === hash) return known;
      if (known !== undefined) throw new ProblemError('IDEMPOTENCY_KEY_REUSED', `本任务的 clientRef ${clientRef} 已用于内容不同的反馈`);
    }
    await this.check(tx, task, content, task.status, false);
    // Hits come as they happen, and freeing a subject waits for nobody.
    const isPeriodic = content.kind !== 'HIT' && content.kind !== 'LIFTED';
    if (isPeriodic && (await this.store.hasPending(tx, taskId, task.cycle)))
      throw new ProblemError('FEEDBACK_PENDING', `第 ${task.cycle} 周期已有待审核的反馈，请先审核、退回或更正`);
    const { now } = this.acts.context();
    const dueAt = feedbackDue(task, content, this.acts.context(content.kind === 'HIT' ? content.appliedOn : undefined));
    const feedback: Feedback = {
      id: randomUUIDv7(),
      task_id: taskId,
      department_code: task.departmentCode,
      cycle: task.cycle,
      task_status: task.status,
      status: 'PENDING',
      version: 1,
      valid_version: null,
      kind: content.kind,
      client_ref: clientRef ?? null,
      content_hash: hash,
      submitted_at: now,
      due_at: dueAt,
      on_time: isOnTime(dueAt, now),
      check_id: null,
      check_number: null,
    };
    await this.store.insert(tx, feedback, content, principal.id);
    const after = content.kind === 'LIFTED' ? await this.confirmLifted(tx, principal, task, feedback, now) : task;
    const said = [newEvent({ definition: feedbackSubmitted, key: task.laneKey, data: headOf(feedback, after, content) })];
    if (content.kind === 'LIFTED') {
      const head = await this.acts.actHead(tx, after, now);
      said.push(
        newEvent({ definition: taskLifted, key: task.laneKey, data: { ...head, feedbackId: feedback.id, onTime: feedback.on_time } }),
      );
    }
    await this.say(tx, said, principal, now);
    return feedback;
  }

  /**
   * A correction is a new version that again waits for approval; what was valid stays so meanwhile (R-4-10).
   * @throws ProblemError NOT_FOUND, FORBIDDEN and the codes of §4.6.
   */
  async correct(tx: Transaction, principal: Principal, feedbackId: string, request: FeedbackRequest): Promise<Feedback> {
    const { feedback, task } = await this.lock(tx, principal, feedbackId);
    const { clientRef: _clientRef, ...content } = request;
    await this.check(tx, task, content, feedback.task_status, feedback.check_id !== null);
    const { now } = this.acts.context();
    // What had been valid was given in its time; what never was is judged by when it comes now.
    const onTime = feedback.valid_version === null ? isOnTime(feedback.due_at, now) : feedback.on_time;
    const corrected: Feedback = {
      ...feedback,
      status: 'PENDING',
      version: feedback.version + 1,
      kind: content.kind,
      submitted_at: now,
      on_time: onTime,
    };
    await this.store.update(tx, corrected);
    await this.store.addVersion(tx, corrected, content, principal.id);
    await this.say(
      tx,
      [newEvent({ definition: feedbackSubmitted, key: task.laneKey, data: headOf(corrected, task, content) })],
      principal,
      now,
    );
    return corrected;
  }

  /**
   * The second person approves: the feedback is valid, the task goes on, an APPLIED or HIT becomes a case unless the same one is recorded.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, SAME_PERSON, TRANSITION_NOT_ALLOWED.
   */
  async approve(tx: Transaction, principal: Principal, feedbackId: string): Promise<Feedback> {
    const { feedback, task, version } = await this.lockForDecision(tx, principal, feedbackId);
    const { now } = this.acts.context();
    const valid: Feedback = { ...feedback, status: 'VALID', valid_version: feedback.version };
    await this.store.addDecision(tx, feedback, { outcome: 'APPROVED', reason: null, decidedBy: principal.id, decidedAt: now });
    await this.store.update(tx, valid);
    const moved = taskAfterApproval(task, feedback, this.acts.context());
    if (moved !== undefined) {
      const what = moved.status === task.status && moved.previousStatus === task.previousStatus ? 'CYCLE_REPORTED' : 'FED_BACK';
      await this.acts.save(tx, task, moved, { what, actor: principal.id, at: now, detail: { feedbackId } });
    }
    const data = { ...headOf(valid, moved ?? task, version.content), approvedAt: now.toISOString() };
    const caseEvent = await this.recordCase(tx, task, valid, version.content, now);
    const cycleEvent = moved !== undefined && moved.cycle > task.cycle ? [await this.cycleOpened(tx, moved, now)] : [];
    const said = [newEvent({ definition: feedbackApproved, key: task.laneKey, data }), ...cycleEvent, ...caseEvent];
    await this.say(tx, said, principal, now);
    return valid;
  }

  /** A report that comes after its quarter opens the next cycle at once: nothing else tells when that one is due. */
  private async cycleOpened(tx: Transaction, task: Task, now: Date): Promise<NewEvent> {
    const { calendar } = this.acts.context();
    const data = {
      ...(await this.acts.actHead(tx, task, now)),
      reason: 'CYCLE_OPENED' as const,
      cycle: task.cycle,
      dueAt: task.dueAt?.toISOString() ?? null,
      acknowledgeDueAt: null,
      feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
      provisional: task.feedbackDueAt !== null && missingYears(calendar, beijingDate(now), task.feedbackDueAt).length > 0,
    };
    return newEvent({ definition: taskRescheduled, key: task.laneKey, data });
  }

  /**
   * The second person sends the feedback back to its author; a version that was valid before stays so.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, SAME_PERSON, TRANSITION_NOT_ALLOWED.
   */
  async reject(tx: Transaction, principal: Principal, feedbackId: string, reason: string): Promise<Feedback> {
    const { feedback, task, version } = await this.lockForDecision(tx, principal, feedbackId);
    const { now } = this.acts.context();
    const rejected: Feedback = { ...feedback, status: 'REJECTED' };
    await this.store.addDecision(tx, feedback, { outcome: 'REJECTED', reason, decidedBy: principal.id, decidedAt: now });
    await this.store.update(tx, rejected);
    const data = { ...headOf(rejected, task, version.content), reason, rejectedAt: now.toISOString() };
    await this.say(tx, [newEvent({ definition: feedbackRejected, key: task.laneKey, data })], principal, now);
    return rejected;
  }

  private async confirmLifted(tx: Transaction, principal: Principal, task: Task, feedback: Feedback, now: Date): Promise<Task> {
    const decision = decideTransition(task, 'confirmLifted');
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail);
    const lifted: Task = { ...task, status: decision.next, dueAt: null, feedbackDueAt: null, version: task.version + 1 };
    await this.acts.save(tx, task, lifted, { what: 'LIFTED', actor: principal.id, at: now, detail: { feedbackId: feedback.id } });
    await this.figures.noteLifted(tx, task.id);
    return lifted;
  }

  private async check(
    tx: Transaction,
    task: Task,
    content: FeedbackRequest,
    taskStatus: Task['status'],
    hasWindowCheck: boolean,
  ): Promise<void> {
    const bases = await this.tasks.readBasesToShow(tx, [task.id]);
    const checked = checkFeedback(content, {
      taskStatus,
      taskKind: task.kind,
      hasWindowCheck,
      class: task.class,
      activatedOn: task.kind === 'EXECUTE' ? earliestActivation(bases) : orderedOn(task),
      today: beijingDate(this.acts.context().now),
      legalBases: content.legalBasisUsed === undefined ? undefined : await this.forms.legalBases(tx, bases),
      knownEvidence: await this.files.findKnown(tx, task.departmentCode, content.evidenceIds),
    });
    if (!checked.ok) throw new ProblemError(checked.code, checked.detail, checked.errors);
  }

  private async lock(tx: Transaction, principal: Principal, feedbackId: string): Promise<{ feedback: Feedback; task: Task }> {
    const seen = await this.store.find(tx, feedbackId);
    if (seen === undefined) throw new ProblemError('NOT_FOUND', '没有此反馈，或不属于本部门');
    const task = await this.acts.lockTask(tx, principal, seen.task_id);
    // Read again under the task's lane: a decision or correction may have come in between.
    const feedback = await this.store.find(tx, feedbackId);
    if (feedback === undefined) throw new ProblemError('NOT_FOUND', '没有此反馈，或不属于本部门');
    return { feedback, task };
  }

  private async lockForDecision(
    tx: Transaction,
    principal: Principal,
    feedbackId: string,
  ): Promise<{ feedback: Feedback; task: Task; version: FeedbackVersion }> {
    const { feedback, task } = await this.lock(tx, principal, feedbackId);
    if (feedback.status !== 'PENDING')
      throw new ProblemError(
        'TRANSITION_NOT_ALLOWED',
        `反馈处于 ${feedback.status}，只有待审核（PENDING）的反馈可以审核；当前允许：correct`,
      );
    const version = (await this.store.readVersions(tx, [feedbackId])).at(-1);
    if (version === undefined) throw new Error('a feedback without versions');
    if (version.submitted_by === principal.id) throw new ProblemError('SAME_PERSON', '提交人不得审核自己提交的反馈，须由本部门另一人审核');
    return { feedback, task, version };
  }

  private async recordCase(tx: Transaction, task: Task, feedback: Feedback, content: FeedbackRequest, now: Date): Promise<NewEvent[]> {
    if (task.kind !== 'EXECUTE') return [];
    if (content.kind !== 'APPLIED' && content.kind !== 'HIT') return this.withdrawCase(tx, task, feedback, now);
    const bases = await this.tasks.readBasesToShow(tx, [task.id]);
    const row = {
      id: randomUUIDv7(),
      departmentCode: task.departmentCode,
      partySubjectId: task.partySubjectId,
      canonicalCode: task.canonicalCode,
      documentKey: documentKey(content.documentNo),
      taskId: task.id,
      feedbackId: feedback.id,
      measureCode: task.measureCode,
      direction: task.direction,
      listCodes: [...new Set(bases.map((basis) => basis.list_code))].sort(),
      recordedOn: beijingDate(now),
    };
    if (!(await this.store.addCase(tx, row))) return [];
    const { id: caseId, documentKey: _documentKey, ...data } = row;
    return [newEvent({ definition: caseRecorded, key: task.laneKey, data: { ...data, caseId } })];
  }

  /** What was corrected to something else is no case any more. */
  private async withdrawCase(tx: Transaction, task: Task, feedback: Feedback, now: Date): Promise<NewEvent[]> {
    const reason = `更正为 ${feedback.kind}`;
    const cases = await this.store.withdrawCase(tx, feedback.id, reason, now);
    const about = { taskId: task.id, feedbackId: feedback.id, departmentCode: task.departmentCode, reason, withdrawnAt: now.toISOString() };
    return cases.map((caseId) => newEvent({ definition: caseWithdrawn, key: task.laneKey, data: { caseId, ...about } }));
  }

  private async say(tx: Transaction, events: readonly NewEvent[], principal: Principal, time: Date): Promise<void> {
    await this.outbox.publish(
      tx,
      events.map((event) => ({ ...event, actor: principal.id, time })),
    );
  }
}

/** First day in force among the bases that run; among all where none does any more. */
function earliestActivation(bases: readonly ShownBasis[]): string {
  const live = bases.filter((basis) => basis.status === 'LIVE');
  const [earliest] = (live.length > 0 ? live : bases).map((basis) => basis.activated_on).sort();
  if (earliest === undefined) throw new Error('a task without a basis');
  return earliest;
}
