import { isEvent as is, type LianxinEvent, listEntryActivated, listEntryRecognised, subjectChangedV2 } from '@lianxin/contracts';

/** Stands among the departments of an event that concerns every department. */
export const everyDepartment = '*';

/** What an event tells of: found by the names of its fields, so that an event that is added later is filed without a word here. */
export interface References {
  readonly entryIds: readonly string[];
  readonly planIds: readonly string[];
  readonly taskIds: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that name a thing, and those that name several. */
const names: Readonly<Record<keyof References, readonly string[]>> = {
  entryIds: ['entryId', 'entryIds', 'byEntryId'],
  planIds: ['planId', 'planIds'],
  taskIds: ['taskId', 'taskIds'],
};

export function referencesOf(data: unknown): References {
  const found = { entryIds: new Set<string>(), planIds: new Set<string>(), taskIds: new Set<string>() };
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isFields(value)) {
      for (const kind of Object.keys(names) as (keyof References)[])
        for (const name of names[kind])
          for (const id of [value[name]].flat()) if (typeof id === 'string' && isUuid(id)) found[kind].add(id.toLowerCase());
      Object.values(value).forEach(look);
    }
  };
  look(data);
  return { entryIds: [...found.entryIds], planIds: [...found.planIds], taskIds: [...found.taskIds] };
}

/** Whose business each noun is beside the city's: of these nouns the department that a field names at the top, of a step of tasks those of its rows. */
const departmentFields = ['departmentCode', 'designatingDepartment', 'decidingDepartment', 'industryDepartment', 'sourceDepartment'];
const taskRows = ['tasks', 'notices', 'stays'];
const openTopics = new Set(['lianxin.subject', 'lianxin.catalogue']);
/** What a replay would do is the city's alone until it is done: departments then hear of it by the events that it causes. */
const cityTopics = new Set(['lianxin.replay']);

/** Departments that may see an event: those that act in it or that it is addressed to. Whatever names none is for the city alone. */
export function departmentsOf(event: Pick<LianxinEvent, 'data'>, topic: string): string[] {
  if (openTopics.has(topic)) return [everyDepartment];
  if (cityTopics.has(topic) || !isFields(event.data)) return [];
  const own = departmentFields.map((field) => (event.data as Fields)[field]);
  const ofRows = taskRows.flatMap((field) => rowsOf((event.data as Fields)[field]).map((row) => row['departmentCode']));
  return [...new Set([...own, ...ofRows].filter((code) => typeof code === 'string'))].sort();
}

/** A person whom an entry names beside its subject: what happens to the entry belongs to that person's timeline too (R-2-15). */
export interface PartyLink {
  readonly subjectId: string;
  readonly entryId: string;
  readonly subjectKey: string;
}

export function partyLinksOf(event: LianxinEvent): PartyLink[] {
  if (!is(event, listEntryActivated) && !is(event, listEntryRecognised)) return [];
  const { entryId, parties } = event.data;
  return parties
    .filter((party) => party.subjectId !== event.key)
    .map((party) => ({ subjectId: party.subjectId, entryId, subjectKey: event.key }));
}

/** What is known of a subject having proved to be another; the highest version counts. */
export interface Merger {
  readonly subjectId: string;
  readonly version: number;
  readonly mergedInto: string | null;
}

export function mergersOf(events: readonly LianxinEvent[]): Merger[] {
  const newest = new Map<string, Merger>();
  for (const event of events) {
    if (!is(event, subjectChangedV2)) continue;
    const { subjectId, version, mergedInto } = event.data;
    if (version > (newest.get(subjectId)?.version ?? 0)) newest.set(subjectId, { subjectId, version, mergedInto });
  }
  return [...newest.values()];
}

function rowsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
