import {
  type Principal,
  ProblemError,
  type TaskView,
  taskAcknowledged,
  taskArmed,
  taskReturnDecided,
  taskReturned,
  taskStarted,
} from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Act, acknowledgeDueAt, decideAct, factOfAct } from './act.rules.ts';
import { ClaimStore } from './claim.store.ts';
import type { DeadlineContext } from './deadline.rules.ts';
import type { Fact } from './plan.board.rules.ts';
import { QueueService } from './queue.service.ts';
import type { Task } from './task.rules.ts';
import { TaskStore } from './task.store.ts';
import { insertFacts, updateTasks } from './task.write.store.ts';
import { TaskTerms } from './terms.ts';

/** What a person says with an act. */
export interface ActRequest {
  readonly taskId: string;
  readonly act: Act;
  /** Version the caller saw (`If-Match`); undefined: whatever it is. */
  readonly expectedVersion: number | undefined;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
}

/** Acts of departments on their tasks, and of the credit office on returns (§4.3). */
@Injectable()
export class ActService {
  constructor(
    private readonly tasks: TaskStore,
    private readonly queue: QueueService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
    private readonly claims: ClaimStore,
  ) {}

  /**
   * @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, TRANSITION_NOT_ALLOWED, ACTION_NOT_FOR_TRIGGER.
   */
  async act(tx: Transaction, principal: Principal, request: ActRequest): Promise<TaskView> {
    const byOffice = request.act === 'acceptReturn' || request.act === 'refuseReturn';
    const task = await this.lockTask(tx, principal, request.taskId, { byOffice, expectedVersion: request.expectedVersion });
    const context = this.context();
    const decision = decideAct(task, request.act, context);
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail);
    const said = {
      ...(request.reason === undefined ? {} : { reason: request.reason }),
      ...(request.detail === undefined ? {} : { detail: request.detail }),
    };
    await this.save(tx, task, decision.task, { what: factOfAct[request.act], actor: principal.id, detail: said, at: context.now });
    const event = await this.eventOf(tx, request, task, decision, context.now);
    await this.outbox.publish(tx, [{ ...event, key: task.laneKey, actor: principal.id, time: context.now }]);
    return this.queue.viewAfterAct(tx, principal, task.id);
  }

  /**
   * The task under the lanes of its party and of its events, so that no plan moves it meanwhile.
   * @throws ProblemError NOT_FOUND, FORBIDDEN (another department's task, seen by a city-wide role), STALE, TASK_ALREADY_CLAIMED.
   */
  async lockTask(
    tx: Transaction,
    principal: Principal,
    id: string,
    options: { byOffice?: boolean; expectedVersion?: number | undefined } = {},
  ): Promise<Task> {
    const seen = await this.tasks.findTask(tx, id);
    if (seen === undefined) throw new ProblemError('NOT_FOUND', '没有此任务，或不属于本部门');
    if (options.byOffice !== true && !principal.departments.includes(seen.departmentCode))
      throw new ProblemError('FORBIDDEN', '只有任务所属部门可以办理，全市角色只能查看');
    await lockLanes(tx, [seen.laneKey, seen.partySubjectId]);
    const task = await this.tasks.findTask(tx, id);
    if (task === undefined) throw new ProblemError('NOT_FOUND', '没有此任务，或不属于本部门');
    if (options.byOffice !== true) await this.refuseClaimed(tx, principal, id);
    if (options.expectedVersion !== undefined && options.expectedVersion !== task.version)
      throw new ProblemError('STALE', `任务已是第 ${task.version} 版，If-Match 为第 ${options.expectedVersion} 版`);
    return task;
  }

  /** What somebody has in hand is that person's, the stand-in's and the approver's to act on. */
  private async refuseClaimed(tx: Transaction, principal: Principal, id: string): Promise<void> {
    const assignee = (await this.claims.readAssignees(tx, [id])).get(id);
    if (assignee === undefined || assignee === principal.id || principal.roles.includes('DEPT_APPROVER')) return;
    if (await this.claims.standsIn(tx, assignee, principal.id, this.clock.today())) return;
    throw new ProblemError('TASK_ALREADY_CLAIMED', `任务已由 ${assignee} 认领`);
  }

  /** Saves a task's next version with the fact that made it. */
  async save(tx: Transaction, before: Task, after: Task, fact: Pick<Fact, 'what' | 'actor' | 'detail' | 'at'>): Promise<void> {
    await updateTasks(tx, [after]);
    await insertFacts(tx, [
      {
        ...fact,
        taskId: after.id,
        version: after.version,
        departmentCode: after.departmentCode,
        from: before.status,
        to: after.status,
        causeEvent: null,
        detail: fact.detail !== null && Object.keys(fact.detail).length > 0 ? fact.detail : null,
      },
    ]);
  }

  private async eventOf(
    tx: Transaction,
    request: ActRequest,
    before: Task,
    decision: { task: Task; onTime: boolean | null },
    at: Date,
  ): Promise<Omit<NewEvent, 'key'>> {
    const { task, onTime } = decision;
    const head = await this.actHead(tx, task, at);
    const feedbackDueAt = task.feedbackDueAt?.toISOString() ?? null;
    const key = task.laneKey;
    switch (request.act) {
      case 'acknowledge':
        return newEvent({ definition: taskAcknowledged, key, data: { ...head, onTime, dueAt: before.dueAt?.toISOString() ?? null } });
      case 'return':
        return newEvent({ definition: taskReturned, key, data: { ...head, reason: request.reason ?? 'OTHER' } });
      case 'start':
        return newEvent({ definition: taskStarted, key, data: { ...head, feedbackDueAt } });
      case 'arm':
        return newEvent({ definition: taskArmed, key, data: { ...head, feedbackDueAt } });
      case 'acceptReturn':
      case 'refuseReturn': {
        const outcome = request.act === 'acceptReturn' ? 'ACCEPTED' : 'REFUSED';
        return newEvent({
          definition: taskReturnDecided,
          key,
          data: { ...head, outcome, acknowledgeDueAt: acknowledgeDueAt(task), feedbackDueAt },
        });
      }
    }
  }

  /** What every event of one act tells of its task. */
  async actHead(tx: Transaction, task: Task, actedAt: Date) {
    return {
      taskId: task.id,
      taskVersion: task.version,
      departmentCode: task.departmentCode,
      status: task.status,
      entryIds: await this.tasks.readEntryIds(tx, task.id),
      actedAt: actedAt.toISOString(),
    };
  }

  /** @param startedOn the day on which the clock started, where that is not today. */
  context(startedOn?: string): DeadlineContext {
    return { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on(startedOn) };
  }
}
