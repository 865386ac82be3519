import type { FieldProblem, ProblemCode } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { MadeRow } from './import-kind.ts';

export interface ImportFault {
  readonly field: string | null;
  readonly pointer: string;
  readonly code: ProblemCode;
  readonly reason: string;
}
export type Severity = 'ERROR' | 'WARNING';
export interface RowError extends ImportFault {
  readonly line: number;
  /** ERROR: the row was refused; WARNING: it was taken, and somebody should look. */
  readonly severity: Severity;
  /** Further faults of the same row. */
  readonly others: readonly ImportFault[];
}
export interface ErrorRow extends RowError {
  readonly id: number;
}
export interface SampleRow {
  readonly line: number;
  readonly effect: string;
  readonly summary: string;
}

export function faultOf(problem: FieldProblem, field: string | null): ImportFault {
  return { field, pointer: problem.pointer, code: problem.code, reason: problem.detail };
}

export async function insertErrors(tx: Transaction, jobId: string, errors: readonly RowError[]): Promise<void> {
  if (errors.length === 0) return;
  await tx.execute(
    `INSERT INTO import_error (job_id, line, severity, field, pointer, code, reason, others)
     SELECT $1, line, severity, field, pointer, code, reason, others
     FROM jsonb_to_recordset($2::jsonb) AS new (line integer, severity text, field text, pointer text, code text, reason text, others jsonb)`,
    [jobId, JSON.stringify(errors)],
  );
}

export function findErrors(tx: Transaction, jobId: string, severity: Severity, afterId: number, limit: number): Promise<ErrorRow[]> {
  return tx.query<ErrorRow>(
    `SELECT id, line, severity, field, pointer, code, reason, others FROM import_error WHERE job_id = $1 AND severity = $2 AND id > $3 ORDER BY id LIMIT $4`,
    [jobId, severity, afterId, limit],
  );
}

/** What is known of these lines of a job, in their order. */
export function findErrorsOfLines(tx: Transaction, jobId: string, fromLine: number, toLine: number): Promise<ErrorRow[]> {
  return tx.query<ErrorRow>(
    `SELECT id, line, severity, field, pointer, code, reason, others FROM import_error WHERE job_id = $1 AND line BETWEEN $2 AND $3 ORDER BY id`,
    [jobId, fromLine, toLine],
  );
}

/** How many refused rows lead with one of these codes, by the code. */
export async function countRefusals(
  tx: Transaction,
  jobId: string,
  codes: readonly ProblemCode[],
): Promise<ReadonlyMap<ProblemCode, number>> {
  const rows = await tx.query<{ code: ProblemCode; rows: number }>(
    `SELECT code, count(*) AS rows FROM import_error WHERE job_id = $1 AND severity = 'ERROR' AND code = ANY ($2) GROUP BY code`,
    [jobId, codes],
  );
  return new Map(rows.map((row) => [row.code, row.rows]));
}

export async function insertSamples(tx: Transaction, jobId: string, samples: readonly SampleRow[]): Promise<void> {
  if (samples.length === 0) return;
  await tx.execute(
    `INSERT INTO import_sample (job_id, line, effect, summary)
     SELECT $1, line, effect, summary FROM jsonb_to_recordset($2::jsonb) AS new (line integer, effect text, summary text) ON CONFLICT DO NOTHING`,
    [jobId, JSON.stringify(samples)],
  );
}

export function findSamples(tx: Transaction, jobId: string, limit: number): Promise<SampleRow[]> {
  return tx.query<SampleRow>('SELECT line, effect, summary FROM import_sample WHERE job_id = $1 ORDER BY line LIMIT $2', [jobId, limit]);
}

/** Notes what rows made, in the transaction that made it. */
export async function insertMade(tx: Transaction, jobId: string, made: readonly MadeRow[]): Promise<void> {
  if (made.length === 0) return;
  await tx.execute(
    `INSERT INTO import_made (job_id, line, object_id, object_version)
     SELECT $1, line, id, version FROM jsonb_to_recordset($2::jsonb) AS new (line integer, id uuid, version integer)`,
    [jobId, JSON.stringify(made)],
  );
}

export function findMade(tx: Transaction, jobId: string, afterLine: number, limit: number): Promise<MadeRow[]> {
  return tx.query<MadeRow>(
    'SELECT line, object_id AS id, object_version AS version FROM import_made WHERE job_id = $1 AND line > $2 ORDER BY line LIMIT $3',
    [jobId, afterLine, limit],
  );
}

export async function countMade(tx: Transaction, jobId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>('SELECT count(*) AS count FROM import_made WHERE job_id = $1', [jobId]);
  return row?.count ?? 0;
}
