import type { Principal } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { ExportRequest } from './export.request.ts';

export type ExportStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** A row of `export_job`. */
export interface ExportJob {
  readonly id: string;
  readonly list: string;
  readonly request: ExportRequest;
  readonly principal: Principal;
  readonly departments: readonly string[];
  readonly city: boolean;
  readonly status: ExportStatus;
  readonly cancelled_by: string | null;
  readonly done: number;
  readonly attempts: number;
  readonly failure: string | null;
  readonly sealed_key: string | null;
  readonly data_at: Date | null;
  readonly file_bytes: number | null;
  readonly file_hash: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly expires_at: Date | null;
}

export type LoggedAct = 'EXPORTED' | 'REQUESTED' | 'WRITTEN' | 'DOWNLOADED' | 'CANCELLED' | 'FAILED';

/** A row of `export_log`: who did what to which export, for ever. */
export interface LogRow {
  readonly id: number;
  readonly export_id: string;
  readonly at: Date;
  readonly what: LoggedAct;
  readonly list: string;
  readonly request: ExportRequest;
  readonly row_count: number | null;
  readonly actor: string;
  readonly departments: readonly string[];
  readonly city: boolean;
}

export type NewJob = Pick<ExportJob, 'id' | 'list' | 'request' | 'principal' | 'departments' | 'city'>;

const columns = `id, list, request, principal, departments, city, status, cancelled_by, done, attempts, failure, sealed_key, data_at, file_bytes, file_hash,
  created_at, started_at, finished_at, expires_at`;

export async function insertJob(tx: Transaction, job: NewJob): Promise<ExportJob> {
  const [row] = await tx.query<ExportJob>(
    `INSERT INTO export_job (id, list, request, principal, departments, city) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${columns}`,
    [job.id, job.list, JSON.stringify(job.request), JSON.stringify(job.principal), job.departments, job.city],
  );
  if (row === undefined) throw new Error('an export job was not kept');
  return row;
}

/** Unfinished jobs that the caller sees. */
export async function countOpenJobs(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ open: number }>('SELECT count(*)::integer AS open FROM export_job WHERE finished_at IS NULL');
  return row?.open ?? 0;
}

export async function findJob(tx: Transaction, list: string, id: string): Promise<ExportJob | undefined> {
  const [job] = await tx.query<ExportJob>(`SELECT ${columns} FROM export_job WHERE id = $1 AND list = $2`, [id, list]);
  return job;
}

/** Oldest first. SKIP LOCKED because two replicas may look at once and should take two jobs; a lease ends by itself when its holder dies. */
export async function takeJob(tx: Transaction, owner: string, leaseSeconds: number): Promise<ExportJob | undefined> {
  const [job] = await tx.query<ExportJob>(
    `UPDATE export_job SET status = 'running', lease_owner = $1, lease_until = now() + make_interval(secs => $2), attempts = attempts + 1, done = 0,
       started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM export_job WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < now())
                 ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [owner, leaseSeconds],
  );
  return job;
}

/** A run begins: whatever an earlier one had written is another moment's data and goes. */
export async function beginFile(tx: Transaction, id: string, sealedKey: string): Promise<void> {
  await tx.execute('DELETE FROM export_piece WHERE job_id = $1', [id]);
  await tx.execute('UPDATE export_job SET sealed_key = $2 WHERE id = $1', [id, sealedKey]);
}

/** Keeps the job for longer and tells how far it is; false when it was cancelled or is another's. */
export async function keepLease(tx: Transaction, id: string, owner: string, done: number, leaseSeconds: number): Promise<boolean> {
  const kept = await tx.execute(
    `UPDATE export_job SET done = $3, lease_until = now() + make_interval(secs => $4)
     WHERE id = $1 AND lease_owner = $2 AND finished_at IS NULL`,
    [id, owner, done, leaseSeconds],
  );
  return kept === 1;
}

export async function insertPiece(tx: Transaction, jobId: string, place: number, sealed: Buffer): Promise<void> {
  await tx.execute('INSERT INTO export_piece (job_id, place, sealed) VALUES ($1, $2, $3)', [jobId, place, sealed]);
}

export async function readPiece(tx: Transaction, jobId: string, place: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM export_piece WHERE job_id = $1 AND place = $2', [jobId, place]);
  return row?.sealed;
}

/** The file is whole; false when the job was cancelled or taken meanwhile. */
export async function finishFile(
  tx: Transaction,
  id: string,
  owner: string,
  file: { rows: number; bytes: number; hash: string; dataAt: Date; keptHours: number },
): Promise<boolean> {
  const finished = await tx.execute(
    `UPDATE export_job SET status = 'succeeded', done = $3, file_bytes = $4, file_hash = $5, data_at = $6, finished_at = now(),
       expires_at = now() + make_interval(hours => $7), lease_owner = NULL, lease_until = NULL
     WHERE id = $1 AND lease_owner = $2 AND finished_at IS NULL`,
    [id, owner, file.rows, file.bytes, file.hash, file.dataAt, file.keptHours],
  );
  return finished === 1;
}

/** Ends a job without a file and destroys what had been written; false when it was over already. */
export async function endJob(
  tx: Transaction,
  id: string,
  end: { status: 'failed' | 'cancelled'; failure: string | null; by: string | null },
): Promise<boolean> {
  const ended = await tx.execute(
    `UPDATE export_job SET status = $2, failure = $3, cancelled_by = $4, sealed_key = NULL, finished_at = now(), lease_owner = NULL, lease_until = NULL
     WHERE id = $1 AND finished_at IS NULL`,
    [id, end.status, end.failure, end.by],
  );
  if (ended === 1) await tx.execute('DELETE FROM export_piece WHERE job_id = $1', [id]);
  return ended === 1;
}

export async function releaseJob(tx: Transaction, id: string, owner: string, afterSeconds: number): Promise<void> {
  await tx.execute(
    'UPDATE export_job SET lease_owner = NULL, lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2',
    [id, owner, afterSeconds],
  );
}

/** Destroys files whose time has passed, with some minutes for downloads under way. */
export async function dropExpired(tx: Transaction): Promise<void> {
  await tx.execute(
    `WITH expired AS (UPDATE export_job SET sealed_key = NULL
       WHERE sealed_key IS NOT NULL AND finished_at IS NOT NULL AND expires_at < now() - interval '10 minutes' RETURNING id)
     DELETE FROM export_piece USING expired WHERE job_id = expired.id`,
  );
}

export async function logExport(tx: Transaction, entry: Omit<LogRow, 'id' | 'at'>): Promise<void> {
  await tx.execute(
    `INSERT INTO export_log (export_id, what, list, request, row_count, actor, departments, city) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [entry.export_id, entry.what, entry.list, JSON.stringify(entry.request), entry.row_count, entry.actor, entry.departments, entry.city],
  );
}

/** A page of the record, newest first. */
export function findLog(tx: Transaction, list: string, beforeId: number | undefined, limit: number): Promise<LogRow[]> {
  return tx.query<LogRow>(
    `SELECT id, export_id, at, what, list, request, row_count, actor, departments, city FROM export_log
     WHERE list = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [list, beforeId ?? null, limit],
  );
}
