import { type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import type { NewEvent } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { DisputableStore } from './disputable.store.ts';
import { acceptedEvent, advancedEvent, closedEvent, forwardedEvent, markedEvent, withdrawnEvent } from './objection.events.ts';
import { holdsMark, isOpen, lacksOf, marksRecord, type ObjectionAction } from './objection.rules.ts';
import type { AnswerRequest, CompleteRequest } from './objection.schemas.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { type Actor, ObjectionWork } from './objection.work.ts';
import { moveBy, stoppable } from './objection-deadline.rules.ts';

export type Change = (row: ObjectionRow, actor: Actor) => Promise<readonly NewEvent[]>;
/** Whose step it is: the office's and its centre's, the source unit's, that of whoever took the objection in. */
export type Side = 'OFFICE' | 'SOURCE' | 'INTAKE';

/** The way of an objection from its receipt to its answer (§6.3, §6.4); findings are made in `finding.service.ts`. */
@Injectable()
export class ObjectionService {
  constructor(
    private readonly store: ObjectionStore,
    private readonly work: ObjectionWork,
    private readonly disputables: DisputableStore,
    private readonly clock: Clock,
  ) {}

  /**
   * One step of one objection by somebody: visible, theirs to take, on the version they saw, under the lane of what is disputed.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, TRANSITION_NOT_ALLOWED
   */
  async change(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    side: Side | ((row: ObjectionRow) => Side),
    change: Change,
  ): Promise<ObjectionRow> {
    const before = await this.get(tx, id);
    const assertTheirs = (one: ObjectionRow) => assertSide(principal, one, typeof side === 'string' ? side : side(one));
    assertTheirs(before);
    const row = await this.work.takeUnderLane(tx, before);
    assertTheirs(row);
    if (version !== undefined && version !== row.version)
      throw new ProblemError('STALE', `当前版本为 ${row.version}，提交时依据的是版本 ${version}`);
    const events = await change(row, { id: principal.id, unit: principal.departments[0] ?? null });
    await this.work.save(tx, row, events);
    return row;
  }

  async get(tx: Transaction, id: string): Promise<ObjectionRow> {
    const row = await this.store.find(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该异议，或与本部门无关');
    return row;
  }

  /** T13: what is disputed is to be marked, and its tasks rest. @throws ProblemError OBJECTION_INCOMPLETE with everything that is missing */
  accept(tx: Transaction): Change {
    return async (row, actor) => {
      const lacks = lacksOf(submissionOf(row), this.work.today);
      if (lacks.length > 0) throw incomplete(lacks);
      const on = this.work.today;
      await this.work.step(tx, row, 'ACCEPT', actor);
      const { set } = await this.work.clocks(tx, row, 'ACCEPTED', on);
      const markDueOn = set.find((one) => one.kind === 'MARK')?.dueOn ?? on;
      const marks = marksRecord({ taskId: row.task_id });
      const origin = { actor: actor.id };
      const events = [acceptedEvent(row, { acceptedOn: on, marks, markDueOn }, origin)];
      const target = (await this.disputables.findMany(tx, row.target_kind, [row.target_id])).get(row.target_id);
      const isMarked = target?.disputed === true;
      if (marks && isMarked) {
        await this.work.step(tx, row, 'MARK', actor, { by: 'EARLIER_OBJECTION' });
        row.marked_on = on;
        events.push(markedEvent(row, on, true, origin));
      }
      // Nothing to mark: only a measure is disputed, the record has left already, or the mark stands.
      if (!marks || isMarked || target?.inForce !== true) await this.work.clocks(tx, row, 'MARKED', on);
      return events;
    };
  }

  /** Once only: everything that is missing is named at one time (§6.4). */
  requestCompletion(tx: Transaction, reason: string): Change {
    return async (row, actor) => {
      const facts = await this.store.findFacts(tx, row.id);
      if (facts.some((fact) => fact.action === 'REQUEST_COMPLETION'))
        throw new ProblemError('TRANSITION_NOT_ALLOWED', `${row.number}：补正只能要求一次；材料齐全即受理，仍不齐全的不予受理`);
      const lacks = lacksOf(submissionOf(row), this.work.today);
      await this.work.step(tx, row, 'REQUEST_COMPLETION', actor, { reason, lacks: lacks.map((lack) => lack.detail) });
      await this.work.clocks(tx, row, 'COMPLETION_ASKED', this.work.today);
      return [advancedEvent(row, 'REQUEST_COMPLETION', this.work.today, null, { actor: actor.id })];
    };
  }

  complete(tx: Transaction, request: CompleteRequest): Change {
    return async (row, actor) => {
      await this.work.step(tx, row, 'COMPLETE', actor, { evidence: request.evidence.map((file) => file.sha256) });
      const { proofs } = row;
      row.proofs = {
        identityProof: request.identityProof ?? proofs.identityProof,
        authority: request.authority ?? proofs.authority,
        relationProof: request.relationProof ?? proofs.relationProof,
      };
      row.evidence = [...row.evidence, ...request.evidence];
      const { set } = await this.work.clocks(tx, row, 'COMPLETE_MATERIAL', this.work.today);
      return [advancedEvent(row, 'COMPLETE', this.work.today, set[0]?.dueOn ?? null, { actor: actor.id })];
    };
  }

  refuse(tx: Transaction, ground: string, reason: string): Change {
    return async (row, actor) => {
      await this.work.step(tx, row, 'REFUSE', actor, { ground, reason });
      await this.work.clocks(tx, row, 'OVER', this.work.today);
      return [advancedEvent(row, 'REFUSE', this.work.today, null, { actor: actor.id })];
    };
  }

  /** The mark goes, unless another objection to the same is open. */
  withdraw(tx: Transaction, reason: string): Change {
    return async (row, actor) => {
      const wasAccepted = isOpen(row.status);
      await this.work.step(tx, row, 'WITHDRAW', actor, { reason });
      await this.work.clocks(tx, row, 'OVER', this.work.today);
      const stillDisputed = await this.isDisputedByOthers(tx, row);
      return [withdrawnEvent(row, { withdrawnOn: this.work.today, wasAccepted, stillDisputed }, { actor: actor.id })];
    };
  }

  startCheck(tx: Transaction): Change {
    return (row, actor) => this.plainStep(tx, row, 'START_CHECK', actor, {});
  }

  /** The platform's own check found nothing of its own making: the unit whose record it is verifies. */
  forward(tx: Transaction, note: string | undefined): Change {
    return async (row, actor) => {
      if (row.proposal !== null) throw new ProblemError('STEP_NOT_READY', '有待审批的结论，先退回该结论再转办');
      if (row.clock_stopped_on !== null) throw new ProblemError('STEP_NOT_READY', '鉴定或评审尚未结束，先恢复计时再转办');
      const on = this.work.today;
      await this.work.step(tx, row, 'FORWARD', actor, note === undefined ? {} : { note });
      const { set } = await this.work.clocks(tx, row, 'FORWARDED', on);
      return [forwardedEvent(row, on, set.find((one) => one.kind === 'VERIFY')?.dueOn ?? on, { actor: actor.id })];
    };
  }

  startVerification(tx: Transaction): Change {
    return (row, actor) => this.plainStep(tx, row, 'START_VERIFICATION', actor, {});
  }

  /** Once, by the approver of the source unit, with the reason. */
  extend(tx: Transaction, reason: string): Change {
    return async (row, actor) => {
      const on = this.work.today;
      const running = (await this.store.findDeadlines(tx, [row.id])).find((one) => one.kind === 'VERIFY');
      await this.work.step(tx, row, 'EXTEND', actor, { reason });
      row.extended = true;
      const { set } = await this.work.clocks(tx, row, 'EXTENDED', on, running?.due_on);
      return [advancedEvent(row, 'EXTEND', on, set[0]?.dueOn ?? null, { actor: actor.id })];
    };
  }

  /** Time for testing, appraisal and expert review does not count (§6.3). */
  stopClock(tx: Transaction, cause: string, documentNo: string): Change {
    return async (row, actor) => {
      if (row.clock_stopped_on !== null) throw new ProblemError('STEP_NOT_READY', `计时已于 ${row.clock_stopped_on} 停止`);
      row.clock_stopped_on = this.work.today;
      return this.plainStep(tx, row, 'STOP_CLOCK', actor, { cause, documentNo });
    };
  }

  startClock(tx: Transaction): Change {
    return async (row, actor) => {
      const stoppedOn = row.clock_stopped_on;
      if (stoppedOn === null) throw new ProblemError('STEP_NOT_READY', '计时没有停止');
      const running = (await this.store.findDeadlines(tx, [row.id])).filter((one) => one.met_on === null && stoppable.includes(one.kind));
      const deadlines = running.map((one) => ({ kind: one.kind, dueOn: one.due_on }));
      await this.work.run(tx, row, moveBy(deadlines, stoppedOn, this.work.today, this.clock.calendar()));
      row.clock_stopped_on = null;
      return this.plainStep(tx, row, 'START_CLOCK', actor, { stoppedOn });
    };
  }

  /** The applicant has the answer, with reasons and remedies (R-6-11): the case is closed. */
  answer(tx: Transaction, request: AnswerRequest): Change {
    return async (row, actor) => {
      const { answeredOn, documentNo } = request;
      const refuse = (code: 'DATE_IN_FUTURE' | 'DATE_ORDER', detail: string) =>
        new ProblemError(code, detail, [{ pointer: '/answeredOn', code, detail }]);
      if (answeredOn > this.work.today) throw refuse('DATE_IN_FUTURE', '答复日期不能晚于今天');
      if (row.decision !== null && answeredOn < row.decision.decidedOn)
        throw refuse('DATE_ORDER', `答复早于决定（${row.decision.decidedOn}）`);
      await this.work.step(tx, row, 'ANSWER', actor, { ...request });
      row.answer = request;
      await this.work.clocks(tx, row, 'OVER', answeredOn);
      return [closedEvent(row, documentNo, answeredOn, { actor: actor.id })];
    };
  }

  /** Whether another objection to the same record is open: its mark stays then. */
  isDisputedByOthers(tx: Transaction, row: ObjectionRow): Promise<boolean> {
    return this.store.acrossDepartments(tx, async () => {
      const others = await this.store.findByTarget(tx, row.target_kind, [row.target_id]);
      return others.some((other) => other.id !== row.id && other.task_id === null && holdsMark(other));
    });
  }

  private async plainStep(
    tx: Transaction,
    row: ObjectionRow,
    action: ObjectionAction,
    actor: Actor,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<NewEvent[]> {
    await this.work.step(tx, row, action, actor, detail);
    return [advancedEvent(row, action, this.work.today, null, { actor: actor.id })];
  }
}

/** @throws ProblemError FORBIDDEN: whose step it is */
export function assertSide(principal: Principal, row: ObjectionRow, side: Side): void {
  const isOffice = principal.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
  if (side === 'OFFICE' && !isOffice) throw new ProblemError('FORBIDDEN', '此步骤由信用办或信用中心办理');
  if (side === 'SOURCE' && (seesWholeCity(principal) || !principal.departments.includes(row.source_department)))
    throw new ProblemError('FORBIDDEN', `此步骤由来源单位 ${row.source_department} 办理（谁认定、谁负责）`);
  const tookIn = row.received_by !== null && principal.departments.includes(row.received_by);
  const isSelf = principal.id === `subject:${row.subject_id}`;
  if (side === 'INTAKE' && !isOffice && !tookIn && !isSelf) throw new ProblemError('FORBIDDEN', '由收到异议的单位、信用办或本人办理');
}

export function submissionOf(row: ObjectionRow) {
  const { capacity, kinds, proofs, evidence } = row;
  return { capacity, kinds, target: { kind: row.target_kind, taskId: row.task_id }, ...proofs, evidence };
}

function incomplete(lacks: readonly { pointer: string; detail: string }[]): ProblemError {
  const errors = lacks.map(({ pointer, detail }) => ({ pointer, code: 'OBJECTION_INCOMPLETE' as const, detail }));
  return new ProblemError('OBJECTION_INCOMPLETE', lacks.map((lack) => lack.detail).join('；'), errors);
}
