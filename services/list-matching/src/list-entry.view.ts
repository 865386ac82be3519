import { type ListEntryView, listEntryViewSchema } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { z } from 'zod';
import { type EntryRow, type FactRow, findFacts, findParties, type PartyRow } from './list-entry.store.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';

/** An entry in a list: all but its timeline. */
export const listEntrySummarySchema = listEntryViewSchema.omit({ timeline: true }).meta({ id: 'ListEntrySummary' });
export type ListEntrySummary = z.infer<typeof listEntrySummarySchema>;

/** What callers see of entries, persons masked (R-8-8). */
export async function loadSummaries(tx: Transaction, rows: readonly EntryRow[]): Promise<ListEntrySummary[]> {
  if (rows.length === 0) return [];
  const parties = await findParties(
    tx,
    rows.map((row) => row.id),
  );
  const subjectIds = [...new Set([...rows.map((row) => row.subject_id), ...parties.map((party) => party.subject_id)])];
  const subjects = new Map((await findSubjects(tx, subjectIds)).map((subject) => [subject.id, subject]));
  return rows.map((row) =>
    summaryOf(
      row,
      parties.filter((party) => party.entry_id === row.id),
      subjects,
    ),
  );
}

/** One entry with its timeline. */
export async function loadView(tx: Transaction, row: EntryRow): Promise<ListEntryView> {
  const [summary] = await loadSummaries(tx, [row]);
  if (summary === undefined) throw new Error('an entry without summary');
  return { ...summary, timeline: (await findFacts(tx, [row.id])).map(timelineItemOf) };
}

function summaryOf(row: EntryRow, parties: readonly PartyRow[], subjects: ReadonlyMap<string, SubjectRow>): ListEntrySummary {
  const subject = getSubject(subjects, row.subject_id);
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
    decision: { name: row.decision_name, number: row.decision_number, date: row.decision_date },
    activatedOn: row.activated_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
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
