import type { Transaction } from '@lianxin/platform';
import type { ListStandard } from './list-standard.rules.ts';

export interface StandardRow extends ListStandard {
  readonly listCode: string;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

const columns = `list_code AS "listCode", url, consulted_from AS "consultedFrom", consulted_to AS "consultedTo", document_no AS "documentNo",
  recorded_by AS "recordedBy", recorded_at AS "recordedAt"`;

export async function insertStandard(tx: Transaction, row: StandardRow): Promise<void> {
  await tx.execute(
    `INSERT INTO list_standard (list_code, url, consulted_from, consulted_to, document_no, recorded_by, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.listCode, row.url, row.consultedFrom, row.consultedTo, row.documentNo, row.recordedBy, row.recordedAt],
  );
}

/** The standard of each list that was recorded last; the earlier ones stay on file. */
export async function findStandards(tx: Transaction, listCodes?: readonly string[]): Promise<Map<string, StandardRow>> {
  const rows = await tx.query<StandardRow>(
    `SELECT DISTINCT ON (list_code) ${columns} FROM list_standard WHERE $1::text[] IS NULL OR list_code = ANY ($1) ORDER BY list_code, id DESC`,
    [listCodes ?? null],
  );
  return new Map(rows.map((row) => [row.listCode, row]));
}
