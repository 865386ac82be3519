import { type AssessedPlan, beijingDate, type LianxinEvent, type MeasurePlanMade, type PlanMeasure } from '@lianxin/contracts';
import type { Plan, PlanBoard } from './plan.board.rules.ts';
import { refold } from './plan.fold.rules.ts';
import { endBases, moveTasks, type PlanRowName, plannedRow, setNotice, stepsOfMoved } from './plan.move.rules.ts';
import { bringTo, keyOf, type WantedRow } from './plan.revise.rules.ts';
import { type Step, type StepHead, withAdjusted } from './plan.step.rules.ts';
import type { Mismatch } from './replay.state.rules.ts';
import { type Basis, endedStatuses, foldBases, holds } from './task.rules.ts';

/**
 * Brings the tasks of plans that come out as they stand to what those demand: what nobody demands is lifted, what its plan holds is held. What is demanded and
 * is not there is named and nothing more, for a fault of the system only lifts (R-6-7a).
 * @param documentNo of the approval that it is done by; null while it is only looked at.
 */
export function correctTasks(
  board: PlanBoard,
  plans: readonly AssessedPlan[],
  cause: LianxinEvent,
  documentNo: string | null,
  newId: () => string,
): { readonly steps: readonly Step[]; readonly missing: readonly Mismatch[] } {
  const steps: Step[] = [];
  const missing: Mismatch[] = [];
  for (const plan of plans) {
    const seen = board.allPlans().find(({ planId }) => planId === plan.planId);
    if (plan.action !== 'KEEP' || seen === undefined || seen.body === null) continue;
    const mark = board.mark;
    const stepHead = { plan: seen, body: seen.body, cause: { ...cause, data: { entryId: seen.entryId } } };
    const end = { ground: 'PLAN_CORRECTED', documentNo, on: beijingDate(board.context.now), inError: false };
    if (seen.status === 'ENDED') {
      const said = [...endWhatStands(board, stepHead, end), ...freeWhatRestsOnNothing(board, stepHead, end)];
      steps.push(...withAdjusted(stepHead, said, board.changedSince(mark)));
      continue;
    }
    const { wanted, lacking } = wantedRowsOf(board, seen, plan);
    missing.push(...lacking.map((row) => ({ id: seen.planId, expected: keyOf(row), found: 'NONE' })));
    const data = { catalogueVersion: seen.body.catalogueVersion, direction: seen.body.direction, measures: [], parties: [], groups: [] };
    const event = {
      ...cause,
      data: { ...data, entryId: seen.entryId, activationNo: seen.activationNo },
    } as unknown as LianxinEvent<MeasurePlanMade>;
    const said = [
      ...bringTo(board, event, seen, { ...end, wanted, moves: [] }, newId),
      ...holdWhatRests(board, seen, event),
      ...freeWhatRestsOnNothing(board, stepHead, end),
    ];
    steps.push(...withAdjusted(stepHead, said, board.changedSince(mark)));
  }
  return { steps, missing };
}

/** A plan that is over has no standing basis. */
function endWhatStands(board: PlanBoard, head: StepHead, end: End): Step[] {
  const { plan } = head;
  if (standingBases(board, plan).length === 0 && board.noticesOf(plan).every(({ status }) => status === 'ENDED')) return [];
  return endBases(board, head, () => true, end);
}

/** A task that runs although all its bases have ended is lifted, and one whose bases all rest rests; none runs by this that did not (R-6-7a). */
function freeWhatRestsOnNothing(board: PlanBoard, head: StepHead, end: End): Step[] {
  const { plan, cause } = head;
  const moved = board.tasksOf(plan).flatMap((task) => {
    const fold = foldBases(board.basesOf(task.id));
    const isDue = fold === 'END' || (fold === 'HOLD' && task.status !== 'ON_HOLD');
    if (task.kind !== 'EXECUTE' || endedStatuses.includes(task.status) || !isDue) return [];
    return [refold(board, task, { what: 'CORRECTED', cause, on: fold === 'END' ? end.on : (plan.heldOn ?? end.on) })];
  });
  const tasks = moved.filter(({ status }) => endedStatuses.includes(status));
  const liftDueAt = tasks.some(({ dueAt }) => dueAt !== null) ? board.liftDueAt : null;
  const { ground, documentNo } = end;
  return [
    ...(tasks.length === 0 ? [] : [{ ...head, kind: 'LIFTING', ground, documentNo, liftDueAt, tasks, stays: [] } as const]),
    ...stepsOfMoved(board, head, moved),
  ];
}

/** What a held plan spares nothing of rests. */
function holdWhatRests(board: PlanBoard, plan: Plan, cause: LianxinEvent): Step[] {
  const { holdCause, body } = plan;
  if (plan.status !== 'HELD' || holdCause === null || body === null) return [];
  const rests = (row: { holdExempt: boolean; status: string }) => row.status === 'LIVE' && holds(holdCause, row.holdExempt);
  for (const notice of board.noticesOf(plan)) if (rests(notice)) setNotice(board, notice, 'HELD');
  if (!standingBases(board, plan).some(rests)) return [];
  const step = { what: 'BASIS_HELD', cause, on: plan.heldOn ?? beijingDate(board.context.now) };
  const outcome = moveTasks(board, plan, step, (basis) => (rests(basis) ? { ...basis, status: 'HELD', holdCause } : undefined), rests);
  const head = { plan, body, cause };
  const running = outcome.moved.filter(({ status }) => status !== 'ON_HOLD');
  return [{ ...head, kind: 'HELD', holdCause, ...outcome.selected('ON_HOLD') }, ...stepsOfMoved(board, head, running)];
}

/**
 * The rows that a plan wants, with the terms of what stands already; of what is new or has changed those that the plan names.
 * @returns `lacking`: wanted, not there, and not described.
 */
export function wantedRowsOf(
  board: PlanBoard,
  plan: Plan,
  assessed: AssessedPlan,
): { readonly wanted: ReadonlyMap<string, WantedRow>; readonly lacking: readonly PlanRowName[] } {
  const measures = new Map(assessed.measures?.map((measure) => [measure.measureCode, measure]));
  const changed = new Set(
    assessed.changed.flatMap(({ partyIds, measureCode, departmentCode, notice }) =>
      partyIds.map((partyId) => keyOf({ partyId, measureCode, departmentCode, notice })),
    ),
  );
  const standing = standingRows(board, plan);
  const wanted = new Map<string, WantedRow>();
  const lacking: PlanRowName[] = [];
  for (const row of demandedRows(assessed)) {
    const key = keyOf(row);
    const known = standing.get(key);
    const named = changed.has(key) || known === undefined ? describedRow(row, measures.get(row.measureCode)) : known;
    if (named !== undefined) wanted.set(key, named);
    else lacking.push(row);
  }
  return { wanted, lacking };
}

function demandedRows({ demands }: AssessedPlan): PlanRowName[] {
  return (demands ?? []).flatMap(({ partyIds, measures }) =>
    partyIds.flatMap((partyId) =>
      measures.flatMap(({ measureCode, tasks, notices }) => [
        ...tasks.map((departmentCode) => ({ partyId, measureCode, departmentCode, notice: false })),
        ...notices.map((departmentCode) => ({ partyId, measureCode, departmentCode, notice: true })),
      ]),
    ),
  );
}

function describedRow(row: PlanRowName, measure: PlanMeasure | undefined): WantedRow | undefined {
  const executor = measure?.executors.find(({ departmentCode, notice }) => departmentCode === row.departmentCode && notice === row.notice);
  return measure === undefined || executor === undefined ? undefined : { ...row, measure, executor };
}

/** Rows of the plan that stand, with the terms under which they stand, so that nothing of them changes. */
function standingRows(board: PlanBoard, plan: Plan): Map<string, WantedRow> {
  const rows = new Map<string, WantedRow>();
  const described = (
    row: PlanRowName,
    of: Pick<PlanMeasure, 'force' | 'holdExempt' | 'canonicalCode' | 'class' | 'trigger'>,
    terms: Terms,
  ): WantedRow => {
    const executor = { departmentCode: row.departmentCode, notice: row.notice, ...terms };
    const { force, holdExempt, canonicalCode, trigger } = of;
    const head = { measureCode: row.measureCode, canonicalCode, class: of.class, force, trigger, holdExempt };
    return { ...row, measure: { ...head, termRule: '', basisRefs: [], conditions: [], executors: [executor] }, executor };
  };
  for (const basis of standingBases(board, plan)) {
    const row = plannedRow(basis);
    const task = board.getTask(basis.taskId);
    const { role, hasDeadline } = task;
    rows.set(keyOf(row), described(row, { ...task, force: basis.force, holdExempt: basis.holdExempt }, { role, hasDeadline }));
  }
  for (const notice of board.noticesOf(plan)) {
    if (notice.status === 'ENDED') continue;
    const { partyId, measureCode, departmentCode, role } = notice;
    const row = { partyId, measureCode, departmentCode, notice: true };
    rows.set(keyOf(row), described(row, notice, { role, hasDeadline: false }));
  }
  return rows;
}

type End = Parameters<typeof endBases>[3];
type Terms = Pick<PlanMeasure['executors'][number], 'role' | 'hasDeadline'>;

function standingBases(board: PlanBoard, plan: Plan): Basis[] {
  return board
    .tasksOf(plan)
    .flatMap((task) => board.basesOf(task.id))
    .filter((basis) => basis.entryId === plan.entryId && basis.activationNo === plan.activationNo && basis.status !== 'ENDED');
}
