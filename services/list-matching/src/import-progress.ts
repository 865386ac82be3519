import type { JobRow } from './import.store.ts';
import type { BatchOutcome } from './import-row.ts';
import type { JobEnd, Progress } from './import-run.store.ts';

export const noProgress: Progress = { nextLine: 0, done: 0, succeeded: 0, failed: 0, warned: 0 };

export function progressOf(job: JobRow): Progress {
  return { nextLine: job.next_line, done: job.done, succeeded: job.succeeded, failed: job.failed, warned: job.warned };
}

export function progressAfter(before: Progress, outcome: BatchOutcome): Progress {
  return {
    nextLine: outcome.lastLine,
    done: before.done + outcome.rows,
    succeeded: before.succeeded + outcome.succeeded,
    failed: before.failed + outcome.rows - outcome.succeeded,
    warned: before.warned + outcome.warned,
  };
}

export function statusOf(progress: Progress): JobEnd['status'] {
  if (progress.failed === 0) return 'succeeded';
  return progress.succeeded === 0 ? 'failed' : 'partially_succeeded';
}

/**
 * Whether a job that ends so has reported its rows: a preview has not, nor an all-or-nothing file that was cancelled by its sender or given up by us, of
 * which nothing was ever there. One that was refused for its rows has.
 */
export function hasReported(job: Pick<JobRow, 'wanted' | 'mode'>, status: JobEnd['status'], isGivenUp: boolean): boolean {
  return job.wanted !== 'PREVIEW' && (job.mode === 'partial' || (status !== 'cancelled' && !isGivenUp));
}
