import type { Transaction } from '@lianxin/platform';

/** A list that was abolished; its entries leave it batch by batch (R-2-11). */
export interface AbolitionRow {
  readonly list_code: string;
  readonly document_no: string;
  readonly abolished_on: string;
  readonly decided_by: string;
  readonly decided_at: Date;
  readonly exited: number;
  readonly finished_at: Date | null;
}

/** Which of these lists have been abolished. */
export async function findAbolished(tx: Transaction, listCodes: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ list_code: string }>('SELECT list_code FROM list_abolition WHERE list_code = ANY($1)', [
    [...new Set(listCodes)],
  ]);
  return new Set(rows.map((row) => row.list_code));
}

/** @returns undefined when the list was abolished before */
export async function insertAbolition(
  tx: Transaction,
  abolition: { listCode: string; documentNo: string; on: string; by: string; at: Date },
): Promise<AbolitionRow | undefined> {
  const [row] = await tx.query<AbolitionRow>(
    `INSERT INTO list_abolition (list_code, document_no, abolished_on, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING *`,
    [abolition.listCode, abolition.documentNo, abolition.on, abolition.by, abolition.at],
  );
  return row;
}

export async function findAbolition(tx: Transaction, listCode: string): Promise<AbolitionRow | undefined> {
  const [row] = await tx.query<AbolitionRow>('SELECT * FROM list_abolition WHERE list_code = $1', [listCode]);
  return row;
}

/** Entries of the list that have not left it yet: in force, or on their way onto it. */
export async function findEntriesOfList(tx: Transaction, listCode: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM list_entry WHERE list_code = $1
       AND status IN ('DRAFT', 'CHECKING', 'PRE_NOTICE', 'HEARING', 'PUBLIC_NOTICE', 'DESIGNATED', 'ACTIVE', 'SUSPENDED')
       AND subject_id IS NOT NULL ORDER BY id LIMIT $2`,
    [listCode, limit],
  );
  return rows.map((row) => row.id);
}

export async function advanceAbolition(tx: Transaction, listCode: string, exited: number, finishedAt: Date | null): Promise<void> {
  await tx.execute('UPDATE list_abolition SET exited = exited + $2, finished_at = $3 WHERE list_code = $1', [listCode, exited, finishedAt]);
}
