import { feedbackRequestSchema, idSchema, pageQuerySchema, taskQuerySchema, taskStatusSchema } from '@lianxin/contracts';
import { z } from 'zod';

/** At most this many tasks in one bulk action. */
export const bulkLimit = 5_000;

export const bulkActions = ['acknowledge', 'start', 'arm', 'claim', 'release', 'feedback'] as const;
export type BulkAction = (typeof bulkActions)[number];

const filterSchema = taskQuerySchema.pick({ status: true, entryId: true, measureCode: true, assignee: true });

/** Tasks by selection or by filter, never both; the feedback that all of them are given, without a client reference. */
export const bulkRequestSchema = z
  .object({
    action: z.enum(bulkActions),
    ids: z.array(idSchema).min(1).max(bulkLimit).optional(),
    filter: filterSchema.strict().optional(),
    feedback: feedbackRequestSchema.omit({ clientRef: true }).optional(),
  })
  .superRefine((request, context) => {
    if ((request.ids === undefined) === (request.filter === undefined))
      context.addIssue({ code: 'custom', path: ['ids'], message: 'ids 和 filter 必须且只能给出一个' });
    if ((request.action === 'feedback') !== (request.feedback !== undefined))
      context.addIssue({ code: 'custom', path: ['feedback'], message: 'feedback 在且仅在批量反馈时给出' });
  })
  .meta({ id: 'TaskBulkRequest' });
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

export const bulkViewSchema = z
  .object({
    id: idSchema,
    action: z.enum(bulkActions),
    /** PREVIEW until it is run; what it names is fixed from the preview on. */
    status: z.enum(['PREVIEW', 'RUNNING', 'DONE']),
    total: z.int(),
    done: z.int(),
    refused: z.int(),
    /** How many of the tasks stand in which state, as they were previewed. */
    byStatus: z.record(z.string(), z.int()),
    /** How many were refused for which reason. */
    byCode: z.record(z.string(), z.int()),
    createdAt: z.string(),
    /** Until when the preview may be run. */
    expiresAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .meta({ id: 'TaskBulk' });
export type BulkView = z.infer<typeof bulkViewSchema>;

export const bulkItemQuerySchema = pageQuerySchema.extend({ status: z.enum(['WAITING', 'DONE', 'REFUSED']).optional() });
export type BulkItemQuery = z.infer<typeof bulkItemQuerySchema>;

export const bulkItemSchema = z
  .object({
    place: z.int(),
    /** Null for a row of a file that names no task of the department. */
    taskId: idSchema.nullable(),
    seenVersion: z.int().nullable(),
    seenStatus: taskStatusSchema.nullable(),
    /** Line of a feedback file. */
    line: z.int().nullable(),
    status: z.enum(['WAITING', 'DONE', 'REFUSED']),
    code: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'TaskBulkItem' });
export type BulkItem = z.infer<typeof bulkItemSchema>;
