import type { Direction, Force, PartyRole, TaskKind, TaskStatus, Trigger } from '@lianxin/contracts';
import { hearRunning, hearStop, isStoppedBy, nothingHeard, type Standing, stoppedSince } from './standing.rules.ts';

/** What a task is, as its first dispatch told it. */
export interface TaskBirth {
  readonly version: number;
  readonly kind: TaskKind;
  readonly measureCode: string;
  readonly canonicalCode: string;
  readonly class: string;
  readonly force: Force;
  readonly trigger: Trigger;
  readonly role: 'LEAD' | 'COOP';
  readonly direction: Direction;
  readonly partyId: string;
  readonly partySubjectId: string;
  readonly partyRole: PartyRole;
  readonly dispatchedAt: string;
}

/** What one event says of one basis. `version` grows over activations and plan versions of the entry. */
export interface BasisFact {
  readonly entryId: string;
  readonly listCode: string;
  readonly version: number;
  readonly status: 'LIVE' | 'HELD' | 'ENDED';
  readonly at: string;
}

/** What one event says of one task. Left out: the event does not say. A deadline of null takes none back: it says that none is set anew. */
export interface TaskFact {
  readonly taskId: string;
  readonly departmentCode: string;
  readonly statement?: {
    readonly version: number;
    readonly status: TaskStatus;
    readonly at: string;
    /** The task stands still from now on. */
    readonly stop?: 'ON_HOLD' | 'RETURNED' | 'LIFTING' | 'LIFTED' | undefined;
    readonly signed?: boolean;
    /** Execution begins, or the next cycle of it: the task was started or armed. */
    readonly begins?: boolean;
    readonly birth?: Omit<TaskBirth, 'version'>;
    readonly cycle?: number;
    /** Due time that a feedback of the cycle quotes: counts only where no event of the task said one. */
    readonly quotedDueAt?: string | null;
    readonly acknowledgeDueAt?: string | null;
    readonly feedbackDueAt?: string | null;
    /** The department has to undo what it did by then; null where no time is asked of it. */
    readonly liftDueAt?: string | null;
  };
  readonly basis?: BasisFact;
}

interface Due {
  readonly version: number;
  readonly dueAt: string;
}

/** All that was heard of a task, each part with the version that said it last. Merging is independent of order. */
export interface TaskRegisters {
  readonly version: number;
  readonly status: TaskStatus | null;
  readonly standing: Standing;
  /** Versions that said DISPATCHED, sorted: from the last one on a signature is waited for. */
  readonly dispatches: readonly number[];
  readonly signed: { readonly version: number; readonly at: string } | null;
  readonly acknowledgeDue: Due | null;
  /** By cycle: the version that first named it, and the due times that were last said for it by name, by the task's events and by its feedback. */
  readonly cycles: Readonly<Record<string, { readonly opened: number; readonly due: Due | null; readonly quoted: Due | null }>>;
  /** Due times said without a cycle, by version: of the cycle that ran then. */
  readonly dues: readonly (Due & { readonly begins: boolean })[];
  readonly bases: Readonly<Record<string, { readonly listCode: string; readonly standing: Standing }>>;
  readonly birth: TaskBirth | null;
  /** The last order to undo the task, and the last proof that it is undone. */
  readonly lift: { readonly version: number; readonly dueAt: string | null } | null;
  readonly lifted: { readonly version: number; readonly at: string } | null;
}

const unheard: TaskRegisters = {
  version: 0,
  status: null,
  standing: nothingHeard,
  dispatches: [],
  signed: null,
  acknowledgeDue: null,
  cycles: {},
  dues: [],
  bases: {},
  birth: null,
  lift: null,
  lifted: null,
};

/** States in which the department has to act (§4.3). RETURNED is not one: the office decides whether the task is valid. */
export function isRunning(status: TaskStatus | null): boolean {
  return status !== null && ['DISPATCHED', 'ACKNOWLEDGED', 'IN_EXECUTION', 'ARMED', 'FED_BACK'].includes(status);
}

/** Adds what an event says. Older statements never overwrite newer ones. */
export function hearTask(before: TaskRegisters | undefined, fact: TaskFact): TaskRegisters {
  return hearBasis(hearStatement(before ?? unheard, fact.statement), fact.basis);
}

function hearStatement(before: TaskRegisters, said: TaskFact['statement']): TaskRegisters {
  if (said === undefined) return before;
  const { version, status, at } = said;
  let standing = isRunning(status) ? hearRunning(before.standing, version) : before.standing;
  if (said.stop !== undefined) standing = hearStop(standing, said.stop, version, at);
  const birth =
    said.birth !== undefined && version < (before.birth?.version ?? Number.POSITIVE_INFINITY) ? { version, ...said.birth } : before.birth;
  return {
    ...before,
    ...hearDeadlines(before, said),
    version: Math.max(before.version, version),
    status: version >= before.version ? status : before.status,
    standing,
    dispatches:
      status === 'DISPATCHED' && !before.dispatches.includes(version)
        ? [...before.dispatches, version].sort((a, b) => a - b)
        : before.dispatches,
    signed: said.signed === true && version > (before.signed?.version ?? 0) ? { version, at } : before.signed,
    birth,
    lift: said.liftDueAt !== undefined && version > (before.lift?.version ?? 0) ? { version, dueAt: said.liftDueAt } : before.lift,
    lifted: said.stop === 'LIFTED' && version > (before.lifted?.version ?? 0) ? { version, at } : before.lifted,
  };
}

function hearDeadlines(
  before: TaskRegisters,
  said: NonNullable<TaskFact['statement']>,
): Pick<TaskRegisters, 'acknowledgeDue' | 'cycles' | 'dues'> {
  const { version } = said;
  const acknowledgeDue = newer(before.acknowledgeDue, dueOf(version, said.acknowledgeDueAt));
  const due = dueOf(version, said.feedbackDueAt);
  if (said.cycle !== undefined) {
    const known = before.cycles[said.cycle];
    const cycle = {
      opened: Math.min(known?.opened ?? version, version),
      due: newer(known?.due ?? null, due),
      quoted: newer(known?.quoted ?? null, dueOf(version, said.quotedDueAt)),
    };
    return { acknowledgeDue, cycles: { ...before.cycles, [said.cycle]: cycle }, dues: before.dues };
  }
  const isNews = due !== null && !before.dues.some((one) => one.version === version);
  const dues = isNews ? [...before.dues, { ...due, begins: said.begins === true }].sort((a, b) => a.version - b.version) : before.dues;
  return { acknowledgeDue, cycles: before.cycles, dues };
}

function hearBasis(before: TaskRegisters, fact: BasisFact | undefined): TaskRegisters {
  if (fact === undefined) return before;
  const known = before.bases[fact.entryId];
  const standing = known?.standing ?? nothingHeard;
  const heard = fact.status === 'LIVE' ? hearRunning(standing, fact.version) : hearStop(standing, fact.status, fact.version, fact.at);
  return { ...before, bases: { ...before.bases, [fact.entryId]: { listCode: fact.listCode, standing: heard } } };
}

/**
 * The lift that the department owes or has made (K14), with its due time; undefined where none is due, and where the task runs again without having been
 * undone: then there is nothing to undo.
 */
export function liftOf(task: TaskRegisters): { readonly dueAt: string; readonly liftedAt: string | undefined } | undefined {
  const { lift, lifted, status } = task;
  if (lift === null || lift.dueAt === null) return undefined;
  if (lifted !== null && lifted.version > lift.version) return { dueAt: lift.dueAt, liftedAt: lifted.at };
  return status === 'LIFTING' ? { dueAt: lift.dueAt, liftedAt: undefined } : undefined;
}

/** Whether the department has signed since the task last came to it (K05). */
export function isAcknowledged(task: TaskRegisters): boolean {
  return (task.signed?.version ?? 0) > (task.dispatches.at(-1) ?? 0);
}

/**
 * Due time of every cycle; null where none was said. A task that is started or armed again, without having been dispatched anew in between, enters its
 * next cycle then (§4.4).
 */
export function cycleDues(task: TaskRegisters): { readonly cycle: number; readonly dueAt: string | null }[] {
  const cycles = Object.entries(task.cycles).map(([cycle, { opened, due, quoted }]) => ({ cycle: Number(cycle), opened, due, quoted }));
  const runningAt = (version: number) =>
    cycles
      .filter((one) => one.opened <= version)
      .sort((a, b) => a.cycle - b.cycle)
      .at(-1);
  let begun: number | undefined;
  for (const due of task.dues) {
    const running = runningAt(due.version);
    if (running === undefined) continue;
    const since = begun;
    if (due.begins) begun = due.version;
    const isNext = due.begins && since !== undefined && !task.dispatches.some((version) => version > since && version < due.version);
    if (!isNext) {
      running.due = newer(running.due, due);
      continue;
    }
    const next = cycles.find((one) => one.cycle === running.cycle + 1);
    if (next === undefined) cycles.push({ cycle: running.cycle + 1, opened: due.version, due, quoted: null });
    else Object.assign(next, { opened: Math.min(next.opened, due.version), due: newer(next.due, due) });
  }
  return cycles.sort((a, b) => a.cycle - b.cycle).map(({ cycle, due, quoted }) => ({ cycle, dueAt: (due ?? quoted)?.dueAt ?? null }));
}

/**
 * Whether a deadline counts (§10.1: valid, live, non-held): the task runs, or was stopped only after the deadline had passed. What was cancelled or
 * accepted as not applicable was never valid.
 */
export function countsAt(task: TaskRegisters, dueAt: string): boolean {
  if (isRunning(task.status)) return true;
  if (task.status === 'CANCELLED' || task.status === 'NOT_APPLICABLE') return false;
  const since = stoppedSince(task.standing);
  return since !== undefined && dueAt <= since;
}

/** Lists on which the task rested at a deadline: those of bases that live, or were held or ended only after it. Sorted. */
export function listsAt(task: TaskRegisters, dueAt: string): string[] {
  return listsOf(task, (standing) => {
    const since = stoppedSince(standing);
    return since === undefined || dueAt <= since;
  });
}

/** Lists on which the task rests now, held bases included; all it ever rested on when every basis has ended. Sorted. */
export function listsNow(task: TaskRegisters): string[] {
  const current = listsOf(task, (standing) => !isStoppedBy(standing, 'ENDED'));
  return current.length > 0 ? current : listsOf(task, () => true);
}

function listsOf(task: TaskRegisters, fits: (standing: Standing) => boolean): string[] {
  const bases = Object.values(task.bases).filter((basis) => fits(basis.standing));
  return [...new Set(bases.map((basis) => basis.listCode))].sort();
}

function dueOf(version: number, dueAt: string | null | undefined): Due | null {
  return dueAt === undefined || dueAt === null ? null : { version, dueAt };
}

function newer(known: Due | null, said: Due | null): Due | null {
  return said !== null && said.version > (known?.version ?? 0) ? said : known;
}
