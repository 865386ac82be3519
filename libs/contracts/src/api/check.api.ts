import { z } from 'zod';
import { checkIdentitySchema, overrideReasonSchema } from '../events/check.ts';
import { departmentCodeSchema, idSchema, idTypeSchema } from '../vocabulary.ts';

/** What no database can keep: NUL, and half of a character. A check must be refused for it, for an outage would be taken for its cause otherwise. */
const isStorable = (value: string) => !value.includes('\0') && !/\p{Surrogate}/u.test(value);
const storable = (schema: z.ZodString) => schema.refine(isStorable, { error: '含有无法保存的字符' });
const text = (maxLength: number) => storable(z.string().trim().min(1).max(maxLength));

/** At most this many subjects in one check: bidders, legal representatives, shareholders of one matter. */
export const maxCheckSubjects = 50;

export const checkSubjectSchema = z.object({
  /** As the approving system names it: applicant, legal_rep, shareholder, bidder … */
  role: text(50).default('applicant'),
  name: storable(z.string().min(1).max(1_000)).optional(),
  usccCode: storable(z.string().max(64)).optional(),
  idType: idTypeSchema.default('ID_CARD'),
  idNo: storable(z.string().max(64)).optional(),
});
export type CheckSubject = z.infer<typeof checkSubjectSchema>;

/** Body of `POST /api/v1/checks` (R-4-14, product §B.9). Identifiers stand in the body, never in a URL. */
export const checkRequestSchema = z
  .object({
    matter: z.object({ code: text(40), name: text(200).optional(), caseNo: text(100).optional() }),
    operator: z.object({ id: text(100), department: departmentCodeSchema }).optional(),
    subjects: z.array(checkSubjectSchema).min(1).max(maxCheckSubjects),
  })
  .meta({ id: 'CheckRequest' });
export type CheckRequest = z.infer<typeof checkRequestSchema>;

export const checkCardSchema = z
  .object({
    uuid: idSchema,
    subjectRole: z.string(),
    /** Place in `subjects` of the request. */
    subjectIndex: z.int(),
    indicator: z.enum(['critical', 'warning', 'info']),
    summary: z.string(),
    detail: z.string(),
    /** 行政复议中、行政诉讼中 about the entry (R-6-6); nothing stops by it. Left out in checks of before. */
    review: z.string().nullable().optional(),
    source: z.object({ label: z.string() }),
    entryId: idSchema.nullable(),
    suggestions: z.array(
      z.object({
        uuid: idSchema,
        label: z.string(),
        measureId: z.string(),
        level: z.enum(['BLOCK', 'REVIEW', 'INFO', 'REWARD']),
        basis: z.string().nullable(),
        isRecommended: z.boolean(),
        /** Its execution is on hold: shown for reading, must not be applied (§4.3, R-6-4). Left out in checks of before. */
        isHeld: z.boolean().optional(),
      }),
    ),
    selectionBehavior: z.enum(['any']),
    overrideReasons: z.array(z.object({ code: overrideReasonSchema, display: z.string() })),
    links: z.array(z.object({ label: z.string(), url: z.string() })),
    /** Decided before on the same case: shown for reading, not asked again. */
    answered: z.object({ outcome: z.enum(['accepted', 'overridden']), at: z.iso.datetime({ offset: true }) }).nullable(),
  })
  .meta({ id: 'CheckCard' });
export type CheckCard = z.infer<typeof checkCardSchema>;

export const checkAnswerSchema = z
  .object({
    id: idSchema,
    /** Slip number; a clean check has one too. */
    number: z.string(),
    status: z.enum(['complete', 'registered']),
    /** A part was down: nothing is known yet; it is checked again by itself. */
    degraded: z.boolean(),
    /** What to do with the case meanwhile, by law of the matter. */
    policy: z.enum(['PASS', 'HOLD']).nullable(),
    askedAt: z.iso.datetime({ offset: true }),
    /** The answer rests on what had come in by then. */
    dataAsOf: z.iso.datetime({ offset: true }),
    subjects: z.array(z.object({ role: z.string(), identity: checkIdentitySchema, nameMasked: z.string().nullable() })),
    cards: z.array(checkCardSchema),
  })
  .meta({ id: 'CheckAnswer' });
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;

/** Body of `POST /api/v1/checks/{id}/feedback`. */
export const checkFeedbackSchema = z
  .object({
    feedback: z
      .array(
        z.object({
          card: idSchema,
          outcome: z.enum(['accepted', 'overridden']),
          /** Measures that the decision applies; when left out all of the card but those on hold. */
          acceptedMeasures: z.array(text(40)).max(100).optional(),
          overrideReason: z.object({ code: overrideReasonSchema, comment: text(2000).optional() }).optional(),
          outcomeTimestamp: z.iso.datetime({ offset: true }).optional(),
        }),
      )
      .min(1)
      .max(200),
  })
  .meta({ id: 'CheckFeedback' });
export type CheckFeedback = z.infer<typeof checkFeedbackSchema>;
