import { dateSchema, idSchema, instantSchema, verificationResultSchema } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { z } from 'zod';
import { findDepartmentNames } from './department.store.ts';
import { type BatchLine, type BatchRow, countLines, findBatchFacts, findReport, rowStates } from './national-batch.store.ts';
import { countVerifications } from './verification.store.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);

/** One row as the platform above sends it: organisations only; a person's number is refused wherever it stands. */
export const batchRowSchema = z
  .object({
    name: text(500),
    usccCode: text(64).optional(),
    kind: z.enum(['LEGAL', 'UNINC', 'IB']).optional(),
    /** Code of the list (`BL-TAX`) or its full Chinese name. */
    list: text(200),
    reason: text(10_000),
    designatingUnit: text(200),
    decisionNumber: text(200).optional(),
    decisionDate: dateSchema,
    regionCode: text(20).optional(),
    validTo: dateSchema.optional(),
    sourceRecordId: text(150).optional(),
    /** What helps to find a subject whose code is missing or wrong (§11.3). */
    organisationCode: text(20).optional(),
    registrationNo: text(30).optional(),
    taxNo: text(30).optional(),
    address: text(500).optional(),
    legalRepresentative: text(100).optional(),
  })
  .meta({ id: 'ListBatchRowRequest' });
const batchHeadShape = {
  batchNo: text(100),
  origin: z.enum(['NATIONAL', 'PROVINCIAL']).default('NATIONAL'),
  sourceName: text(200).default('全国信用信息共享平台'),
  documentNo: text(200),
  issuedOn: dateSchema,
  /** A corrected re-issue of a batch that is here already. */
  correction: z.object({ documentNo: text(200), date: dateSchema }).optional(),
};
export const batchRequestSchema = z
  .object({ ...batchHeadShape, rows: z.array(batchRowSchema).min(1).max(5000) })
  .meta({ id: 'ListBatchRequest' });
/** One row of a file: the row, and the batch that it belongs to. */
export const batchFileRowSchema = z.object({ ...batchHeadShape, ...batchRowSchema.shape });
export type BatchFileRow = z.infer<typeof batchFileRowSchema>;

export const differenceSchema = z
  .object({ unchanged: z.int(), added: z.int(), changed: z.int(), removed: z.int(), rows: z.array(z.string()).max(200) })
  .meta({ id: 'ListBatchDifference' });

const countsSchema = z.object({
  total: z.int(),
  review: z.int(),
  refused: z.int(),
  verifying: z.int(),
  settled: z.int(),
  dismissed: z.int(),
});
export const batchSummarySchema = z
  .object({
    id: idSchema,
    batchNo: z.string(),
    origin: z.enum(['NATIONAL', 'PROVINCIAL']),
    sourceName: z.string(),
    documentNo: z.string(),
    issuedOn: dateSchema,
    /** Grows with every corrected re-issue. */
    issue: z.int(),
    receivedAt: instantSchema,
    receivedBy: z.string(),
    rows: countsSchema,
    matchDueOn: dateSchema,
    reportDueOn: dateSchema.nullable(),
    dueOn: dateSchema,
    /** Terms that have passed: MATCH, VERIFICATION, REPORT, BATCH. */
    overdue: z.array(z.enum(['MATCH', 'VERIFICATION', 'REPORT', 'BATCH'])),
    reportedAt: instantSchema.nullable(),
    /** The import job whose file is being read; null when the batch is complete. */
    readingJob: idSchema.nullable(),
    /** Rows of the file that were not taken in: mend them and send them again. */
    unreadRows: z.int(),
  })
  .meta({ id: 'ListBatchSummary' });
export type BatchSummary = z.infer<typeof batchSummarySchema>;

const departmentProgressSchema = z.object({
  departmentCode: z.string(),
  departmentName: z.string(),
  total: z.int(),
  open: z.int(),
  overdue: z.int(),
  concluded: z.int(),
  /** Results by code. */
  results: z.partialRecord(verificationResultSchema, z.int()),
});
export const batchViewSchema = batchSummarySchema
  .extend({
    progress: z.array(departmentProgressSchema),
    timeline: z.array(z.object({ kind: z.string(), at: instantSchema, actor: z.string(), detail: z.record(z.string(), z.unknown()) })),
    /** What a corrected re-issue changed; only in the answer to it. */
    difference: differenceSchema.nullable(),
  })
  .meta({ id: 'ListBatch' });
export type BatchView = z.infer<typeof batchViewSchema>;

export const batchLineSchema = z
  .object({
    id: idSchema,
    line: z.int(),
    name: z.string(),
    usccCode: z.string().nullable(),
    list: z.string(),
    reason: z.string(),
    designatingUnit: z.string(),
    decisionNumber: z.string().nullable(),
    decisionDate: dateSchema,
    state: z.enum(rowStates),
    grade: z.enum(['EXACT', 'CONFLICT', 'PROBABLE', 'POSSIBLE', 'NONE']),
    /** The line of §11.3: E1, E2, C1, P3 … Candidates stand in the review queue (`sourceKind=LIST_BATCH_ROW`, `sourceId` the batch). */
    rule: z.string().nullable(),
    /** Why the row waits, was refused or was let go. */
    note: z.string().nullable(),
    subjectId: idSchema.nullable(),
    matchedBy: z.string().nullable(),
    verificationId: idSchema.nullable(),
    entryId: idSchema.nullable(),
    effect: z.string().nullable(),
    upward: z
      .object({
        kind: z.enum(['QUERY', 'OBJECTION']),
        openedOn: z.string().nullable(),
        answer: z.record(z.string(), z.unknown()).nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'ListBatchRow' });
export type BatchLineView = z.infer<typeof batchLineSchema>;

/** Batches with how far they are. */
export async function batchSummaries(tx: Transaction, rows: readonly BatchRow[], today: string): Promise<BatchSummary[]> {
  const ids = rows.map((row) => row.id);
  const lines = await countLines(tx, ids);
  const late = new Set((await countVerifications(tx, ids, today)).filter(({ overdue }) => overdue).map((row) => row.batch_id));
  return Promise.all(
    rows.map(async (row) =>
      summaryOf(
        tx,
        row,
        lines.filter((count) => count.batch_id === row.id),
        late.has(row.id),
      ),
    ),
  );
}

async function summaryOf(
  tx: Transaction,
  row: BatchRow,
  counts: readonly { state: string; rows: number }[],
  isVerificationLate: boolean,
): Promise<BatchSummary> {
  const of = (state: string) => counts.find((count) => count.state === state)?.rows ?? 0;
  const report = await findReport(tx, row.id);
  const passed = { MATCH: row.match_overdue_at, REPORT: row.report_overdue_at, BATCH: row.overdue_at };
  const overdue = (['MATCH', 'REPORT', 'BATCH'] as const).filter((what) => passed[what] !== null);
  return {
    id: row.id,
    batchNo: row.batch_no,
    origin: row.origin,
    sourceName: row.source_name,
    documentNo: row.document_no,
    issuedOn: row.issued_on,
    issue: row.issue,
    receivedAt: row.received_at.toISOString(),
    receivedBy: row.received_by,
    rows: {
      total: counts.filter(({ state }) => state !== 'WITHDRAWN').reduce((sum, count) => sum + count.rows, 0),
      review: of('REVIEW'),
      refused: of('REFUSED'),
      verifying: of('VERIFYING'),
      settled: of('SETTLED'),
      dismissed: of('DISMISSED'),
    },
    matchDueOn: row.match_due_on,
    reportDueOn: row.report_due_on,
    dueOn: row.due_on,
    overdue: isVerificationLate ? ['VERIFICATION', ...overdue] : overdue,
    reportedAt: report?.reported_at.toISOString() ?? null,
    readingJob: row.reading_job,
    unreadRows: row.unread_rows,
  };
}

/** One batch: progress per county, results, what happened. */
export async function loadBatchView(tx: Transaction, row: BatchRow, today: string): Promise<BatchView> {
  const [summary] = await batchSummaries(tx, [row], today);
  if (summary === undefined) throw new Error('a batch without a summary');
  const counts = await countVerifications(tx, [row.id], today);
  const departments = [...new Set(counts.map((count) => count.department_code))];
  const names = await findDepartmentNames(tx, departments);
  const progress = departments.map((departmentCode) => {
    const own = counts.filter((count) => count.department_code === departmentCode && count.status !== 'CANCELLED');
    const sum = (rows: typeof own) => rows.reduce((total, { count }) => total + count, 0);
    const results: BatchView['progress'][number]['results'] = {};
    for (const { result, count } of own) if (result !== null) results[result] = (results[result] ?? 0) + count;
    return {
      departmentCode,
      departmentName: names.get(departmentCode) ?? departmentCode,
      total: sum(own),
      open: sum(own.filter((count) => count.status !== 'CONCLUDED')),
      overdue: sum(own.filter((count) => count.overdue)),
      concluded: sum(own.filter((count) => count.status === 'CONCLUDED')),
      results,
    };
  });
  const timeline = (await findBatchFacts(tx, row.id)).map((fact) => ({ ...fact, at: fact.at.toISOString() }));
  return { ...summary, progress, timeline, difference: null };
}

export function lineViewOf(line: BatchLine): BatchLineView {
  const { content } = line;
  return {
    id: line.id,
    line: line.line,
    name: content.name,
    usccCode: content.usccCode ?? null,
    list: content.list,
    reason: content.reason,
    designatingUnit: content.designatingUnit,
    decisionNumber: content.decisionNumber ?? null,
    decisionDate: content.decisionDate,
    state: line.state,
    grade: line.grade,
    rule: line.rule,
    note: line.reason,
    subjectId: line.subject_id,
    matchedBy: line.matched_by,
    verificationId: line.verification_id,
    entryId: line.entry_id,
    effect: line.effect,
    upward: line.upward === null ? null : { kind: line.upward, openedOn: line.upward_opened_on, answer: line.upward_answer },
  };
}
