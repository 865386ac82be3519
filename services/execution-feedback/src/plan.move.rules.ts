import type { BasisStatus, LianxinEvent } from '@lianxin/contracts';
import type { Notice, Plan, PlanBoard } from './plan.board.rules.ts';
import { type FoldStep, refold } from './plan.fold.rules.ts';
import type { Stay, StayReason, Step, StepHead } from './plan.step.rules.ts';
import { type Basis, endedStatuses, type Task } from './task.rules.ts';

/** What names one row of a plan: against which party, which measure, by whom, and whether it only informs. */
export interface PlanRowName {
  readonly partyId: string;
  readonly measureCode: string;
  readonly departmentCode: string;
  readonly notice: boolean;
}

/** The row of its plan that a basis stands for: under the department that the plan names, whoever has the task now. */
export const plannedRow = (basis: Basis): PlanRowName => ({
  partyId: basis.partyId,
  measureCode: basis.measureCode,
  departmentCode: basis.plannedDepartment ?? basis.departmentCode,
  notice: false,
});

/** The plan with this event's version, or undefined when the event tells nothing new of it. */
export function advance(
  board: PlanBoard,
  event: LianxinEvent<Pick<Plan, 'entryId' | 'activationNo' | 'planId' | 'planVersion'>>,
  patch: Partial<Plan>,
): Plan | undefined {
  const seen = board.findPlan(event.data);
  if (seen !== undefined && (seen.planVersion >= event.data.planVersion || seen.status === 'ENDED')) return undefined;
  const { entryId, activationNo, planId, planVersion } = event.data;
  const base: Plan = seen ?? {
    entryId,
    activationNo,
    planId,
    planVersion,
    laneKey: event.key,
    status: 'LIVE',
    holdCause: null,
    heldOn: null,
    body: null,
  };
  const plan = { ...base, ...patch, planVersion };
  board.savePlan(plan);
  return plan;
}

/** Ends the rows of the plan that are meant: bases of tasks, and notices. */
export function endBases(
  board: PlanBoard,
  head: { plan: Plan; body: NonNullable<Plan['body']>; cause: LianxinEvent },
  isOver: (row: PlanRowName) => boolean,
  end: { ground: string; documentNo: string | null; on: string; inError: boolean },
): Step[] {
  const { plan, cause } = head;
  const { ground, documentNo, on, inError } = end;
  for (const notice of board.noticesOf(plan))
    if (notice.status !== 'ENDED' && isOver({ ...notice, notice: true })) setNotice(board, notice, 'ENDED', inError);
  const concerned = (basis: Basis) => isOver(plannedRow(basis));
  const outcome = moveTasks(
    board,
    plan,
    { what: 'BASIS_ENDED', cause, on, inError },
    (basis) => (basis.status === 'ENDED' ? undefined : { ...basis, status: 'ENDED', holdCause: null }),
    concerned,
  );
  const lifted = outcome.selected('ENDED');
  const liftDueAt = lifted.tasks.some((task) => task.dueAt !== null) ? board.liftDueAt : null;
  return [
    { ...head, kind: 'LIFTING', ground, documentNo, liftDueAt, ...lifted },
    // The end of one list may leave a task with held lists only: it then rests.
    ...stepsOfMoved(board, head, outcome.moved),
  ];
}

/** Tells the departments of these tasks to stop where they rest now, and to go on where they run again. */
export function stepsOfMoved(board: PlanBoard, head: StepHead, tasks: readonly Task[]): Step[] {
  const held = tasks.filter((task) => task.status === 'ON_HOLD');
  const running = tasks.filter((task) => task.status !== 'ON_HOLD' && !endedStatuses.includes(task.status));
  const holders = held.flatMap((task) => board.basesOf(task.id)).filter((basis) => basis.status === 'HELD');
  const holdCause = (holders.find((basis) => isOf(basis, head.plan)) ?? holders[0])?.holdCause ?? 'SUSPENSION';
  return [
    ...(held.length === 0 ? [] : [{ ...head, kind: 'HELD', holdCause, tasks: held, stays: [] } as const]),
    ...(running.length === 0 ? [] : [{ ...head, kind: 'RELEASED', tasks: running, stays: [] } as const]),
  ];
}

export function setNotice(board: PlanBoard, notice: Notice, status: BasisStatus, endedInError = false): void {
  board.changeNotice({ ...notice, status, endedInError, version: notice.version + 1 });
}

/** Gives the plan's bases their new status, folds every task that rests on them, and tells which moved and why the others stay. */
export function moveTasks(
  board: PlanBoard,
  plan: Plan,
  step: FoldStep,
  change: (basis: Basis) => Basis | undefined,
  concerns: (basis: Basis) => boolean = () => true,
): MoveOutcome {
  const moved: Task[] = [];
  const stays: Stay[] = [];
  for (const task of board.tasksOf(plan)) {
    const own = board.basesOf(task.id).filter((basis) => isOf(basis, plan) && concerns(basis));
    if (own.length === 0) continue;
    const changed = own.flatMap((basis) => change(basis) ?? []);
    for (const basis of changed) board.changeBasis(basis);
    const stay = (reason: StayReason) => stays.push({ taskId: task.id, departmentCode: task.departmentCode, reason });
    if (endedStatuses.includes(task.status)) stay('ALREADY_ENDED');
    else if (changed.length === 0) stay('HOLD_EXEMPT');
    else {
      const next = refold(board, task, step);
      if (next.status !== task.status) moved.push(next);
      if (next.status === task.status) stay(next.status === 'ON_HOLD' ? 'HELD_BY_OTHER_BASIS' : 'OTHER_BASIS');
    }
  }
  return new MoveOutcome(moved, stays);
}

class MoveOutcome {
  constructor(
    readonly moved: readonly Task[],
    private readonly stays: readonly Stay[],
  ) {}

  /** The tasks that moved where this step leads; those that moved elsewhere are told under their own name and stay here. */
  selected(where: 'ON_HOLD' | 'RUNNING' | 'ENDED'): { tasks: Task[]; stays: Stay[] } {
    const place = (task: Task) => (task.status === 'ON_HOLD' ? 'ON_HOLD' : endedStatuses.includes(task.status) ? 'ENDED' : 'RUNNING');
    const others = this.moved.filter((task) => place(task) !== where);
    return {
      tasks: this.moved.filter((task) => place(task) === where),
      stays: [
        ...this.stays,
        ...others.map((task) => ({ taskId: task.id, departmentCode: task.departmentCode, reason: 'HELD_BY_OTHER_BASIS' as const })),
      ],
    };
  }
}

const isOf = (basis: Basis, plan: Plan) => basis.entryId === plan.entryId && basis.activationNo === plan.activationNo;
