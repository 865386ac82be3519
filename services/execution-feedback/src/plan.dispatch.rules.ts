import { type BasisStatus, beijingDate, type LianxinEvent, type MeasurePlanMade, type PlanMeasure } from '@lianxin/contracts';
import { dueAtDispatch } from './deadline.rules.ts';
import type { Notice, Plan, PlanBoard, PlanBody } from './plan.board.rules.ts';
import { refold } from './plan.fold.rules.ts';
import type { DispatchedTask, Step } from './plan.step.rules.ts';
import { type Basis, type HoldCause, holds, type Task } from './task.rules.ts';

/** A plan becomes tasks, further bases of tasks that live already, and notices (R-4-2, R-4-5). */
export function applyMade(board: PlanBoard, event: LianxinEvent<MeasurePlanMade>, newId: () => string): Step[] {
  const seen = board.findPlan(event.data);
  // The body of a plan comes once; what was seen later than it (a hold, an end) keeps its say.
  if (seen !== undefined && seen.body !== null) return [];
  const body = bodyOf(event.data, seen?.status === 'ENDED' ? [] : departmentsOf(event.data));
  const plan: Plan = {
    entryId: event.data.entryId,
    activationNo: event.data.activationNo,
    planId: event.data.planId,
    planVersion: Math.max(event.data.planVersion, seen?.planVersion ?? 0),
    laneKey: event.key,
    status: seen?.status ?? 'LIVE',
    holdCause: seen?.holdCause ?? null,
    heldOn: seen?.heldOn ?? null,
    body,
  };
  board.savePlan(plan);
  if (plan.status === 'ENDED') return [];
  const dispatch = new Dispatch(board, event, plan, newId);
  for (const group of event.data.groups)
    for (const partyId of group.partyIds) for (const measureCode of group.measureCodes) dispatch.addRows(partyId, measureCode);
  const head = { plan, body, cause: event };
  const released = dispatch.released();
  return [
    { ...head, kind: 'DISPATCHED', tasks: dispatch.tasks(), notices: dispatch.notices },
    ...(released.length > 0 ? [{ ...head, kind: 'RELEASED', tasks: released, stays: [] } as const] : []),
  ];
}

/** Every department that executes a measure of some party of the plan. */
export function departmentsOf(data: MeasurePlanMade): string[] {
  const used = new Set(data.groups.flatMap((group) => (group.partyIds.length === 0 ? [] : group.measureCodes)));
  const executors = data.measures.filter((measure) => used.has(measure.measureCode)).flatMap((measure) => measure.executors);
  return [...new Set(executors.map((executor) => executor.departmentCode))].sort();
}

export function bodyOf(data: MeasurePlanMade, departments: readonly string[]): PlanBody {
  return {
    catalogueVersion: data.catalogueVersion,
    listCode: data.listCode,
    listType: data.listType,
    direction: data.direction,
    entryNumber: data.entryNumber,
    designatingDepartment: data.designatingDepartment,
    activatedOn: data.activatedOn,
    validTo: data.validTo,
    departments,
    measures: Object.fromEntries(
      data.measures.map((measure) => [measure.measureCode, { basisRefs: measure.basisRefs, conditions: measure.conditions }]),
    ),
  };
}

/** The rows of one plan on their way into tasks and notices. */
export class Dispatch {
  readonly notices: Notice[] = [];
  private readonly rows = new Map<string, { basis: Basis; joined: boolean; wasHeld: boolean }>();
  private readonly measures: ReadonlyMap<string, PlanMeasure>;
  private readonly parties: ReadonlyMap<string, MeasurePlanMade['parties'][number]>;

  constructor(
    private readonly board: PlanBoard,
    private readonly event: LianxinEvent<MeasurePlanMade>,
    private readonly plan: Plan,
    private readonly newId: () => string,
  ) {
    this.measures = new Map(event.data.measures.map((measure) => [measure.measureCode, measure]));
    this.parties = new Map(event.data.parties.map((party) => [party.partyId, party]));
  }

  /** @param isMeant which executors get it; all when left out. */
  addRows(partyId: string, measureCode: string, isMeant: (departmentCode: string, notice: boolean) => boolean = () => true): void {
    const party = this.parties.get(partyId);
    const measure = this.measures.get(measureCode);
    if (party === undefined || measure === undefined)
      throw new Error(`the plan names party or measure ${measureCode} without describing it`);
    for (const executor of measure.executors) {
      if (!isMeant(executor.departmentCode, executor.notice)) continue;
      if (executor.notice) this.addNotice(party, measure, executor);
      else this.addTask(party, measure, executor);
    }
  }

  /** Every task of the plan once, as it now is. */
  tasks(): DispatchedTask[] {
    return [...this.rows].map(([taskId, { basis, joined }]) => ({ task: this.board.getTask(taskId), basis, joined }));
  }

  /** Tasks that were on hold and run again because this plan is one more basis. */
  released(): Task[] {
    return [...this.rows].flatMap(([taskId, row]) => {
      const task = this.board.getTask(taskId);
      return row.joined && row.wasHeld && task.status !== 'ON_HOLD' ? [task] : [];
    });
  }

  private statusOf(holdExempt: boolean): { status: BasisStatus; holdCause: HoldCause | null } {
    const held = this.plan.status === 'HELD' && this.plan.holdCause !== null && holds(this.plan.holdCause, holdExempt);
    return held ? { status: 'HELD', holdCause: this.plan.holdCause } : { status: 'LIVE', holdCause: null };
  }

  private rowOf(party: MeasurePlanMade['parties'][number], measure: PlanMeasure, executor: PlanMeasure['executors'][number]) {
    return {
      partySubjectId: party.subjectId,
      partyId: party.partyId,
      partyRole: party.role,
      partyKind: party.kind,
      departmentCode: executor.departmentCode,
      role: executor.role,
      measureCode: measure.measureCode,
      canonicalCode: measure.canonicalCode,
      class: measure.class,
      direction: this.event.data.direction,
      force: measure.force,
      trigger: measure.trigger,
      dispatchedAt: this.board.context.now,
      catalogueVersion: this.event.data.catalogueVersion,
    };
  }

  private addNotice(party: MeasurePlanMade['parties'][number], measure: PlanMeasure, executor: PlanMeasure['executors'][number]): void {
    const notice: Notice = {
      ...this.rowOf(party, measure, executor),
      id: this.newId(),
      entryId: this.plan.entryId,
      activationNo: this.plan.activationNo,
      holdExempt: measure.holdExempt,
      status: this.statusOf(measure.holdExempt).status,
      endedInError: false,
      version: 1,
    };
    this.board.addNotice(notice);
    this.notices.push(notice);
  }

  private addTask(party: MeasurePlanMade['parties'][number], measure: PlanMeasure, executor: PlanMeasure['executors'][number]): void {
    const row = this.rowOf(party, measure, executor);
    const living = this.board.findLiveTask(row);
    const first: Basis = {
      taskId: living?.id ?? this.newId(),
      entryId: this.plan.entryId,
      activationNo: this.plan.activationNo,
      departmentCode: row.departmentCode,
      partyId: row.partyId,
      partyRole: row.partyRole,
      measureCode: row.measureCode,
      force: row.force,
      holdExempt: measure.holdExempt,
      ...this.statusOf(measure.holdExempt),
    };
    const basis: Basis = { ...first, round: this.board.roundOf(first) };
    if (living !== undefined) {
      this.board.addBasis(basis);
      const joined = refold(this.board, living, { what: 'BASIS_ADDED', cause: this.event, on: beijingDate(this.board.context.now) });
      const first = this.rows.get(joined.id);
      this.rows.set(joined.id, first ?? { basis, joined: true, wasHeld: living.status === 'ON_HOLD' });
      return;
    }
    const due = executor.hasDeadline
      ? this.board.once(row.trigger, () => dueAtDispatch(this.board.context, row.trigger))
      : { dueAt: null, feedbackDueAt: null };
    const isHeld = basis.status === 'HELD';
    const task: Task = {
      ...row,
      ...due,
      id: basis.taskId,
      kind: 'EXECUTE',
      cycle: 1,
      status: isHeld ? 'ON_HOLD' : 'DISPATCHED',
      previousStatus: isHeld ? 'DISPATCHED' : null,
      version: 1,
      hasDeadline: executor.hasDeadline,
      begunAt: null,
      heldOn: isHeld ? beijingDate(this.board.context.now) : null,
      laneKey: this.plan.laneKey,
    };
    this.board.createTask(task, basis, this.event.id);
    this.rows.set(task.id, { basis, joined: false, wasHeld: false });
  }
}
