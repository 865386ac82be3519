import type { VerificationResult } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { VerificationAction, VerificationAnswer, VerificationStatus } from './verification.rules.ts';

export interface VerificationRow {
  readonly id: string;
  readonly number: string;
  version: number;
  readonly batch_id: string;
  readonly subject_id: string;
  department_code: string;
  readonly industry_department: string;
  participants: readonly string[];
  status: VerificationStatus;
  claimed_by: string | null;
  claimed_department: string | null;
  submitted_by: string | null;
  result: VerificationResult | null;
  answer: VerificationAnswer | null;
  due_on: string;
  overdue_at: Date | null;
  readonly requested_at: Date;
  concluded_at: Date | null;
}

export interface VerificationFact {
  readonly verification_id: string;
  readonly version: number;
  readonly action: VerificationAction | 'REQUEST' | 'OPINION' | 'OVERDUE';
  readonly from_status: VerificationStatus | null;
  readonly to_status: VerificationStatus;
  readonly at: Date;
  readonly actor: string;
  readonly department_code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export async function insertVerifications(tx: Transaction, rows: readonly VerificationRow[]): Promise<void> {
  await insertRows(tx, 'verification', rows);
}

export async function insertVerificationFacts(tx: Transaction, rows: readonly VerificationFact[]): Promise<void> {
  await insertRows(tx, 'verification_fact', rows);
}

async function insertRows(tx: Transaction, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}

/** Writes the whole state of a verification; the caller has locked it and appends the fact. */
export async function updateVerification(tx: Transaction, row: VerificationRow): Promise<void> {
  await tx.execute(
    `UPDATE verification SET version = $2, department_code = $3, participants = $4, status = $5, claimed_by = $6, claimed_department = $7,
       submitted_by = $8, result = $9, answer = $10, due_on = $11, overdue_at = $12, concluded_at = $13 WHERE id = $1`,
    [
      row.id,
      row.version,
      row.department_code,
      row.participants,
      row.status,
      row.claimed_by,
      row.claimed_department,
      row.submitted_by,
      row.result,
      row.answer === null ? null : JSON.stringify(row.answer),
      row.due_on,
      row.overdue_at,
      row.concluded_at,
    ],
  );
}

export async function findVerification(tx: Transaction, id: string): Promise<VerificationRow | undefined> {
  const [row] = await tx.query<VerificationRow>('SELECT * FROM verification WHERE id = $1', [id]);
  return row;
}

export function findVerifications(tx: Transaction, ids: readonly string[]): Promise<VerificationRow[]> {
  return tx.query<VerificationRow>('SELECT * FROM verification WHERE id = ANY($1)', [ids]);
}

export async function lockVerification(tx: Transaction, id: string): Promise<VerificationRow | undefined> {
  const [row] = await tx.query<VerificationRow>('SELECT * FROM verification WHERE id = $1 FOR UPDATE', [id]);
  return row;
}

/** Verifications of a batch that have not been cancelled. */
export function findVerificationsOfBatch(tx: Transaction, batchId: string): Promise<VerificationRow[]> {
  return tx.query<VerificationRow>(`SELECT * FROM verification WHERE batch_id = $1 AND status <> 'CANCELLED' ORDER BY id`, [batchId]);
}

export function findVerificationFacts(tx: Transaction, id: string): Promise<VerificationFact[]> {
  return tx.query<VerificationFact>('SELECT * FROM verification_fact WHERE verification_id = $1 ORDER BY version', [id]);
}

/** A page of what the caller may see: what is due first comes first. */
export function findVerificationPage(
  tx: Transaction,
  filter: {
    statuses?: readonly VerificationStatus[] | undefined;
    batchId?: string | undefined;
    departmentCode?: string | undefined;
    overdueOn?: string | undefined;
  },
  after: { dueOn: string; id: string } | undefined,
  limit: number,
): Promise<VerificationRow[]> {
  return tx.query<VerificationRow>(
    `SELECT * FROM verification
     WHERE ($1::text[] IS NULL OR status = ANY($1)) AND ($2::uuid IS NULL OR batch_id = $2) AND ($3::text IS NULL OR department_code = $3)
       AND ($4::date IS NULL OR (due_on < $4 AND status NOT IN ('CONCLUDED', 'CANCELLED')))
       AND ($5::date IS NULL OR (due_on, id) > ($5, $6::uuid))
     ORDER BY due_on, id LIMIT $7`,
    [
      filter.statuses ?? null,
      filter.batchId ?? null,
      filter.departmentCode ?? null,
      filter.overdueOn ?? null,
      after?.dueOn ?? null,
      after?.id ?? null,
      limit,
    ],
  );
}

export interface CountyProgress {
  readonly batch_id: string;
  readonly department_code: string;
  readonly status: VerificationStatus;
  readonly result: VerificationResult | null;
  readonly overdue: boolean;
  readonly count: number;
}
/** Progress of batches by who answers, state and result. */
export function countVerifications(tx: Transaction, batchIds: readonly string[], today: string): Promise<CountyProgress[]> {
  return tx.query<CountyProgress>(
    `SELECT batch_id, department_code, status, CASE WHEN status = 'CONCLUDED' THEN result END AS result,
       due_on < $2 AND status NOT IN ('CONCLUDED', 'CANCELLED') AS overdue, count(*)::integer AS count
     FROM verification WHERE batch_id = ANY($1) GROUP BY 1, 2, 3, 4, 5 ORDER BY department_code`,
    [batchIds, today],
  );
}
