import {
  type BasisStatus,
  type EventData,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import type { DeadlineContext } from './deadline.rules.ts';
import { type Changes, type Known, type Notice, type Plan, PlanBoard } from './plan.board.rules.ts';
import { applyMade } from './plan.dispatch.rules.ts';
import { type FoldStep, refold } from './plan.fold.rules.ts';
import type { Stay, StayReason, Step } from './plan.step.rules.ts';
import { type Basis, endedStatuses, holds, type Task } from './task.rules.ts';

type Held = EventData<typeof measurePlanHeld>;
type Released = EventData<typeof measurePlanReleased>;
type Narrowed = EventData<typeof measurePlanNarrowed>;
type Ended = EventData<typeof measurePlanEnded>;
type Superseded = EventData<typeof measurePlanSuperseded>;

/**
 * Applies the events of plans, in the order given, to what is known. Each event is applied as if it came alone, so that the outcome does not depend on
 * how the events were batched. Events that are not newer than what was seen of their plan change nothing; a plan whose end came first makes no tasks.
 * @param newId makes the ids of tasks and notices.
 */
export function applyPlanEvents(
  known: Known,
  events: readonly LianxinEvent[],
  context: DeadlineContext,
  newId: () => string,
): { readonly changes: Changes; readonly steps: readonly Step[] } {
  const board = new PlanBoard(known, context);
  const steps: Step[] = [];
  for (const event of events) {
    switch (event.type) {
      case measurePlanMade.type:
        steps.push(...applyMade(board, event as LianxinEvent<MeasurePlanMade>, newId));
        break;
      case measurePlanHeld.type:
        steps.push(...applyHeld(board, event as LianxinEvent<Held>));
        break;
      case measurePlanReleased.type:
        steps.push(...applyReleased(board, event as LianxinEvent<Released>));
        break;
      case measurePlanNarrowed.type:
        steps.push(...applyNarrowed(board, event as LianxinEvent<Narrowed>));
        break;
      case measurePlanEnded.type:
        steps.push(...applyEnded(board, event as LianxinEvent<Ended>));
        break;
      case measurePlanSuperseded.type:
        steps.push(...applySuperseded(board, event as LianxinEvent<Superseded>));
        break;
      default:
        throw new Error(`${event.type} is no event of a plan`);
    }
  }
  return { changes: board.changes(), steps };
}

/** The plan with this event's version, or undefined when the event tells nothing new of it. */
function advance(
  board: PlanBoard,
  event: LianxinEvent<Held | Released | Narrowed | Ended | Superseded>,
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

function applyHeld(board: PlanBoard, event: LianxinEvent<Held>): Step[] {
  const { cause: holdCause, heldOn } = event.data;
  const plan = advance(board, event, { status: 'HELD', holdCause, heldOn });
  if (plan === undefined || plan.body === null) return [];
  // The newest hold says all: a stop that has become a mere objection lets run again what an objection spares (R-6-4).
  for (const notice of board.noticesOf(plan)) {
    const status = holds(holdCause, notice.holdExempt) ? 'HELD' : 'LIVE';
    if (notice.status !== 'ENDED' && notice.status !== status) setNotice(board, notice, status);
  }
  const outcome = moveTasks(board, plan, { what: 'BASIS_HELD', cause: event, on: heldOn }, (basis) => {
    if (basis.status === 'ENDED') return undefined;
    if (holds(holdCause, basis.holdExempt)) return { ...basis, status: 'HELD', holdCause };
    return basis.status === 'HELD' ? { ...basis, status: 'LIVE', holdCause: null } : undefined;
  });
  const head = { plan, body: plan.body, cause: event };
  const running = outcome.moved.filter((task) => task.status !== 'ON_HOLD' && !endedStatuses.includes(task.status));
  return [
    { ...head, kind: 'HELD', holdCause, ...outcome.selected('ON_HOLD') },
    ...(running.length === 0 ? [] : [{ ...head, kind: 'RELEASED', tasks: running, stays: [] } as const]),
  ];
}

function applyReleased(board: PlanBoard, event: LianxinEvent<Released>): Step[] {
  const afterObjection = board.findPlan(event.data)?.holdCause === 'OBJECTION';
  const plan = advance(board, event, { status: 'LIVE', holdCause: null, heldOn: null });
  if (plan === undefined || plan.body === null) return [];
  for (const notice of board.noticesOf(plan)) if (notice.status === 'HELD') setNotice(board, notice, 'LIVE');
  const outcome = moveTasks(board, plan, { what: 'BASIS_RELEASED', cause: event, on: event.data.releasedOn, afterObjection }, (basis) =>
    basis.status === 'HELD' ? { ...basis, status: 'LIVE', holdCause: null } : undefined,
  );
  return [{ plan, body: plan.body, cause: event, kind: 'RELEASED', ...outcome.selected('RUNNING') }];
}

/** T22: over for some parties. What rests on the plan for the others stays as it is, held or running. */
function applyNarrowed(board: PlanBoard, event: LianxinEvent<Narrowed>): Step[] {
  const { ground, documentNo, narrowedOn, endedPartyIds } = event.data;
  const plan = advance(board, event, {});
  if (plan === undefined || plan.body === null) return [];
  const isOver = (partyId: string) => endedPartyIds.includes(partyId);
  return endBases(board, { plan, body: plan.body, cause: event }, isOver, { ground, documentNo, on: narrowedOn, inError: false });
}

function applyEnded(board: PlanBoard, event: LianxinEvent<Ended>): Step[] {
  const { ground, documentNo, endedOn, inError } = event.data;
  const plan = advance(board, event, { status: 'ENDED', holdCause: null, heldOn: null });
  if (plan === undefined || plan.body === null) return [];
  return endBases(board, { plan, body: plan.body, cause: event }, () => true, { ground, documentNo, on: endedOn, inError });
}

/** T21: the plan of the newer entry stands already. Where both demand something its task stays with its history; the rest is lifted. */
function applySuperseded(board: PlanBoard, event: LianxinEvent<Superseded>): Step[] {
  const { documentNo, endedOn } = event.data;
  const plan = advance(board, event, { status: 'ENDED', holdCause: null, heldOn: null });
  if (plan === undefined || plan.body === null) return [];
  const end = { ground: 'SUPERSEDED' as const, documentNo, on: endedOn, inError: false };
  return endBases(board, { plan, body: plan.body, cause: event }, () => true, end);
}

/** Ends what rests on the plan for the parties that are meant. */
function endBases(
  board: PlanBoard,
  head: { plan: Plan; body: NonNullable<Plan['body']>; cause: LianxinEvent },
  isOver: (partyId: string) => boolean,
  end: { ground: Ended['ground'] | 'SUPERSEDED'; documentNo: string | null; on: string; inError: boolean },
): Step[] {
  const { plan, cause } = head;
  const { ground, documentNo, on, inError } = end;
  for (const notice of board.noticesOf(plan))
    if (notice.status !== 'ENDED' && isOver(notice.partyId)) setNotice(board, notice, 'ENDED', inError);
  const concerned = (basis: Basis) => isOver(basis.partyId);
  const outcome = moveTasks(
    board,
    plan,
    { what: 'BASIS_ENDED', cause, on, inError },
    (basis) => (basis.status === 'ENDED' ? undefined : { ...basis, status: 'ENDED', holdCause: null }),
    concerned,
  );
  const lifted = outcome.selected('ENDED');
  const held = outcome.moved.filter((task) => task.status === 'ON_HOLD');
  const [holder] = held.flatMap((task) => board.basesOf(task.id)).filter((basis) => basis.status === 'HELD');
  const liftDueAt = lifted.tasks.some((task) => task.dueAt !== null) ? board.liftDueAt : null;
  return [
    { ...head, kind: 'LIFTING', ground, documentNo, liftDueAt, ...lifted },
    // The end of one list may leave a task with held lists only: it then rests.
    ...(holder === undefined
      ? []
      : [{ ...head, kind: 'HELD', holdCause: holder.holdCause ?? 'SUSPENSION', tasks: held, stays: [] } as const]),
  ];
}

function setNotice(board: PlanBoard, notice: Notice, status: BasisStatus, endedInError = false): void {
  board.changeNotice({ ...notice, status, endedInError, version: notice.version + 1 });
}

/** Gives the plan's bases their new status, folds every task that rests on them, and tells which moved and why the others stay. */
function moveTasks(
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
