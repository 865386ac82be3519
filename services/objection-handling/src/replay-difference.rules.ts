import type { AssessedRows, EventData, Grade, ReplayOwner, replayAssessed } from '@lianxin/contracts';
import { grades, replayOwners } from '@lianxin/contracts';

export type Assessment = EventData<typeof replayAssessed>;

export const rowActions = ['KEEP', 'END', 'CORRECT', 'RETURN', 'ADD', 'WITHDRAW', 'CHANGE', 'RESTORE', 'REFUSED', 'DIFFERS'] as const;
export type RowAction = (typeof rowActions)[number];
export type RowKind = 'CASE' | 'ENTRY' | 'PLAN' | 'MEASURE' | 'TASK' | 'FINDING';

/** One row of a difference: what becomes of one thing. `facts` is what else the row says, in fields that do not change while nothing changes. */
export interface DifferenceRow {
  readonly kind: RowKind;
  readonly action: RowAction;
  /** Entry, plan or task; null: it does not exist yet. */
  readonly id: string | null;
  readonly departmentCode: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What becomes of tasks: of one case, or of all of a plan. */
export interface CaseFigures {
  readonly added: number;
  readonly withdrawn: number;
  readonly changed: number;
  readonly kept: number;
  readonly restored: number;
  readonly unchanged: number;
}

export interface Difference {
  readonly rows: readonly DifferenceRow[];
  readonly figures: CaseFigures;
  /** Something would be done anywhere. */
  readonly changes: boolean;
  readonly addsRestriction: boolean;
  /** A reward that is changed counts as one that may become less: nobody says which. */
  readonly losesHonour: boolean;
}

/** What the copy of an entry says of the term and grade that a correction would replace. */
export interface EntryTerms {
  readonly grade: string | null;
  readonly validTo: string | null;
}

/** How far the answers to one round have come. */
export type Completion =
  | { readonly kind: 'WAIT' }
  | {
      readonly kind: 'BEHIND' | 'UNKNOWN' | 'REFUSED';
      readonly owner: ReplayOwner;
      readonly clause: string | null;
      readonly detail: string | null;
    }
  | { readonly kind: 'ASSESSED' };

/** Answers of one round: whoever comes next is silent when the one before did not assess. Parts that are missing are waited for. */
export function completionOf(answers: readonly Assessment[]): Completion {
  for (const owner of replayOwners) {
    const parts = answers.filter((answer) => answer.owner === owner);
    const [first] = parts;
    if (first === undefined) return { kind: 'WAIT' };
    if (first.result !== 'ASSESSED') return { kind: first.result, owner, clause: first.clause, detail: first.detail };
    if (new Set(parts.map(({ part }) => part)).size < first.parts) return { kind: 'WAIT' };
  }
  return { kind: 'ASSESSED' };
}

const doing: ReadonlySet<RowAction> = new Set(['END', 'CORRECT', 'RETURN', 'ADD', 'WITHDRAW', 'CHANGE', 'RESTORE']);
/** What changes when something happens: rows of it are what is hashed and approved. */
export function isChange(row: Pick<DifferenceRow, 'kind' | 'action'>): boolean {
  return doing.has(row.action);
}

/**
 * Joins what the three owners found to the difference of one case (design §7).
 * @param windows restorations of what was applied at approval windows, which are nobody's tasks
 */
export function joinAssessments(answers: readonly Assessment[], terms: EntryTerms, windows: readonly DifferenceRow[] = []): Difference {
  const ordered = answers.toSorted((a, b) => replayOwners.indexOf(a.owner) - replayOwners.indexOf(b.owner) || a.part - b.part);
  const entries = ordered.flatMap((answer) => answer.entries);
  const typeOf = new Map(entries.map((entry) => [entry.entryId, entry.listType]));
  const rows: DifferenceRow[] = [
    ...entries.map(entryRowOf),
    ...uniquePlans(ordered.flatMap((answer) => answer.plans.flatMap(planRowsOf))),
    ...ordered.flatMap((answer) => answer.tasks.map(taskRowOf)),
    ...windows,
    ...ordered.flatMap(({ owner, mismatches }) =>
      mismatches.map(
        ({ id, expected, found }): DifferenceRow => ({
          ...{ kind: 'FINDING', action: 'DIFFERS', id: null, departmentCode: null },
          facts: { owner, subject: id, expected, found },
        }),
      ),
    ),
  ];
  const isHonour = (row: DifferenceRow) => typeOf.get(String(row.facts['entryId'] ?? row.id)) === 'RED';
  const acts = ordered.some((answer) => answer.acts);
  const heavier = entries.filter((entry) => entry.action === 'CORRECT' && isHeavier(entry, terms));
  const binding = rows.filter(({ kind }) => kind === 'MEASURE' || kind === 'TASK');
  return {
    rows,
    figures: figuresOf(rows, ordered),
    changes: acts || rows.some(isChange),
    addsRestriction:
      heavier.some(({ listType }) => listType !== 'RED') ||
      binding.some((row) => (row.action === 'ADD' || isBindingChange(row)) && !isHonour(row)),
    losesHonour:
      heavier.some(({ listType }) => listType === 'RED') ||
      rows.some((row) => (row.action === 'END' || row.action === 'WITHDRAW') && isHonour(row)) ||
      binding.some((row) => row.action === 'CHANGE' && isHonour(row)),
  };
}

/** Changed, and its owner does not say that it only binds less (R-6-7a). */
const isBindingChange = ({ action, facts }: DifferenceRow) => action === 'CHANGE' && facts['frees'] !== true;

function entryRowOf(entry: Assessment['entries'][number]): DifferenceRow {
  const { entryId, action, designatingDepartment, facts, validTo, clause, number, listCode, listType } = entry;
  const stands = action === 'KEEP' ? {} : { entryVersion: entry.entryVersion, activationNo: entry.activationNo, status: entry.status };
  return {
    ...{ kind: 'ENTRY', action, id: entryId, departmentCode: designatingDepartment },
    facts: {
      subjectId: entry.subjectId,
      number,
      listCode,
      listType,
      clause,
      corrected: facts,
      hardens: entry.hardens ?? [],
      validTo,
      ...stands,
    },
  };
}

function planRowsOf(plan: Assessment['plans'][number]): DifferenceRow[] {
  const { planId, entryId, catalogueVersionBefore, catalogueVersionAfter } = plan;
  const rowOf =
    (action: RowAction) =>
    (row: AssessedRows): DifferenceRow => ({
      ...{ kind: 'MEASURE', action, id: planId, departmentCode: row.departmentCode },
      facts: { entryId, measureCode: row.measureCode, notice: row.notice, partyIds: row.partyIds.toSorted(), frees: row.frees },
    });
  const moved = catalogueVersionBefore === catalogueVersionAfter ? {} : { catalogueVersionBefore, catalogueVersionAfter };
  const action = plan.action === 'KEEP' ? 'KEEP' : plan.action === 'END' ? 'END' : plan.action === 'MAKE' ? 'ADD' : 'CHANGE';
  return [
    { kind: 'PLAN', action, id: planId, departmentCode: null, facts: { entryId, ...moved } },
    ...plan.withdrawn.map(rowOf('WITHDRAW')),
    ...plan.added.map(rowOf('ADD')),
    ...plan.changed.map(rowOf('CHANGE')),
  ];
}

/** A plan that came in several pieces is one row. */
function uniquePlans(rows: readonly DifferenceRow[]): DifferenceRow[] {
  const known = new Set<string>();
  return rows.filter((row) => {
    if (row.kind !== 'PLAN') return true;
    const line = canonicalJson(row);
    return !known.has(line) && known.add(line);
  });
}

/** A task's own state is shown where tasks are; what is approved is what becomes of it. */
function taskRowOf(task: Assessment['tasks'][number]): DifferenceRow {
  const { action, taskId, departmentCode, entryId, partyId, partySubjectId, measureCode, keptBy, frees } = task;
  return {
    ...{ kind: 'TASK', action, id: taskId, departmentCode },
    facts: { entryId, partyId, partySubjectId, measureCode, keptBy: keptBy.toSorted(), frees },
  };
}

/** The owner says what binds harder; where it does not, a later end (of an honour an earlier one) and a higher grade than those known here do. */
function isHeavier({ facts, hardens, listType }: Assessment['entries'][number], terms: EntryTerms): boolean {
  if (hardens !== undefined) return hardens.length > 0;
  if (facts === null) return false;
  const gradeBefore = grades.indexOf(terms.grade as Grade);
  const heavier = facts.grade !== undefined && grades.indexOf(facts.grade) > gradeBefore;
  if (facts.validTo === undefined) return heavier;
  const [earlier, later] = listType === 'RED' ? [facts.validTo, terms.validTo] : [terms.validTo, facts.validTo];
  return heavier || (earlier !== null && (later === null || later > earlier));
}

function figuresOf(rows: readonly DifferenceRow[], answers: readonly Assessment[]): CaseFigures {
  const count = (action: RowAction) => rows.filter((row) => row.kind === 'TASK' && row.action === action).length;
  return {
    added: count('ADD'),
    withdrawn: count('WITHDRAW'),
    changed: count('CHANGE'),
    kept: count('KEEP'),
    restored: count('RESTORE'),
    // Told once, in whichever part.
    unchanged: Math.max(0, ...answers.map((answer) => answer.unchangedTasks)),
  };
}

/** Owners that have something of their own to do. */
export function actingOf(answers: readonly Assessment[]): ReplayOwner[] {
  return replayOwners.filter((owner) => answers.some((answer) => answer.owner === owner && answer.acts));
}

/** Versions that all owners named, each once. */
export function versionsOf(answers: readonly Assessment[]): Assessment['versions'] {
  const unique = new Map(answers.flatMap(({ versions }) => versions).map((one) => [`${one.kind}|${one.id}|${one.version}`, one]));
  return [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Canonical JSON (fields sorted): equal rows give equal bytes, whoever writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((part) => canonicalJson(part ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${fields
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonicalJson(part)}`)
    .join(',')}}`;
}

/** What is approved, and has to be the same again: everything that happens, and what another basis keeps. */
export function isApproved(row: Pick<DifferenceRow, 'kind' | 'action'>): boolean {
  return isChange(row) || row.action === 'REFUSED' || (row.kind === 'TASK' && row.action === 'KEEP');
}

/** Rows as lines of canonical JSON in sorted order; doubles stay, for each is a thing of its own. */
export function linesOf(rows: readonly DifferenceRow[]): { readonly row: DifferenceRow; readonly line: string }[] {
  return rows.map((row) => ({ row, line: canonicalJson(row) })).toSorted((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : 0));
}
