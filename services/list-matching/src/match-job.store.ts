import type { Transaction } from '@lianxin/platform';
import type { JobCounts } from './match-job.rows.ts';
import type { JobScope } from './match-job.rules.ts';

export const matchJobStatuses = ['uploading', 'queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type MatchJobStatus = (typeof matchJobStatuses)[number];

export interface MatchJobRow {
  readonly id: string;
  readonly scope: JobScope;
  readonly status: MatchJobStatus;
  readonly phase: string;
  readonly actor: string;
  readonly purpose: string;
  readonly sealed_key: string | null;
  readonly file_bytes: number;
  readonly total: number | null;
  readonly done: number;
  readonly matched: number;
  readonly to_review: number;
  readonly unmatched: number;
  readonly faulty: number;
  readonly result_pieces: number;
  readonly register_version: number | null;
  readonly attempts: number;
  readonly failure: string | null;
  readonly cancel_asked: boolean;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly expires_at: Date | null;
}

const columns =
  'id, scope, status, phase, actor, purpose, sealed_key, file_bytes, total, done, matched, to_review, unmatched, faulty, result_pieces, ' +
  'register_version, attempts, failure, cancel_asked, created_at, started_at, finished_at, expires_at';

export async function insertMatchJob(
  tx: Transaction,
  job: Pick<MatchJobRow, 'id' | 'scope' | 'actor' | 'purpose'> & { readonly sealedKey: string },
): Promise<void> {
  await tx.execute(
    `INSERT INTO match_job (id, scope, status, phase, actor, purpose, sealed_key) VALUES ($1, $2, 'uploading', '上传', $3, $4, $5)`,
    [job.id, job.scope, job.actor, job.purpose, job.sealedKey],
  );
}

export async function queueMatchJob(tx: Transaction, id: string, bytes: number): Promise<void> {
  await tx.execute(`UPDATE match_job SET status = 'queued', phase = '排队', file_bytes = $2 WHERE id = $1`, [id, bytes]);
}

export async function dropMatchJob(tx: Transaction, id: string): Promise<void> {
  await tx.execute(`DELETE FROM match_job WHERE id = $1 AND status = 'uploading'`, [id]);
}

export async function findMatchJob(tx: Transaction, id: string): Promise<MatchJobRow | undefined> {
  const [row] = await tx.query<MatchJobRow>(`SELECT ${columns} FROM match_job WHERE id = $1 AND status <> 'uploading'`, [id]);
  return row;
}

/** Newest first; row security shows a caller the own jobs only. */
export function findMatchJobs(tx: Transaction, beforeId: string | undefined, limit: number): Promise<MatchJobRow[]> {
  return tx.query<MatchJobRow>(
    `SELECT ${columns} FROM match_job WHERE status <> 'uploading' AND ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`,
    [beforeId ?? null, limit],
  );
}

export async function askCancel(tx: Transaction, id: string): Promise<void> {
  await tx.execute('UPDATE match_job SET cancel_asked = true WHERE id = $1 AND finished_at IS NULL', [id]);
}

/** Takes the oldest job that nobody holds. A lease ends by itself when its holder dies; SKIP LOCKED because two replicas may look at once. */
export async function takeMatchJob(tx: Transaction, owner: string, leaseSeconds: number): Promise<MatchJobRow | undefined> {
  const [job] = await tx.query<MatchJobRow>(
    `UPDATE match_job SET status = 'running', phase = '比对', lease_owner = $1, lease_until = now() + make_interval(secs => $2), attempts = attempts + 1,
       started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM match_job WHERE finished_at IS NULL AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < now())
                 ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [owner, leaseSeconds],
  );
  return job;
}

export interface JobProgress {
  readonly done: number;
  readonly counts: JobCounts;
  readonly resultPieces: number;
  /** How many rows the file may have, judged by how much of it has been read. */
  readonly estimate: number;
}

/** Notes what is done, in the transaction that keeps its records. @returns undefined when another one has the job */
export async function advanceMatchJob(
  tx: Transaction,
  id: string,
  owner: string,
  progress: JobProgress,
  leaseSeconds: number,
): Promise<{ cancelAsked: boolean } | undefined> {
  const { done, counts, resultPieces, estimate } = progress;
  const [row] = await tx.query<{ cancel_asked: boolean }>(
    `UPDATE match_job SET done = $3, matched = $4, to_review = $5, unmatched = $6, faulty = $7, result_pieces = $8, total = $9, attempts = 1,
       lease_until = now() + make_interval(secs => $10)
     WHERE id = $1 AND lease_owner = $2 AND finished_at IS NULL RETURNING cancel_asked`,
    [id, owner, done, counts.matched, counts.toReview, counts.unmatched, counts.faulty, resultPieces, estimate, leaseSeconds],
  );
  return row === undefined ? undefined : { cancelAsked: row.cancel_asked };
}

export async function releaseMatchJob(tx: Transaction, id: string, owner: string, seconds: number): Promise<void> {
  await tx.execute(
    `UPDATE match_job SET lease_owner = NULL, lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2`,
    [id, owner, seconds],
  );
}

/** The file goes with the end of the job, the result some days later. */
export async function finishMatchJob(
  tx: Transaction,
  id: string,
  owner: string,
  end: { status: MatchJobStatus; failure: string | null; registerVersion: number | null; keepDays: number },
): Promise<void> {
  const ended = await tx.execute(
    `UPDATE match_job SET status = $2, phase = '完成', failure = $3, register_version = $4, total = CASE WHEN $2 = 'succeeded' THEN done ELSE total END,
       finished_at = now(), expires_at = now() + make_interval(days => $5), lease_owner = NULL, lease_until = NULL
     WHERE id = $1 AND lease_owner = $6 AND finished_at IS NULL`,
    [id, end.status, end.failure, end.registerVersion, end.keepDays, owner],
  );
  // Another runner has taken the job over: it is that one's to end.
  if (ended === 0) return;
  await tx.execute(`DELETE FROM match_job_piece WHERE job_id = $1 AND (kind = 'FILE' OR $2 <> 'succeeded')`, [id, end.status]);
  // R-8-13: the job goes after some days, that persons were asked about stays.
  await tx.execute(
    `INSERT INTO match_query_log (actor, purpose, persons, found)
     SELECT actor, purpose, done, matched + to_review FROM match_job WHERE id = $1 AND scope <> 'organisations' AND done > 0`,
    [id],
  );
}

/** Uploads that nobody finished, and results whose days are over. */
export async function dropExpiredJobs(tx: Transaction): Promise<void> {
  await tx.execute(`DELETE FROM match_job WHERE expires_at < now() OR (status = 'uploading' AND created_at < now() - interval '6 hours')`);
}

export async function insertJobPiece(
  tx: Transaction,
  jobId: string,
  kind: 'FILE' | 'RESULT',
  place: number,
  sealed: Buffer,
): Promise<void> {
  await tx.execute('INSERT INTO match_job_piece (job_id, kind, place, sealed) VALUES ($1, $2, $3, $4)', [jobId, kind, place, sealed]);
}

export async function readJobPiece(tx: Transaction, jobId: string, kind: 'FILE' | 'RESULT', place: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM match_job_piece WHERE job_id = $1 AND kind = $2 AND place = $3', [
    jobId,
    kind,
    place,
  ]);
  return row?.sealed;
}
