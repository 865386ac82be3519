import type { DecompositionView, ListEntryView, TaskStatus, TaskView, Trigger } from '@lianxin/contracts';

/** One task of a flag, as the page follows it. */
export interface JourneyTask {
  readonly id: string;
  readonly version: number;
  readonly departmentCode: string;
  readonly measureCode: string;
  readonly class: string;
  readonly status: TaskStatus;
  readonly trigger: Trigger;
  readonly role: 'LEAD' | 'COOP';
  readonly partyRole: string;
  readonly cycle: number;
  readonly dispatchedAt: string;
}

/** The newest answer of a department to a task. */
export interface JourneyAnswer {
  readonly feedbackId: string;
  readonly version: number;
  readonly cycle: number;
  readonly status: 'PENDING' | 'VALID' | 'REJECTED';
}

export interface JourneyNotice {
  readonly id: string;
  readonly departmentCode: string;
  readonly measureCode: string;
}

export interface JourneyEntry {
  readonly version: number;
  readonly number: string;
  readonly listCode: string;
  readonly listType: string;
  readonly status: string;
  readonly designatingDepartment: string;
  readonly activatedAt: string | null;
}

export interface JourneyPlan {
  readonly planId: string;
  readonly version: number;
  readonly status: 'LIVE' | 'HELD' | 'ENDED';
  readonly madeAt: string;
  readonly measures: number;
  readonly parties: number;
  readonly skips: number;
}

/** What a flag is called; a department that only executes knows it from its tasks. */
export interface JourneyLabel {
  readonly number: string;
  readonly listCode: string;
  /** Null while only events told of it: they carry no names. */
  readonly subjectName: string | null;
}

/** One flag on its way: what is known of it, from answers of the API and from events, whichever is newer. */
export interface Journey {
  readonly entryId: string;
  readonly label: JourneyLabel;
  /** Undefined for a department that only executes: the entry is not its own. */
  readonly entry: JourneyEntry | undefined;
  /** Undefined before the decomposition, and for departments. */
  readonly plan: JourneyPlan | undefined;
  readonly tasks: Readonly<Record<string, JourneyTask>>;
  readonly answers: Readonly<Record<string, JourneyAnswer>>;
  readonly notices: Readonly<Record<string, JourneyNotice>>;
  /** When the page last heard of it, RFC 3339. */
  readonly heardAt: string;
}

/** Flags by entry id. */
export type Journeys = Readonly<Record<string, Journey>>;

/** How far a task is, in the words of the page. */
export const stages = [
  'WAITING',
  'SIGNED',
  'WORKING',
  'ARMED',
  'PENDING',
  'ANSWERED',
  'RETURNED',
  'HELD',
  'LIFTING',
  'LIFTED',
  'OFF',
] as const;
export type Stage = (typeof stages)[number];

const stageByStatus: Readonly<Record<TaskStatus, Stage>> = {
  DISPATCHED: 'WAITING',
  ACKNOWLEDGED: 'SIGNED',
  IN_EXECUTION: 'WORKING',
  ARMED: 'ARMED',
  FED_BACK: 'ANSWERED',
  RETURNED: 'RETURNED',
  ON_HOLD: 'HELD',
  LIFTING: 'LIFTING',
  LIFTED: 'LIFTED',
  CANCELLED: 'OFF',
  NOT_APPLICABLE: 'OFF',
};

/** A task whose answer waits for the second person is PENDING; an armed one stays armed after a valid answer (§4.3), but has answered for its cycle. */
export function stageOf(task: JourneyTask, answer: JourneyAnswer | undefined): Stage {
  const stage = stageByStatus[task.status];
  const isRunning = stage === 'WORKING' || stage === 'ARMED';
  if (!isRunning || answer === undefined || answer.cycle !== task.cycle) return stage;
  if (answer.status === 'PENDING') return 'PENDING';
  return answer.status === 'VALID' ? 'ANSWERED' : stage;
}

/** A department's share in a flag. */
export interface DepartmentShare {
  readonly departmentCode: string;
  readonly tasks: readonly { readonly task: JourneyTask; readonly stage: Stage }[];
  readonly notices: readonly JourneyNotice[];
}

/** Departments with what each has to do, those with tasks first, then by `order` (the catalogue's), so that tiles never change places. */
export function sharesOf(journey: Journey, order: ReadonlyMap<string, number>): DepartmentShare[] {
  const tasks = byDepartment(Object.values(journey.tasks));
  const notices = byDepartment(Object.values(journey.notices));
  const place = (code: string) => (tasks.has(code) ? 0 : 1_000_000) + (order.get(code) ?? 100_000);
  return [...new Set([...tasks.keys(), ...notices.keys()])]
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((departmentCode) => ({
      departmentCode,
      tasks: (tasks.get(departmentCode) ?? [])
        .sort((a, b) => (a.measureCode === b.measureCode ? (a.id < b.id ? -1 : 1) : a.measureCode < b.measureCode ? -1 : 1))
        .map((task) => ({ task, stage: stageOf(task, journey.answers[task.id]) })),
      notices: notices.get(departmentCode) ?? [],
    }));
}

function byDepartment<Row extends { readonly departmentCode: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.departmentCode, [...(groups.get(row.departmentCode) ?? []), row]);
  return groups;
}

export interface Progress {
  readonly departments: number;
  readonly tasks: number;
  readonly notices: number;
  /** Tasks by stage. */
  readonly byStage: Readonly<Record<Stage, number>>;
  /** Signed, or beyond. */
  readonly signed: number;
  readonly answered: number;
  /** Milliseconds from the entry's activation until the last of its own tasks stood in a queue; null while either is unknown. */
  readonly dispatchMs: number | null;
}

/** How far a flag is. */
export function progressOf(journey: Journey): Progress {
  const byStage = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
  const tasks = Object.values(journey.tasks);
  for (const task of tasks) byStage[stageOf(task, journey.answers[task.id])] += 1;
  return {
    departments: new Set(tasks.map((task) => task.departmentCode)).size,
    tasks: tasks.length,
    notices: Object.keys(journey.notices).length,
    byStage,
    signed: byStage.SIGNED + byStage.WORKING + byStage.ARMED + byStage.PENDING + byStage.ANSWERED + byStage.LIFTING + byStage.LIFTED,
    answered: byStage.ANSWERED + byStage.LIFTED,
    dispatchMs: dispatchMsOf(journey),
  };
}

function dispatchMsOf(journey: Journey): number | null {
  const start = journey.entry?.activatedAt;
  if (start === null || start === undefined) return null;
  // A task that lived before this flag came only gained a basis (R-4-5).
  const own = Object.values(journey.tasks)
    .filter((task) => Date.parse(task.dispatchedAt) >= Date.parse(start))
    .map((task) => Date.parse(task.dispatchedAt) - Date.parse(start));
  return own.length === 0 ? null : Math.max(...own);
}

/** What the API tells of one flag; what the caller may not see is left out. */
export interface Snapshot {
  readonly entryId: string;
  readonly entry?: Omit<ListEntryView, 'timeline'> & Partial<Pick<ListEntryView, 'timeline'>>;
  readonly plan?: DecompositionView;
  readonly tasks?: readonly TaskView[];
  readonly notices?: readonly TaskView[];
  readonly answers?: readonly {
    readonly id: string;
    readonly taskId: string;
    readonly version: number;
    readonly cycle: number;
    readonly status: JourneyAnswer['status'];
  }[];
}

export const emptyJourney = (entryId: string, heardAt: string): Journey => ({
  entryId,
  label: { number: '', listCode: '', subjectName: null },
  entry: undefined,
  plan: undefined,
  tasks: {},
  answers: {},
  notices: {},
  heardAt,
});

/** Whether there is anything of it that the caller may see. */
export function isSeen(journey: Journey | undefined): journey is Journey {
  return (
    journey !== undefined &&
    (journey.entry !== undefined || Object.keys(journey.tasks).length > 0 || Object.keys(journey.notices).length > 0)
  );
}

/** Takes in an answer of the API; nothing newer that was heard meanwhile is overwritten. */
export function withSnapshot(journey: Journey, snapshot: Snapshot): Journey {
  let next = journey;
  if (snapshot.entry !== undefined)
    next = withLabel(withEntry(next, entryOf(snapshot.entry)), { subjectName: snapshot.entry.subject.name });
  if (snapshot.plan !== undefined) next = withPlan(next, planOf(snapshot.plan));
  for (const task of snapshot.tasks ?? []) next = withLabel(withTask(next, task), labelOf(task, snapshot.entryId));
  for (const { id, departmentCode, measureCode } of snapshot.notices ?? []) next = withNotice(next, { id, departmentCode, measureCode });
  for (const answer of snapshot.answers ?? []) next = withAnswer(next, answer.taskId, { ...answer, feedbackId: answer.id });
  return next;
}

function entryOf(view: NonNullable<Snapshot['entry']>): JourneyEntry {
  return {
    version: view.version,
    number: view.number,
    listCode: view.listCode,
    listType: view.listType,
    status: view.status,
    designatingDepartment: view.designatingDepartment,
    activatedAt: view.timeline?.find((fact) => fact.to === 'ACTIVE')?.at ?? null,
  };
}

function planOf(view: DecompositionView): JourneyPlan {
  const measures = new Set(view.groups.flatMap((group) => group.items.map((item) => item.measureCode)));
  return {
    planId: view.planId,
    version: view.planVersion,
    status: view.status,
    madeAt: view.madeAt,
    measures: measures.size,
    parties: view.groups.reduce((sum, group) => sum + group.parties.length, 0),
    skips: view.counts.skips,
  };
}

export function withEntry(journey: Journey, entry: JourneyEntry): Journey {
  const known = journey.entry;
  if (known !== undefined && known.version > entry.version) return journey;
  const { number, listCode } = entry;
  return withLabel({ ...journey, entry: { ...entry, activatedAt: entry.activatedAt ?? known?.activatedAt ?? null } }, { number, listCode });
}

export function withLabel(journey: Journey, label: Partial<JourneyLabel>): Journey {
  return { ...journey, label: { ...journey.label, ...label } };
}

function labelOf(task: TaskView, entryId: string): Partial<JourneyLabel> {
  const basis = task.bases.find((one) => one.entryId === entryId);
  return {
    ...(basis === undefined ? {} : { number: basis.entryNumber, listCode: basis.listCode }),
    ...(task.partyRole === 'SUBJECT' ? { subjectName: task.party.name } : {}),
  };
}

export function withPlan(journey: Journey, plan: JourneyPlan): Journey {
  return journey.plan !== undefined && journey.plan.planId === plan.planId && journey.plan.version > plan.version
    ? journey
    : { ...journey, plan };
}

export function withTask(journey: Journey, task: JourneyTask): Journey {
  const known = journey.tasks[task.id];
  if (known !== undefined && known.version > task.version) return journey;
  const { id, version, departmentCode, measureCode, status, trigger, role, partyRole, cycle, dispatchedAt } = task;
  const kept = { id, version, departmentCode, measureCode, class: task.class, status, trigger, role, partyRole, cycle, dispatchedAt };
  return { ...journey, tasks: { ...journey.tasks, [id]: kept } };
}

/** Moves a task that is known here; one that is not is told whole by the API later. */
export function withStatus(journey: Journey, step: { taskId: string; taskVersion: number; status: TaskStatus }): Journey {
  const known = journey.tasks[step.taskId];
  if (known === undefined || known.version >= step.taskVersion) return journey;
  return { ...journey, tasks: { ...journey.tasks, [step.taskId]: { ...known, version: step.taskVersion, status: step.status } } };
}

export function withNotice(journey: Journey, notice: JourneyNotice): Journey {
  return { ...journey, notices: { ...journey.notices, [notice.id]: notice } };
}

/** Later feedback of a task counts (ids rise with time), of one feedback the later version, of one version the decision. */
export function withAnswer(journey: Journey, taskId: string, answer: JourneyAnswer): Journey {
  if (journey.tasks[taskId] === undefined) return journey;
  const known = journey.answers[taskId];
  if (known !== undefined && compareAnswers(known, answer) > 0) return journey;
  const { feedbackId, version, cycle, status } = answer;
  return { ...journey, answers: { ...journey.answers, [taskId]: { feedbackId, version, cycle, status } } };
}

function compareAnswers(a: JourneyAnswer, b: JourneyAnswer): number {
  if (a.feedbackId !== b.feedbackId) return a.feedbackId < b.feedbackId ? -1 : 1;
  return a.version - b.version || Number(a.status !== 'PENDING') - Number(b.status !== 'PENDING');
}
