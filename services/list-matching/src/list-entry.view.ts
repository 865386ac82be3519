import {
  beijingDate,
  endOfDayBeijing,
  type ListEntryView,
  listEntryViewSchema,
  type WorkingDayCalendar,
  workingDaysBetween,
} from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { z } from 'zod';
import { type DeadlineRow, findDeadlines } from './entry-deadline.store.ts';
import { reviewOf } from './in-review.rules.ts';
import { isInForce } from './list-entry.rules.ts';
import {
  type DraftRow,
  type EntryRow,
  type FactRow,
  findFacts,
  findParties,
  findRepresentativeBlackEntries,
  isDraft,
  type PartyRow,
} from './list-entry.store.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { explainSteps } from './step-list.rules.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';

/** An entry in a list: all but its timeline and what can be done with it. */
export const listEntrySummarySchema = listEntryViewSchema
  .omit({ timeline: true, steps: true, deadlines: true, warnings: true })
  .meta({ id: 'ListEntrySummary' });
export type ListEntrySummary = z.infer<typeof listEntrySummarySchema>;

/** What callers see of entries, persons masked (R-8-8). */
export async function loadSummaries(tx: Transaction, stored: readonly (EntryRow | DraftRow)[]): Promise<ListEntrySummary[]> {
  if (stored.length === 0) return [];
  const rows = stored.filter((row): row is EntryRow => !isDraft(row));
  const parties = await findParties(
    tx,
    rows.map((row) => row.id),
  );
  const subjectIds = [...new Set([...rows.map((row) => row.subject_id), ...parties.map((party) => party.subject_id)])];
  const subjects = new Map((await findSubjects(tx, subjectIds)).map((subject) => [subject.id, subject]));
  return stored.map((row) =>
    isDraft(row)
      ? draftSummaryOf(row)
      : summaryOf(
          row,
          parties.filter((party) => party.entry_id === row.id),
          subjects,
        ),
  );
}

/** The day and the working days by which time limits are told. */
export interface ViewDay {
  readonly now: Date;
  readonly calendar: WorkingDayCalendar;
}

/** One entry with its timeline, its time limits and what can be done with it. */
export async function loadView(tx: Transaction, row: EntryRow | DraftRow, day: ViewDay): Promise<ListEntryView> {
  const [summary] = await loadSummaries(tx, [row]);
  if (summary === undefined) throw new Error('an entry without summary');
  return {
    ...summary,
    deadlines: deadlinesOf(row, await findDeadlines(tx, [row.id]), day),
    steps: explainSteps(row),
    warnings: isDraft(row) ? [] : await loadWarnings(tx, row),
    timeline: (await findFacts(tx, [row.id])).map(timelineItemOf),
  };
}

/** R-2-10 (e): black entries of the legal representative are shown, and nothing follows from them. */
async function loadWarnings(tx: Transaction, row: EntryRow): Promise<ListEntryView['warnings']> {
  const found = await acrossDepartments(tx, () => findRepresentativeBlackEntries(tx, row.id, row.subject_id));
  return found.map((entry) => ({ kind: 'REPRESENTATIVE_BLACK_LISTED', listCode: entry.list_code, number: entry.number }));
}

function deadlinesOf(row: EntryRow | DraftRow, stored: readonly DeadlineRow[], { now, calendar }: ViewDay): ListEntryView['deadlines'] {
  const today = beijingDate(now);
  const remaining = (date: string) => workingDaysBetween(calendar, today, date);
  const own = stored.map(({ kind, due_on, due_at, provisional, closed_at }) => ({
    kind,
    dueAt: due_at.toISOString(),
    remainingWorkdays: remaining(due_on),
    provisional,
    closedAt: closed_at?.toISOString() ?? null,
    overdue: (closed_at ?? now) > due_at,
  }));
  if (row.valid_to === null || row.activated_on === null || !isInForce(row.status)) return own;
  const end = endOfDayBeijing(row.valid_to);
  const term = { kind: 'TERM', dueAt: end.toISOString(), remainingWorkdays: remaining(row.valid_to), provisional: false };
  return [...own, { ...term, closedAt: null, overdue: now > end }];
}

/** Of a draft only what was typed is known; persons masked. */
function draftSummaryOf(row: DraftRow): ListEntrySummary {
  const { draftSubject } = row.procedure;
  return {
    ...headOf(row),
    subject: { id: null, kind: 'LEGAL', name: '', usccCode: null, idMasked: null, regionCode: null, ...draftSubject },
    parties: [],
  };
}

function headOf(row: EntryRow | DraftRow): Omit<ListEntrySummary, 'subject' | 'parties'> {
  const { decision_name: name, decision_number: number, decision_date: date } = row;
  return {
    id: row.id,
    number: row.number,
    version: row.version,
    status: row.status,
    reason: row.reason,
    listCode: row.list_code,
    listType: row.list_type,
    designatingDepartment: row.department_code,
    origin: row.origin,
    originRegion: row.origin_region ?? null,
    recognised: row.recognised ?? true,
    grade: row.grade,
    decision: name === null || number === null || date === null ? null : { name, number, date },
    activatedOn: row.activated_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    disputed: row.disputed,
    inReview: reviewOf(row),
  };
}

function summaryOf(row: EntryRow, parties: readonly PartyRow[], subjects: ReadonlyMap<string, SubjectRow>): ListEntrySummary {
  const subject = getSubject(subjects, row.subject_id);
  return {
    ...headOf(row),
    subject: {
      id: subject.id,
      kind: subject.kind,
      name: shownName(subject),
      usccCode: subject.uscc_code,
      idMasked: subject.id_masked,
      regionCode: row.region_code,
    },
    parties: parties.map((party) => {
      const person = getSubject(subjects, party.subject_id);
      return {
        id: party.id,
        role: party.role,
        name: shownName(person),
        idMasked: person.id_masked,
        named: party.named,
        served: party.served,
      };
    }),
  };
}

function getSubject(subjects: ReadonlyMap<string, SubjectRow>, id: string): SubjectRow {
  const subject = subjects.get(id);
  if (subject === undefined) throw new Error('a party without a subject');
  return subject;
}

/** An organisation's name as registered, a person's masked. */
export function shownName(subject: SubjectRow): string {
  return subject.name ?? subject.name_masked ?? '';
}

function timelineItemOf(fact: FactRow): ListEntryView['timeline'][number] {
  return {
    version: fact.version,
    transition: fact.transition,
    from: fact.from_status,
    to: fact.to_status,
    at: fact.at.toISOString(),
    actor: fact.actor,
    detail: fact.detail,
  };
}
