import type { Role } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { ImportQuestion } from './import-kind.ts';

/** The importer, without a person's name. */
export interface Importer {
  readonly id: string;
  readonly kind: 'PERSON' | 'API_CLIENT' | 'SERVICE';
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}
export type ImportMode = 'partial' | 'all';
/** What the next run of a job is for. */
export type ImportWanted = 'PREVIEW' | 'RUN' | 'UNDO';
export type JobStatus =
  | 'uploading'
  | 'queued'
  | 'running'
  | 'previewed'
  | 'paused'
  | 'succeeded'
  | 'partially_succeeded'
  | 'failed'
  | 'cancelled'
  | 'undone';

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly mode: ImportMode;
  readonly wanted: ImportWanted;
  readonly status: JobStatus;
  readonly phase: string;
  readonly principal: Importer;
  readonly sealed_key: string | null;
  readonly file_name: string | null;
  readonly file_bytes: number;
  readonly format: 'CSV' | 'XLSX';
  readonly encoding: string | null;
  readonly sheet: string | null;
  readonly header_line: number;
  readonly headers: readonly string[] | null;
  readonly layout: string | null;
  readonly ignored: readonly string[];
  readonly remarks: readonly string[];
  readonly defaults: Readonly<Record<string, string>>;
  readonly max_error_percent: number;
  readonly total: number | null;
  readonly next_line: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly warned: number;
  readonly attempts: number;
  readonly failure: string | null;
  readonly figures: Readonly<Record<string, number>>;
  readonly question: ImportQuestion | null;
  readonly confirmed: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly is_prepared: boolean;
  readonly cancel_asked: boolean;
  readonly keep_until: Date | null;
  readonly before_undo: JobStatus | null;
  readonly undone_by: string | null;
  readonly undone_at: Date | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

const columns = `id, kind, mode, wanted, status, phase, principal, sealed_key, file_name, file_bytes, format, encoding, sheet, header_line, headers, layout,
  ignored, remarks, defaults, max_error_percent, total, next_line, done, succeeded, failed, warned, attempts, failure, figures, question, confirmed,
  is_prepared, cancel_asked, keep_until, before_undo, undone_by, undone_at, created_at, started_at, finished_at`;

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly mode: ImportMode;
  readonly wanted: ImportWanted;
  readonly rank: number;
  readonly importer: Importer;
  readonly sealedKey: string;
  readonly fileName: string | null;
  readonly sheet: string | null;
  readonly defaults: Readonly<Record<string, string>>;
  readonly maxErrorPercent: number;
}

export async function insertJob(tx: Transaction, job: NewJob): Promise<void> {
  await tx.execute(
    `INSERT INTO import_job (id, kind, mode, wanted, rank, status, phase, principal, departments, sealed_key, file_name, sheet, defaults, max_error_percent)
     VALUES ($1, $2, $3, $4, $5, 'uploading', '上传', $6, $7, $8, $9, $10, $11, $12)`,
    [
      job.id,
      job.kind,
      job.mode,
      job.wanted,
      job.rank,
      JSON.stringify(job.importer),
      job.importer.departments,
      job.sealedKey,
      job.fileName,
      job.sheet,
      JSON.stringify(job.defaults),
      job.maxErrorPercent,
    ],
  );
}

/** What was found out about a file when it came. */
export interface FileFacts {
  readonly bytes: number;
  readonly hash: string;
  readonly format: 'CSV' | 'XLSX';
  readonly encoding: string | null;
  readonly sheet: string | null;
  readonly headerLine: number;
  readonly headers: readonly string[];
  readonly layout: string;
  readonly ignored: readonly string[];
  readonly remarks: readonly string[];
}

/** The file is complete: the job waits for a runner. */
export async function queueJob(tx: Transaction, jobId: string, file: FileFacts): Promise<JobRow> {
  const [job] = await tx.query<JobRow>(
    `UPDATE import_job SET status = 'queued', phase = '等待', file_bytes = $2, file_hash = $3, format = $4, encoding = $5, sheet = $6, header_line = $7,
       headers = $8, layout = $9, ignored = $10, remarks = $11 WHERE id = $1 RETURNING ${columns}`,
    [
      jobId,
      file.bytes,
      file.hash,
      file.format,
      file.encoding,
      file.sheet,
      file.headerLine,
      JSON.stringify(file.headers),
      file.layout,
      JSON.stringify(file.ignored),
      JSON.stringify(file.remarks),
    ],
  );
  if (job === undefined) throw new Error('an uploaded job has gone');
  return job;
}

/** Drops an upload that did not become a job. */
export async function dropUpload(tx: Transaction, jobId: string): Promise<void> {
  await tx.execute(`DELETE FROM import_job WHERE id = $1 AND status = 'uploading'`, [jobId]);
}

/** The newest file of the same content that this kind has taken in and that still stands, by these departments. */
export async function findSameFile(tx: Transaction, kind: string, hash: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT id FROM import_job WHERE kind = $1 AND file_hash = $2 AND status IN ('succeeded', 'partially_succeeded') ORDER BY id DESC LIMIT 1`,
    [kind, hash],
  );
  return row?.id;
}

export async function findJob(tx: Transaction, id: string): Promise<JobRow | undefined> {
  const [job] = await tx.query<JobRow>(`SELECT ${columns} FROM import_job WHERE id = $1 AND status <> 'uploading'`, [id]);
  return job;
}

/** The job, locked, so that two who decide about it at once do it one after the other. */
export async function lockJob(tx: Transaction, id: string): Promise<JobRow | undefined> {
  const [job] = await tx.query<JobRow>(`SELECT ${columns} FROM import_job WHERE id = $1 AND status <> 'uploading' FOR UPDATE`, [id]);
  return job;
}

export interface HistoryFilter {
  readonly kind?: string | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly createdFrom?: string | undefined;
  readonly createdTo?: string | undefined;
}

/** A page of the jobs that the caller may see, newest first. */
export function findJobs(tx: Transaction, filter: HistoryFilter, beforeId: string | undefined, limit: number): Promise<JobRow[]> {
  return tx.query<JobRow>(
    `SELECT ${columns} FROM import_job
     WHERE status <> 'uploading' AND ($1::text IS NULL OR kind = $1) AND ($2::text[] IS NULL OR status = ANY($2))
       AND ($3::timestamptz IS NULL OR created_at >= $3) AND ($4::timestamptz IS NULL OR created_at < $4) AND ($5::uuid IS NULL OR id < $5)
     ORDER BY id DESC LIMIT $6`,
    [filter.kind ?? null, filter.statuses ?? null, filter.createdFrom ?? null, filter.createdTo ?? null, beforeId ?? null, limit],
  );
}

/** A person wants the next run: of a preview that was looked at, of a job whose question was answered, of one to be undone. */
export async function queueAgain(
  tx: Transaction,
  id: string,
  change: {
    wanted: ImportWanted;
    mode?: ImportMode | undefined;
    confirmed?: { by: string; at: string; reason: string } | undefined;
    maxErrorPercent?: number | undefined;
    undoneBy?: string | undefined;
    /** Begin from the first row. */
    fromStart: boolean;
  },
): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET status = 'queued', phase = '等待', wanted = $2, mode = coalesce($3, mode), confirmed = coalesce($4, confirmed),
       max_error_percent = coalesce($5, max_error_percent), before_undo = CASE WHEN $2 = 'UNDO' THEN status ELSE before_undo END,
       undone_by = coalesce($6, undone_by), attempts = 0,
       lease_until = NULL, lease_owner = NULL, finished_at = NULL, cancel_asked = false, failure = NULL WHERE id = $1`,
    [
      id,
      change.wanted,
      change.mode ?? null,
      change.confirmed === undefined ? null : JSON.stringify(change.confirmed),
      change.maxErrorPercent ?? null,
      change.undoneBy ?? null,
    ],
  );
  if (change.fromStart) await restartJob(tx, id);
}

export async function askToCancel(tx: Transaction, id: string): Promise<void> {
  await tx.execute('UPDATE import_job SET cancel_asked = true WHERE id = $1', [id]);
}

/** A job that begins from its first row, whatever an earlier run had told. */
export async function restartJob(tx: Transaction, id: string): Promise<void> {
  await tx.execute('DELETE FROM import_error WHERE job_id = $1', [id]);
  await tx.execute('DELETE FROM import_sample WHERE job_id = $1', [id]);
  await tx.execute('UPDATE import_job SET next_line = 0, done = 0, succeeded = 0, failed = 0, warned = 0 WHERE id = $1', [id]);
}
