import type { Transaction } from '@lianxin/platform';
import type { EntryRow } from './list-entry.store.ts';
import type { Agreement } from './recognition.rules.ts';

export interface AgreementRow {
  readonly id: string;
  readonly region_code: string;
  readonly list_code: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly document_name: string;
  readonly document_no: string;
  readonly status: 'PROPOSED' | 'CONFIRMED' | 'REJECTED';
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  /** An end that waits for its second person. */
  readonly end_on: string | null;
  readonly end_document_no: string | null;
  readonly end_proposed_by: string | null;
  readonly end_decided_by: string | null;
}
export type NewAgreement = Pick<AgreementRow, 'region_code' | 'list_code' | 'valid_from' | 'valid_to' | 'document_name' | 'document_no'>;

/** Confirmed agreements for these lists. */
export function findAgreements(tx: Transaction, listCodes: readonly string[]): Promise<Agreement[]> {
  return tx.query<Agreement>(
    `SELECT id, region_code AS "regionCode", list_code AS "listCode", valid_from AS "validFrom", valid_to AS "validTo"
     FROM recognition_agreement WHERE status = 'CONFIRMED' AND list_code = ANY($1) ORDER BY valid_from, id`,
    [[...new Set(listCodes)]],
  );
}

/** All agreements for one list, locked: two proposals for the same days are decided one after the other. */
export function lockAgreementsOfList(tx: Transaction, listCode: string): Promise<AgreementRow[]> {
  return tx.query<AgreementRow>('SELECT * FROM recognition_agreement WHERE list_code = $1 ORDER BY id FOR UPDATE', [listCode]);
}

export function findAgreementPage(tx: Transaction, afterId: string | undefined, limit: number): Promise<AgreementRow[]> {
  return tx.query<AgreementRow>('SELECT * FROM recognition_agreement WHERE ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2', [
    afterId ?? null,
    limit,
  ]);
}

export async function lockAgreement(tx: Transaction, id: string): Promise<AgreementRow | undefined> {
  const [row] = await tx.query<AgreementRow>('SELECT * FROM recognition_agreement WHERE id = $1 FOR UPDATE', [id]);
  return row;
}

export async function insertAgreement(tx: Transaction, agreement: NewAgreement, by: string, at: Date): Promise<AgreementRow> {
  const [row] = await tx.query<AgreementRow>(
    `INSERT INTO recognition_agreement (region_code, list_code, valid_from, valid_to, document_name, document_no, status, proposed_by, proposed_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'PROPOSED', $7, $8) RETURNING *`,
    [
      agreement.region_code,
      agreement.list_code,
      agreement.valid_from,
      agreement.valid_to,
      agreement.document_name,
      agreement.document_no,
      by,
      at,
    ],
  );
  if (row === undefined) throw new Error('an agreement was not kept');
  return row;
}

export async function decideAgreement(tx: Transaction, id: string, status: 'CONFIRMED' | 'REJECTED', by: string, at: Date): Promise<void> {
  await tx.execute('UPDATE recognition_agreement SET status = $2, decided_by = $3, decided_at = $4 WHERE id = $1', [id, status, by, at]);
}

export async function proposeEnd(tx: Transaction, id: string, end: { on: string; documentNo: string; by: string }): Promise<void> {
  await tx.execute('UPDATE recognition_agreement SET end_on = $2, end_document_no = $3, end_proposed_by = $4 WHERE id = $1', [
    id,
    end.on,
    end.documentNo,
    end.by,
  ]);
}

export async function confirmEnd(tx: Transaction, id: string, by: string): Promise<void> {
  await tx.execute('UPDATE recognition_agreement SET valid_to = end_on, end_decided_by = $2 WHERE id = $1', [id, by]);
}

export async function dropEnd(tx: Transaction, id: string): Promise<void> {
  await tx.execute('UPDATE recognition_agreement SET end_on = NULL, end_document_no = NULL, end_proposed_by = NULL WHERE id = $1', [id]);
}

/** Foreign entries in force of lists that are not national, a page in the order of their ids. */
export function findForeignInForce(tx: Transaction, afterId: string | undefined, limit: number): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `SELECT * FROM list_entry WHERE origin_region IS NOT NULL AND status IN ('ACTIVE', 'SUSPENDED') AND ($1::uuid IS NULL OR id > $1)
     ORDER BY id LIMIT $2`,
    [afterId ?? null, limit],
  );
}

/** Writes what a change of recognition alters beside version and status. */
export async function updateRecognition(tx: Transaction, rows: readonly EntryRow[]): Promise<void> {
  await tx.execute(
    `UPDATE list_entry SET recognised = new.recognised, activation_no = new.activation_no
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, recognised boolean, activation_no integer) WHERE list_entry.id = new.id`,
    [JSON.stringify(rows.map(({ id, recognised, activation_no }) => ({ id, recognised, activation_no })))],
  );
}
