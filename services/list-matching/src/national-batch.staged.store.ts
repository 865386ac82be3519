import type { Transaction } from '@lianxin/platform';
import type { BatchHead, Correction } from './national-batch.service.ts';

/** A row of a batch file, known before any row is taken. */
export interface StagedRow {
  readonly line: number;
  readonly batchNo: string;
  readonly rowKey: string;
  readonly contentHash: string;
  readonly head: BatchHead & { readonly correction?: Correction | undefined };
}

/** Notes rows of a file; the same again changes nothing. */
export async function insertStaged(tx: Transaction, jobId: string, rows: readonly StagedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO list_batch_staged (job_id, line, batch_no, row_key, content_hash, head)
     SELECT $1, line, "batchNo", "rowKey", "contentHash", head FROM jsonb_to_recordset($2::jsonb)
       AS new (line integer, "batchNo" text, "rowKey" text, "contentHash" text, head jsonb)
     ON CONFLICT DO NOTHING`,
    [jobId, JSON.stringify(rows)],
  );
}

export function findStaged(tx: Transaction, jobId: string, batchNo?: string): Promise<StagedRow[]> {
  return tx.query<StagedRow>(
    `SELECT line, batch_no AS "batchNo", row_key AS "rowKey", content_hash AS "contentHash", head FROM list_batch_staged
     WHERE job_id = $1 AND ($2::text IS NULL OR batch_no = $2) ORDER BY batch_no, line`,
    [jobId, batchNo ?? null],
  );
}

/** The correction that a file says it is, on whichever of its rows it stands. */
export async function findCorrection(tx: Transaction, jobId: string, batchNo: string): Promise<Correction | undefined> {
  const [row] = await tx.query<{ correction: Correction }>(
    `SELECT head -> 'correction' AS correction FROM list_batch_staged WHERE job_id = $1 AND batch_no = $2 AND head ? 'correction' ORDER BY line LIMIT 1`,
    [jobId, batchNo],
  );
  return row?.correction;
}

/** Keys that a file gives twice with different contents: which of them counts would be a matter of chance. */
export async function findAmbiguousKeys(tx: Transaction, jobId: string, batchNo: string): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ row_key: string }>(
    `SELECT row_key FROM list_batch_staged WHERE job_id = $1 AND batch_no = $2 GROUP BY row_key HAVING count(DISTINCT content_hash) > 1`,
    [jobId, batchNo],
  );
  return new Set(rows.map((row) => row.row_key));
}

/** Marks rows as done; answers how many of the batch are still to come. */
export async function markPlaced(tx: Transaction, jobId: string, batchNo: string, lines: readonly number[]): Promise<number> {
  await tx.execute('UPDATE list_batch_staged SET is_placed = true WHERE job_id = $1 AND line = ANY($2)', [jobId, lines]);
  const [left] = await tx.query<{ rows: number }>(
    'SELECT count(*)::integer AS rows FROM list_batch_staged WHERE job_id = $1 AND batch_no = $2 AND NOT is_placed',
    [jobId, batchNo],
  );
  return left?.rows ?? 0;
}

export async function deleteStaged(tx: Transaction, jobId: string, batchNo: string): Promise<void> {
  await tx.execute('DELETE FROM list_batch_staged WHERE job_id = $1 AND batch_no = $2', [jobId, batchNo]);
}

/** How many rows of a file cannot be read at all. */
export async function countUnreadable(tx: Transaction, jobId: string): Promise<number> {
  const [row] = await tx.query<{ rows: number }>(
    `SELECT (coalesce(total, 0) - (SELECT count(*) FROM list_batch_staged WHERE job_id = import_job.id))::integer AS rows FROM import_job WHERE id = $1`,
    [jobId],
  );
  return Math.max(0, row?.rows ?? 0);
}

/** @param unread rows of the file that were not taken in */
export async function setReading(tx: Transaction, batchId: string, jobId: string | null, unread: number): Promise<void> {
  await tx.execute('UPDATE list_batch SET reading_job = $2, unread_rows = $3 WHERE id = $1', [batchId, jobId, unread]);
}

/** The hash of what has come in, when the last row of a file has been placed. */
export async function setContentHash(tx: Transaction, batchId: string, hash: string): Promise<void> {
  await tx.execute('UPDATE list_batch SET content_hash = $2 WHERE id = $1', [batchId, hash]);
}
