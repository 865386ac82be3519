import {
  dateSchema,
  exitGroundSchema,
  idSchema,
  instantSchema,
  verificationResultSchema,
  type WorkingDayCalendar,
  workingDaysBetween,
} from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { z } from 'zod';
import { findBatches, findLinesOfVerifications } from './national-batch.store.ts';
import { findSubjects } from './subject.store.ts';
import { findVerificationFacts, type VerificationRow } from './verification.store.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const document = { documentNo: text(200), date: dateSchema };

/** Body of a result; what each code must state is checked by the rules of R-2-17. */
export const verificationAnswerSchema = z
  .object({
    result: verificationResultSchema,
    verifiedOn: dateSchema,
    note: text(2000).optional(),
    evidence: z
      .array(z.object({ kind: text(50), fileId: idSchema }))
      .max(50)
      .default([]),
    exit: z.object({ ground: exitGroundSchema, ...document }).optional(),
    registration: z.object({ status: z.enum(['DEREGISTERED', 'REVOKED']), ...document }).optional(),
    proceeding: z.object({ kind: z.enum(['LITIGATION', 'BANKRUPTCY']), ...document }).optional(),
  })
  .meta({ id: 'VerificationAnswer' });

export const verificationStatusSchema = z.enum(['OPEN', 'CLAIMED', 'SUBMITTED', 'CONCLUDED', 'CANCELLED']);
export const verificationSummarySchema = z
  .object({
    id: idSchema,
    number: z.string(),
    status: verificationStatusSchema,
    batchId: idSchema,
    batchNo: z.string(),
    subject: z.object({ id: idSchema, name: z.string(), usccCode: z.string().nullable() }),
    departmentCode: z.string(),
    industryDepartment: z.string(),
    claimedBy: z.string().nullable(),
    result: verificationResultSchema.nullable(),
    dueOn: dateSchema,
    remainingWorkdays: z.int(),
    overdue: z.boolean(),
    requestedAt: instantSchema,
    concludedAt: instantSchema.nullable(),
  })
  .meta({ id: 'VerificationSummary' });
export type VerificationSummary = z.infer<typeof verificationSummarySchema>;

export const verificationViewSchema = verificationSummarySchema
  .extend({
    answer: verificationAnswerSchema.nullable(),
    /** The records of the batch that name this subject. */
    records: z.array(
      z.object({
        line: z.int(),
        name: z.string(),
        list: z.string(),
        reason: z.string(),
        designatingUnit: z.string(),
        decisionNumber: z.string().nullable(),
        decisionDate: dateSchema,
        entryId: idSchema.nullable(),
        effect: z.string().nullable(),
      }),
    ),
    timeline: z.array(
      z.object({
        action: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        at: instantSchema,
        actor: z.string(),
        departmentCode: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'Verification' });
export type VerificationView = z.infer<typeof verificationViewSchema>;

export async function verificationSummaries(
  tx: Transaction,
  rows: readonly VerificationRow[],
  today: string,
  calendar: WorkingDayCalendar,
): Promise<VerificationSummary[]> {
  const batches = new Map((await findBatches(tx, [...new Set(rows.map((row) => row.batch_id))])).map((batch) => [batch.id, batch]));
  const subjects = new Map(
    (await findSubjects(tx, [...new Set(rows.map((row) => row.subject_id))])).map((subject) => [subject.id, subject]),
  );
  return rows.map((row) => {
    const subject = subjects.get(row.subject_id);
    const isOpen = row.status !== 'CONCLUDED' && row.status !== 'CANCELLED';
    return {
      id: row.id,
      number: row.number,
      status: row.status,
      batchId: row.batch_id,
      batchNo: batches.get(row.batch_id)?.batch_no ?? '',
      subject: { id: row.subject_id, name: subject?.name ?? '', usccCode: subject?.uscc_code ?? null },
      departmentCode: row.department_code,
      industryDepartment: row.industry_department,
      claimedBy: row.claimed_by,
      result: row.status === 'CONCLUDED' ? row.result : null,
      dueOn: row.due_on,
      remainingWorkdays: isOpen ? workingDaysBetween(calendar, today, row.due_on) : 0,
      overdue: isOpen && row.due_on < today,
      requestedAt: row.requested_at.toISOString(),
      concludedAt: row.concluded_at?.toISOString() ?? null,
    };
  });
}

export async function loadVerificationView(
  tx: Transaction,
  row: VerificationRow,
  today: string,
  calendar: WorkingDayCalendar,
): Promise<VerificationView> {
  const [summary] = await verificationSummaries(tx, [row], today, calendar);
  if (summary === undefined) throw new Error('a verification without a summary');
  const parsed = verificationAnswerSchema.safeParse(row.answer);
  return {
    ...summary,
    answer: parsed.success ? parsed.data : null,
    records: (await findLinesOfVerifications(tx, [row.id])).map(({ line, content, entry_id, effect }) => ({
      line,
      name: content.name,
      list: content.list,
      reason: content.reason,
      designatingUnit: content.designatingUnit,
      decisionNumber: content.decisionNumber ?? null,
      decisionDate: content.decisionDate,
      entryId: entry_id,
      effect,
    })),
    timeline: (await findVerificationFacts(tx, row.id)).map((fact) => ({
      action: fact.action,
      from: fact.from_status,
      to: fact.to_status,
      at: fact.at.toISOString(),
      actor: fact.actor,
      departmentCode: fact.department_code,
      detail: fact.detail,
    })),
  };
}
