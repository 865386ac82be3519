import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, idSchema, instantSchema, reviewKindSchema } from '../vocabulary.ts';
import { entryHead, listEntryActivated } from './list-entry.ts';

/** Sent at every step of a designation on its way (T3–T12 before it is in force): notice served, defence received, public notice opened, decision signed. */
export const listEntryAdvanced = defineEvent({
  type: 'lianxin.list_entry.advanced.v1',
  effect: 'INFORMS',
  titleZh: '认定程序推进',
  data: z.object({
    ...entryHead,
    /** Number of the step, e.g. T6 (domain §2.4, docs/decisions/0012). */
    transition: z.string(),
    documentNo: z.string().nullable(),
    on: dateSchema,
    /** What begins to be pending (T13e); left out at every other step, and where it was not told yet. */
    reviewKind: reviewKindSchema.optional(),
  }),
});

/** Sent when an objection to an entry is accepted (T13): nothing of it is executed while the information is verified, except what law wants done at once (R-6-4). */
export const listEntryDisputed = defineEvent({
  type: 'lianxin.list_entry.disputed.v1',
  effect: 'FREES',
  titleZh: '名单记录异议标注',
  data: z.object({ ...entryHead, documentNo: z.string(), disputedOn: dateSchema }),
});

/** Sent when the objection has been dismissed or withdrawn: the mark goes, the entry runs on. One that was upheld ends in `exited`. */
export const listEntryDisputeEnded = defineEvent({
  type: 'lianxin.list_entry.dispute_ended.v1',
  effect: 'RESTRICTS',
  titleZh: '名单记录异议标注解除',
  data: z.object({ ...entryHead, outcome: z.enum(['DISMISSED', 'PARTLY', 'WITHDRAWN']), documentNo: z.string(), endedOn: dateSchema }),
});

/**
 * Sent when a newer entry of the same list and subject has taken the place of this one (T21). It always follows the `activated` of the newer entry under
 * the same key, so that whatever both demand never stops in between.
 */
export const listEntrySuperseded = defineEvent({
  type: 'lianxin.list_entry.superseded.v1',
  effect: 'FREES',
  titleZh: '名单记录被替代',
  data: z.object({ ...entryHead, byEntryId: idSchema, documentNo: z.string().nullable(), supersededOn: dateSchema }),
});

/** Kinds of time limits of an entry (§2.6). A period runs out by itself; a duty that is missed is told and stays open. */
export const entryDeadlineKinds = [
  'IDENTITY_REVIEW',
  'DEFENCE_PERIOD',
  'DEFENCE_REVIEW',
  'PUBLIC_NOTICE',
  'SERVE_DECISION',
  'SHARE_DECISION',
  'SERVICE_EFFECTIVE',
  'RELEASE',
  'TERM',
  'PERFORMANCE_CHECK',
  'RE_EVALUATION',
  'RED_REVIEW',
  'CORRECTION_REVIEW',
] as const;
export const entryDeadlineKindSchema = z.enum(entryDeadlineKinds);
export type EntryDeadlineKind = z.infer<typeof entryDeadlineKindSchema>;

/** Sent once when a duty of time of the designating unit has passed undone (§2.6). Nothing else follows from it. */
export const listEntryDeadlineMissed = defineEvent({
  type: 'lianxin.list_entry.deadline_missed.v1',
  effect: 'INFORMS',
  titleZh: '名单记录时限逾期',
  data: z.object({ ...entryHead, deadline: entryDeadlineKindSchema, dueOn: dateSchema }),
});

/** Why the unit that gave an honour has to look at it again: the subject came onto a focus list (R-2-10 c), or its yearly re-evaluation is due. */
export const entryReviewReasonSchema = z.enum(['FOCUS_LISTED', 'RE_EVALUATION']);
export type EntryReviewReason = z.infer<typeof entryReviewReasonSchema>;

const reviewHead = {
  ...entryHead,
  reviewId: idSchema,
  reason: entryReviewReasonSchema,
  /** The focus entry that raised it. */
  byEntryId: idSchema.nullable(),
};

/** Sent when the unit that gave an honour has to review it; nothing is excluded by it. */
export const listEntryReviewRaised = defineEvent({
  type: 'lianxin.list_entry.review_raised.v1',
  effect: 'INFORMS',
  titleZh: '红名单复核提出',
  data: z.object({ ...reviewHead, dueAt: instantSchema }),
});

/** Sent when the unit has decided: the honour stays, or its criteria are lost and the entry is excluded (`exited` follows). */
export const listEntryReviewDecided = defineEvent({
  type: 'lianxin.list_entry.review_decided.v1',
  effect: 'INFORMS',
  titleZh: '红名单复核完成',
  data: z.object({ ...reviewHead, outcome: z.enum(['KEPT', 'EXCLUDED', 'NOT_NEEDED']), decidedBy: z.string() }),
});

/**
 * Sent when facts of an entry in force have been corrected by its designating unit or an approved replay and the entry runs on (§6.4 PARTLY). It carries what
 * `activated` carries, as it should have been, under a higher version of the same activation: plans are derived again from it.
 */
export const listEntryCorrected = defineEvent({
  type: 'lianxin.list_entry.corrected.v1',
  effect: 'FREES',
  titleZh: '名单记录更正',
  data: listEntryActivated.data.extend({
    /** Names of the facts that are otherwise. */
    correctedFields: z.array(z.string()).min(1),
    documentNo: z.string(),
    correctedOn: dateSchema,
    /** The decided objection that is carried out by it, as a whole. */
    objectionId: idSchema.nullable().optional(),
  }),
});
export type ListEntryCorrected = z.infer<typeof listEntryCorrected.data>;
