import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { RowChange } from './catalogue-content.rules.ts';
import { type JobFigures, noFigures } from './job-figures.rules.ts';
import type { PlanScope } from './replan.store.ts';

export type JobKind = 'REPLAN' | 'RETRY' | 'SIMULATION' | 'RECONCILIATION';
export type JobStatus = 'queued' | 'running' | 'succeeded' | 'partially_succeeded' | 'failed' | 'cancelled';

/** Work over many plans, in portions that commit with their progress. */
export interface CatalogueJob {
  readonly jobId: string;
  readonly kind: JobKind;
  readonly status: JobStatus;
  readonly version: number | null;
  readonly draftId: string | null;
  readonly draftRevision: number | null;
  readonly draftRows: readonly RowChange[] | null;
  readonly effectiveFrom: string | null;
  readonly scope: PlanScope;
  readonly cursor: string | null;
  readonly total: number;
  readonly done: number;
  readonly changed: number;
  readonly failed: number;
  readonly figures: JobFigures;
  readonly failure: string | null;
  readonly requestedBy: string | null;
  /** The nightly comparison that it is part of. */
  readonly digestRun: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export type NewJob = Pick<CatalogueJob, 'jobId' | 'kind' | 'scope' | 'total' | 'createdAt'> &
  Partial<Pick<CatalogueJob, 'version' | 'draftId' | 'draftRevision' | 'draftRows' | 'effectiveFrom' | 'requestedBy' | 'digestRun'>>;

interface JobRow {
  job_id: string;
  kind: JobKind;
  status: JobStatus;
  version: number | null;
  draft_id: string | null;
  draft_revision: number | null;
  draft_rows: RowChange[] | null;
  effective_from: string | null;
  cause: string | null;
  group_key: string | null;
  lists: string[] | null;
  since: string | null;
  cursor: string | null;
  total: number;
  done: number;
  changed: number;
  failed: number;
  figures: JobFigures;
  failure: string | null;
  requested_by: string | null;
  digest_run: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

@Injectable()
export class CatalogueJobStore {
  async insert(tx: Transaction, job: NewJob): Promise<void> {
    await tx.execute(
      `INSERT INTO catalogue_job (job_id, kind, status, version, draft_id, draft_revision, draft_rows, effective_from, cause, group_key, lists, since,
                                  total, figures, requested_by, created_at, digest_run)
       VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
      [
        job.jobId,
        job.kind,
        job.version ?? null,
        job.draftId ?? null,
        job.draftRevision ?? null,
        job.draftRows === undefined || job.draftRows === null ? null : JSON.stringify(job.draftRows),
        job.effectiveFrom ?? null,
        job.scope.group?.cause ?? null,
        job.scope.group?.groupKey ?? null,
        job.scope.lists,
        job.scope.since,
        job.total,
        JSON.stringify(noFigures),
        job.requestedBy ?? null,
        job.createdAt,
        job.digestRun ?? null,
      ],
    );
  }

  /**
   * The job to go on with, held until the transaction ends: replicas never share one. What frees people comes before what is only looked at. SKIP LOCKED,
   * because another replica may take the next job meanwhile.
   */
  async take(tx: Transaction): Promise<CatalogueJob | undefined> {
    const [row] = await tx.query<JobRow>(
      `SELECT * FROM catalogue_job WHERE status IN ('queued', 'running')
       ORDER BY kind IN ('REPLAN', 'RETRY') DESC, job_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    return row === undefined ? undefined : jobOf(row);
  }

  /** Whether a version has come into force of which the standing plans do not know yet. */
  async isReplanOpen(tx: Transaction): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM catalogue_job WHERE kind IN ('REPLAN', 'RETRY') AND status IN ('queued', 'running') LIMIT 1`,
    );
    return rows.length > 0;
  }

  async advance(
    tx: Transaction,
    jobId: string,
    step: { done: number; changed: number; failed: number; rows: number; cursor: string; figures: JobFigures; at: Date },
  ): Promise<void> {
    await tx.execute(
      `UPDATE catalogue_job SET status = 'running', started_at = coalesce(started_at, $7), done = done + $2, changed = changed + $3,
         failed = failed + $4, cursor = $5, figures = $6, sent_rows = sent_rows + $8 WHERE job_id = $1`,
      [jobId, step.done, step.changed, step.failed, step.cursor, JSON.stringify(step.figures), step.at, step.rows],
    );
  }

  /** Notes what was changed by those who execute. */
  async addApplied(tx: Transaction, runs: readonly { runId: string; rows: number }[]): Promise<void> {
    await tx.execute('INSERT INTO replan_applied (run_id, rows) SELECT * FROM unnest($1::uuid[], $2::integer[])', [
      runs.map((run) => run.runId),
      runs.map((run) => run.rows),
    ]);
  }

  /** Rows that were given out by runs under way, and are not yet changed. */
  async readWaitingRows(tx: Transaction): Promise<number> {
    const [row] = await tx.query<{ rows: number }>(
      `SELECT coalesce(sum(sent_rows - (SELECT coalesce(sum(rows), 0) FROM replan_applied WHERE run_id = job_id)), 0) AS rows
       FROM catalogue_job WHERE status IN ('queued', 'running') AND sent_rows > 0`,
    );
    return Number(row?.rows ?? 0);
  }

  async finish(tx: Transaction, jobId: string, status: JobStatus, failure: string | null, at: Date): Promise<void> {
    await tx.execute(
      `UPDATE catalogue_job SET status = $2, failure = $3, finished_at = $4, started_at = coalesce(started_at, $4)
       WHERE job_id = $1 AND status IN ('queued', 'running')`,
      [jobId, status, failure, at],
    );
  }

  async find(tx: Transaction, jobId: string): Promise<CatalogueJob | undefined> {
    const [row] = await tx.query<JobRow>('SELECT * FROM catalogue_job WHERE job_id = $1', [jobId]);
    return row === undefined ? undefined : jobOf(row);
  }

  /** Newest first, one row more than the limit. */
  async readPage(tx: Transaction, filter: { kind: string | null; before: string | null; limit: number }): Promise<CatalogueJob[]> {
    const rows = await tx.query<JobRow>(
      `SELECT * FROM catalogue_job WHERE ($1::text IS NULL OR kind = $1) AND ($2::uuid IS NULL OR job_id < $2) ORDER BY job_id DESC LIMIT $3`,
      [filter.kind, filter.before, filter.limit + 1],
    );
    return rows.map(jobOf);
  }
}

function jobOf(row: JobRow): CatalogueJob {
  return {
    jobId: row.job_id,
    kind: row.kind,
    status: row.status,
    version: row.version,
    draftId: row.draft_id,
    draftRevision: row.draft_revision,
    draftRows: row.draft_rows,
    effectiveFrom: row.effective_from,
    scope: {
      lists: row.lists,
      since: row.since,
      group: row.cause === null || row.group_key === null ? null : { cause: row.cause, groupKey: row.group_key },
    },
    cursor: row.cursor,
    total: row.total,
    done: row.done,
    changed: row.changed,
    failed: row.failed,
    figures: row.figures,
    failure: row.failure,
    requestedBy: row.requested_by,
    digestRun: row.digest_run,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
