import type { Transaction } from '@lianxin/platform';
import type { BatchRowContent, OriginFromAbove } from './national-batch.rules.ts';

export interface BatchRow {
  readonly id: string;
  readonly batch_no: string;
  readonly origin: OriginFromAbove;
  readonly source_name: string;
  readonly document_no: string;
  readonly issued_on: string;
  readonly issue: number;
  readonly content_hash: string;
  readonly received_at: Date;
  readonly received_by: string;
  readonly match_due_on: string;
  readonly due_on: string;
  readonly report_due_on: string | null;
  readonly match_overdue_at: Date | null;
  readonly report_overdue_at: Date | null;
  readonly overdue_at: Date | null;
  readonly reading_job: string | null;
  readonly unread_rows: number;
}
export type NewBatch = Omit<
  BatchRow,
  'id' | 'report_due_on' | 'match_overdue_at' | 'report_overdue_at' | 'overdue_at' | 'reading_job' | 'unread_rows'
>;

/**
 * REVIEW waits for a named person (R-11-1); REFUSED can be no entry here, `reason` says why; VERIFYING lies with its county; SETTLED has its result;
 * DISMISSED means nobody here; WITHDRAWN was taken back by a corrected re-issue.
 */
export const rowStates = ['REVIEW', 'REFUSED', 'VERIFYING', 'SETTLED', 'DISMISSED', 'WITHDRAWN'] as const;
export type RowState = (typeof rowStates)[number];

export interface BatchLine {
  readonly id: string;
  readonly batch_id: string;
  readonly row_key: string;
  readonly line: number;
  readonly issue: number;
  readonly content: BatchRowContent;
  readonly content_hash: string;
  state: RowState;
  grade: 'EXACT' | 'CONFLICT' | 'PROBABLE' | 'POSSIBLE' | 'NONE';
  rule: string | null;
  reason: string | null;
  subject_id: string | null;
  matched_by: string | null;
  verification_id: string | null;
  entry_id: string | null;
  effect: string | null;
  upward: 'QUERY' | 'OBJECTION' | null;
  upward_opened_on: string | null;
  upward_answer: Readonly<Record<string, unknown>> | null;
  readonly clues_sealed: string | null;
}

/** Adds a batch, or waits for whoever adds it at this moment; undefined when it is there. */
export async function insertBatch(tx: Transaction, batch: NewBatch): Promise<BatchRow | undefined> {
  const [row] = await tx.query<BatchRow>(
    `INSERT INTO list_batch (batch_no, origin, source_name, document_no, issued_on, issue, content_hash, received_at, received_by, match_due_on, due_on)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (batch_no) DO NOTHING RETURNING *`,
    [
      batch.batch_no,
      batch.origin,
      batch.source_name,
      batch.document_no,
      batch.issued_on,
      batch.issue,
      batch.content_hash,
      batch.received_at,
      batch.received_by,
      batch.match_due_on,
      batch.due_on,
    ],
  );
  return row;
}

/** Locked: whatever changes a batch is decided one after the other. */
export async function lockBatchByNumber(tx: Transaction, batchNo: string): Promise<BatchRow | undefined> {
  const [row] = await tx.query<BatchRow>('SELECT * FROM list_batch WHERE batch_no = $1 FOR UPDATE', [batchNo]);
  return row;
}

export async function lockBatch(tx: Transaction, id: string): Promise<BatchRow | undefined> {
  const [row] = await tx.query<BatchRow>('SELECT * FROM list_batch WHERE id = $1 FOR UPDATE', [id]);
  return row;
}

export function findBatches(tx: Transaction, ids: readonly string[]): Promise<BatchRow[]> {
  return tx.query<BatchRow>('SELECT * FROM list_batch WHERE id = ANY($1)', [ids]);
}

export function findBatchPage(
  tx: Transaction,
  beforeId: string | undefined,
  batchNo: string | undefined,
  limit: number,
): Promise<BatchRow[]> {
  return tx.query<BatchRow>(
    'SELECT * FROM list_batch WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR batch_no = $2) ORDER BY id DESC LIMIT $3',
    [beforeId ?? null, batchNo ?? null, limit],
  );
}

export async function updateIssue(
  tx: Transaction,
  id: string,
  issue: { issue: number; contentHash: string; documentNo: string },
): Promise<void> {
  await tx.execute('UPDATE list_batch SET issue = $2, content_hash = $3, document_no = $4, reading_job = NULL WHERE id = $1', [
    id,
    issue.issue,
    issue.contentHash,
    issue.documentNo,
  ]);
}

export async function setReportDue(tx: Transaction, id: string, dueOn: string | null): Promise<void> {
  await tx.execute('UPDATE list_batch SET report_due_on = $2 WHERE id = $1', [id, dueOn]);
}

/** Marks a passed term once; answers whether it was not marked before. */
export async function markOverdue(
  tx: Transaction,
  id: string,
  column: 'match_overdue_at' | 'report_overdue_at' | 'overdue_at',
  at: Date,
): Promise<boolean> {
  return (await tx.execute(`UPDATE list_batch SET ${column} = $2 WHERE id = $1 AND ${column} IS NULL`, [id, at])) > 0;
}

const lineColumns = `id, batch_id, row_key, line, issue, content, content_hash, state, grade, rule, reason, subject_id, matched_by, verification_id,
  entry_id, effect, upward, upward_opened_on, upward_answer, clues_sealed`;

export async function insertLines(tx: Transaction, lines: readonly BatchLine[], at: Date): Promise<void> {
  if (lines.length === 0) return;
  await tx.execute(
    `INSERT INTO list_batch_row (${lineColumns}, updated_at)
     SELECT ${lineColumns}, $2 FROM jsonb_populate_recordset(NULL::list_batch_row, $1::jsonb)`,
    [JSON.stringify(lines), at],
  );
}

export async function updateLines(tx: Transaction, lines: readonly BatchLine[], at: Date): Promise<void> {
  if (lines.length === 0) return;
  await tx.execute(
    `UPDATE list_batch_row SET state = new.state, grade = new.grade, rule = new.rule, reason = new.reason, subject_id = new.subject_id, matched_by = new.matched_by,
       verification_id = new.verification_id, entry_id = new.entry_id, effect = new.effect, upward = new.upward,
       upward_opened_on = new.upward_opened_on, upward_answer = new.upward_answer, updated_at = $2
     FROM jsonb_populate_recordset(NULL::list_batch_row, $1::jsonb) AS new WHERE list_batch_row.id = new.id`,
    [JSON.stringify(lines), at],
  );
}

/** Rows that stand: all but what a re-issue has taken back. */
export function findStandingLines(tx: Transaction, batchId: string): Promise<BatchLine[]> {
  return tx.query<BatchLine>(`SELECT ${lineColumns} FROM list_batch_row WHERE batch_id = $1 AND state <> 'WITHDRAWN' ORDER BY line, id`, [
    batchId,
  ]);
}

export function findLinesOfVerifications(tx: Transaction, verificationIds: readonly string[]): Promise<BatchLine[]> {
  return tx.query<BatchLine>(
    `SELECT ${lineColumns} FROM list_batch_row WHERE verification_id = ANY($1) AND state <> 'WITHDRAWN' ORDER BY line, id`,
    [verificationIds],
  );
}

export function findLinesById(tx: Transaction, ids: readonly string[]): Promise<BatchLine[]> {
  return tx.query<BatchLine>(`SELECT ${lineColumns} FROM list_batch_row WHERE id = ANY($1)`, [ids]);
}

export async function findLine(tx: Transaction, batchId: string, id: string): Promise<BatchLine | undefined> {
  const [line] = await tx.query<BatchLine>(`SELECT ${lineColumns} FROM list_batch_row WHERE id = $1 AND batch_id = $2`, [id, batchId]);
  return line;
}

export function findLinePage(
  tx: Transaction,
  batchId: string,
  filter: { state?: RowState | undefined; departmentCode?: string | undefined },
  after: { line: number; id: string } | undefined,
  limit: number,
): Promise<BatchLine[]> {
  return tx.query<BatchLine>(
    `SELECT ${lineColumns} FROM list_batch_row AS row
     WHERE batch_id = $1 AND ($2::text IS NULL OR state = $2)
       AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM verification WHERE verification.id = row.verification_id AND department_code = $3))
       AND ($4::integer IS NULL OR (line, id) > ($4, $5::uuid))
     ORDER BY line, id LIMIT $6`,
    [batchId, filter.state ?? null, filter.departmentCode ?? null, after?.line ?? null, after?.id ?? null, limit],
  );
}

export async function addBatchFact(
  tx: Transaction,
  fact: { batchId: string; kind: string; at: Date; actor: string; detail: Readonly<Record<string, unknown>> },
): Promise<void> {
  await tx.execute('INSERT INTO list_batch_fact (batch_id, kind, at, actor, detail) VALUES ($1, $2, $3, $4, $5)', [
    fact.batchId,
    fact.kind,
    fact.at,
    fact.actor,
    JSON.stringify(fact.detail),
  ]);
}

export interface BatchFact {
  readonly kind: string;
  readonly at: Date;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
export function findBatchFacts(tx: Transaction, batchId: string): Promise<BatchFact[]> {
  return tx.query<BatchFact>('SELECT kind, at, actor, detail FROM list_batch_fact WHERE batch_id = $1 ORDER BY id', [batchId]);
}

/** Rows of batches by state. */
export function countLines(tx: Transaction, batchIds: readonly string[]): Promise<{ batch_id: string; state: RowState; rows: number }[]> {
  return tx.query(
    'SELECT batch_id, state, count(*)::integer AS rows FROM list_batch_row WHERE batch_id = ANY($1) GROUP BY batch_id, state',
    [batchIds],
  );
}

export interface ReportRow {
  readonly batch_id: string;
  readonly number: string;
  readonly document_no: string;
  readonly content: { readonly head: Readonly<Record<string, string>>; readonly rows: readonly Readonly<Record<string, string>>[] };
  readonly content_hash: string;
  readonly reported_at: Date;
  readonly reported_by: string;
}

export async function findReport(tx: Transaction, batchId: string): Promise<ReportRow | undefined> {
  const [row] = await tx.query<ReportRow>('SELECT * FROM list_batch_report WHERE batch_id = $1', [batchId]);
  return row;
}

export async function insertReport(tx: Transaction, report: ReportRow): Promise<void> {
  await tx.execute(
    `INSERT INTO list_batch_report (batch_id, number, document_no, content, content_hash, reported_at, reported_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      report.batch_id,
      report.number,
      report.document_no,
      JSON.stringify(report.content),
      report.content_hash,
      report.reported_at,
      report.reported_by,
    ],
  );
}

/** Numbers of verifications and of reports: one sequence, so that no two documents of this procedure share one. */
export async function takeVerificationNumbers(tx: Transaction, count: number, year: string): Promise<string[]> {
  const rows = await tx.query<{ number: number }>(`SELECT nextval('verification_number')::integer AS number FROM generate_series(1, $1)`, [
    count,
  ]);
  return rows.map((row) => `LYG-HS-${year}-${String(row.number).padStart(6, '0')}`);
}
