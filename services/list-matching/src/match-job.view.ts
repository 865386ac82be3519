import { idSchema, instantSchema } from '@lianxin/contracts';
import { z } from 'zod';
import type { MatchJobRow } from './match-job.store.ts';

/** A job that matches a file (product §B.1). */
export const matchJobViewSchema = z
  .object({
    id: idSchema,
    scope: z.enum(['organisations', 'persons', 'all']),
    status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
    phase: z.string(),
    progress: z.object({
      /** While the file is being read: an estimate by how much of it has been read. */
      total: z.int().nullable(),
      done: z.int(),
      /** Rows that could be read; the others are `failed`. */
      succeeded: z.int(),
      failed: z.int(),
      matched: z.int(),
      toReview: z.int(),
      unmatched: z.int(),
      faulty: z.int(),
      percent: z.number(),
      etaSeconds: z.int().nullable(),
    }),
    failure: z.string().nullable(),
    /** R-11-5; of the moment in which the job ended. */
    registerVersion: z.number().nullable(),
    resultHref: z.string().nullable(),
    expiresAt: instantSchema.nullable(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'MatchJob' });
export type MatchJobView = z.infer<typeof matchJobViewSchema>;

export function matchJobViewOf(job: MatchJobRow, now: Date): MatchJobView {
  const isOver = job.finished_at !== null;
  return {
    id: job.id,
    scope: job.scope,
    status: job.status === 'uploading' ? 'queued' : job.status,
    phase: job.phase,
    progress: {
      total: job.total,
      done: job.done,
      succeeded: job.done - job.faulty,
      failed: job.faulty,
      matched: job.matched,
      toReview: job.to_review,
      unmatched: job.unmatched,
      faulty: job.faulty,
      percent: isOver ? 100 : job.total === null || job.total === 0 ? 0 : Math.min(99.9, Math.round((1000 * job.done) / job.total) / 10),
      etaSeconds: etaOf(job, isOver, now),
    },
    failure: job.failure,
    registerVersion: job.register_version,
    resultHref: job.status === 'succeeded' ? `/api/v1/match-jobs/${job.id}/result.csv` : null,
    expiresAt: job.expires_at?.toISOString() ?? null,
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  };
}

function etaOf(job: MatchJobRow, isOver: boolean, now: Date): number | null {
  if (isOver) return 0;
  if (job.total === null || job.done === 0 || job.started_at === null) return null;
  const secondsPerRow = (now.getTime() - job.started_at.getTime()) / 1000 / job.done;
  return Math.ceil(secondsPerRow * Math.max(0, job.total - job.done));
}
