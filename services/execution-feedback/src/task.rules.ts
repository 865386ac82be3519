import type { BasisStatus, Direction, Force, PartyRole, ProblemCode, SubjectKind, TaskKind, TaskStatus, Trigger } from '@lianxin/contracts';

/** What may happen to a task. A department acts (acknowledge … lifted), the credit office decides on returns, plans hold, release and lift, the quarter reopens. */
export const taskActions = [
  'acknowledge',
  'return',
  'start',
  'arm',
  'acceptReturn',
  'refuseReturn',
  'reassign',
  'feedBack',
  'reopen',
  'hold',
  'release',
  'lift',
  'cancel',
  'confirmLifted',
] as const;
export type TaskAction = (typeof taskActions)[number];

/** Where `reopen` and `release` lead depends on the task: its trigger, or the state it had before the hold. */
type Target = TaskStatus | 'BY_TRIGGER' | 'PREVIOUS';

/** States and actions of §4.3. The state diagram of the README is this table. */
export const transitions = {
  DISPATCHED: { acknowledge: 'ACKNOWLEDGED', return: 'RETURNED', hold: 'ON_HOLD', lift: 'LIFTING', cancel: 'CANCELLED' },
  ACKNOWLEDGED: { start: 'IN_EXECUTION', arm: 'ARMED', return: 'RETURNED', hold: 'ON_HOLD', lift: 'LIFTING' },
  RETURNED: {
    acceptReturn: 'NOT_APPLICABLE',
    refuseReturn: 'DISPATCHED',
    reassign: 'DISPATCHED',
    hold: 'ON_HOLD',
    lift: 'LIFTING',
    cancel: 'CANCELLED',
  },
  IN_EXECUTION: { feedBack: 'FED_BACK', return: 'RETURNED', hold: 'ON_HOLD', lift: 'LIFTING' },
  ARMED: { feedBack: 'FED_BACK', return: 'RETURNED', hold: 'ON_HOLD', lift: 'LIFTING' },
  FED_BACK: { reopen: 'BY_TRIGGER', hold: 'ON_HOLD', lift: 'LIFTING' },
  ON_HOLD: { release: 'PREVIOUS', lift: 'LIFTING', cancel: 'CANCELLED' },
  LIFTING: { confirmLifted: 'LIFTED' },
  LIFTED: {},
  CANCELLED: {},
  NOT_APPLICABLE: {},
} as const satisfies Record<TaskStatus, Partial<Record<TaskAction, Target>>>;

/** States whose rows are closed: nothing ever happens to them again, they lie apart from the queue. */
export const closedStatuses: readonly TaskStatus[] = ['LIFTED', 'CANCELLED', 'NOT_APPLICABLE'];
/** States in which a task no longer takes a further basis: the same restriction from another list makes a new task. */
export const endedStatuses: readonly TaskStatus[] = ['LIFTING', ...closedStatuses];

export type HoldCause = 'SUSPENSION' | 'OBJECTION';

/** An objection spares what law wants done at once; a suspension by court or bankruptcy spares nothing (R-6-4, T14). */
export function holds(cause: HoldCause, holdExempt: boolean): boolean {
  return cause === 'SUSPENSION' || !holdExempt;
}

/** One restriction or reward that one department owes one party, whatever lists demand it (R-4-5). */
export interface Task {
  readonly id: string;
  readonly partySubjectId: string;
  readonly canonicalCode: string;
  readonly departmentCode: string;
  readonly measureCode: string;
  readonly class: string;
  readonly direction: Direction;
  readonly kind: TaskKind;
  readonly force: Force;
  readonly trigger: Trigger;
  readonly role: 'LEAD' | 'COOP';
  readonly partyId: string;
  readonly partyRole: PartyRole;
  readonly partyKind: SubjectKind;
  readonly cycle: number;
  readonly status: TaskStatus;
  /** The state to return to, while ON_HOLD. */
  readonly previousStatus: TaskStatus | null;
  /** Grows by one with every fact. */
  readonly version: number;
  /** False for units that are not supervised: no step of theirs is ever due (§4.5). */
  readonly hasDeadline: boolean;
  readonly dispatchedAt: Date;
  /** When it was first started or armed; null while nothing has been done. */
  readonly begunAt: Date | null;
  /** When its next step is due; null where none is. While ON_HOLD the due time of the step that waits. */
  readonly dueAt: Date | null;
  /** When the feedback of this cycle is due at the latest. */
  readonly feedbackDueAt: Date | null;
  /** Since which date its clock stands (R-10-1). */
  readonly heldOn: string | null;
  /** Key of the plan that made it: all that the department says of the task goes out in this lane. */
  readonly laneKey: string;
  readonly catalogueVersion: number;
}

/** Ties a task to one row of one entry's plan (R-4-3). */
export interface Basis {
  readonly taskId: string;
  readonly entryId: string;
  readonly activationNo: number;
  readonly departmentCode: string;
  readonly partyId: string;
  readonly partyRole: PartyRole;
  readonly measureCode: string;
  readonly force: Force;
  readonly holdExempt: boolean;
  readonly status: BasisStatus;
  readonly holdCause: HoldCause | null;
  /** The department that the plan names, where the credit office gave the task to another by hand; left out: the one that has it. */
  readonly plannedDepartment?: string | null;
  /** Grows where a row of a plan comes again after it had ended (R-4-8); 1 when left out. */
  readonly round?: number;
}

export type Refusal = { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

/**
 * The state after an action.
 * Refuses TRANSITION_NOT_ALLOWED, naming state, action and what is allowed, and ACTION_NOT_FOR_TRIGGER: ON_EVENT measures are armed, the others started.
 */
export function decideTransition(
  task: Pick<Task, 'status' | 'previousStatus' | 'trigger'>,
  action: TaskAction,
): { readonly ok: true; readonly next: TaskStatus } | Refusal {
  const row: Partial<Record<TaskAction, Target>> = transitions[task.status];
  const target = row[action];
  if (target === undefined) {
    const allowed = Object.keys(row).filter((name) => isActOfPeople(name as TaskAction));
    return {
      ok: false,
      code: 'TRANSITION_NOT_ALLOWED',
      detail: `任务处于 ${task.status}，不能 ${action}；当前允许：${allowed.length === 0 ? '无' : allowed.join('、')}`,
    };
  }
  if ((action === 'arm') !== (task.trigger === 'ON_EVENT') && (action === 'arm' || action === 'start')) {
    const fitting = task.trigger === 'ON_EVENT' ? 'arm' : 'start';
    return { ok: false, code: 'ACTION_NOT_FOR_TRIGGER', detail: `触发方式为 ${task.trigger} 的任务不能 ${action}，应 ${fitting}` };
  }
  if (target === 'BY_TRIGGER') return { ok: true, next: task.trigger === 'ON_EVENT' ? 'ARMED' : 'IN_EXECUTION' };
  if (target === 'PREVIOUS') return { ok: true, next: task.previousStatus ?? 'DISPATCHED' };
  return { ok: true, next: target };
}

const actsOfPeople: readonly TaskAction[] = [
  'acknowledge',
  'return',
  'start',
  'arm',
  'acceptReturn',
  'refuseReturn',
  'reassign',
  'feedBack',
  'confirmLifted',
];

/** Whether people may ask for it; the rest follows from plans and the calendar. */
export function isActOfPeople(action: TaskAction): boolean {
  return actsOfPeople.includes(action);
}

/** Whether nothing has been done about a task, so that an error is cancelled and not undone (§4.3). */
export function isNeverStarted(task: Pick<Task, 'status' | 'previousStatus' | 'begunAt'>): boolean {
  const status = task.status === 'ON_HOLD' ? (task.previousStatus ?? task.status) : task.status;
  return task.begunAt === null && (status === 'DISPATCHED' || status === 'RETURNED');
}

/** What the bases of a task together ask for: one LIVE basis runs it; none LIVE but some HELD holds it; all ENDED ends it (R-4-5, R-6-4). */
export function foldBases(bases: readonly Pick<Basis, 'status'>[]): 'RUN' | 'HOLD' | 'END' {
  if (bases.some((basis) => basis.status === 'LIVE')) return 'RUN';
  return bases.some((basis) => basis.status === 'HELD') ? 'HOLD' : 'END';
}

export const strength: Readonly<Record<Force, number>> = { MANDATORY: 2, RECOMMENDED: 1, REFERENCE: 0 };

/**
 * Force and measure of a task from its bases (catalogue rule 23): the strongest force of those that are LIVE (else HELD, else as it was), and the measure
 * it was named by while that basis runs, else that of the strongest basis that does.
 */
export function strongestOf(
  task: Pick<Task, 'force' | 'measureCode' | 'partyId' | 'partyRole'>,
  bases: readonly Basis[],
): Pick<Task, 'force' | 'measureCode' | 'partyId' | 'partyRole'> {
  const live = bases.filter((basis) => basis.status === 'LIVE');
  const counting = live.length > 0 ? live : bases.filter((basis) => basis.status === 'HELD');
  // Among equals the earliest entry, so that the order in which bases were read decides nothing.
  const [strongest] = counting.toSorted((a, b) => strength[b.force] - strength[a.force] || compareText(placeOf(a), placeOf(b)));
  if (strongest === undefined) return task;
  const named = counting.find((basis) => basis.measureCode === task.measureCode && basis.partyId === task.partyId) ?? strongest;
  return { force: strongest.force, measureCode: named.measureCode, partyId: named.partyId, partyRole: named.partyRole };
}

const placeOf = (basis: Basis) => `${basis.entryId}|${basis.activationNo}|${basis.partyId}|${basis.measureCode}`;
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The status that a task's facts amount to: the last one's. Every fact must start where the one before it ended. */
export function foldFacts(facts: readonly { version: number; from: TaskStatus | null; to: TaskStatus }[]): TaskStatus {
  let status: TaskStatus | null = null;
  for (const [index, fact] of facts.entries()) {
    if (fact.version !== index + 1) throw new Error(`fact ${index + 1} has version ${fact.version}`);
    if (fact.from !== status) throw new Error(`fact ${fact.version} starts at ${fact.from}, the one before ended at ${status}`);
    status = fact.to;
  }
  if (status === null) throw new Error('a task without facts');
  return status;
}
