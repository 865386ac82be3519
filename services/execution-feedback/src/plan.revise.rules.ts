import type { LianxinEvent, MeasurePlanCorrected, MeasurePlanMade, MeasurePlanRevised, PlanMeasure } from '@lianxin/contracts';
import type { Notice, Plan, PlanBoard } from './plan.board.rules.ts';
import { applyMade, bodyOf, Dispatch, departmentsOf } from './plan.dispatch.rules.ts';
import { refold } from './plan.fold.rules.ts';
import { endBases, type PlanRowName, plannedRow, setNotice, stepsOfMoved } from './plan.move.rules.ts';
import { termsPatch } from './plan.soften.rules.ts';
import type { Step } from './plan.step.rules.ts';
import { type Basis, endedStatuses, holds, type Task } from './task.rules.ts';

/** A plan that was derived again: by another version of the catalogue, from a corrected entry, or by a replay. */
type PlanAgain = MeasurePlanRevised | MeasurePlanCorrected;

/** A row of the plan as it is wanted now, with what is asked of its executor. */
export type WantedRow = PlanRowName & { readonly measure: PlanMeasure; readonly executor: PlanMeasure['executors'][number] };

/** Name of a row of a plan within it. */
export const keyOf = (row: PlanRowName) => `${row.partyId}|${row.measureCode}|${row.departmentCode}|${row.notice}`;

/**
 * A plan was derived again (R-4-8). What is in both keeps its task and history; tasks of a merged department go to its successor; what is new is dispatched,
 * and then what is no longer wanted is lifted, so that a restriction that only changed its name stays one task.
 */
export function applyRevised(board: PlanBoard, event: LianxinEvent<PlanAgain>, newId: () => string): Step[] {
  const seen = board.findPlan(event.data);
  if (seen !== undefined && (seen.planVersion >= event.data.planVersion || seen.status === 'ENDED')) return [];
  // What it said before has not come here: it now says all.
  if (seen === undefined || seen.body === null) return applyMade(board, event, newId);
  const departments = [...new Set([...seen.body.departments, ...departmentsOf(event.data)])].sort();
  const body = bodyOf(event.data, departments);
  const plan: Plan = { ...seen, planVersion: event.data.planVersion, body };
  board.savePlan(plan);
  return bringTo(board, event, plan, { ...againOf(event.data), wanted: wantedRows(event.data) }, newId);
}

/** What a plan comes to now: its rows, which merged departments they left, and why what is gone is gone. */
export interface Again {
  readonly wanted: ReadonlyMap<string, WantedRow>;
  readonly moves: MeasurePlanRevised['moves'];
  readonly ground: string;
  readonly documentNo: string | null;
  readonly on: string;
}

/** Brings the tasks of a plan to its rows as they are wanted now. */
export function bringTo(board: PlanBoard, event: LianxinEvent<MeasurePlanMade>, plan: Plan, again: Again, newId: () => string): Step[] {
  const { wanted, moves, ground, documentNo, on } = again;
  const head = { plan, body: plan.body ?? bodyOf(event.data, []), cause: event };
  const moved = moveToSuccessors(board, plan, event, moves, wanted);
  const softened = softenBases(board, plan, event, on, wanted);
  softenNotices(board, plan, wanted);
  // Said as they are now: what follows may move them once more.
  const rested = stepsOfMoved(board, head, softened);
  const dispatched = dispatchNew(board, plan, event, wanted, newId);
  const end = { ground, documentNo, on, inError: false };
  const gone = (row: PlanRowName) => !wanted.has(keyOf(row));
  const ended = endBases(board, head, gone, end).filter((step) => step.kind !== 'LIFTING' || step.tasks.length + step.stays.length > 0);
  return [
    ...(moved.length === 0 ? [] : [{ ...head, kind: 'MOVED' as const, at: board.context.now, tasks: moved }]),
    ...rested,
    ...dispatched,
    ...ended,
  ];
}

/** The ground is told to whoever must undo what they did. */
function againOf(data: PlanAgain): Omit<Again, 'wanted'> {
  if ('revisedOn' in data) {
    const ground = data.reason === 'CATALOGUE_VERSION' ? 'CATALOGUE_CHANGED' : 'PLAN_CORRECTED';
    return { moves: data.moves, ground, documentNo: data.documentNo, on: data.revisedOn };
  }
  return { moves: [], ground: 'PLAN_CORRECTED', documentNo: data.documentNo, on: data.correctedOn };
}

function wantedRows(data: MeasurePlanMade): Map<string, WantedRow> {
  const measures = new Map(data.measures.map((measure) => [measure.measureCode, measure]));
  const rows = data.groups.flatMap((group) =>
    group.partyIds.flatMap((partyId) =>
      group.measureCodes.flatMap((measureCode) => {
        const measure = measures.get(measureCode);
        if (measure === undefined) throw new Error(`the plan names measure ${measureCode} without describing it`);
        return measure.executors.map((executor) => {
          const { departmentCode, notice } = executor;
          return { partyId, measureCode, departmentCode, notice, measure, executor };
        });
      }),
    ),
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** The bases of this plan that run or rest. */
function standingBases(board: PlanBoard, plan: Plan): Basis[] {
  return board
    .tasksOf(plan)
    .flatMap((task) => board.basesOf(task.id))
    .filter((basis) => basis.entryId === plan.entryId && basis.activationNo === plan.activationNo && basis.status !== 'ENDED');
}

/** What the office routed by hand stays where it is when the department that the plan names is merged: the row now names the successor. */
function renamePlanned(board: PlanBoard, plan: Plan, successor: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, WantedRow>): void {
  for (const basis of standingBases(board, plan)) {
    const to = successor.get(basis.plannedDepartment ?? '');
    if (to === undefined || !wanted.has(keyOf({ ...plannedRow(basis), departmentCode: to }))) continue;
    board.changeBasis({ ...basis, plannedDepartment: to === basis.departmentCode ? null : to });
  }
}

/** R-4-8: open tasks of a merged department move to its successor. Where that has the same task already the two become one, by the way of the other rows. */
function moveToSuccessors(
  board: PlanBoard,
  plan: Plan,
  event: LianxinEvent,
  moves: MeasurePlanRevised['moves'],
  wanted: ReadonlyMap<string, WantedRow>,
): Extract<Step, { kind: 'MOVED' }>['tasks'][number][] {
  const successor = new Map(moves.map(({ from, to }) => [from, to]));
  renamePlanned(board, plan, successor, wanted);
  const moved: Extract<Step, { kind: 'MOVED' }>['tasks'][number][] = [];
  for (const basis of standingBases(board, plan)) {
    const task = board.getTask(basis.taskId);
    const to = successor.get(task.departmentCode);
    if (to === undefined || endedStatuses.includes(task.status)) continue;
    const row = wanted.get(keyOf(basis.plannedDepartment ? plannedRow(basis) : { ...plannedRow(basis), departmentCode: to }));
    if (row === undefined) continue;
    if (board.findLiveTask({ ...task, departmentCode: to }) !== undefined) continue;
    const detail = { entryId: plan.entryId, from: task.departmentCode, to };
    const patch = basis.plannedDepartment ? {} : termsPatch(board, task, basis, row.executor);
    const next = board.moveTask(task, to, { causeEvent: event, detail }, patch);
    const entryIds = [...new Set(board.basesOf(task.id).map((other) => other.entryId))].sort();
    moved.push({ task: next, from: task.departmentCode, entryIds });
  }
  return moved;
}

/**
 * A weaker force from now on, a hold that no longer spares it, another part in it, or no deadline any more.
 * @returns the tasks that rest now and did not, or run again.
 */
function softenBases(board: PlanBoard, plan: Plan, event: LianxinEvent, on: string, wanted: ReadonlyMap<string, WantedRow>): Task[] {
  const mark = board.mark;
  for (const basis of standingBases(board, plan)) {
    const row = wanted.get(keyOf(plannedRow(basis)));
    if (row === undefined) continue;
    const { measure, executor } = row;
    const standing = board.getTask(basis.taskId);
    // What the office gave away by hand has the terms of whoever has it.
    const terms = endedStatuses.includes(standing.status) || basis.plannedDepartment ? {} : termsPatch(board, standing, basis, executor);
    if (Object.keys(terms).length > 0)
      board.changeTask(standing, terms, { what: 'TERMS_CHANGED', causeEvent: event, detail: { entryId: plan.entryId } });
    if (measure.force === basis.force && measure.holdExempt === basis.holdExempt) continue;
    const state = isHeldBy(plan, measure)
      ? { status: 'HELD' as const, holdCause: plan.holdCause }
      : { status: 'LIVE' as const, holdCause: null };
    board.changeBasis({ ...basis, ...state, force: measure.force, holdExempt: measure.holdExempt });
    const task = board.getTask(basis.taskId);
    if (!endedStatuses.includes(task.status)) refold(board, task, { what: 'BASIS_SOFTENED', cause: event, on });
  }
  return board.changedSince(mark).flatMap(({ task, from }) => (task.status === from ? [] : [task]));
}

/** What only informs is told under the same terms, and rests with its plan unless these spare it. */
function softenNotices(board: PlanBoard, plan: Plan, wanted: ReadonlyMap<string, WantedRow>): void {
  for (const notice of board.noticesOf(plan)) {
    const measure = notice.status === 'ENDED' ? undefined : wanted.get(keyOf({ ...notice, notice: true }))?.measure;
    if (measure === undefined || (measure.force === notice.force && measure.holdExempt === notice.holdExempt)) continue;
    setNotice(board, termsOf(notice, measure), isHeldBy(plan, measure) ? 'HELD' : 'LIVE');
  }
}

const termsOf = (notice: Notice, { force, holdExempt }: PlanMeasure): Notice => ({ ...notice, force, holdExempt });
const isHeldBy = (plan: Plan, { holdExempt }: PlanMeasure) =>
  plan.status === 'HELD' && plan.holdCause !== null && holds(plan.holdCause, holdExempt);

function dispatchNew(
  board: PlanBoard,
  plan: Plan,
  event: LianxinEvent<MeasurePlanMade>,
  wanted: ReadonlyMap<string, WantedRow>,
  newId: () => string,
): Step[] {
  const notices = board.noticesOf(plan);
  const standing = new Set([
    ...standingBases(board, plan).map((basis) => keyOf(plannedRow(basis))),
    ...notices.filter((notice) => notice.status !== 'ENDED').map((notice) => keyOf({ ...notice, notice: true })),
  ]);
  const ended = new Map(
    notices.filter((notice) => notice.status === 'ENDED').map((notice) => [keyOf({ ...notice, notice: true }), notice]),
  );
  const dispatch = new Dispatch(board, event, plan, newId);
  for (const [key, row] of wanted) {
    if (standing.has(key)) continue;
    const before = ended.get(key);
    // Information that was taken back is given again.
    if (before !== undefined) {
      setNotice(board, termsOf(before, row.measure), isHeldBy(plan, row.measure) ? 'HELD' : 'LIVE');
      continue;
    }
    const isMeant = (departmentCode: string, notice: boolean) => departmentCode === row.departmentCode && notice === row.notice;
    dispatch.addRows(row.partyId, row.measureCode, isMeant);
  }
  const tasks = dispatch.tasks();
  const released = dispatch.released();
  const head = { plan, body: plan.body ?? bodyOf(event.data, []), cause: event };
  return [
    ...(tasks.length + dispatch.notices.length === 0 ? [] : [{ ...head, kind: 'DISPATCHED' as const, tasks, notices: dispatch.notices }]),
    ...(released.length === 0 ? [] : [{ ...head, kind: 'RELEASED' as const, tasks: released, stays: [] }]),
  ];
}
