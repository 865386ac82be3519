import { type Principal, ProblemError, type TaskView, taskReassigned } from '@lianxin/contracts';
import { newEvent, Outbox } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { acknowledgeDueAt } from './act.rules.ts';
import { ActService } from './act.service.ts';
import { ClaimStore } from './claim.store.ts';
import { CopyStore } from './copy.store.ts';
import { dueAtDispatch } from './deadline.rules.ts';
import { HandOverStore } from './hand-over.store.ts';
import { QueueService } from './queue.service.ts';
import { decideTransition, type Task } from './task.rules.ts';

/** How tasks change hands: among the people of a department, and from one department to another (§4.3, product §A.1). */
@Injectable()
export class ClaimService {
  constructor(
    private readonly acts: ActService,
    private readonly claims: ClaimStore,
    private readonly handOver: HandOverStore,
    private readonly copies: CopyStore,
    private readonly queue: QueueService,
    private readonly outbox: Outbox,
  ) {}

  /** @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, TASK_ALREADY_CLAIMED when somebody else has it in hand. */
  async claim(tx: Transaction, principal: Principal, taskId: string, expectedVersion: number | undefined): Promise<TaskView> {
    const task = await this.acts.lockTask(tx, principal, taskId, { expectedVersion });
    return this.giveTo(tx, principal, task, principal.id, 'CLAIMED');
  }

  /** Back into the queue of everybody. @throws as `claim`. */
  async release(tx: Transaction, principal: Principal, taskId: string, expectedVersion: number | undefined): Promise<TaskView> {
    const task = await this.acts.lockTask(tx, principal, taskId, { expectedVersion });
    await this.claims.release(tx, taskId);
    return this.note(tx, principal, task, 'RELEASED_CLAIM', {});
  }

  /** To a colleague. @throws as `claim`. */
  async transfer(
    tx: Transaction,
    principal: Principal,
    taskId: string,
    to: { assignee: string; detail?: string | undefined },
    expectedVersion: number | undefined,
  ): Promise<TaskView> {
    const task = await this.acts.lockTask(tx, principal, taskId, { expectedVersion });
    return this.giveTo(tx, principal, task, to.assignee, 'TRANSFERRED', to.detail);
  }

  /**
   * The credit office gives a returned task to another department; its terms begin anew there (§4.3, §4.4).
   * @throws ProblemError NOT_FOUND, STALE, TRANSITION_NOT_ALLOWED, DEPARTMENT_UNKNOWN, TASK_STANDS_THERE.
   */
  async reassign(
    tx: Transaction,
    principal: Principal,
    taskId: string,
    to: { departmentCode: string; detail: string },
    expectedVersion: number | undefined,
  ): Promise<TaskView> {
    const task = await this.acts.lockTask(tx, principal, taskId, { byOffice: true, expectedVersion });
    const decision = decideTransition(task, 'reassign');
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail);
    if (!(await this.copies.readDepartmentNames(tx, [to.departmentCode])).has(to.departmentCode))
      throw new ProblemError('DEPARTMENT_UNKNOWN', `现行目录中没有部门 ${to.departmentCode}`);
    if (task.departmentCode === to.departmentCode || (await this.handOver.isTaken(tx, task, to.departmentCode)))
      throw new ProblemError('TASK_STANDS_THERE', `${to.departmentCode} 已有该当事人的同一措施任务`);
    const hasDeadline = !(await this.copies.readUnsupervised(tx, [to.departmentCode])).has(to.departmentCode);
    const context = this.acts.context();
    const due = hasDeadline ? dueAtDispatch(context, task.trigger) : { dueAt: null, feedbackDueAt: null };
    const ordered = task.kind === 'EXECUTE' || task.feedbackDueAt === null ? {} : { feedbackDueAt: task.feedbackDueAt };
    const next: Task = {
      ...task,
      ...due,
      ...(hasDeadline ? ordered : {}),
      departmentCode: to.departmentCode,
      hasDeadline,
      status: decision.next,
      version: task.version + 1,
    };
    const detail = { from: task.departmentCode, detail: to.detail };
    await this.handOver.move(tx, task, next);
    await this.claims.release(tx, taskId);
    await this.acts.save(tx, task, next, { what: 'REASSIGNED', actor: principal.id, at: context.now, detail });
    const data = {
      ...(await this.acts.actHead(tx, next, context.now)),
      fromDepartment: task.departmentCode,
      reason: to.detail,
      acknowledgeDueAt: acknowledgeDueAt(next),
      feedbackDueAt: next.feedbackDueAt?.toISOString() ?? null,
    };
    const event = newEvent({ definition: taskReassigned, key: task.laneKey, actor: principal.id, time: context.now, data });
    await this.outbox.publish(tx, [event]);
    return this.queue.viewAfterAct(tx, principal, taskId);
  }

  private async giveTo(
    tx: Transaction,
    principal: Principal,
    task: Task,
    assignee: string,
    what: 'CLAIMED' | 'TRANSFERRED',
    detail?: string,
  ): Promise<TaskView> {
    const { now: at } = this.acts.context();
    await this.claims.give(tx, { taskId: task.id, departmentCode: task.departmentCode, assignee, at });
    return this.note(tx, principal, task, what, { assignee, ...(detail === undefined ? {} : { detail }) });
  }

  /** Whose hands a task is in is a fact of it; its state stays. */
  private async note(tx: Transaction, principal: Principal, task: Task, what: string, detail: Record<string, unknown>): Promise<TaskView> {
    const { now: at } = this.acts.context();
    await this.acts.save(tx, task, { ...task, version: task.version + 1 }, { what, actor: principal.id, at, detail });
    return this.queue.viewAfterAct(tx, principal, task.id);
  }
}
