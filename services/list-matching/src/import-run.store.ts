import type { Transaction } from '@lianxin/platform';
import { findJob, type JobRow, type JobStatus } from './import.store.ts';
import type { ImportQuestion } from './import-kind.ts';

/**
 * Takes the job of lowest rank that nobody holds, the oldest first: removals before additions (R-2-6b). A lease ends by itself when its holder dies;
 * SKIP LOCKED because two replicas may look at once and should take two jobs.
 */
export async function takeJob(tx: Transaction, owner: string, leaseSeconds: number): Promise<JobRow | undefined> {
  const [job] = await tx.query<{ id: string }>(
    `UPDATE import_job SET status = 'running', lease_owner = $1, lease_until = now() + make_interval(secs => $2), attempts = attempts + 1,
       started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM import_job WHERE finished_at IS NULL AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < now())
                 ORDER BY rank, created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [owner, leaseSeconds],
  );
  return job === undefined ? undefined : findJob(tx, job.id);
}

/**
 * Locks a job that this runner still holds; undefined when another one has taken it. NO KEY: the all-or-nothing transaction holds the job's key by what
 * refers to it, and tells its progress beside itself.
 */
export async function lockOwnJob(tx: Transaction, id: string, owner: string): Promise<JobRow | undefined> {
  const held = await tx.query(`SELECT 1 FROM import_job WHERE id = $1 AND lease_owner = $2 AND finished_at IS NULL FOR NO KEY UPDATE`, [
    id,
    owner,
  ]);
  return held.length === 0 ? undefined : findJob(tx, id);
}

export interface Progress {
  readonly nextLine: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly warned: number;
}

/** Notes what rows have been done, and keeps the job for longer. Whoever makes progress has not failed. */
export async function advanceJob(tx: Transaction, id: string, owner: string, progress: Progress, leaseSeconds: number): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET next_line = $3, done = $4, succeeded = $5, failed = $6, warned = $7, attempts = 1,
       lease_until = now() + make_interval(secs => $8)
     WHERE id = $1 AND lease_owner = $2`,
    [id, owner, progress.nextLine, progress.done, progress.succeeded, progress.failed, progress.warned, leaseSeconds],
  );
}

/** Names what the job is at and keeps it for longer. @returns whether a person has asked to cancel it */
export async function setPhase(
  tx: Transaction,
  id: string,
  owner: string,
  phase: string,
  total: number | null,
  leaseSeconds: number,
): Promise<{ isHeld: boolean; cancelAsked: boolean }> {
  const [row] = await tx.query<{ cancel_asked: boolean }>(
    `UPDATE import_job SET phase = $3, total = coalesce($4, total), lease_until = now() + make_interval(secs => $5)
     WHERE id = $1 AND lease_owner = $2 RETURNING cancel_asked`,
    [id, owner, phase, total, leaseSeconds],
  );
  return { isHeld: row !== undefined, cancelAsked: row?.cancel_asked === true };
}

/** What came before the first row is done, and is not done again after a restart. */
export async function setPrepared(tx: Transaction, id: string, figures: Readonly<Record<string, number>>): Promise<void> {
  await tx.execute('UPDATE import_job SET is_prepared = true, figures = $2 WHERE id = $1', [id, JSON.stringify(figures)]);
}

export async function setQuestion(
  tx: Transaction,
  id: string,
  question: ImportQuestion | null,
  figures?: Readonly<Record<string, number>>,
): Promise<void> {
  await tx.execute('UPDATE import_job SET question = $2, figures = coalesce($3, figures) WHERE id = $1', [
    id,
    question === null ? null : JSON.stringify(question),
    figures === undefined ? null : JSON.stringify(figures),
  ]);
}

/** Puts a job aside until a person decides: a preview to be looked at, a question to be answered. */
export async function restJob(tx: Transaction, id: string, status: 'previewed' | 'paused', phase: string): Promise<void> {
  await tx.execute('UPDATE import_job SET status = $2, phase = $3, lease_owner = NULL, lease_until = NULL, attempts = 0 WHERE id = $1', [
    id,
    status,
    phase,
  ]);
}

export interface JobEnd {
  readonly status: JobStatus;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly warned: number;
  readonly failure: string | null;
  /** Days for which the sealed file stays, for the error workbook; 0: it goes with the job. */
  readonly keepDays: number;
}

/** Ends a job; the key of its file goes with it, unless rows were refused and their workbook may be wanted. */
export async function finishJob(tx: Transaction, id: string, end: JobEnd): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET status = $2, phase = '完成', done = $3, succeeded = $4, failed = $5, warned = $6, failure = $7,
       sealed_key = CASE WHEN $8 > 0 THEN sealed_key END, keep_until = CASE WHEN $8 > 0 THEN now() + make_interval(days => $8) END,
       finished_at = now(), lease_owner = NULL, lease_until = NULL WHERE id = $1`,
    [id, end.status, end.done, end.succeeded, end.failed, end.warned, end.failure, end.keepDays],
  );
  await tx.execute('DELETE FROM import_named WHERE job_id = $1', [id]);
}

/** Ends the undoing of a job, done or not. The file has had its day: nothing of it is imported again. */
export async function finishUndo(tx: Transaction, id: string, end: { by: string; failure: string | null }): Promise<void> {
  await tx.execute(
    `UPDATE import_job SET status = CASE WHEN $3::text IS NULL THEN 'undone' ELSE before_undo END, phase = '完成', failure = $3, wanted = 'RUN',
       undone_by = CASE WHEN $3::text IS NULL THEN $2 END, undone_at = CASE WHEN $3::text IS NULL THEN now() END,
       finished_at = now(), lease_owner = NULL, lease_until = NULL WHERE id = $1`,
    [id, end.by, end.failure],
  );
}

/** Lets another runner go on. */
export async function releaseJob(tx: Transaction, id: string, owner: string, afterSeconds: number): Promise<void> {
  await tx.execute('UPDATE import_job SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2', [
    id,
    owner,
    afterSeconds,
  ]);
}

/** What a server left that died, and what has had its time: uploads without an end, files beyond their days, previews that nobody started. */
export async function dropRemains(tx: Transaction, keepDays: number): Promise<void> {
  await tx.execute(`DELETE FROM import_job WHERE finished_at IS NULL AND status = 'uploading' AND created_at < now() - interval '6 hours'`);
  await tx.execute(
    `UPDATE import_job SET status = 'cancelled', phase = '完成', failure = '校验后逾期未开始导入', finished_at = now()
     WHERE finished_at IS NULL AND status IN ('previewed', 'paused') AND created_at < now() - make_interval(days => $1)`,
    [keepDays],
  );
  await tx.execute(
    `UPDATE import_job SET sealed_key = NULL, keep_until = NULL
     WHERE finished_at IS NOT NULL AND sealed_key IS NOT NULL AND (keep_until IS NULL OR keep_until < now())`,
  );
  await tx.execute(
    `DELETE FROM import_chunk USING import_job
     WHERE import_job.id = import_chunk.job_id AND import_job.finished_at IS NOT NULL AND import_job.sealed_key IS NULL`,
  );
}
