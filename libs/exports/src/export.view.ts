import { idSchema, instantSchema } from '@lianxin/contracts';
import { z } from 'zod';
import { encodingSchema, formatSchema } from './export.request.ts';
import type { ExportJob, LogRow } from './export.store.ts';

const requestViewSchema = z.object({
  format: formatSchema,
  encoding: encodingSchema,
  columns: z.array(z.string()),
  filter: z.record(z.string(), z.string()),
});

/** A job that writes a file (product §B.1). */
export const exportJobSchema = z
  .object({
    id: idSchema,
    kind: z.literal('export'),
    list: z.string(),
    status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
    phase: z.string(),
    progress: z.object({
      /** Null until all rows have been read: nobody counts them beforehand. */
      total: z.int().nullable(),
      done: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      percent: z.number().nullable(),
      etaSeconds: z.int().nullable(),
    }),
    failure: z.string().nullable(),
    request: requestViewSchema,
    /** The moment of the rows. */
    dataAt: instantSchema.nullable(),
    resultFiles: z.array(
      z.object({
        kind: z.literal('table'),
        href: z.string(),
        bytes: z.int(),
        /** SHA-256, base64url. */
        hash: z.string(),
        expiresAt: instantSchema,
      }),
    ),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'ExportJob' });
export type ExportJobView = z.infer<typeof exportJobSchema>;

const phases = { queued: '等待', running: '写文件', succeeded: '完成', failed: '失败', cancelled: '已取消' } as const;

export function exportJobView(job: ExportJob, now: Date): ExportJobView {
  const isOver = job.finished_at !== null;
  const { format, encoding, columns, filter } = job.request;
  return {
    id: job.id,
    kind: 'export',
    list: job.list,
    status: job.status,
    phase: phases[job.status],
    progress: {
      total: job.status === 'succeeded' ? job.done : null,
      done: job.done,
      succeeded: job.done,
      failed: 0,
      percent: isOver ? 100 : null,
      etaSeconds: isOver ? 0 : null,
    },
    failure: job.failure,
    request: { format, encoding, columns: [...columns], filter },
    dataAt: job.data_at?.toISOString() ?? null,
    resultFiles: fileOf(job, now),
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  };
}

function fileOf(job: ExportJob, now: Date): ExportJobView['resultFiles'] {
  const { file_bytes: bytes, file_hash: hash, expires_at: expiresAt } = job;
  if (job.status !== 'succeeded' || bytes === null || hash === null || expiresAt === null || expiresAt <= now) return [];
  return [{ kind: 'table', href: `/api/v1/${job.list}/exports/${job.id}/file`, bytes, hash, expiresAt: expiresAt.toISOString() }];
}

/** What was exported, requested or downloaded, by whom and with which filter (R-8-13). */
export const exportLogSchema = z
  .object({
    exportId: idSchema,
    at: instantSchema,
    what: z.enum(['EXPORTED', 'REQUESTED', 'WRITTEN', 'DOWNLOADED', 'CANCELLED', 'FAILED']),
    actor: z.string(),
    departments: z.array(z.string()),
    scope: z.enum(['CITY', 'DEPARTMENT']),
    rows: z.int().nullable(),
    request: requestViewSchema,
  })
  .meta({ id: 'ExportLogEntry' });

export function exportLogView(row: LogRow): z.infer<typeof exportLogSchema> {
  const { format, encoding, columns, filter } = row.request;
  return {
    exportId: row.export_id,
    at: row.at.toISOString(),
    what: row.what,
    actor: row.actor,
    departments: [...row.departments],
    scope: row.city ? 'CITY' : 'DEPARTMENT',
    rows: row.row_count,
    request: { format, encoding, columns: [...columns], filter },
  };
}
