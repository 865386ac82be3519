import {
  type AssessedPlan,
  type AssessedTask,
  beijingDate,
  type LianxinEvent,
  type MeasurePlanMade,
  type ReplayChange,
} from '@lianxin/contracts';
import type { DeadlineContext } from './deadline.rules.ts';
import { type Changes, type Known, type Plan, PlanBoard } from './plan.board.rules.ts';
import { applyMade } from './plan.dispatch.rules.ts';
import { bringTo } from './plan.revise.rules.ts';
import { applyEnded } from './plan.rules.ts';
import type { Step } from './plan.step.rules.ts';
import { correctTasks, wantedRowsOf } from './replay.correct.rules.ts';
import { type FactFold, type Mismatch, mismatchesOf } from './replay.state.rules.ts';
import { type Basis, endedStatuses, strength, type Task } from './task.rules.ts';

/** Everything that the tasks of a case rest on, as it is stored. */
export interface CaseWorld {
  /** The plans of the case, every task with a basis of one and the living tasks of parties that get more, with all their bases, and the notices. */
  readonly known: Known;
  /** Tasks on which something was done: by what was fed back (APPLIED, HIT, PARTIAL), also where it was sent back, or by what a window applied. */
  readonly acted: ReadonlySet<string>;
  /** What is being restored already, or has been: `entry|department|party|measure`. */
  readonly restored: ReadonlySet<string>;
  /** Looked at where nothing is taken to be otherwise. */
  readonly facts: ReadonlyMap<string, FactFold>;
  /** A plan or task of it moved while it was read. */
  readonly hasMoved?: boolean;
}

export interface CaseFinding {
  readonly tasks: readonly AssessedTask[];
  readonly unchangedTasks: number;
  readonly acts: boolean;
  readonly mismatches: readonly Mismatch[];
}

/** The measures are told to nobody yet: the ids of what would be made. */
const placeholders = () => {
  let next = 0;
  return () => `00000000-0000-7000-8000-${String(next++).padStart(12, '0')}`;
};

/** Why tasks cannot be assessed yet: what measure-decomposition saw of a plan has not come here, or more has. Undefined when they can. */
export function reasonOfBehind(plans: readonly AssessedPlan[], known: readonly Plan[]): string | undefined {
  const byId = new Map(known.map((plan) => [plan.planId, plan]));
  for (const plan of plans) {
    if (plan.planId === null) continue;
    const seen = byId.get(plan.planId);
    if (seen === undefined || (seen.body === null && plan.status !== 'ENDED')) return `措施方案 ${plan.planId} 尚未到达`;
    const isOver = plan.status === 'ENDED' && seen.status === 'ENDED';
    if (!isOver && seen.planVersion !== plan.planVersion) return `措施方案 ${plan.planId} 此处为第 ${seen.planVersion} 版`;
    if (seen.status !== plan.status) return `措施方案 ${plan.planId} 此处状态为 ${seen.status}`;
  }
  return undefined;
}

/**
 * What would happen to the tasks of a case (R-6-7): the plans as they would be are applied to what is stored by the same rules as their events, and what that
 * would write is read off. Nothing is written.
 */
export function assessCase(
  world: CaseWorld,
  change: ReplayChange,
  plans: readonly AssessedPlan[],
  cause: LianxinEvent,
  context: DeadlineContext,
): CaseFinding {
  const newId = placeholders();
  const board = new PlanBoard(world.known, context);
  const corrected = change.kind === 'NOTHING' ? correctTasks(board, plans, cause, null, newId) : { missing: [] };
  const acts = isAnything(board.changes());
  const made = new Map<string, string>();
  for (const plan of plans) applyPlan(board, plan, change, cause, newId, made);
  const reader = new CaseReader(world, board, plans, made);
  const mismatches = change.kind === 'NOTHING' ? [...corrected.missing, ...mismatchesOf(world.known, world.facts)] : [];
  return { ...reader.read(), acts, mismatches };
}

/**
 * Brings the stored tasks of a case to what its plans demand, as far as that frees (R-6-7a: a fault of the system only lifts).
 * @returns what is to be written; the plans stay as they are.
 */
export function correctCase(
  known: Known,
  plans: readonly AssessedPlan[],
  cause: LianxinEvent,
  context: DeadlineContext,
  documentNo: string | null,
  newId: () => string,
): { readonly changes: Changes; readonly steps: readonly Step[] } {
  const board = new PlanBoard(known, context);
  const { steps } = correctTasks(board, plans, cause, documentNo, newId);
  return { changes: { ...board.changes(), plans: [] }, steps };
}

export function isAnything(changes: Changes): boolean {
  const { freshTasks, changedTasks, freshBases, changedBases, changedNotices, freshNotices } = changes;
  return [freshTasks, changedTasks, freshBases, changedBases, changedNotices, freshNotices].some((rows) => rows.length > 0);
}

function applyPlan(
  board: PlanBoard,
  plan: AssessedPlan,
  change: ReplayChange,
  cause: LianxinEvent,
  newId: () => string,
  made: Map<string, string>,
): void {
  if (plan.action === 'MAKE') {
    const data = planToMake(plan, newId);
    made.set(data.entryId, plan.entryId);
    applyMade(board, { ...cause, data } as LianxinEvent<MeasurePlanMade>, newId);
    return;
  }
  const seen = board.allPlans().find(({ planId }) => planId === plan.planId);
  if (seen === undefined || plan.action === 'KEEP') return;
  if (plan.action === 'END') {
    const ground = change.kind === 'VOID_ENTRY' && change.effect === 'REVOKE' ? ('BASIS_REVOKED' as const) : ('DESIGNATION_WRONG' as const);
    const { planId, entryId, activationNo } = seen;
    const head = { planId, entryId, activationNo, entryVersion: 1, planVersion: seen.planVersion + 1, subjectId: cause.key };
    applyEnded(board, { ...cause, data: { ...head, ground, inError: true, documentNo: null, endedOn: todayOf(board) } });
    return;
  }
  const { wanted } = wantedRowsOf(board, seen, plan);
  const data = { ...planToMake(plan, newId), entryId: seen.entryId, activationNo: seen.activationNo };
  const again = { wanted, moves: [], ground: 'PLAN_CORRECTED', documentNo: null, on: todayOf(board) };
  bringTo(board, { ...cause, data } as LianxinEvent<MeasurePlanMade>, { ...seen, planVersion: seen.planVersion + 1 }, again, newId);
}

const todayOf = (board: PlanBoard) => beijingDate(board.context.now);

/** What the rules read of a plan that would be made: who gets what; the rest is told to nobody. */
function planToMake(plan: AssessedPlan, newId: () => string): MeasurePlanMade {
  const measures = plan.measures ?? [];
  const groups = (plan.demands ?? []).map((demand) => ({
    partyIds: demand.partyIds,
    measureCodes: demand.measures.map(({ measureCode }) => measureCode),
    skips: [],
  }));
  return {
    planId: newId(),
    entryId: newId(),
    entryVersion: 1,
    activationNo: 1,
    planVersion: 1,
    subjectId: newId(),
    catalogueVersion: plan.catalogueVersionAfter ?? 1,
    listCode: '',
    listType: plan.action === 'MAKE' ? 'RED' : 'BLACK',
    listField: null,
    direction: plan.action === 'MAKE' ? 'REWARD' : 'PUNISH',
    entryNumber: '',
    designatingDepartment: 'XYB',
    activatedOn: '2000-01-01',
    validTo: null,
    parties: plan.parties ?? [],
    measures,
    groups,
  };
}

/** Reads off a board what has become of the tasks of a case. */
class CaseReader {
  private readonly before: ReadonlyMap<string, Task>;
  private readonly basesBefore = new Map<string, Basis[]>();
  private readonly planKeys = new Map<string, AssessedPlan['action']>();
  private readonly ending: ReadonlySet<string>;

  constructor(
    private readonly world: CaseWorld,
    private readonly board: PlanBoard,
    plans: readonly AssessedPlan[],
    private readonly made: ReadonlyMap<string, string>,
  ) {
    this.before = new Map(world.known.tasks.map((task) => [task.id, task]));
    for (const basis of world.known.bases) this.basesBefore.set(basis.taskId, [...(this.basesBefore.get(basis.taskId) ?? []), basis]);
    const actionOf = new Map(plans.map((plan) => [plan.planId, plan.action]));
    for (const plan of world.known.plans) {
      const action = actionOf.get(plan.planId);
      if (action !== undefined) this.planKeys.set(keyOfPlan(plan), action);
    }
    this.ending = new Set(plans.filter(({ action }) => action === 'END').map(({ entryId }) => entryId));
  }

  read(): Pick<CaseFinding, 'tasks' | 'unchangedTasks'> {
    const rows = this.addedRows();
    const wrong = new Set(this.board.changes().wrongTasks.map(({ task }) => task.id));
    const touched = new Set<string>();
    let ofCase = 0;
    for (const [id, before] of this.before) {
      const own = (this.basesBefore.get(id) ?? []).find((basis) => this.planKeys.has(keyOfPlan(basis)));
      if (own !== undefined) ofCase += 1;
      const action = this.actionOn(before);
      const basis = own ?? this.board.basesOf(id).find((one) => this.made.has(one.entryId));
      if (basis === undefined) continue;
      const mine = [
        ...(action === undefined ? [] : [this.rowOf(action, before, basis)]),
        ...(own !== undefined && this.isToRestore(before, own, wrong, action)
          ? [{ ...this.rowOf('RESTORE', before, own), keptBy: [] }]
          : []),
      ];
      rows.push(...mine);
      if (mine.length > 0 && own !== undefined) touched.add(id);
    }
    return { tasks: rows.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)), unchangedTasks: ofCase - touched.size };
  }

  private addedRows(): AssessedTask[] {
    return this.board.changes().freshTasks.map(({ task, basis }) => ({
      action: 'ADD',
      taskId: null,
      entryId: this.made.get(basis.entryId) ?? basis.entryId,
      partyId: basis.partyId,
      partySubjectId: task.partySubjectId,
      measureCode: basis.measureCode,
      departmentCode: task.departmentCode,
      status: null,
      keptBy: [],
    }));
  }

  private actionOn(before: Task): AssessedTask['action'] | undefined {
    const after = this.board.getTask(before.id);
    const isOver = (task: Task) => endedStatuses.includes(task.status);
    if (isOver(after) && !isOver(before)) return 'WITHDRAW';
    const standing = (bases: readonly Basis[]) => bases.filter(({ status }) => status !== 'ENDED').length;
    const [had, has] = [standing(this.basesBefore.get(before.id) ?? []), standing(this.board.basesOf(before.id))];
    // Under whose name it goes on, and whether it rests until then, is told by who keeps it.
    if (had !== has && after.departmentCode === before.departmentCode) return isOver(before) ? undefined : 'KEEP';
    const terms = ({ status, departmentCode, force, measureCode, role, hasDeadline }: Task) =>
      [status, departmentCode, force, measureCode, role, hasDeadline].join('|');
    return terms(after) === terms(before) ? undefined : 'CHANGE';
  }

  /** R-6-8: something was done on it, it is over or goes now, and no other entry demands it. */
  private isToRestore(task: Task, own: Basis, wrong: ReadonlySet<string>, action: AssessedTask['action'] | undefined): boolean {
    if (task.direction !== 'PUNISH' || this.isRestored(task, own)) return false;
    if (wrong.has(task.id)) return true;
    if (!this.world.acted.has(task.id)) return false;
    const isVoid = this.planKeys.get(keyOfPlan(own)) === 'END' && endedStatuses.includes(task.status);
    return (action === 'WITHDRAW' || isVoid) && this.keepersOf(task).length === 0;
  }

  private isRestored(task: Task, own: Basis): boolean {
    return this.world.restored.has([own.entryId, task.departmentCode, task.partySubjectId, own.measureCode].join('|'));
  }

  private keepersOf(task: Task): string[] {
    const standing = this.board.basesOf(task.id).filter(({ status, entryId }) => status !== 'ENDED' && !this.ending.has(entryId));
    const others = standing.filter((basis) => !this.made.has(basis.entryId));
    return [...new Set(others.map(({ entryId }) => entryId))].sort();
  }

  private rowOf(action: AssessedTask['action'], task: Task, basis: Basis): AssessedTask {
    const { id: taskId, partySubjectId, departmentCode, status } = task;
    const entryId = this.made.get(basis.entryId) ?? basis.entryId;
    const { partyId, measureCode } = basis;
    const keptBy = action === 'KEEP' || action === 'CHANGE' ? this.keepersOf(task).filter((one) => one !== entryId) : [];
    const row = { action, taskId, entryId, partyId, partySubjectId, measureCode, departmentCode, status, keptBy };
    return action === 'CHANGE' ? { ...row, frees: isFreed(task, this.board.getTask(task.id)) } : row;
  }
}

/** Whether a restriction binds less than before and in nothing more: it rests, its force is weaker, or no deadline runs for it any more. */
function isFreed(before: Task, after: Task): boolean {
  if (before.direction !== 'PUNISH' || before.departmentCode !== after.departmentCode || before.role !== after.role) return false;
  // While it rests, its force is that of a list which binds nobody.
  if (after.status !== before.status) return after.status === 'ON_HOLD';
  const isMore = strength[after.force] > strength[before.force] || (after.hasDeadline && !before.hasDeadline);
  const isLess = strength[after.force] < strength[before.force] || (before.hasDeadline && !after.hasDeadline);
  return isLess && !isMore;
}

const keyOfPlan = (row: { entryId: string; activationNo: number }) => `${row.entryId}|${row.activationNo}`;
const placeOf = (row: AssessedTask) =>
  [row.action, row.taskId ?? '', row.entryId, row.partyId, row.measureCode, row.departmentCode].join('|');
