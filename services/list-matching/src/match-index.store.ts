import type { Transaction } from '@lianxin/platform';
import { type SubjectRow, subjectColumns } from './subject.store.ts';

/** A row of the register with the number of its last change and, for a person, the companies that the person represents. */
export type IndexedRow = SubjectRow & { readonly change_no: number; readonly represents: readonly string[] | null };

const qualified = subjectColumns
  .split(', ')
  .map((column) => `subject.${column}`)
  .join(', ');
const rows = `SELECT ${qualified}, last.change_no,
    CASE WHEN subject.id_hash IS NULL THEN NULL ELSE
      ARRAY(SELECT company.uscc_code FROM subject company WHERE company.representative_hash = subject.id_hash AND company.uscc_code IS NOT NULL LIMIT 50) END AS represents
  FROM subject CROSS JOIN LATERAL (SELECT coalesce(max(id), 0) AS change_no FROM register_change WHERE subject_id = subject.id) AS last`;

/** A page of the register in the order of ids; names that mean nobody yet are not in it. */
export function findIndexedPage(tx: Transaction, afterId: string | null, limit: number): Promise<IndexedRow[]> {
  return tx.query<IndexedRow>(`${rows} WHERE subject.identified AND ($1::uuid IS NULL OR subject.id > $1) ORDER BY subject.id LIMIT $2`, [
    afterId,
    limit,
  ]);
}

/** These subjects, and the persons who represent one of them: what is known of them has changed too. */
export function findIndexedRows(tx: Transaction, ids: readonly string[]): Promise<IndexedRow[]> {
  return tx.query<IndexedRow>(
    `${rows} WHERE subject.identified AND (subject.id = ANY($1)
       OR subject.id_hash IN (SELECT representative_hash FROM subject company WHERE company.id = ANY($1) AND company.representative_hash IS NOT NULL))`,
    [ids],
  );
}

export async function countSubjects(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ count: number }>('SELECT count(*)::integer AS count FROM subject WHERE identified');
  return row?.count ?? 0;
}

export interface RegisterChangeRow {
  readonly id: number;
  readonly subject_id: string;
}

/** What can be seen at this moment, in PostgreSQL's own words. */
export async function findSnapshot(tx: Transaction): Promise<string> {
  const [row] = await tx.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  return row?.snapshot ?? '';
}

/**
 * Changes of the register that could not be seen in a snapshot and can be now, with the snapshot of now: also one whose transaction began long ago
 * and committed late, whatever its number.
 */
export async function findChangesSince(tx: Transaction, snapshot: string): Promise<{ changes: RegisterChangeRow[]; snapshot: string }> {
  const [row] = await tx.query<{ snapshot: string; changes: RegisterChangeRow[] | null }>(
    `SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT json_agg(json_build_object('id', id, 'subject_id', subject_id) ORDER BY id) FROM register_change
        WHERE written_by >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(written_by, $1::pg_snapshot)) AS changes`,
    [snapshot],
  );
  return { changes: row?.changes ?? [], snapshot: row?.snapshot ?? snapshot };
}
