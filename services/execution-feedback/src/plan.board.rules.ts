import type { BasisStatus, LianxinEvent, ListType, MeasurePlanMade, PlanMeasure, TaskStatus } from '@lianxin/contracts';
import { type DeadlineContext, termEnd } from './deadline.rules.ts';
import { type Basis, endedStatuses, type HoldCause, type Task } from './task.rules.ts';

/** What is kept of a plan: enough to explain its tasks, to order its events, and to remember an end that came before its beginning. */
export interface Plan {
  readonly entryId: string;
  readonly activationNo: number;
  readonly planId: string;
  /** Of the newest event seen; older ones never overwrite. */
  readonly planVersion: number;
  readonly laneKey: string;
  readonly status: BasisStatus;
  readonly holdCause: HoldCause | null;
  readonly heldOn: string | null;
  /** Null while only a later event of the plan has come. */
  readonly body: PlanBody | null;
}

export interface PlanBody {
  readonly catalogueVersion: number;
  readonly listCode: string;
  readonly listType: ListType;
  readonly direction: MeasurePlanMade['direction'];
  readonly entryNumber: string;
  readonly designatingDepartment: string;
  readonly activatedOn: string;
  readonly validTo: string | null;
  /** Those with a task or a notice of the plan, sorted: they may see it. */
  readonly departments: readonly string[];
  /** By measure code: what opens its gate and proves its condition. */
  readonly measures: Readonly<Record<string, Pick<PlanMeasure, 'basisRefs' | 'conditions'>>>;
}

/** An information notice: no due time, never urged, never a task (R-1-4). */
export interface Notice {
  readonly id: string;
  readonly entryId: string;
  readonly activationNo: number;
  readonly partySubjectId: string;
  readonly partyId: string;
  readonly partyRole: Task['partyRole'];
  readonly partyKind: Task['partyKind'];
  readonly departmentCode: string;
  readonly role: Task['role'];
  readonly measureCode: string;
  readonly canonicalCode: string;
  readonly class: string;
  readonly direction: Task['direction'];
  readonly force: Task['force'];
  readonly trigger: Task['trigger'];
  readonly holdExempt: boolean;
  readonly status: BasisStatus;
  /** Whether it ended because its entry should never have been. */
  readonly endedInError: boolean;
  readonly version: number;
  readonly dispatchedAt: Date;
  readonly catalogueVersion: number;
}

/** What befell a task. Its status is the fold of its facts. */
export interface Fact {
  readonly taskId: string;
  readonly version: number;
  readonly departmentCode: string;
  readonly what: string;
  readonly from: TaskStatus | null;
  readonly to: TaskStatus;
  readonly at: Date;
  readonly actor: string | null;
  readonly causeEvent: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** All that is known before a batch: its plans, the live tasks of the parties it names, the tasks of the plans it moves, with all their bases. */
export interface Known {
  readonly plans: readonly Plan[];
  readonly tasks: readonly Task[];
  readonly bases: readonly Basis[];
  readonly notices: readonly Notice[];
}

/** A task as it is now, and the status in which what happened to it found it. */
export interface ChangedTask {
  readonly task: Task;
  readonly from: TaskStatus | null;
}

/** With the version in which it was found. */
export interface TouchedTask extends ChangedTask {
  readonly before: number;
}

/** A task that another department has now. */
export interface MovedTask {
  readonly taskId: string;
  readonly from: string;
  readonly to: string;
}

/** A basis of such a task, which is named otherwise now. */
export interface MovedBasis {
  readonly before: Basis;
  readonly after: Basis;
}

/** A task that was begun for an entry that should never have been: what it did is to be undone and made good (§4.3). */
export interface WrongTask {
  readonly task: Task;
  readonly plan: Plan;
  readonly cause: LianxinEvent;
}

/** All that a batch changes. A fresh task is written as it was created; what befell it later in the batch stands among the changed. */
export interface Changes {
  readonly plans: readonly Plan[];
  readonly freshTasks: readonly { readonly task: Task; readonly basis: Basis; readonly causeEvent: string }[];
  /** Tasks that went to another department with all their bases. */
  readonly movedTasks: readonly MovedTask[];
  readonly movedBases: readonly MovedBasis[];
  readonly changedTasks: readonly Task[];
  /** Bases that joined a task which was there. */
  readonly freshBases: readonly Basis[];
  readonly changedBases: readonly Basis[];
  readonly freshNotices: readonly Notice[];
  readonly changedNotices: readonly Notice[];
  readonly facts: readonly Fact[];
  readonly wrongTasks: readonly WrongTask[];
}

const planKey = (plan: { entryId: string; activationNo: number }) => `${plan.entryId}|${plan.activationNo}`;
const slotOf = (task: Pick<Task, 'partySubjectId' | 'canonicalCode' | 'departmentCode'>) =>
  `${task.partySubjectId}|${task.canonicalCode}|${task.departmentCode}`;
const basisKey = (basis: Basis) =>
  `${basis.entryId}|${basis.activationNo}|${basis.partyId}|${basis.measureCode}|${basis.departmentCode}|${basis.round ?? 1}`;

/** The working set of one batch: what is known, what happens to it, and what has to be written in the end. */
export class PlanBoard {
  private readonly plans = new Map<string, Plan>();
  private readonly tasks = new Map<string, Task>();
  private readonly taskOfSlot = new Map<string, string>();
  private readonly bases = new Map<string, Basis>();
  private readonly basesOfTask = new Map<string, string[]>();
  private readonly tasksOfPlan = new Map<string, Set<string>>();
  private readonly notices = new Map<string, Notice>();
  private readonly noticesOfPlan = new Map<string, string[]>();

  private readonly touchedPlans = new Set<string>();
  private readonly fresh: { task: Task; basis: Basis; causeEvent: string }[] = [];
  private readonly changedTasks = new Set<string>();
  private readonly freshBases: Basis[] = [];
  private readonly changedBases = new Set<string>();
  private readonly freshNotices: string[] = [];
  private readonly freshNoticeIds = new Set<string>();
  private readonly changedNotices = new Set<string>();
  private readonly movedTasks: MovedTask[] = [];
  private readonly movedBases: MovedBasis[] = [];
  private readonly facts: Fact[] = [];
  private readonly wrongTasks: WrongTask[] = [];
  private readonly dates = new Map<string, unknown>();

  constructor(
    known: Known,
    readonly context: DeadlineContext,
  ) {
    for (const plan of known.plans) this.plans.set(planKey(plan), plan);
    for (const task of known.tasks) this.placeTask(task);
    for (const basis of known.bases) this.placeBasis(basis);
    for (const notice of known.notices) this.placeNotice(notice);
  }

  /** Dates are counted through the calendar day by day; thousands of tasks of a batch share a few of them. */
  once<Dates>(key: string, compute: () => Dates): Dates {
    const known = this.dates.get(key);
    if (known !== undefined) return known as Dates;
    const dates = compute();
    this.dates.set(key, dates);
    return dates;
  }

  /** When a lift that begins now is due. */
  get liftDueAt(): Date {
    return this.once('lift', () => termEnd(this.context, this.context.terms.liftDays));
  }

  findPlan(key: { entryId: string; activationNo: number }): Plan | undefined {
    return this.plans.get(planKey(key));
  }

  allPlans(): Plan[] {
    return [...this.plans.values()];
  }

  savePlan(plan: Plan): void {
    this.plans.set(planKey(plan), plan);
    this.touchedPlans.add(planKey(plan));
  }

  /** The task that holds this party, restriction and department now, if one lives. */
  findLiveTask(slot: Pick<Task, 'partySubjectId' | 'canonicalCode' | 'departmentCode'>): Task | undefined {
    const id = this.taskOfSlot.get(slotOf(slot));
    return id === undefined ? undefined : this.getTask(id);
  }

  getTask(id: string): Task {
    const task = this.tasks.get(id);
    if (task === undefined) throw new Error(`task ${id} is not on the board`);
    return task;
  }

  tasksOf(plan: { entryId: string; activationNo: number }): Task[] {
    return [...(this.tasksOfPlan.get(planKey(plan)) ?? [])].map((id) => this.getTask(id));
  }

  basesOf(taskId: string): Basis[] {
    return (this.basesOfTask.get(taskId) ?? []).flatMap((key) => this.bases.get(key) ?? []);
  }

  noticesOf(plan: { entryId: string; activationNo: number }): Notice[] {
    return (this.noticesOfPlan.get(planKey(plan)) ?? []).flatMap((id) => this.notices.get(id) ?? []);
  }

  /** In which round a row of a plan stands that is added now: the next, if the same row had ended before (R-4-8). */
  roundOf(row: Omit<Basis, 'round'>): number {
    let round = 1;
    while (this.bases.has(basisKey({ ...row, round }))) round += 1;
    return round;
  }

  createTask(task: Task, basis: Basis, causeEvent: string): void {
    this.placeTask(task);
    this.placeBasis(basis);
    this.fresh.push({ task, basis, causeEvent });
  }

  addBasis(basis: Basis): void {
    this.placeBasis(basis);
    this.freshBases.push(basis);
  }

  changeBasis(basis: Basis): void {
    this.bases.set(basisKey(basis), basis);
    this.changedBases.add(basisKey(basis));
  }

  /** Gives a task its next version with the fact that made it. */
  changeTask(task: Task, patch: Partial<Task>, fact: { what: string; causeEvent: LianxinEvent; detail?: Fact['detail'] }): Task {
    const next = { ...task, ...patch, version: task.version + 1 };
    this.tasks.set(next.id, next);
    this.changedTasks.add(next.id);
    if (endedStatuses.includes(next.status)) this.taskOfSlot.delete(slotOf(next));
    this.facts.push({
      taskId: next.id,
      version: next.version,
      departmentCode: next.departmentCode,
      what: fact.what,
      from: task.status,
      to: next.status,
      at: this.context.now,
      actor: null,
      causeEvent: fact.causeEvent.id,
      detail: fact.detail ?? null,
    });
    return next;
  }

  /** Gives a living task and all its bases to another department, which has no task of its own there; the task keeps its history (R-4-8). */
  moveTask(
    task: Task,
    departmentCode: string,
    fact: { causeEvent: LianxinEvent; detail: Fact['detail'] },
    patch: Partial<Task> = {},
  ): Task {
    this.taskOfSlot.delete(slotOf(task));
    const keys = this.basesOfTask.get(task.id) ?? [];
    const moved = keys
      .flatMap((key) => this.bases.get(key) ?? [])
      .map((before) => {
        const planned = before.plannedDepartment ?? null;
        const after = { ...before, departmentCode, plannedDepartment: planned === departmentCode ? null : planned };
        return { before, after: { ...after, round: this.roundOf(after) } };
      });
    for (const { before, after } of moved) {
      this.bases.delete(basisKey(before));
      if (this.changedBases.delete(basisKey(before))) this.changedBases.add(basisKey(after));
    }
    this.basesOfTask.set(task.id, []);
    for (const { after } of moved) this.placeBasis(after);
    this.movedBases.push(...moved);
    this.movedTasks.push({ taskId: task.id, from: task.departmentCode, to: departmentCode });
    const next = this.changeTask(task, { ...patch, departmentCode }, { what: 'REASSIGNED', ...fact });
    this.taskOfSlot.set(slotOf(next), next.id);
    return next;
  }

  /** A restriction that was begun in error; of a reward nothing is left to make good. */
  noteWrong(task: Task, cause: LianxinEvent): void {
    const plan = this.findPlan(cause.data as { entryId: string; activationNo: number });
    if (task.direction === 'PUNISH' && plan !== undefined) this.wrongTasks.push({ task, plan, cause });
  }

  addNotice(notice: Notice): void {
    this.placeNotice(notice);
    this.freshNotices.push(notice.id);
    this.freshNoticeIds.add(notice.id);
  }

  changeNotice(notice: Notice): void {
    this.notices.set(notice.id, notice);
    if (!this.freshNoticeIds.has(notice.id)) this.changedNotices.add(notice.id);
  }

  /** How many facts there are: a mark from which `changedSince` counts. */
  get mark(): number {
    return this.facts.length;
  }

  /** Tasks that facts after this mark befell. */
  changedSince(mark: number): TouchedTask[] {
    const first = new Map<string, Pick<TouchedTask, 'from' | 'before'>>();
    for (const { taskId, from, version } of this.facts.slice(mark))
      if (!first.has(taskId)) first.set(taskId, { from, before: version - 1 });
    return [...first].map(([id, found]) => ({ task: this.getTask(id), ...found }));
  }

  /** How many tasks were created: a mark from which `createdSince` counts. */
  get created(): number {
    return this.fresh.length;
  }

  /** Tasks that were created after this mark, as they are now. */
  createdSince(mark: number): Task[] {
    return this.fresh.slice(mark).map(({ task }) => this.getTask(task.id));
  }

  changes(): Changes {
    const noticesAt = (ids: Iterable<string>) => [...ids].flatMap((id) => this.notices.get(id) ?? []);
    return {
      plans: [...this.touchedPlans].flatMap((key) => this.plans.get(key) ?? []),
      freshTasks: this.fresh,
      movedTasks: this.movedTasks,
      movedBases: this.movedBases,
      changedTasks: [...this.changedTasks].map((id) => this.getTask(id)),
      freshBases: this.freshBases,
      changedBases: [...this.changedBases].flatMap((key) => this.bases.get(key) ?? []),
      freshNotices: noticesAt(this.freshNotices),
      changedNotices: noticesAt(this.changedNotices),
      facts: this.facts,
      wrongTasks: this.wrongTasks,
    };
  }

  private placeTask(task: Task): void {
    this.tasks.set(task.id, task);
    if (!endedStatuses.includes(task.status)) this.taskOfSlot.set(slotOf(task), task.id);
  }

  private placeBasis(basis: Basis): void {
    const key = basisKey(basis);
    if (this.bases.has(key)) return;
    this.bases.set(key, basis);
    pushTo(this.basesOfTask, basis.taskId, key);
    const plan = planKey(basis);
    const tasks = this.tasksOfPlan.get(plan);
    if (tasks === undefined) this.tasksOfPlan.set(plan, new Set([basis.taskId]));
    else tasks.add(basis.taskId);
  }

  private placeNotice(notice: Notice): void {
    this.notices.set(notice.id, notice);
    pushTo(this.noticesOfPlan, planKey(notice), notice.id);
  }
}

function pushTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
