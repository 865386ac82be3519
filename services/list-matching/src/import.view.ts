import { idSchema, instantSchema, type ProblemCode, problems } from '@lianxin/contracts';
import { z } from 'zod';
import type { JobRow } from './import.store.ts';
import type { ErrorRow, ImportFault, SampleRow } from './import-trace.store.ts';

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
    /** Line of a CSV file, row of a sheet, on which the row begins. */
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
    /** previewed: 已校验，等待开始; paused: 等待人工确认; undone: 已撤销. */
    status: z.enum(['queued', 'running', 'previewed', 'paused', 'succeeded', 'partially_succeeded', 'failed', 'cancelled', 'undone']),
    phase: z.string(),
    progress: z.object({
      /** Null until the rows have been counted. */
      total: z.int().nullable(),
      done: z.int(),
      /** In a preview: rows that would be taken. */
      succeeded: z.int(),
      failed: z.int(),
      /** Rows taken that somebody should look at. */
      warned: z.int(),
      percent: z.number(),
      etaSeconds: z.int().nullable(),
    }),
    file: z.object({
      name: z.string().nullable(),
      bytes: z.int(),
      format: z.enum(['CSV', 'XLSX']),
      encoding: z.string().nullable(),
      sheet: z.string().nullable(),
      headerLine: z.int(),
      /** Layout that was recognised by its header. */
      layout: z.string().nullable(),
      /** Columns that are known and not imported. */
      ignored: z.array(z.string()),
    }),
    /** What the sender should know of the file: an old template, the same file before. */
    remarks: z.array(z.string()),
    /** What a preview foretells of the first rows. */
    samples: z.array(z.object({ line: z.int(), effect: z.string(), summary: z.string() })),
    /** What was done before the first row (removals, holds), in numbers. */
    figures: z.record(z.string(), z.number()),
    /** Why the job waits for a person. */
    question: z.object({ code: z.string(), detail: z.string(), figures: z.record(z.string(), z.number()) }).nullable(),
    confirmed: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
    undone: z.object({ by: z.string(), at: instantSchema }).nullable(),
    /** Why the job as a whole failed. */
    failure: z.string().nullable(),
    /** The first rows that were refused; all of them under `errorsHref`. */
    errors: z.array(importErrorSchema),
    errorsHref: z.string(),
    /** The sender's own file with the refused rows and their reasons; until `expiresAt`, when the sealed file is destroyed. */
    resultFiles: z.array(z.object({ kind: z.string(), href: z.string(), expiresAt: instantSchema.nullable() })),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof jobViewSchema>;

/** @param now to tell how long it will still take */
export function jobViewOf(job: JobRow, errors: readonly ErrorRow[], now: Date, samples: readonly SampleRow[] = []): JobView {
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
      warned: job.warned,
      percent: percentOf(job, isOver),
      etaSeconds: etaOf(job, isOver, now),
    },
    file: {
      name: job.file_name,
      bytes: job.file_bytes,
      format: job.format,
      encoding: job.encoding,
      sheet: job.sheet,
      headerLine: job.header_line,
      layout: job.layout,
      ignored: [...job.ignored],
    },
    remarks: [...job.remarks],
    samples: samples.map(({ line, effect, summary }) => ({ line, effect, summary })),
    figures: job.figures,
    question: job.question,
    confirmed: job.confirmed,
    undone: job.undone_at === null ? null : { by: job.undone_by ?? '', at: job.undone_at.toISOString() },
    failure: job.failure,
    errors: errors.map(errorViewOf),
    errorsHref: `/api/v1/jobs/${job.id}/errors`,
    resultFiles: resultFilesOf(job),
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  };
}

function resultFilesOf(job: JobRow): JobView['resultFiles'] {
  if (job.failed === 0 || job.sealed_key === null) return [];
  const expiresAt = job.keep_until?.toISOString() ?? null;
  return ['xlsx', 'csv'].map((format) => ({ kind: `errors.${format}`, href: `/api/v1/jobs/${job.id}/errors.${format}`, expiresAt }));
}

function percentOf(job: JobRow, isOver: boolean): number {
  if (isOver || job.status === 'previewed') return 100;
  return job.total === null || job.total === 0 ? 0 : Math.round((1000 * job.done) / job.total) / 10;
}

function etaOf(job: JobRow, isOver: boolean, now: Date): number | null {
  if (isOver || job.status === 'previewed') return 0;
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
