import { z } from 'zod';
import { penaltyCategorySchema, penaltyFieldSchema, publicRecordKindSchema, publicRecordStatusSchema } from '../api/public-record.api.ts';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  gradeSchema,
  idSchema,
  reviewKindSchema,
  reviewOutcomeSchema,
  subjectKindSchema,
} from '../vocabulary.ts';

/** What every event of a public record tells of it. No name, no free text: whoever needs more asks for the record. */
const recordHead = {
  recordId: idSchema,
  /** Grows by one with every fact; an older version never overwrites a newer. */
  recordVersion: z.int().positive(),
  number: z.string(),
  kind: publicRecordKindSchema,
  subjectId: idSchema,
  subjectKind: subjectKindSchema,
  /** The department whose record it is. */
  departmentCode: departmentCodeSchema,
  status: publicRecordStatusSchema,
};

/** Sent when a licence, a penalty or an entry of abnormal operation becomes public, once it is certain whom it means (R-7-0, R-7-1). */
export const publicRecordPublished = defineEvent({
  type: 'lianxin.public_record.published.v1',
  effect: 'INFORMS',
  titleZh: '公示记录发布',
  data: z.object({
    ...recordHead,
    documentNo: z.string().nullable(),
    decidedOn: dateSchema,
    grade: gradeSchema.nullable(),
    categories: z.array(penaltyCategorySchema),
    /** By the laws that its basis cites (58号令); absent in records of before this was told. */
    fields: z.array(penaltyFieldSchema).optional(),
    /** 万元, as text. */
    fineWan: z.string().nullable(),
    publicUntil: dateSchema.nullable(),
    publishedOn: dateSchema,
    publishDueOn: dateSchema,
  }),
});

/** Sent when a record is public no longer: its period has ended, it was repaired, or its subject was taken off the list. */
export const publicRecordStopped = defineEvent({
  type: 'lianxin.public_record.stopped.v1',
  effect: 'FREES',
  titleZh: '公示记录停止公示',
  data: z.object({
    ...recordHead,
    ground: z.enum(['REPAIRED', 'PERIOD_ENDED', 'REMOVED']),
    documentNo: z.string().nullable(),
    stoppedOn: dateSchema,
  }),
});

/** Sent when an objection to a record is accepted: 异议处理中 is shown with it in every answer (R-6-5). It stays public; nothing is executed from it. */
export const publicRecordDisputed = defineEvent({
  type: 'lianxin.public_record.disputed.v1',
  effect: 'INFORMS',
  titleZh: '公示记录异议标注',
  data: z.object({ ...recordHead, documentNo: z.string(), disputedOn: dateSchema }),
});

/** Sent when the last objection that held the mark is over and the record stands. One that was upheld ends in `withdrawn`. */
export const publicRecordDisputeEnded = defineEvent({
  type: 'lianxin.public_record.dispute_ended.v1',
  effect: 'INFORMS',
  titleZh: '公示记录异议标注解除',
  data: z.object({ ...recordHead, outcome: z.enum(['DISMISSED', 'WITHDRAWN']), documentNo: z.string(), endedOn: dateSchema }),
});

/** Sent when a reconsideration or a lawsuit about a record is pending (R-6-6): the mark is shown with it in every answer. It stays public. */
export const publicRecordReviewBegun = defineEvent({
  type: 'lianxin.public_record.review_begun.v1',
  effect: 'INFORMS',
  titleZh: '公示记录复议诉讼标注',
  data: z.object({ ...recordHead, reviewKind: reviewKindSchema, documentNo: z.string(), begunOn: dateSchema }),
});

/** Sent when that case is over and the mark goes. What it decided about the record is a step of its own (`withdrawn`). */
export const publicRecordReviewEnded = defineEvent({
  type: 'lianxin.public_record.review_ended.v1',
  effect: 'INFORMS',
  titleZh: '公示记录复议诉讼标注解除',
  data: z.object({ ...recordHead, outcome: reviewOutcomeSchema, documentNo: z.string(), endedOn: dateSchema }),
});

/** Sent when a record that was public is taken back: its decision was changed or revoked, or it was wrong (行政处罚法 48). */
export const publicRecordWithdrawn = defineEvent({
  type: 'lianxin.public_record.withdrawn.v1',
  effect: 'FREES',
  titleZh: '公示记录撤回',
  data: z.object({
    ...recordHead,
    ground: z.enum(['DECISION_REVOKED', 'DECISION_CHANGED', 'RECORD_WRONG', 'MATCH_WRONG', 'IMPORT_UNDONE']),
    documentNo: z.string().nullable(),
    withdrawnOn: dateSchema,
    withdrawDueOn: dateSchema,
  }),
});
