import type { SubjectKind } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** A row of the register. An organisation has name and code; a person only sealed, hashed and masked forms. */
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
}
export type NewSubject = Omit<SubjectRow, 'id' | 'version'>;

const columns = 'id, version, kind, name, uscc_code, sealed, id_hash, name_masked, id_masked, region_code, provisional';

/** Subjects by code or by the hash of their document. */
export function findByIdentity(tx: Transaction, usccCodes: readonly string[], idHashes: readonly string[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${columns} FROM subject WHERE uscc_code = ANY($1) OR id_hash = ANY($2)`, [usccCodes, idHashes]);
}

export function findSubjects(tx: Transaction, ids: readonly string[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(`SELECT ${columns} FROM subject WHERE id = ANY($1)`, [ids]);
}

/**
 * Registers subjects, always in the order of their identity, so that two batches never wait for each other in a ring. One that another transaction
 * registers at this moment is waited for and left out of the result.
 */
export function insertSubjects(tx: Transaction, subjects: readonly NewSubject[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(
    `INSERT INTO subject (${columns})
     SELECT uuidv7(), 1, kind, name, uscc_code, sealed, id_hash, name_masked, id_masked, region_code, provisional
     FROM jsonb_populate_recordset(NULL::subject, $1::jsonb) AS new ORDER BY coalesce(uscc_code, id_hash)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [JSON.stringify(subjects)],
  );
}

/** Takes back registrations of this same transaction that no entry came to use. */
export async function removeUnused(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.execute('DELETE FROM subject WHERE id = ANY($1)', [ids]);
}

/** Learns where a subject is registered that was known only as a party until now; returns those that changed. */
export function fillRegions(tx: Transaction, regions: readonly { subjectId: string; regionCode: string }[]): Promise<SubjectRow[]> {
  return tx.query<SubjectRow>(
    `UPDATE subject SET region_code = new.region_code, version = version + 1
     FROM unnest($1::uuid[], $2::text[]) AS new (subject_id, region_code)
     WHERE subject.id = new.subject_id AND subject.region_code IS NULL
     RETURNING ${columns
       .split(', ')
       .map((column) => `subject.${column}`)
       .join(', ')}`,
    [regions.map((region) => region.subjectId), regions.map((region) => region.regionCode)],
  );
}
