import type { Transaction } from '@lianxin/platform';
import type { SubjectFact, SubjectPatch } from './register.rules.ts';
import { type SubjectRow, subjectColumns } from './subject.store.ts';

export interface FactRow {
  readonly subject_id: string;
  readonly version: number;
  readonly what: string;
  readonly effective_on: string | null;
  readonly patch: SubjectPatch;
  readonly source: string;
  readonly document_no: string | null;
  readonly actor: string;
  readonly recorded_at: Date;
}
export type NewFact = Omit<FactRow, 'recorded_at'>;

/** The facts of subjects, oldest first. */
export function findFactsOf(tx: Transaction, subjectIds: readonly string[]): Promise<FactRow[]> {
  return tx.query<FactRow>('SELECT * FROM subject_fact WHERE subject_id = ANY($1) ORDER BY subject_id, version', [subjectIds]);
}

export function factOf(row: FactRow | NewFact): SubjectFact {
  return { version: row.version, effectiveOn: row.effective_on, patch: row.patch };
}

export async function insertSubjectFacts(tx: Transaction, facts: readonly NewFact[]): Promise<void> {
  if (facts.length === 0) return;
  const columns = 'subject_id, version, what, effective_on, patch, source, document_no, actor';
  await tx.execute(`INSERT INTO subject_fact (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::subject_fact, $1::jsonb)`, [
    JSON.stringify(facts),
  ]);
}

const folded =
  'version, kind, name, sealed, name_masked, id_masked, region_code, provisional, status, status_on, established_on, former_names, codes, address, ' +
  'phone_hash, representative_sealed, representative_hash, representative_since, sealed_details, parent_id, merged_into';

/** Writes the folds of subjects whose lanes the caller holds. */
export async function updateSubjects(tx: Transaction, rows: readonly SubjectRow[]): Promise<void> {
  if (rows.length === 0) return;
  const set = folded
    .split(', ')
    .map((column) => `${column} = new.${column}`)
    .join(', ');
  const updated = await tx.execute(
    `UPDATE subject SET ${set} FROM jsonb_populate_recordset(NULL::subject, $1::jsonb) AS new WHERE subject.id = new.id`,
    [JSON.stringify(rows)],
  );
  if (updated !== rows.length) throw new Error(`${rows.length - updated} of ${rows.length} subjects could not be updated`);
}

/** Registers a subject from a register row; its first fact is written by the caller. Undefined when another one was quicker. */
export async function insertRegistered(tx: Transaction, row: SubjectRow): Promise<SubjectRow | undefined> {
  const [born] = await tx.query<SubjectRow>(
    `INSERT INTO subject (id, uscc_code, id_hash, identified, ${folded})
     SELECT id, uscc_code, id_hash, identified, ${folded} FROM jsonb_populate_record(NULL::subject, $1::jsonb)
     ON CONFLICT DO NOTHING RETURNING ${subjectColumns}`,
    [JSON.stringify(row)],
  );
  return born;
}

export interface LinkRow {
  readonly from_subject: string;
  readonly to_subject: string;
  readonly kind: 'SAME' | 'SUCCESSOR' | 'SPLIT_OFF';
  readonly effective_on: string;
  readonly document_no: string;
  readonly reason: string;
  readonly actor: string;
}

/** @returns false when this link is known already. */
export async function insertLink(tx: Transaction, link: LinkRow): Promise<boolean> {
  const columns = 'from_subject, to_subject, kind, effective_on, document_no, reason, actor';
  const inserted = await tx.execute(
    `INSERT INTO subject_link (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::subject_link, $1::jsonb) ON CONFLICT DO NOTHING`,
    [JSON.stringify(link)],
  );
  return inserted > 0;
}

export function findLinks(tx: Transaction, subjectId: string): Promise<LinkRow[]> {
  return tx.query<LinkRow>(
    `SELECT from_subject, to_subject, kind, effective_on, document_no, reason, actor FROM subject_link
     WHERE from_subject = $1 OR to_subject = $1 ORDER BY effective_on, id`,
    [subjectId],
  );
}

export async function insertReveal(tx: Transaction, subjectId: string, field: string, actor: string, purpose: string): Promise<void> {
  await tx.execute('INSERT INTO subject_reveal (subject_id, field, actor, purpose) VALUES ($1, $2, $3, $4)', [
    subjectId,
    field,
    actor,
    purpose,
  ]);
}
