import type { SubjectKind, SubjectStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { FormerName, SubjectCodes } from './register.rules.ts';

/** A row of the register: the fold of its facts as of today. An organisation has name and code; a person only sealed, hashed and masked forms. */
export interface SubjectRow {
  readonly id: string;
  readonly version: number;
  readonly kind: SubjectKind;
  readonly name: string | null;
  readonly uscc_code: string | null;
  readonly sealed: string | null;
  readonly id_hash: string | null;
  readonly name_masked: string | null;
  readonly id_masked: string | null;
  readonly region_code: string | null;
  readonly provisional: boolean;
  /** False: a name in a decision without a valid number, nobody yet (R-11-1). */
  readonly identified: boolean;
  readonly status: SubjectStatus;
  readonly status_on: string | null;
  readonly established_on: string | null;
  readonly former_names: readonly FormerName[];
  readonly codes: SubjectCodes;
  readonly address: string | null;
  readonly phone_hash: string | null;
  readonly representative_sealed: string | null;
  readonly representative_hash: string | null;
  readonly representative_since: string | null;
  readonly sealed_details: string | null;
  readonly parent_id: string | null;
  readonly merged_into: string | null;
}
export type NewSubject = Pick<
  SubjectRow,
  'kind' | 'name' | 'uscc_code' | 'sealed' | 'id_hash' | 'name_masked' | 'id_masked' | 'region_code' | 'provisional' | 'identified'
>;

const newColumns = 'id, version, kind, name, uscc_code, sealed, id_hash, name_masked, id_masked, region_code, provisional, identified';
export const subjectColumns =
  `${newColumns}, status, status_on, established_on, former_names, codes, address, phone_hash, representative_sealed, representative_hash, ` +
  'representative_since, sealed_details, parent_id, merged_into';

/** Subjects by code or by the hash of their document. */
export function findByIdentity(tx: Transaction, usccCodes: readonly string[], idHashes: readonly string[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${subjectColumns} FROM subject WHERE uscc_code = ANY($1) OR id_hash = ANY($2)`, [
    usccCodes,
    idHashes,
  ]);
}

export function findSubjects(tx: Transaction, ids: readonly string[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${subjectColumns} FROM subject WHERE id = ANY($1)`, [ids]);
}

/** Organisations that bear exactly this name today. */
export function findByName(tx: Transaction, name: string, limit: number): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${subjectColumns} FROM subject WHERE identified AND name = $1 ORDER BY id LIMIT $2`, [name, limit]);
}

/** Subjects that proved to be one of these (human decision); their entries keep their own key. */
export function findMergedInto(tx: Transaction, ids: readonly string[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${subjectColumns} FROM subject WHERE merged_into = ANY($1)`, [ids]);
}

/**
 * Whoever is about to register one of these numbers waits here for whoever does so at this moment, and finds its subject afterwards. The numbers share
 * a thousand locks, taken in one order, so that two batches never wait for each other in a ring and a large one does not fill the lock table.
 */
export async function lockIdentities(tx: Transaction, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.execute(
    `SELECT pg_advisory_xact_lock(hashtext('list_matching.subject'), bucket)
     FROM (SELECT DISTINCT hashtext(key) & 1023 AS bucket FROM unnest($1::text[]) AS key ORDER BY 1) AS buckets`,
    [keys],
  );
}

/**
 * Registers subjects with their first fact, always in the order of their identity, so that two batches never wait for each other in a ring. One that
 * another transaction registers at this moment is waited for and left out of the result.
 */
export function insertSubjects(tx: Transaction, subjects: readonly NewSubject[], actor: string): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(
    `WITH born AS (
       INSERT INTO subject (${newColumns})
       SELECT uuidv7(), 1, kind, name, uscc_code, sealed, id_hash, name_masked, id_masked, region_code, provisional, identified
       FROM jsonb_populate_recordset(NULL::subject, $1::jsonb) AS new ORDER BY coalesce(uscc_code, id_hash)
       ON CONFLICT DO NOTHING RETURNING ${subjectColumns}),
     told AS (
       INSERT INTO subject_fact (subject_id, version, what, patch, source, actor)
       SELECT id, version, 'REGISTERED', jsonb_strip_nulls(jsonb_build_object('name', name, 'sealed', sealed, 'nameMasked', name_masked,
                'idMasked', id_masked, 'regionCode', region_code)), 'DECISION', $2
       FROM born)
     SELECT * FROM born`,
    [JSON.stringify(subjects), actor],
  );
}

export type NewPlaceholder = Pick<
  SubjectRow,
  'id' | 'kind' | 'name' | 'sealed' | 'name_masked' | 'id_masked' | 'region_code' | 'sealed_details'
>;

/** Names in decisions without a valid number: nobody yet. They are in no answer of the register and in no index. */
export function insertPlaceholders(tx: Transaction, rows: readonly NewPlaceholder[]): Promise<SubjectRow[]> {
  if (rows.length === 0) return Promise.resolve([]);
  const columns = 'id, kind, name, sealed, name_masked, id_masked, region_code, sealed_details';
  return tx.query<SubjectRow>(
    `INSERT INTO subject (${columns}, version, provisional, identified)
     SELECT ${columns}, 1, true, false FROM jsonb_populate_recordset(NULL::subject, $1::jsonb) RETURNING ${subjectColumns}`,
    [JSON.stringify(rows)],
  );
}

/** Takes back registrations of this same transaction that no entry came to use. */
export async function removeUnused(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.execute('DELETE FROM subject WHERE id = ANY($1)', [ids]);
}

/** Learns where a subject is registered that was known only as a party until now; returns those that changed. */
export function fillRegions(
  tx: Transaction,
  regions: readonly { subjectId: string; regionCode: string }[],
  actor: string,
): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(
    `WITH learnt AS (
       UPDATE subject SET region_code = new.region_code, version = version + 1
       FROM unnest($1::uuid[], $2::text[]) AS new (subject_id, region_code)
       WHERE subject.id = new.subject_id AND subject.region_code IS NULL
       RETURNING subject.*),
     told AS (
       INSERT INTO subject_fact (subject_id, version, what, patch, source, actor)
       SELECT id, version, 'REGION', jsonb_build_object('regionCode', region_code), 'DECISION', $3 FROM learnt)
     SELECT ${subjectColumns} FROM learnt`,
    [regions.map((region) => region.subjectId), regions.map((region) => region.regionCode), actor],
  );
}
