import { idSchema, instantSchema, type ProblemCode, problems } from '@lianxin/contracts';
import { z } from 'zod';
import type { ErrorRow, ImportFault, JobRow } from './import.store.ts';

const faultSchema = z.object({
  /** Column of the file. */
  field: z.string().nullable(),
  /** JSON Pointer into the designation of the row. */
  pointer: z.string(),
  code: z.string(),
  reason: z.string(),
  remedy: z.string(),
});
export const importErrorSchema = faultSchema
  .extend({
    /** Line of the file on which the row begins; the header is line 1. */
    line: z.int(),
    /** Further faults of the same row. */
    others: z.array(faultSchema),
  })
  .meta({ id: 'ImportError' });
export type ImportErrorView = z.infer<typeof importErrorSchema>;

/** An asynchronous job (product §B.1). */
export const jobViewSchema = z
  .object({
    id: idSchema,
    kind: z.string(),
    mode: z.string(),
    status: z.enum(['queued', 'running', 'succeeded', 'partially_succeeded', 'failed']),
    phase: z.string(),
    progress: z.object({
      /** Null until the rows have been counted. */
      total: z.int().nullable(),
      done: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      percent: z.number(),
      etaSeconds: z.int().nullable(),
    }),
    /** Why the job as a whole failed. */
    failure: z.string().nullable(),
    /** The first rows that were refused; all of them under `errorsHref`. */
    errors: z.array(importErrorSchema),
    errorsHref: z.string(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof jobViewSchema>;

/** @param now to tell how long it will still take */
export function jobViewOf(job: JobRow, errors: readonly ErrorRow[], now: Date): JobView {
  const isOver = job.finished_at !== null;
  return {
    id: job.id,
    kind: job.kind,
    mode: job.mode,
    status: job.status === 'uploading' ? 'queued' : job.status,
    phase: job.phase,
    progress: {
      total: job.total,
      done: job.done,
      succeeded: job.succeeded,
      failed: job.failed,
      percent: percentOf(job, isOver),
      etaSeconds: etaOf(job, isOver, now),
    },
    failure: job.failure,
    errors: errors.map(errorViewOf),
    errorsHref: `/api/v1/jobs/${job.id}/errors`,
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  };
}

function percentOf(job: JobRow, isOver: boolean): number {
  if (isOver) return 100;
  return job.total === null || job.total === 0 ? 0 : Math.round((1000 * job.done) / job.total) / 10;
}

function etaOf(job: JobRow, isOver: boolean, now: Date): number | null {
  if (isOver) return 0;
  if (job.total === null || job.done === 0 || job.started_at === null) return null;
  const secondsPerRow = (now.getTime() - job.started_at.getTime()) / 1000 / job.done;
  return Math.ceil(secondsPerRow * (job.total - job.done));
}

export function errorViewOf(error: ErrorRow): ImportErrorView {
  return { line: error.line, ...faultViewOf(error), others: error.others.map(faultViewOf) };
}

function faultViewOf(fault: ImportFault): z.infer<typeof faultSchema> {
  const { field, pointer, code, reason } = fault;
  return { field, pointer, code, reason, remedy: problems[code satisfies ProblemCode].remedyZh };
}
