import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, gradeSchema, idSchema, instantSchema } from '../vocabulary.ts';

/** States of an application for repair (§5.5), with 暂时修复 of a bankruptcy (R-5-14) and its failure. */
export const repairStatuses = [
  'RECEIVED',
  'PUSHED',
  'CORRECTION_REQUESTED',
  'ACCEPTED',
  'NOT_ACCEPTED',
  'UNDER_REVIEW',
  'EXTENDED',
  'GRANTED',
  'REFUSED',
  'SYNCING',
  'DONE',
  'WITHDRAWN',
  'REVOKED',
  'TEMPORARY',
  'TEMPORARY_ENDED',
] as const;
export const repairStatusSchema = z.enum(repairStatuses);
export type RepairStatus = z.infer<typeof repairStatusSchema>;

/** R-5-3: entries of lists, penalties, entries in the list of abnormal operation. */
export const repairItemKinds = ['LIST_ENTRY', 'PENALTY', 'ABNORMAL'] as const;
export const repairItemKindSchema = z.enum(repairItemKinds);
export const repairItemSchema = z.object({ kind: repairItemKindSchema, id: idSchema, number: z.string() });

/** Time limits of §5.5: of the department (S3, S5, S6), of 信用中国 (S7), of those who lift (S8), of the applicant (S4). */
export const repairDeadlineKinds = ['ACCEPT', 'SUPPLEMENT', 'RESULT', 'SYNC_DEPARTMENT', 'SYNC_SITE', 'LIFT'] as const;
export const repairDeadlineKindSchema = z.enum(repairDeadlineKinds);
export type RepairDeadlineKind = z.infer<typeof repairDeadlineKindSchema>;

const applicationHead = {
  repairId: idSchema,
  /** Grows by one with every fact of the application; an older version never overwrites a newer. */
  repairVersion: z.int().positive(),
  /** `LYG-XF-2026-000123` */
  number: z.string(),
  subjectId: idSchema,
  decidingDepartment: departmentCodeSchema,
  status: repairStatusSchema,
  items: z.array(repairItemSchema).min(1),
};

/** Sent when an application for repair is received and has its number (S1). */
export const repairReceived = defineEvent({
  type: 'lianxin.repair.received.v1',
  effect: 'INFORMS',
  titleZh: '信用修复申请收到',
  data: z.object({
    ...applicationHead,
    category: z.enum(['ORDINARY', 'BANKRUPTCY']),
    channel: z.enum(['CREDIT_CHINA', 'WINDOW', 'DEPARTMENT', 'LINKED']),
    applicant: z.enum(['SUBJECT', 'AGENT', 'DEPARTMENT', 'ADMINISTRATOR']),
    /** The repaired penalty on which this entry rests: its unit decides by itself (R-5-11). */
    linkedTo: idSchema.nullable(),
    receivedOn: dateSchema,
  }),
});

/** Sent at every step of an application (S2–S8): pushed, accepted, supplement asked for or given, extended, under review, withdrawn. */
export const repairAdvanced = defineEvent({
  type: 'lianxin.repair.advanced.v1',
  effect: 'INFORMS',
  titleZh: '信用修复办理进展',
  data: z.object({ ...applicationHead, step: z.string(), on: dateSchema, dueOn: dateSchema.nullable() }),
});

/** Sent when an application is refused or not accepted; the reasons and the remedy are served with the decision. */
export const repairRefused = defineEvent({
  type: 'lianxin.repair.refused.v1',
  effect: 'INFORMS',
  titleZh: '信用修复不予修复或不予受理',
  data: z.object({
    ...applicationHead,
    stage: z.enum(['ACCEPTANCE', 'DECISION']),
    documentNo: z.string().nullable(),
    refusedOn: dateSchema,
  }),
});

const recordHead = {
  repairId: idSchema,
  number: z.string(),
  /** The penalty or the entry of abnormal operation that is repaired; the event's key is its subject. */
  recordId: idSchema,
  recordKind: z.enum(['PENALTY', 'ABNORMAL']),
  subjectId: idSchema,
  decidingDepartment: departmentCodeSchema,
  documentNo: z.string(),
};

/** Sent when the repair of a penalty or of an entry of abnormal operation is granted: its publicity ends (R-5-11). */
export const repairRecordGranted = defineEvent({
  type: 'lianxin.repair.record_granted.v1',
  effect: 'FREES',
  titleZh: '公示记录信用修复准予',
  data: z.object({ ...recordHead, grantedOn: dateSchema }),
});

/** Sent when that repair is revoked: publicity is restored for the rest of its period (R-5-13). */
export const repairRecordRevoked = defineEvent({
  type: 'lianxin.repair.record_revoked.v1',
  effect: 'RESTRICTS',
  titleZh: '公示记录信用修复撤销',
  data: z.object({ ...recordHead, revokedOn: dateSchema, ground: z.enum(['FALSE_MATERIAL', 'COMMITMENT_BROKEN']) }),
});

/**
 * Sent when the law ends the publicity of a penalty earlier than its department has announced: at the maximum of its grade (R-5-5), or by the more
 * favourable regime after it was graded again (R-5-6). Several of one record: the earliest day counts.
 */
export const repairPublicityLimited = defineEvent({
  type: 'lianxin.repair.publicity_limited.v1',
  effect: 'FREES',
  titleZh: '公示期限依法缩短',
  data: z.object({
    recordId: idSchema,
    recordKind: z.literal('PENALTY'),
    number: z.string(),
    subjectId: idSchema,
    departmentCode: departmentCodeSchema,
    /** Last day of publicity. */
    publicUntil: dateSchema,
    /** `REG58`, `REG36` */
    regime: z.string(),
    clause: z.string(),
    /** Under which it was counted; another one than announced where it was graded again. */
    grade: gradeSchema,
    announcedUntil: dateSchema.nullable(),
    announcedGrade: gradeSchema.nullable(),
  }),
});

const temporaryHead = {
  repairId: idSchema,
  number: z.string(),
  entryId: idSchema,
  subjectId: idSchema,
  decidingDepartment: departmentCodeSchema,
  documentNo: z.string(),
};

/** Sent when credit is restored for the time of a reorganisation plan or settlement (R-5-14): the entry is suspended, its measures are held. */
export const repairTemporarilyRestored = defineEvent({
  type: 'lianxin.repair.temporarily_restored.v1',
  effect: 'FREES',
  titleZh: '破产重整暂时修复',
  data: z.object({ ...temporaryHead, restoredOn: dateSchema }),
});

/** Sent when the plan or settlement has failed: everything returns (R-5-14). */
export const repairTemporaryEnded = defineEvent({
  type: 'lianxin.repair.temporary_ended.v1',
  effect: 'RESTRICTS',
  titleZh: '破产重整暂时修复终止',
  data: z.object({ ...temporaryHead, endedOn: dateSchema }),
});

/** Sent when a record is not shown for the time of a reorganisation plan or settlement (R-5-14). */
export const repairRecordTemporarilyRestored = defineEvent({
  type: 'lianxin.repair.record_temporarily_restored.v1',
  effect: 'FREES',
  titleZh: '破产重整暂停公示',
  data: z.object({ ...recordHead, restoredOn: dateSchema }),
});

/** Sent when that plan or settlement has failed: the record is shown again for the rest of its period (R-5-14). */
export const repairRecordTemporaryEnded = defineEvent({
  type: 'lianxin.repair.record_temporary_ended.v1',
  effect: 'RESTRICTS',
  titleZh: '破产重整暂停公示终止',
  data: z.object({ ...recordHead, endedOn: dateSchema }),
});

/** Sent when every receipt is there: publicity, sharing and measures have ended everywhere (R-5-1, R-5-12), and the certificate is issued. */
export const repairSynced = defineEvent({
  type: 'lianxin.repair.synced.v1',
  effect: 'INFORMS',
  titleZh: '信用修复全面恢复',
  data: z.object({ ...applicationHead, restoredAt: instantSchema, certificateNumber: z.string() }),
});

/** Sent when somebody still publishes or restricts after the limit (R-5-12): a severe alarm, repeated every working day until it is done. */
export const repairSyncFailed = defineEvent({
  type: 'lianxin.repair.sync_failed.v1',
  effect: 'INFORMS',
  titleZh: '修复后未同步',
  data: z.object({
    ...applicationHead,
    level: z.int().positive(),
    /** True: urged by a person, before or after the limit. */
    urged: z.boolean(),
    late: z
      .array(
        z.object({
          kind: z.enum(['PUBLICITY', 'SITE', 'DEPARTMENT_SITE', 'MEASURES']),
          departmentCode: departmentCodeSchema.nullable(),
          open: z.int().positive(),
          dueOn: dateSchema,
        }),
      )
      .min(1)
      .max(200),
  }),
});

/** Sent once when a time limit of an application has passed undone (§5.5). Nothing else follows from it. */
export const repairDeadlineMissed = defineEvent({
  type: 'lianxin.repair.deadline_missed.v1',
  effect: 'INFORMS',
  titleZh: '信用修复办理逾期',
  data: z.object({ ...applicationHead, deadline: repairDeadlineKindSchema, dueOn: dateSchema }),
});
