import { z } from 'zod';
import { correctedFactsSchema } from '../events/replay.ts';
import {
  dateSchema,
  gradeSchema,
  idSchema,
  idTypeSchema,
  partyRoleSchema,
  reviewKindSchema,
  reviewOutcomeSchema,
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

/** The document by which a step was taken. `sha256`: of the file, where one was uploaded. */
export const stepDocumentSchema = z
  .object({
    name: text(500),
    number: text(200),
    date: dateSchema,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .meta({ id: 'StepDocument' });
export type StepDocument = z.infer<typeof stepDocumentSchema>;

/** A draft may lack what its submission demands (§2.7); who is meant is named from the start. */
export const draftRequestSchema = z
  .object({
    listCode: text(40),
    sourceRecordId: text(200),
    subject: z.object({
      kind: subjectKindSchema,
      name: nameText,
      usccCode: z.string().max(64).optional(),
      idType: idTypeSchema.optional(),
      idNumber: z.string().max(64).optional(),
      regionCode: text(20).optional(),
    }),
    parties: z
      .array(
        z.object({
          role: partyRoleSchema.exclude(['SUBJECT']),
          name: nameText,
          idType: idTypeSchema.optional(),
          idNumber: z.string().min(1).max(64).optional(),
          /** The decision is to name this person; only then is anything executed against it (R-2-15). */
          toBeNamed: z.boolean().default(true),
        }),
      )
      .max(1000)
      .default([]),
    facts: text(10_000).optional(),
    industry: text(200).optional(),
    grade: gradeSchema.optional(),
    basis: z
      .array(z.object({ document: text(500), article: text(200).optional() }))
      .max(50)
      .default([]),
    conditions: z
      .array(z.object({ code: text(50), documentNo: text(200) }))
      .max(50)
      .default([]),
    evidence: z
      .array(z.object({ kind: text(50), fileId: idSchema }))
      .max(100)
      .default([]),
    /** Which of the grounds of the list, where its law names them (R-2-12). */
    listingGround: text(50).optional(),
    /** The entry in force that this one is to take over from (T21). */
    supersedes: idSchema.optional(),
  })
  .meta({ id: 'ListEntryDraftRequest' });
export type DraftRequest = z.infer<typeof draftRequestSchema>;

/** R-2-6: what the notice said is told field by field; a notice that lacks one is no notice. */
export const serveNoticeRequestSchema = z
  .object({
    document: stepDocumentSchema,
    servedOn: dateSchema,
    method: serviceMethodSchema.default('DIRECT'),
    proofNo: text(200).optional(),
    content: z.object({
      facts: text(10_000).optional(),
      basis: text(2000).optional(),
      measures: text(5000).optional(),
      rights: text(2000).optional(),
      channel: text(1000).optional(),
      defenceWorkdays: z.int().min(1).max(250).optional(),
    }),
    /** Own service on persons whom the decision is to name (R-2-15). */
    parties: z
      .array(z.object({ partyId: idSchema, noticeServedOn: dateSchema }))
      .max(200)
      .default([]),
  })
  .meta({ id: 'ServeNoticeRequest' });
export type ServeNoticeRequest = z.infer<typeof serveNoticeRequestSchema>;

export const defenceRequestSchema = z
  .object({ document: stepDocumentSchema, receivedOn: dateSchema, hearing: z.boolean().default(false) })
  .meta({ id: 'DefenceRequest' });
export type DefenceRequest = z.infer<typeof defenceRequestSchema>;

export const waiveDefenceRequestSchema = z.object({ document: stepDocumentSchema }).meta({ id: 'WaiveDefenceRequest' });
export type WaiveDefenceRequest = z.infer<typeof waiveDefenceRequestSchema>;

export const reviewDefenceRequestSchema = z
  .object({
    outcome: z.enum(['REJECTED', 'UPHELD']),
    reasons: text(10_000),
    document: stepDocumentSchema,
    /** T8: when the result was served on the subject. */
    resultServedOn: dateSchema.optional(),
    /** T9: the focus list for which a draft is begun instead. */
    focusListCode: text(40).optional(),
  })
  .meta({ id: 'ReviewDefenceRequest' });
export type ReviewDefenceRequest = z.infer<typeof reviewDefenceRequestSchema>;

export const openPublicNoticeRequestSchema = z
  .object({
    document: stepDocumentSchema,
    openedOn: dateSchema,
    channels: z.array(text(200)).min(1).max(20),
    workdays: z.int().min(1).max(250).optional(),
  })
  .meta({ id: 'OpenPublicNoticeRequest' });
export type OpenPublicNoticeRequest = z.infer<typeof openPublicNoticeRequestSchema>;

export const publicObjectionRequestSchema = z
  .object({ document: stepDocumentSchema, receivedOn: dateSchema })
  .meta({ id: 'PublicObjectionRequest' });
export type PublicObjectionRequest = z.infer<typeof publicObjectionRequestSchema>;

export const reviewObjectionRequestSchema = z
  .object({ outcome: z.enum(['REJECTED', 'UPHELD']), reasons: text(10_000), document: stepDocumentSchema })
  .meta({ id: 'ReviewObjectionRequest' });
export type ReviewObjectionRequest = z.infer<typeof reviewObjectionRequestSchema>;

/** R-2-7: the mandatory content of the decision document; its subject is that of the entry. */
export const prepareDecisionRequestSchema = z
  .object({
    name: text(500),
    number: text(200),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    content: z.object({
      facts: text(10_000).optional(),
      basis: text(2000).optional(),
      measures: text(5000).optional(),
      removal: text(5000).optional(),
      remedies: text(5000).optional(),
    }),
    validFrom: dateSchema.optional(),
    validTo: dateSchema.optional(),
  })
  .meta({ id: 'PrepareDecisionRequest' });
export type PrepareDecisionRequest = z.infer<typeof prepareDecisionRequestSchema>;

export const signDecisionRequestSchema = z.object({ date: dateSchema }).meta({ id: 'SignDecisionRequest' });
export type SignDecisionRequest = z.infer<typeof signDecisionRequestSchema>;

export const returnDecisionRequestSchema = z.object({ reason: text(2000) }).meta({ id: 'ReturnDecisionRequest' });
export type ReturnDecisionRequest = z.infer<typeof returnDecisionRequestSchema>;

/** T12: decision and repair notice reach the subject together (两书同达). An honour needs neither. */
export const serveDecisionRequestSchema = z
  .object({
    decisionServedOn: dateSchema.optional(),
    repairNoticeServedOn: dateSchema.optional(),
    repairNoticeNumber: text(200).optional(),
    method: serviceMethodSchema.default('DIRECT'),
    proofNo: text(200).optional(),
    parties: z
      .array(z.object({ partyId: idSchema, decisionServedOn: dateSchema }))
      .max(200)
      .default([]),
  })
  .meta({ id: 'ServeDecisionRequest' });
export type ServeDecisionRequest = z.infer<typeof serveDecisionRequestSchema>;

/** A document and its date are all that these steps need: dispute, performance, correction asked for. */
export const documentedRequestSchema = z.object({ document: stepDocumentSchema }).meta({ id: 'DocumentedRequest' });
export type DocumentedRequest = z.infer<typeof documentedRequestSchema>;

export const endDisputeRequestSchema = z
  .object({ document: stepDocumentSchema, outcome: z.enum(['DISMISSED', 'PARTLY', 'WITHDRAWN']) })
  .meta({ id: 'EndDisputeRequest' });
export type EndDisputeRequest = z.infer<typeof endDisputeRequestSchema>;

/** The notice by which the reviewing body or court has taken the case; its number is the case number. */
export const beginReviewRequestSchema = z
  .object({ kind: reviewKindSchema, body: text(200), document: stepDocumentSchema })
  .meta({ id: 'BeginReviewRequest' });
export type BeginReviewRequest = z.infer<typeof beginReviewRequestSchema>;
/** REVOKED or CHANGED only ends the mark: the unit then revokes or corrects by the document (T18, T19). */
export const endReviewRequestSchema = z
  .object({ outcome: reviewOutcomeSchema, document: stepDocumentSchema })
  .meta({ id: 'EndReviewRequest' });
export type EndReviewRequest = z.infer<typeof endReviewRequestSchema>;

/** T18, T19: why the entry should not stand, with the document that says so. */
export const undoRequestSchema = z.object({ document: stepDocumentSchema, reason: text(10_000) }).meta({ id: 'UndoRequest' });
export type UndoRequest = z.infer<typeof undoRequestSchema>;

/** §6.4: facts of an entry in force as they should have been, with the document that says so. What is left out stays. */
export const correctionRequestSchema = z
  .object({
    document: stepDocumentSchema,
    reason: text(10_000),
    /** The decided objection that is carried out by it. */
    objectionId: idSchema.optional(),
    /** Empty: of the objection named nothing is owed but what the unit's document corrects (OTHER). */
    facts: correctedFactsSchema,
  })
  .refine(({ facts, objectionId }) => objectionId !== undefined || Object.keys(facts).length > 0, {
    path: ['facts'],
    error: '至少填写一项更正的内容 / at least one fact',
  })
  .meta({ id: 'CorrectionRequest' });
export type CorrectionRequest = z.infer<typeof correctionRequestSchema>;

export const reviewDecisionRequestSchema = z
  .object({ outcome: z.enum(['KEPT', 'EXCLUDED']), reasons: text(10_000), document: stepDocumentSchema })
  .meta({ id: 'EntryReviewDecisionRequest' });
export type ReviewDecisionRequest = z.infer<typeof reviewDecisionRequestSchema>;

export const abolishListRequestSchema = z.object({ documentNo: text(200), date: dateSchema }).meta({ id: 'AbolishListRequest' });
export type AbolishListRequest = z.infer<typeof abolishListRequestSchema>;
