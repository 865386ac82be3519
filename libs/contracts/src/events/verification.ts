import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema, verificationResultSchema } from '../vocabulary.ts';

/** What every event of a verification tells of it (R-2-17). Organisations only: a national batch names them by code. */
const verificationHead = {
  verificationId: idSchema,
  /** Grows by one with every fact of the verification. */
  verificationVersion: z.int().positive(),
  number: z.string(),
  batchId: idSchema,
  batchNo: z.string(),
  subjectId: idSchema,
  /** The county's or zone's credit office that answers; the industry department where the subject is registered in no county of this city. */
  departmentCode: departmentCodeSchema,
  industryDepartment: departmentCodeSchema,
};

/** Sent when a subject of a national batch is given to its county to be verified. Key: the subject. */
export const verificationRequested = defineEvent({
  type: 'lianxin.verification.requested.v1',
  effect: 'INFORMS',
  titleZh: '核实任务下达',
  data: z.object({ ...verificationHead, listCodes: z.array(z.string()).min(1), dueOn: dateSchema }),
});

/** Sent when a county has shown that another one of this city is meant (V7). */
export const verificationTransferred = defineEvent({
  type: 'lianxin.verification.transferred.v1',
  effect: 'INFORMS',
  titleZh: '核实任务移交',
  data: z.object({ ...verificationHead, fromDepartment: departmentCodeSchema, reason: z.string() }),
});

/** Sent when an approver has confirmed the result; what it does to list entries is told by `list_entry.*`. */
export const verificationConcluded = defineEvent({
  type: 'lianxin.verification.concluded.v1',
  effect: 'INFORMS',
  titleZh: '核实完成',
  data: z.object({ ...verificationHead, result: verificationResultSchema, verifiedOn: dateSchema, documentNo: z.string().nullable() }),
});

/** Sent when a corrected batch no longer names the subject, or names it differently. */
export const verificationCancelled = defineEvent({
  type: 'lianxin.verification.cancelled.v1',
  effect: 'INFORMS',
  titleZh: '核实任务撤销',
  data: z.object({ ...verificationHead, documentNo: z.string() }),
});

/** Sent once when a term of a batch has passed: its match, one of its verifications, the report, the batch as a whole. */
export const verificationOverdue = defineEvent({
  type: 'lianxin.verification.overdue.v1',
  effect: 'INFORMS',
  titleZh: '核实超期',
  data: z.object({
    batchId: idSchema,
    batchNo: z.string(),
    what: z.enum(['MATCH', 'VERIFICATION', 'REPORT', 'BATCH']),
    verificationId: idSchema.nullable(),
    departmentCode: departmentCodeSchema.nullable(),
    dueOn: dateSchema,
  }),
});

/** Sent when the results of a batch have been reported upward, once. Key: the batch. */
export const verificationReported = defineEvent({
  type: 'lianxin.verification.reported.v1',
  effect: 'INFORMS',
  titleZh: '核实结果上报',
  data: z.object({
    batchId: idSchema,
    batchNo: z.string(),
    reportNumber: z.string(),
    documentNo: z.string(),
    rows: z.int().nonnegative(),
    contentHash: z.string(),
  }),
});
