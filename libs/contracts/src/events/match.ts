import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { departmentCodeSchema, idSchema } from '../vocabulary.ts';

/** §11.3–11.4 below EXACT. */
export const matchGradeSchema = z.enum(['EXACT', 'CONFLICT', 'PROBABLE', 'POSSIBLE', 'NONE']);
export type MatchGrade = z.infer<typeof matchGradeSchema>;

const reviewHead = {
  candidateId: idSchema,
  /** What waits for the answer: a list entry, or a record of another kind. */
  sourceKind: z.string(),
  sourceId: z.string(),
  subjectId: idSchema,
  grade: matchGradeSchema,
  /** The line of §11.3 or §11.4, e.g. C1, P2, S1. */
  rule: z.string(),
  departmentCode: departmentCodeSchema,
};

/** Sent when a record may mean a known subject and a named person has to say whether it does (R-11-1). */
export const matchReviewRequested = defineEvent({
  type: 'lianxin.match.review_requested.v1',
  effect: 'INFORMS',
  titleZh: '身份比对待核',
  data: z.object(reviewHead),
});

/** Sent when a named person has decided (R-11-3), or when nobody need decide any more. */
export const matchDecided = defineEvent({
  type: 'lianxin.match.decided.v1',
  effect: 'INFORMS',
  titleZh: '身份比对已定',
  data: z.object({
    ...reviewHead,
    verdict: z.enum(['SAME', 'DIFFERENT', 'NOT_NEEDED']),
    /** Principal id; the part of the system where nobody need decide any more. */
    decidedBy: z.string(),
  }),
});
