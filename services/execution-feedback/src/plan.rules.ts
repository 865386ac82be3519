import {
  type EventData,
  type LianxinEvent,
  type MeasurePlanMade,
  type MeasurePlanRevised,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import type { DeadlineContext } from './deadline.rules.ts';
import { type Changes, type Known, PlanBoard } from './plan.board.rules.ts';
import { applyMade } from './plan.dispatch.rules.ts';
import { advance, endBases, moveTasks, setNotice } from './plan.move.rules.ts';
import { applyRevised } from './plan.revise.rules.ts';
import { type Step, withAdjusted } from './plan.step.rules.ts';
import { type QuietTasks, type ReplayMark, ReplayMarks } from './replay.mark.rules.ts';
import { endedStatuses, holds } from './task.rules.ts';

type Held = EventData<typeof measurePlanHeld>;
type Released = EventData<typeof measurePlanReleased>;
type Narrowed = EventData<typeof measurePlanNarrowed>;
type Ended = EventData<typeof measurePlanEnded>;
type Superseded = EventData<typeof measurePlanSuperseded>;

/**
 * Applies the events of plans, in the order given, to what is known. Each event is applied as if it came alone, so that the outcome does not depend on
 * how the events were batched. Events that are not newer than what was seen of their plan change nothing; a plan whose end came first makes no tasks.
 * @param newId makes the ids of tasks and notices.
 * @param quiet of the tasks that are known, those of which a replay lets nobody outside be told.
 */
export function applyPlanEvents(
  known: Known,
  events: readonly LianxinEvent[],
  context: DeadlineContext,
  newId: () => string,
  quiet: QuietTasks = new Map(),
): { readonly changes: Changes; readonly steps: readonly Step[]; readonly marks: readonly ReplayMark[] } {
  const board = new PlanBoard(known, context);
  const replays = new ReplayMarks(quiet);
  const steps: Step[] = [];
  for (const event of events) {
    const [mark, created] = [board.mark, board.created];
    const said = applyPlanEvent(board, event, newId);
    const plan = board.findPlan(event.data as { entryId: string; activationNo: number });
    const head = plan === undefined || plan.body === null ? undefined : { plan, body: plan.body, cause: event };
    steps.push(...withAdjusted(head, said, board.changedSince(mark)));
    if (event.replayMode !== undefined) replays.note(event, board.createdSince(created), board.changedSince(mark));
  }
  return { changes: board.changes(), steps, marks: replays.marks };
}

function applyPlanEvent(board: PlanBoard, event: LianxinEvent, newId: () => string): Step[] {
  switch (event.type) {
    case measurePlanMade.type:
      return applyMade(board, event as LianxinEvent<MeasurePlanMade>, newId);
    case measurePlanHeld.type:
      return applyHeld(board, event as LianxinEvent<Held>);
    case measurePlanReleased.type:
      return applyReleased(board, event as LianxinEvent<Released>);
    case measurePlanNarrowed.type:
      return applyNarrowed(board, event as LianxinEvent<Narrowed>);
    case measurePlanRevised.type:
    case measurePlanCorrected.type:
      return applyRevised(board, event as LianxinEvent<MeasurePlanRevised>, newId);
    case measurePlanEnded.type:
      return applyEnded(board, event as LianxinEvent<Ended>);
    case measurePlanSuperseded.type:
      return applySuperseded(board, event as LianxinEvent<Superseded>);
    default:
      throw new Error(`${event.type} is no event of a plan`);
  }
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
  const isOver = ({ partyId }: { partyId: string }) => endedPartyIds.includes(partyId);
  return endBases(board, { plan, body: plan.body, cause: event }, isOver, { ground, documentNo, on: narrowedOn, inError: false });
}

/** The entry has left: every basis that rests on its plan ends. */
export function applyEnded(board: PlanBoard, event: LianxinEvent<Ended>): Step[] {
  const { ground, documentNo, endedOn, inError } = event.data;
  if (inError && board.findPlan(event.data)?.status === 'ENDED') return endInErrorLate(board, event);
  const plan = advance(board, event, { status: 'ENDED', holdCause: null, heldOn: null });
  if (plan === undefined || plan.body === null) return [];
  return endBases(board, { plan, body: plan.body, cause: event }, () => true, { ground, documentNo, on: endedOn, inError });
}

/**
 * It is found out after its exit that an entry should never have been: what was done about it by then, lifted or not, is to be made good (R-6-8). A task that
 * still runs for another list stays.
 */
function endInErrorLate(board: PlanBoard, event: LianxinEvent<Ended>): Step[] {
  const seen = board.findPlan(event.data);
  if (seen === undefined || seen.planVersion >= event.data.planVersion) return [];
  board.savePlan({ ...seen, planVersion: event.data.planVersion });
  for (const notice of board.noticesOf(seen)) if (!notice.endedInError) setNotice(board, notice, 'ENDED', true);
  for (const task of board.tasksOf(seen))
    if (task.begunAt !== null && (task.status === 'LIFTING' || task.status === 'LIFTED')) board.noteWrong(task, event);
  return [];
}

/** T21: the plan of the newer entry stands already. Where both demand something its task stays with its history; the rest is lifted. */
function applySuperseded(board: PlanBoard, event: LianxinEvent<Superseded>): Step[] {
  const { documentNo, endedOn } = event.data;
  const plan = advance(board, event, { status: 'ENDED', holdCause: null, heldOn: null });
  if (plan === undefined || plan.body === null) return [];
  const end = { ground: 'SUPERSEDED' as const, documentNo, on: endedOn, inError: false };
  return endBases(board, { plan, body: plan.body, cause: event }, () => true, end);
}
