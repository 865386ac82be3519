import { idSchema, instantSchema } from '@lianxin/contracts';
import { z } from 'zod';
import type { SourceQuestionRow } from './source-question.store.ts';

/** A question to the source of an entry that its full list no longer names (R-2-6b). */
export const sourceQuestionSchema = z
  .object({
    id: idSchema,
    entryId: idSchema,
    number: z.string(),
    sourceRecordId: z.string(),
    listCode: z.string(),
    department: z.string(),
    jobId: idSchema,
    status: z.enum(['OPEN', 'CONFIRMED', 'REAPPEARED', 'EXITED']),
    askedAt: instantSchema,
    dueAt: instantSchema,
    isOverdue: z.boolean(),
    answeredAt: instantSchema.nullable(),
    answeredBy: z.string().nullable(),
    documentNo: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'SourceQuestion' });
export type SourceQuestionView = z.infer<typeof sourceQuestionSchema>;

export function questionViewOf(row: SourceQuestionRow, now: Date): SourceQuestionView {
  return {
    id: row.id,
    entryId: row.entry_id,
    number: row.number,
    sourceRecordId: row.source_record_id,
    listCode: row.list_code,
    department: row.department_code,
    jobId: row.job_id,
    status: row.status,
    askedAt: row.asked_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    isOverdue: row.status === 'OPEN' && row.due_at < now,
    answeredAt: row.answered_at?.toISOString() ?? null,
    answeredBy: row.answered_by,
    documentNo: row.document_no,
    reason: row.reason,
  };
}
