import type { Transaction } from '@lianxin/platform';

/** What a certificate says, as it was when it was issued. */
export interface CertificateContent {
  readonly number: string;
  readonly repairNumber: string;
  /** Name of an organisation, masked name of a person. */
  readonly subject: string;
  readonly items: readonly { readonly kind: string; readonly number: string; readonly endedAt: string }[];
  readonly departmentCode: string;
  readonly documentNo: string;
  readonly grantedOn: string;
  readonly restoredAt: string;
  /** Who has undone what, when. */
  readonly receipts: readonly {
    readonly kind: string;
    readonly departmentCode: string | null;
    readonly total: number;
    readonly kept: number;
    readonly doneAt: string;
  }[];
}
export interface CertificateRow {
  readonly repair_id: string;
  readonly number: string;
  readonly code: string;
  readonly content: CertificateContent;
  readonly sha256: string;
  readonly issued_at: Date;
  readonly invalid_since: Date | null;
  readonly invalid_reason: string | null;
}

export async function insertCertificate(tx: Transaction, row: CertificateRow): Promise<void> {
  await tx.execute('INSERT INTO repair_certificate (repair_id, number, code, content, sha256, issued_at) VALUES ($1, $2, $3, $4, $5, $6)', [
    row.repair_id,
    row.number,
    row.code,
    JSON.stringify(row.content),
    row.sha256,
    row.issued_at,
  ]);
}

export async function findCertificate(
  tx: Transaction,
  asked: { repairId: string } | { code: string },
): Promise<CertificateRow | undefined> {
  const [row] = await tx.query<CertificateRow>('SELECT * FROM repair_certificate WHERE repair_id = $1 OR code = $2', [
    'repairId' in asked ? asked.repairId : null,
    'code' in asked ? asked.code : null,
  ]);
  return row;
}

export async function findCertificateNumbers(tx: Transaction, repairIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ repair_id: string; number: string }>(
    'SELECT repair_id, number FROM repair_certificate WHERE repair_id = ANY ($1::uuid[])',
    [repairIds],
  );
  return new Map(rows.map((row) => [row.repair_id, row.number]));
}

export async function invalidateCertificate(tx: Transaction, repairId: string, at: Date, reason: string): Promise<void> {
  await tx.execute('UPDATE repair_certificate SET invalid_since = $2, invalid_reason = $3 WHERE repair_id = $1 AND invalid_since IS NULL', [
    repairId,
    at,
    reason,
  ]);
}
