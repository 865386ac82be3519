import { z } from 'zod';
import {
  dateSchema,
  entryStatusSchema,
  exitGroundSchema,
  gradeSchema,
  idSchema,
  idTypeSchema,
  originSchema,
  partyRoleSchema,
  reviewKindSchema,
  serviceMethodSchema,
  subjectKindSchema,
} from '../vocabulary.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
/** A name is text as it comes: normalised for comparing, never for storing. */
const nameText = z
  .string()
  .min(1)
  .max(10_000)
  .refine((value) => value.trim() !== '', 'blank');

export const entrySubjectSchema = z.object({
  kind: subjectKindSchema,
  name: nameText,
  usccCode: z.string().max(64).optional(),
  idType: idTypeSchema.optional(),
  idNumber: z.string().max(64).optional(),
  regionCode: text(20),
  /**
   * The source has no valid number: the record waits in CHECKING until a named person has said whom it means (R-11-1); nothing rests on it before.
   * Without this a missing or invalid number is refused. `clues` help to find who may be meant; `idNumber` may then be masked.
   */
  toBeMatched: z.boolean().optional(),
  clues: z
    .object({
      organisationCode: text(20).optional(),
      registrationNo: text(30).optional(),
      taxNo: text(30).optional(),
      legalRepresentative: text(200).optional(),
      address: text(500).optional(),
      phone: text(40).optional(),
      birthDate: dateSchema.optional(),
      gender: z.enum(['MALE', 'FEMALE']).optional(),
      employerUsccCode: text(64).optional(),
    })
    .optional(),
});

export const entryPartyRequestSchema = z.object({
  role: partyRoleSchema.exclude(['SUBJECT']),
  name: nameText,
  idType: idTypeSchema,
  idNumber: z.string().min(1).max(64),
  namedInDecision: z.boolean(),
  noticeServedOn: dateSchema.optional(),
  decisionServedOn: dateSchema.optional(),
});

/** Body of `POST /api/v1/list-entries`: one designation with its complete documents (§2.7). */
export const listEntryRequestSchema = z
  .object({
    listCode: text(40),
    origin: originSchema.default('CITY'),
    batchNo: text(100).optional(),
    /** Region of the unit that designated it, where that is another city or province (R-2-16); only with an origin from above. */
    originRegion: text(20).optional(),
    sourceRecordId: text(200),
    subject: entrySubjectSchema,
    parties: z.array(entryPartyRequestSchema).max(1000).default([]),
    facts: text(10_000),
    industry: text(200).optional(),
    grade: gradeSchema.optional(),
    basis: z
      .array(z.object({ document: text(500), article: text(200).optional() }))
      .min(1)
      .max(50),
    conditions: z
      .array(z.object({ code: text(50), documentNo: text(200) }))
      .max(50)
      .default([]),
    decision: z.object({ name: text(500), number: text(200), date: dateSchema }),
    notice: z
      .object({ servedOn: dateSchema, defenceEndedOn: dateSchema.optional(), method: serviceMethodSchema.default('DIRECT') })
      .optional(),
    service: z
      .object({
        decisionServedOn: dateSchema.optional(),
        repairNoticeServedOn: dateSchema.optional(),
        method: serviceMethodSchema.default('DIRECT'),
      })
      .optional(),
    publicNotice: z.object({ openedOn: dateSchema, closedOn: dateSchema }).optional(),
    evidence: z
      .array(z.object({ kind: text(50), fileId: idSchema }))
      .max(100)
      .default([]),
    validFrom: dateSchema.optional(),
    validTo: dateSchema.optional(),
    /** Which of the grounds of the list, where its law names them (R-2-12). */
    listingGround: text(50).optional(),
    /** The entry in force that this one takes over from (T21). */
    supersedes: idSchema.optional(),
  })
  .meta({ id: 'ListEntryRequest' });
export type ListEntryRequest = z.infer<typeof listEntryRequestSchema>;

export const exitRequestSchema = z
  .object({ ground: exitGroundSchema, documentNo: text(200), date: dateSchema })
  .meta({ id: 'ListEntryExitRequest' });
export const withdrawRequestSchema = z.object({ reason: text(2000) }).meta({ id: 'ListEntryWithdrawRequest' });
export const suspendRequestSchema = z
  .object({ ground: z.enum(['STOP_EXECUTION', 'BANKRUPTCY']), documentNo: text(200), date: dateSchema })
  .meta({ id: 'ListEntrySuspendRequest' });
export const resumeRequestSchema = z.object({ documentNo: text(200), date: dateSchema }).meta({ id: 'ListEntryResumeRequest' });

/** Answer about one entry. Persons are masked (R-8-8). */
export const listEntryViewSchema = z
  .object({
    id: idSchema,
    number: z.string(),
    version: z.int(),
    status: entryStatusSchema,
    reason: z.string().nullable(),
    listCode: z.string(),
    listType: z.string(),
    designatingDepartment: z.string(),
    origin: originSchema,
    /** Region of a foreign designating unit; null for an entry of this city or of the national platform (R-2-16). */
    originRegion: z.string().nullable(),
    /** Whether the entry has effects here; false for a foreign one without national list or agreement. */
    recognised: z.boolean(),
    grade: gradeSchema,
    subject: z.object({
      /** Null while the entry is a draft: nobody is listed by it. */
      id: idSchema.nullable(),
      kind: subjectKindSchema,
      name: z.string(),
      usccCode: z.string().nullable(),
      idMasked: z.string().nullable(),
      regionCode: z.string().nullable(),
    }),
    parties: z.array(
      z.object({
        id: idSchema,
        role: partyRoleSchema,
        name: z.string(),
        idMasked: z.string().nullable(),
        named: z.boolean(),
        served: z.boolean(),
      }),
    ),
    /** Null until the decision is signed. */
    decision: z.object({ name: z.string(), number: z.string(), date: dateSchema }).nullable(),
    activatedOn: dateSchema.nullable(),
    /** Null until the decision is signed. */
    validFrom: dateSchema.nullable(),
    validTo: dateSchema.nullable(),
    /** An objection is being verified (T13): nothing is executed for the time being, except what law wants done at once. */
    disputed: z.boolean(),
    /** A reconsideration or lawsuit is pending (R-6-6): told everywhere; execution stops only by order of that body or court. */
    inReview: z.object({ kind: reviewKindSchema, body: z.string(), caseNo: z.string(), since: dateSchema }).nullable(),
    /** Time limits that run or ran (§2.6). */
    deadlines: z.array(
      z.object({
        kind: z.string(),
        dueAt: z.string(),
        /** Negative once it has passed. */
        remainingWorkdays: z.int(),
        provisional: z.boolean(),
        closedAt: z.string().nullable(),
        overdue: z.boolean(),
      }),
    ),
    /** Steps by name, those that are not allowed now with the reason. */
    steps: z.array(z.object({ step: z.string(), by: z.string(), allowed: z.boolean(), reason: z.string().nullable() })),
    /** Black entries of the legal representative: a warning only, nothing follows from them (R-2-10 e). */
    warnings: z.array(z.object({ kind: z.string(), listCode: z.string(), number: z.string() })),
    timeline: z.array(
      z.object({
        version: z.int(),
        transition: z.string(),
        from: z.string().nullable(),
        to: entryStatusSchema,
        at: z.string(),
        actor: z.string(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'ListEntry' });
export type ListEntryView = z.infer<typeof listEntryViewSchema>;
