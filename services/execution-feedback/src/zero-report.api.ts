import { departmentCodeSchema, idSchema, pageQuerySchema } from '@lianxin/contracts';
import { z } from 'zod';

export const zeroReportStatusSchema = z.enum(['OPEN', 'PENDING', 'VALID', 'AUTOMATIC']);
const quarterSchema = z.string().regex(/^\d{4}Q[1-4]$/, '季度写作 2026Q4');

export const zeroReportQuerySchema = pageQuerySchema.extend({
  quarter: quarterSchema.optional(),
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(zeroReportStatusSchema).min(1).max(4))
    .optional(),
});
export type ZeroReportQuery = z.infer<typeof zeroReportQuerySchema>;

export const zeroReportRequestSchema = z
  .object({ remark: z.string().trim().min(1).max(2000).optional() })
  .strict()
  .meta({ id: 'ZeroReportRequest' });
export type ZeroReportRequest = z.infer<typeof zeroReportRequestSchema>;

export const zeroReportViewSchema = z
  .object({
    id: idSchema,
    departmentCode: departmentCodeSchema,
    listCode: z.string(),
    quarter: quarterSchema,
    status: zeroReportStatusSchema,
    version: z.int(),
    dueAt: z.string(),
    /** Given in time; null while it is owed. */
    onTime: z.boolean().nullable(),
    /** Tasks that the department was asked for, those that windows answered for, and those that have the report so far. */
    askedTasks: z.int(),
    automaticTasks: z.int(),
    givenTasks: z.int(),
    remark: z.string().nullable(),
    submittedBy: z.string().nullable(),
    submittedAt: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: z.string().nullable(),
    /** Why it was sent back last. */
    reason: z.string().nullable(),
    /** When it stood in the last of its tasks. */
    recordedAt: z.string().nullable(),
  })
  .meta({ id: 'ZeroReport' });
export type ZeroReportView = z.infer<typeof zeroReportViewSchema>;
