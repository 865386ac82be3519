import type { FieldProblem, ProblemCode, Role } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** The importer, without a person's name. */
export interface Importer {
  readonly id: string;
  readonly kind: 'PERSON' | 'API_CLIENT' | 'SERVICE';
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}
export type ImportMode = 'partial' | 'all';
export type JobStatus = 'uploading' | 'queued' | 'running' | 'succeeded' | 'partially_succeeded' | 'failed';

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly mode: ImportMode;
  readonly status: JobStatus;
  readonly phase: string;
  readonly principal: Importer;
  readonly sealed_key: string | null;
  readonly total: number | null;
  readonly next_line: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly attempts: number;
  readonly failure: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export interface ImportFault {
  readonly field: string | null;
  readonly pointer: string;
  readonly code: ProblemCode;
  readonly reason: string;
}
export interface RowError extends ImportFault {
  readonly line: number;
  /** Further faults of the same row. */
  readonly others: readonly ImportFault[];
}
export interface ErrorRow extends RowError {
  readonly id: number;
}

const columns = `id, kind, mode, status, phase, principal, sealed_key, total, next_line, done, succeeded, failed, attempts, failure, created_at, started_at,
  finished_at`;

export function faultOf(problem: FieldProblem, field: string | null): ImportFault {
  return { field, pointer: problem.pointer, code: problem.code, reason: problem.detail };
}

export async function insertJob(
  tx: Transaction,
  job: { id: string; kind: string; mode: ImportMode; importer: Importer; sealedKey: string },
): Promise<void> {
  await tx.execute(
    `INSERT INTO import_job (id, kind, mode, status, phase, principal, departments, sealed_key) VALUES ($1, $2, $3, 'uploading', '上传', $4, $5, $6)`,
    [job.id, job.kind, job.mode, JSON.stringify(job.importer), job.importer.departments, job.sealedKey],
  );
}

export async function insertPiece(tx: Transaction, jobId: string, place: number, sealed: Buffer): Promise<void> {
  await tx.execute('INSERT INTO import_chunk (job_id, place, sealed) VALUES ($1, $2, $3)', [jobId, place, sealed]);
}

/** The file is complete: the job waits for a runner. */
export async function queueJob(tx: Transaction, jobId: string, bytes: number): Promise<JobRow> {
  const [job] = await tx.query<JobRow>(
    `UPDATE import_job SET status = 'queued', phase = '等待', file_bytes = $2 WHERE id = $1 RETURNING ${columns}`,
    [jobId, bytes],
  );
  if (job === undefined) throw new Error('an uploaded job has gone');
  return job;
}

/** Drops an upload that did not become a job. */
export async function dropUpload(tx: Transaction, jobId: string): Promise<void> {
  await tx.execute(`DELETE FROM import_job WHERE id = $1 AND status = 'uploading'`, [jobId]);
}

/** What a server left that died: uploads without an end, pieces of jobs that are over. */
export async function dropRemains(tx: Transaction): Promise<void> {
  await tx.execute(`DELETE FROM import_job WHERE finished_at IS NULL AND status = 'uploading' AND created_at < now() - interval '6 hours'`);
  await tx.execute(
    'DELETE FROM import_chunk USING import_job WHERE import_job.id = import_chunk.job_id AND import_job.finished_at IS NOT NULL',
  );
}

export async function findJob(tx: Transaction, id: string): Promise<JobRow | undefined> {
  const [job] = await tx.query<JobRow>(`SELECT ${columns} FROM import_job WHERE id = $1 AND status <> 'uploading'`, [id]);
  return job;
}

/**
 * Takes the oldest job that nobody holds. A lease ends by itself when its holder dies; SKIP LOCKED because two replicas may look at once and should
 * take two jobs.
 */
export async function takeJob(tx: Transaction, owner: string, leaseSeconds: number): Promise<JobRow | undefined> {
  const [job] = await tx.query<JobRow>(
    `UPDATE import_job SET status = 'running', lease_owner = $1, lease_until = now() + make_interval(secs => $2), attempts = attempts + 1,
       started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM import_job WHERE finished_at IS NULL AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < now())
                 ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [owner, leaseSeconds],
  );
  return job;
}

/** Locks a job that this runner still holds; undefined when another one has taken it. */
export async function lockOwnJob(tx: Transaction, id: string, owner: string): Promise<JobRow | undefined> {
  const [job] = await tx.query<JobRow>(
    `SELECT ${columns} FROM import_job WHERE id = $1 AND lease_owner = $2 AND finished_at IS NULL FOR UPDATE`,
    [id, owner],
  );
  return job;
}

export interface Progress {
  readonly nextLine: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Notes what rows have been done, and keeps the job for longer. Whoever makes progress has not failed. */
export async function advanceJob(tx: Transaction, id: string, owner: string, progress: Progress, leaseSeconds: number): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET next_line = $3, done = $4, succeeded = $5, failed = $6, attempts = 1, lease_until = now() + make_interval(secs => $7)
     WHERE id = $1 AND lease_owner = $2`,
    [id, owner, progress.nextLine, progress.done, progress.succeeded, progress.failed, leaseSeconds],
  );
}

export async function setPhase(
  tx: Transaction,
  id: string,
  owner: string,
  phase: string,
  total: number | null,
  leaseSeconds: number,
): Promise<void> {
  await tx.execute(
    'UPDATE import_job SET phase = $3, total = $4, lease_until = now() + make_interval(secs => $5) WHERE id = $1 AND lease_owner = $2',
    [id, owner, phase, total, leaseSeconds],
  );
}

/** An all-or-nothing job begins from its first row, whatever an earlier runner had told. */
export async function restartJob(tx: Transaction, id: string): Promise<void> {
  await tx.execute('DELETE FROM import_error WHERE job_id = $1', [id]);
  await tx.execute('UPDATE import_job SET next_line = 0, done = 0, succeeded = 0, failed = 0 WHERE id = $1', [id]);
}

/** Ends a job and destroys its file and key. */
export async function finishJob(
  tx: Transaction,
  id: string,
  end: { status: JobStatus; done: number; succeeded: number; failed: number; failure: string | null },
): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET status = $2, phase = '完成', done = $3, succeeded = $4, failed = $5, failure = $6, sealed_key = NULL, finished_at = now(),
       lease_owner = NULL, lease_until = NULL WHERE id = $1`,
    [id, end.status, end.done, end.succeeded, end.failed, end.failure],
  );
}

export async function deletePieces(tx: Transaction, jobId: string): Promise<void> {
  await tx.execute('DELETE FROM import_chunk WHERE job_id = $1', [jobId]);
}

/** Lets another runner go on at once. */
export async function releaseJob(tx: Transaction, id: string, owner: string, afterSeconds: number): Promise<void> {
  await tx.execute('UPDATE import_job SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2', [
    id,
    owner,
    afterSeconds,
  ]);
}

export async function readPiece(tx: Transaction, jobId: string, place: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM import_chunk WHERE job_id = $1 AND place = $2', [jobId, place]);
  return row?.sealed;
}

export async function insertErrors(tx: Transaction, jobId: string, errors: readonly RowError[]): Promise<void> {
  if (errors.length === 0) return;
  await tx.execute(
    `INSERT INTO import_error (job_id, line, field, pointer, code, reason, others)
     SELECT $1, line, field, pointer, code, reason, others
     FROM jsonb_to_recordset($2::jsonb) AS new (line integer, field text, pointer text, code text, reason text, others jsonb)`,
    [jobId, JSON.stringify(errors)],
  );
}

export function findErrors(tx: Transaction, jobId: string, afterId: number, limit: number): Promise<ErrorRow[]> {
  return tx.query<ErrorRow>(
    'SELECT id, line, field, pointer, code, reason, others FROM import_error WHERE job_id = $1 AND id > $2 ORDER BY id LIMIT $3',
    [jobId, afterId, limit],
  );
}
