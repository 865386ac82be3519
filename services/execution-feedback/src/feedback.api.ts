import {
  departmentCodeSchema,
  feedbackKindSchema,
  feedbackRequestSchema,
  idSchema,
  pageQuerySchema,
  taskStatusSchema,
} from '@lianxin/contracts';
import { z } from 'zod';

export const feedbackStatusSchema = z.enum(['PENDING', 'VALID', 'REJECTED']);

/** Query of `GET /api/v1/feedback`; comma means or. */
export const feedbackQuerySchema = pageQuerySchema.extend({
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(feedbackStatusSchema).min(1).max(3))
    .optional(),
  department: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(departmentCodeSchema).max(50))
    .optional(),
});
export type FeedbackQuery = z.infer<typeof feedbackQuerySchema>;

const versionSchema = z.object({
  version: z.int(),
  content: feedbackRequestSchema.omit({ clientRef: true }),
  submittedBy: z.string(),
  submittedAt: z.string(),
  /** Null while it waits for the second person. */
  decision: z
    .object({ outcome: z.enum(['APPROVED', 'REJECTED']), by: z.string(), at: z.string(), reason: z.string().nullable() })
    .nullable(),
  /** Set when it was taken back: by a spot check, or because the window changed its decision. */
  withdrawal: z.object({ reason: z.string(), by: z.string(), at: z.string() }).nullable(),
});

export const feedbackViewSchema = z
  .object({
    id: idSchema,
    taskId: idSchema,
    taskStatus: taskStatusSchema,
    departmentCode: departmentCodeSchema,
    cycle: z.int(),
    kind: feedbackKindSchema,
    status: feedbackStatusSchema,
    version: z.int(),
    /** The version that counts; null before the first approval. */
    validVersion: z.int().nullable(),
    submittedAt: z.string(),
    dueAt: z.string().nullable(),
    onTime: z.boolean().nullable(),
    clientRef: z.string().nullable(),
    /** The check at a window that it comes from, which is its evidence (R-4-14). */
    windowCheck: z.object({ id: idSchema, number: z.string() }).nullable(),
    versions: z.array(versionSchema),
  })
  .meta({ id: 'Feedback' });
export type FeedbackView = z.infer<typeof feedbackViewSchema>;

export const feedbackListSchema = z.object({ data: z.array(feedbackViewSchema) });
