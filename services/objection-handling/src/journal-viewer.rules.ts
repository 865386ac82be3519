import { type Principal, seesWholeCity } from '@lianxin/contracts';
import { isFields } from './journal.rules.ts';

/** Who looks at a journal. */
export type Viewer =
  | { readonly kind: 'OFFICE' }
  | { readonly kind: 'DEPARTMENT'; readonly departments: readonly string[] }
  | { readonly kind: 'SUBJECT'; readonly subjectId: string };

/** How a subject who has signed in is named as a principal: row security compares it with the key of each event. */
export const subjectPrincipalPrefix = 'subject:';

export function viewerOf(principal: Principal): Viewer {
  if (seesWholeCity(principal)) return { kind: 'OFFICE' };
  if (principal.roles.includes('SUBJECT') && principal.id.startsWith(subjectPrincipalPrefix))
    return { kind: 'SUBJECT', subjectId: principal.id.slice(subjectPrincipalPrefix.length) };
  return { kind: 'DEPARTMENT', departments: principal.departments };
}

type Fields = Readonly<Record<string, unknown>>;

/** Nouns whose events are the subject's own business; how departments match, verify and answer each other is not. */
const topicsOfSubject = [
  'subject',
  'list_entry',
  'measure_plan',
  'task',
  'public_record',
  'repair',
  'objection',
  'restoration',
  'check',
].map((noun) => `lianxin.${noun}`);

/** Topics that a viewer may see at all; undefined: no limit beside row security. */
export function topicsFor(viewer: Viewer): readonly string[] | undefined {
  return viewer.kind === 'SUBJECT' ? topicsOfSubject : undefined;
}

/**
 * What of an event's data a viewer may see: the city all of it, a department its own rows of what concerns several, the subject plain facts without the
 * names of other parties. Sealed persons are shown masked to everybody (R-8-8).
 */
export function projectData(viewer: Viewer, topic: string, data: unknown): unknown {
  const masked = maskPersons(data);
  if (viewer.kind === 'OFFICE' || !isFields(masked)) return masked;
  if (topic === 'lianxin.subject' || topic === 'lianxin.catalogue') return masked;
  if (viewer.kind === 'SUBJECT') return factsOf(masked, viewer.subjectId);
  return ownRowsOf(masked, new Set(viewer.departments));
}

function maskPersons(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskPersons);
  if (!isFields(value)) return value;
  if (typeof value['sealed'] === 'string') return { nameMasked: value['nameMasked'] ?? null, idMasked: value['idMasked'] ?? null };
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, maskPersons(part)]));
}

/** Rows of a step of tasks that belong to several departments; `due` has no department of its own and follows the tasks. */
function ownRowsOf(data: Fields, departments: ReadonlySet<string>): Fields {
  const rows = ['tasks', 'notices', 'stays'].filter((field) => Array.isArray(data[field]));
  if (rows.length === 0) return data;
  const own = Object.fromEntries(
    rows.map((field) => [field, listOf(data[field]).filter((row) => departments.has(String(row['departmentCode'])))]),
  );
  const taskIds = new Set(listOf(own['tasks']).map((row) => row['taskId']));
  const due = Array.isArray(data['due']) ? { due: listOf(data['due']).filter((row) => taskIds.has(row['taskId'])) } : {};
  return { ...data, ...own, ...due };
}

/** Plain facts: texts, numbers and dates at the top, the decision, and of tasks those that bind this subject. */
function factsOf(data: Fields, subjectId: string): Fields {
  const facts = Object.entries(data).filter(
    ([name, value]) => name === 'decision' || (!isFields(value) && !Array.isArray(value) && !/^(actor|.*By)$/.test(name)),
  );
  const tasks = listOf(data['tasks']).filter((task) => task['partySubjectId'] === subjectId);
  return { ...Object.fromEntries(facts), ...(tasks.length > 0 ? { tasks } : {}) };
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
