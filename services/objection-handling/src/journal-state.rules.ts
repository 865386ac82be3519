import { isFields } from './journal.rules.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An event as the fold reads it: `data` is what the viewer may see of it. */
export interface FoldedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly data: unknown;
}

export interface EntryThen {
  readonly entryId: string;
  readonly entryVersion: number;
  readonly number: string;
  readonly listCode: string;
  readonly listType: string;
  readonly designatingDepartment: string;
  readonly status: string;
  readonly disputed: boolean;
  readonly validTo: string | null;
  /** The event after which it stood so. */
  readonly lastEventId: string;
}

export interface PlanThen {
  readonly planId: string;
  readonly planVersion: number;
  readonly entryId: string;
  readonly status: 'LIVE' | 'HELD' | 'ENDED';
  readonly catalogueVersion: number | null;
  readonly lastEventId: string;
}

export interface TaskThen {
  readonly taskId: string;
  readonly taskVersion: number;
  readonly departmentCode: string;
  readonly measureCode: string | null;
  readonly partySubjectId: string | null;
  readonly status: string;
  /** Plans that it rests or rested on. */
  readonly planIds: readonly string[];
  readonly lastEventId: string;
}

export interface StateThen {
  readonly entries: readonly EntryThen[];
  readonly plans: readonly PlanThen[];
  readonly tasks: readonly TaskThen[];
}

/** Nouns that the fold reads; the rest of a journal need not be fetched for it. */
export const foldedTopics = ['lianxin.list_entry', 'lianxin.measure_plan', 'lianxin.task', 'lianxin.feedback'];

const planStatus: Readonly<Record<string, PlanThen['status']>> = {
  made: 'LIVE',
  released: 'LIVE',
  held: 'HELD',
  ended: 'ENDED',
  superseded: 'ENDED',
};

/**
 * The state that these events leave behind: entries, plans and tasks by their newest versions, so that the order in which they come does not matter.
 * Pure: the same events give the same state, on any date and in any replay.
 */
export function foldState(events: readonly FoldedEvent[]): StateThen {
  const entries = new Map<string, EntryThen & { readonly disputedVersion: number }>();
  const plans = new Map<string, PlanThen & { readonly statusVersion: number }>();
  const tasks = new Map<string, TaskThen>();
  for (const event of events) {
    const [, noun = '', verb = ''] = event.type.split('.');
    if (!isFields(event.data)) continue;
    if (noun === 'list_entry') foldEntry(entries, event.eventId, verb, event.data);
    else if (noun === 'measure_plan') foldPlan(plans, event.eventId, verb, event.data);
    else if (noun === 'task') for (const row of taskRowsOf(event.data)) foldTask(tasks, event.eventId, row, textIn(event.data, 'planId'));
    else if (noun === 'feedback') foldTask(tasks, event.eventId, { ...event.data, status: event.data['taskStatus'] }, null);
  }
  return {
    entries: sorted(
      [...entries.values()].map(({ disputedVersion: _version, ...entry }) => entry),
      (entry) => entry.entryId,
    ),
    plans: sorted(
      [...plans.values()].map(({ statusVersion: _version, ...plan }) => plan),
      (plan) => plan.planId,
    ),
    tasks: sorted([...tasks.values()], (task) => task.taskId),
  };
}

function foldEntry(
  entries: Map<string, EntryThen & { readonly disputedVersion: number }>,
  eventId: string,
  verb: string,
  data: Fields,
): void {
  const entryId = textIn(data, 'entryId');
  const entryVersion = numberIn(data, 'entryVersion');
  if (entryId === null || entryVersion === null) return;
  const known = entries.get(entryId);
  const isNewer = known === undefined || entryVersion >= known.entryVersion;
  const head = isNewer
    ? {
        entryVersion,
        number: textIn(data, 'number') ?? '',
        listCode: textIn(data, 'listCode') ?? '',
        listType: textIn(data, 'listType') ?? '',
        designatingDepartment: textIn(data, 'designatingDepartment') ?? '',
        status: textIn(data, 'status') ?? '',
        lastEventId: eventId,
      }
    : known;
  const marks = verb === 'disputed' ? true : verb === 'dispute_ended' || verb === 'exited' ? false : undefined;
  const isLaterMark = marks !== undefined && entryVersion > (known?.disputedVersion ?? 0);
  entries.set(entryId, {
    ...head,
    entryId,
    disputed: isLaterMark ? marks : (known?.disputed ?? false),
    disputedVersion: isLaterMark ? entryVersion : (known?.disputedVersion ?? 0),
    validTo: 'validTo' in data && isNewer ? textIn(data, 'validTo') : (known?.validTo ?? textIn(data, 'validTo')),
  });
}

function foldPlan(plans: Map<string, PlanThen & { readonly statusVersion: number }>, eventId: string, verb: string, data: Fields): void {
  const planId = textIn(data, 'planId');
  const planVersion = numberIn(data, 'planVersion');
  if (planId === null || planVersion === null) return;
  const known = plans.get(planId);
  const isNewer = known === undefined || planVersion >= known.planVersion;
  // A plan that narrowed is over for some of its parties and stays as it was for the others.
  const status = planStatus[verb];
  const isLaterStatus = status !== undefined && planVersion > (known?.statusVersion ?? 0);
  plans.set(planId, {
    planId,
    planVersion: isNewer ? planVersion : known.planVersion,
    entryId: textIn(data, 'entryId') ?? known?.entryId ?? '',
    status: isLaterStatus ? status : (known?.status ?? 'LIVE'),
    statusVersion: isLaterStatus ? planVersion : (known?.statusVersion ?? 0),
    catalogueVersion: numberIn(data, 'catalogueVersion') ?? known?.catalogueVersion ?? null,
    lastEventId: isNewer ? eventId : known.lastEventId,
  });
}

/** A step names several tasks, an act one. */
function taskRowsOf(data: Fields): Fields[] {
  return Array.isArray(data['tasks']) ? data['tasks'].filter(isFields) : [data];
}

function foldTask(tasks: Map<string, TaskThen>, eventId: string, row: Fields, planId: string | null): void {
  const taskId = textIn(row, 'taskId');
  const taskVersion = numberIn(row, 'taskVersion');
  if (taskId === null || taskVersion === null) return;
  const known = tasks.get(taskId);
  const isNewer = known === undefined || taskVersion >= known.taskVersion;
  const planIds = new Set(known?.planIds);
  if (planId !== null) planIds.add(planId);
  tasks.set(taskId, {
    taskId,
    taskVersion: isNewer ? taskVersion : known.taskVersion,
    departmentCode: textIn(row, 'departmentCode') ?? known?.departmentCode ?? '',
    measureCode: textIn(row, 'measureCode') ?? known?.measureCode ?? null,
    partySubjectId: textIn(row, 'partySubjectId') ?? known?.partySubjectId ?? null,
    status: isNewer ? (textIn(row, 'status') ?? known?.status ?? '') : known.status,
    planIds: [...planIds].sort(),
    lastEventId: isNewer ? eventId : known.lastEventId,
  });
}

function textIn(data: Fields, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' ? value : null;
}

function numberIn(data: Fields, name: string): number | null {
  const value = data[name];
  return typeof value === 'number' ? value : null;
}

function sorted<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
