import {
  departmentCodeSchema,
  eventDefinitions,
  idSchema,
  instantSchema,
  pageQuerySchema,
  redeliveryScopeSchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import { redeliveryStatuses } from './redelivery.rules.ts';

const knownTypes = new Set(eventDefinitions.map((definition) => definition.type));
const typeSchema = z
  .string()
  .refine((type) => knownTypes.has(type), { error: (issue) => `没有事件类型 ${String(issue.input).slice(0, 100)}` });

export const redeliveryRequestSchema = z
  .strictObject({
    /** A department that asks for itself may leave it out. */
    department: departmentCodeSchema.refine((code) => code !== 'CITY', { error: '全市事件流不能补发' }).optional(),
    scope: redeliveryScopeSchema.refine((scope) => !('from' in scope) || Date.parse(scope.from) < Date.parse(scope.to), {
      error: 'from 应早于 to',
    }),
    types: z.array(typeSchema).min(1).max(100).optional(),
    reason: z.string().trim().min(1).max(500),
  })
  .meta({ id: 'RedeliveryRequest' });
export type RedeliveryRequest = z.infer<typeof redeliveryRequestSchema>;

export const redeliveryConfirmationSchema = z
  .strictObject({ events: z.int().nonnegative() })
  .meta({ id: 'RedeliveryConfirmation', description: '预览中的事件数：表示已看过预览' });

const statusSchema = z.enum(redeliveryStatuses);
export const redeliveryFilterSchema = z.object({
  department: departmentCodeSchema.optional(),
  status: z
    .string()
    .max(200)
    .transform((value) => value.split(','))
    .pipe(z.array(statusSchema).max(6))
    .optional(),
});
export type RedeliveryFilter = z.infer<typeof redeliveryFilterSchema>;
export const redeliveryQuerySchema = redeliveryFilterSchema.extend(pageQuerySchema.shape);

export const redeliveryViewSchema = z
  .object({
    id: idSchema,
    version: z.int(),
    status: statusSchema,
    statusZh: z.string(),
    department: departmentCodeSchema,
    scope: redeliveryScopeSchema,
    types: z.array(z.string()).nullable(),
    reason: z.string(),
    requestedBy: z.string(),
    requestedAt: instantSchema,
    /** What would be, is being or was sent again; null while it is counted. */
    preview: z
      .object({
        events: z.int(),
        bytes: z.int(),
        byType: z.array(z.object({ type: z.string(), titleZh: z.string(), events: z.int(), bytes: z.int() })),
        oldest: instantSchema.nullable(),
        newest: instantSchema.nullable(),
      })
      .nullable(),
    progress: z.object({ phase: z.string(), done: z.int(), total: z.int().nullable() }),
    confirmedBy: z.string().nullable(),
    confirmedAt: instantSchema.nullable(),
    sent: z.int(),
    endedBy: z.string().nullable(),
    endedAt: instantSchema.nullable(),
    failure: z.string().nullable(),
    steps: z.array(z.object({ version: z.int(), action: z.string(), at: instantSchema, actor: z.string() })),
  })
  .meta({ id: 'Redelivery' });
export type RedeliveryView = z.infer<typeof redeliveryViewSchema>;
export const redeliverySummarySchema = redeliveryViewSchema.omit({ steps: true }).meta({ id: 'RedeliverySummary' });
export type RedeliverySummary = z.infer<typeof redeliverySummarySchema>;
