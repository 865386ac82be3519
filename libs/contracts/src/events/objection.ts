import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema } from '../vocabulary.ts';

/** States of an objection (§6.4); REFUSED: not entitled (R-6-1) or a repeat without new evidence (R-6-12). */
export const objectionStatuses = [
  'SUBMITTED',
  'REJECTED_FORM',
  'ACCEPTED',
  'MARKED',
  'SELF_CHECK',
  'FORWARDED',
  'VERIFYING',
  'EXTENDED',
  'UPHELD',
  'PARTLY_UPHELD',
  'DISMISSED',
  'UNCONFIRMED',
  'EXECUTED',
  'CLOSED',
  'REFUSED',
  'WITHDRAWN',
] as const;
export const objectionStatusSchema = z.enum(objectionStatuses);
export type ObjectionStatus = z.infer<typeof objectionStatusSchema>;

/** R-6-2: content wrong, incomplete, out of date, duplicate, not to be published, period wrong, repair result, conditions not met, mistaken identity, measure wrongly applied. */
export const objectionKindSchema = z.enum([
  'CONTENT_WRONG',
  'INCOMPLETE',
  'OUT_OF_DATE',
  'DUPLICATE',
  'NOT_TO_BE_PUBLISHED',
  'PERIOD_WRONG',
  'REPAIR_RESULT',
  'CONDITIONS_NOT_MET',
  'MISTAKEN_IDENTITY',
  'MEASURE_WRONGLY_APPLIED',
]);
export type ObjectionKind = z.infer<typeof objectionKindSchema>;

/** R-6-1: who may object; DEPARTMENT: an executing department that found the error itself (R-6-9). */
export const objectionCapacitySchema = z.enum([
  'SUBJECT',
  'AGENT',
  'HEIR',
  'GUARDIAN',
  'BANKRUPTCY_ADMINISTRATOR',
  'SUCCESSOR',
  'MISTAKEN_PERSON',
  'DEPARTMENT',
]);
export type ObjectionCapacity = z.infer<typeof objectionCapacitySchema>;

/** R-6-3. */
export const objectionChannelSchema = z.enum(['CREDIT_CHINA', 'PLATFORM', 'WINDOW', 'DEPARTMENT']);

export const objectionOutcomeSchema = z.enum(['UPHELD', 'PARTLY_UPHELD', 'DISMISSED', 'UNCONFIRMED']);
export type ObjectionOutcome = z.infer<typeof objectionOutcomeSchema>;

/**
 * What an outcome does to what was disputed (§6.4): it is void from the start (T18), its basis is revoked (T19), only the measure was wrong (R-6-8), its
 * fields are corrected and it remains, it stands as it is, or it is kept with a note and not shown (征信业管理条例 25).
 */
export const objectionEffectSchema = z.enum(['VOID', 'REVOKE', 'UNDO_MEASURE', 'AMEND', 'KEEP', 'NOTE']);
export type ObjectionEffect = z.infer<typeof objectionEffectSchema>;

/** Facts of a list entry that its unit can correct (§6.4), by their names in a correction. */
export const correctableFacts = ['decisionDate', 'validTo', 'grade', 'industry', 'conditions', 'parties'] as const;
/** What a finding wants corrected. OTHER: what is no fact of the entry here, as the grounds in the decision's text; the reasons of the finding say what. */
export const objectionFieldSchema = z.enum([...correctableFacts, 'OTHER']);
export type ObjectionField = z.infer<typeof objectionFieldSchema>;

/** Time limits of §6.3. */
export const objectionDeadlineKinds = ['ACCEPT', 'MARK', 'SELF_CHECK', 'FORWARD', 'VERIFY', 'CORRECT', 'ANSWER', 'TOTAL', 'HARD'] as const;
export const objectionDeadlineKindSchema = z.enum(objectionDeadlineKinds);
export type ObjectionDeadlineKind = z.infer<typeof objectionDeadlineKindSchema>;

/** What is disputed: an entry or a public record, and where only a measure is disputed its task. */
export const objectionTargetSchema = z.object({
  kind: z.enum(['LIST_ENTRY', 'PUBLIC_RECORD']),
  id: idSchema,
  number: z.string(),
  listCode: z.string().nullable(),
  taskId: idSchema.nullable(),
});

/** What every event of an objection tells of it. Key: that of what is disputed. No name and no free text. */
const objectionHead = {
  objectionId: idSchema,
  /** Grows by one with every fact of the objection. */
  objectionVersion: z.int().positive(),
  /** `LYG-YY-2026-000123` */
  number: z.string(),
  subjectId: idSchema,
  status: objectionStatusSchema,
  target: objectionTargetSchema,
  /** The unit whose record or measure it is. */
  sourceDepartment: departmentCodeSchema,
};

/** Sent when an objection is received and has its number. */
export const objectionSubmitted = defineEvent({
  type: 'lianxin.objection.submitted.v1',
  effect: 'INFORMS',
  titleZh: '异议申请收到',
  data: z.object({
    ...objectionHead,
    kinds: z.array(objectionKindSchema).min(1),
    capacity: objectionCapacitySchema,
    channel: objectionChannelSchema,
    receivedOn: dateSchema,
    repeatOf: idSchema.nullable(),
  }),
});

/** Sent when it is accepted: what is disputed is to be marked, and its tasks rest while it is verified (R-6-4, R-6-5). */
export const objectionAccepted = defineEvent({
  type: 'lianxin.objection.accepted.v1',
  effect: 'FREES',
  titleZh: '异议受理',
  data: z.object({
    ...objectionHead,
    acceptedOn: dateSchema,
    /** False where only a measure is disputed: the record itself is not. */
    marks: z.boolean(),
    markDueOn: dateSchema,
  }),
});

/** Sent when the mark 异议处理中 stands on the record (R-6-5). */
export const objectionMarked = defineEvent({
  type: 'lianxin.objection.marked.v1',
  effect: 'INFORMS',
  titleZh: '异议标注完成',
  data: z.object({ ...objectionHead, markedOn: dateSchema, onTime: z.boolean() }),
});

/** Sent at the steps in between: completion asked for or given, refused, self-check, verification, extension, clock stopped and started. */
export const objectionAdvanced = defineEvent({
  type: 'lianxin.objection.advanced.v1',
  effect: 'INFORMS',
  titleZh: '异议办理进展',
  data: z.object({ ...objectionHead, step: z.string(), on: dateSchema, dueOn: dateSchema.nullable() }),
});

/** Sent when the unit whose record it is has to verify it. */
export const objectionForwarded = defineEvent({
  type: 'lianxin.objection.forwarded.v1',
  effect: 'INFORMS',
  titleZh: '异议转办',
  data: z.object({ ...objectionHead, forwardedOn: dateSchema, dueOn: dateSchema }),
});

/** Sent when a second person has approved the finding (§6.4). */
export const objectionDecided = defineEvent({
  type: 'lianxin.objection.decided.v1',
  effect: 'FREES',
  titleZh: '异议处理决定',
  data: z.object({
    ...objectionHead,
    outcome: objectionOutcomeSchema,
    effect: objectionEffectSchema,
    errorSource: z.enum(['PLATFORM', 'SOURCE']).nullable(),
    documentNo: z.string(),
    decidedOn: dateSchema,
    /** Another objection to the same is still open: the mark stays. */
    stillDisputed: z.boolean(),
    /** Corrected end of the term; of AMEND only, earlier than the old one. */
    validTo: dateSchema.nullable(),
    /** What the source unit corrects: `ObjectionField`; findings of before these were named have words of their own, which mean OTHER. */
    correctedFields: z.array(z.string()),
  }),
});

/** Sent when the applicant takes the objection back: the mark goes unless another one is open. */
export const objectionWithdrawn = defineEvent({
  type: 'lianxin.objection.withdrawn.v1',
  effect: 'RESTRICTS',
  titleZh: '异议撤回',
  data: z.object({ ...objectionHead, withdrawnOn: dateSchema, wasAccepted: z.boolean(), stillDisputed: z.boolean() }),
});

/** Sent when what the decision demands has been done and is proved by the owner's own event. */
export const objectionExecuted = defineEvent({
  type: 'lianxin.objection.executed.v1',
  effect: 'INFORMS',
  titleZh: '异议决定执行完毕',
  data: z.object({ ...objectionHead, executedOn: dateSchema, restorations: z.int().nonnegative() }),
});

/** Sent when the applicant has been answered, with reasons and remedies (R-6-11). */
export const objectionClosed = defineEvent({
  type: 'lianxin.objection.closed.v1',
  effect: 'INFORMS',
  titleZh: '异议办结',
  data: z.object({ ...objectionHead, documentNo: z.string(), closedOn: dateSchema }),
});

/** Sent once when a time limit of §6.3 has passed undone. */
export const objectionOverdue = defineEvent({
  type: 'lianxin.objection.overdue.v1',
  effect: 'INFORMS',
  titleZh: '异议处理超期',
  data: z.object({ ...objectionHead, deadline: objectionDeadlineKindSchema, dueOn: dateSchema }),
});
