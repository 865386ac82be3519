import {
  dateSchema,
  departmentCodeSchema,
  idSchema,
  objectionCapacitySchema,
  objectionChannelSchema,
  objectionDeadlineKindSchema,
  objectionEffectSchema,
  objectionFieldSchema,
  objectionKindSchema,
  objectionOutcomeSchema,
  objectionStatuses,
  objectionStatusSchema,
  objectionTargetSchema,
  pageQuerySchema,
  serviceMethodSchema,
} from '@lianxin/contracts';
import { z } from 'zod';

const text = (length: number) => z.string().trim().min(1).max(length);
const documentNo = text(200);
export const evidenceSchema = z.object({
  title: text(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  fileId: idSchema.nullable().default(null),
});
/** Those who may not object are named so that they are told why (R-6-1). */
const askedCapacity = z.enum([...objectionCapacitySchema.options, 'CREDITOR', 'WHISTLEBLOWER']);
const proofSchema = z.object({ documentNo }).nullable().default(null);

export const submitSchema = z
  .object({
    target: z
      .object({
        kind: z.enum(['LIST_ENTRY', 'PUBLIC_RECORD']),
        id: idSchema.optional(),
        number: text(100).optional(),
        taskId: idSchema.optional(),
      })
      .refine((target) => (target.id === undefined) !== (target.number === undefined), { error: '请提供 id 或 number 之一' }),
    kinds: z.array(objectionKindSchema).min(1).max(10),
    capacity: askedCapacity,
    channel: objectionChannelSchema,
    applicant: z.object({
      name: text(200),
      idType: text(50).optional(),
      idNumber: text(50).optional(),
      phone: text(50).optional(),
    }),
    identityProof: z
      .object({ documentNo, how: z.enum(['REAL_NAME', 'ID_DOCUMENT', 'LICENCE']) })
      .nullable()
      .default(null),
    authority: z
      .object({ documentNo, validTo: dateSchema.nullable().default(null) })
      .nullable()
      .default(null),
    relationProof: proofSchema,
    statement: text(10_000),
    evidence: z.array(evidenceSchema).max(50).default([]),
    receivedOn: dateSchema.optional(),
  })
  .meta({ id: 'ObjectionSubmission' });
export type SubmitRequest = z.infer<typeof submitSchema>;

export const completeSchema = z
  .object({
    identityProof: submitSchema.shape.identityProof,
    authority: submitSchema.shape.authority,
    relationProof: proofSchema,
    evidence: z.array(evidenceSchema).max(50).default([]),
  })
  .meta({ id: 'ObjectionCompletion' });
export type CompleteRequest = z.infer<typeof completeSchema>;

export const reasonSchema = z.object({ reason: text(2_000) }).meta({ id: 'ObjectionReason' });
export const refuseSchema = z
  .object({ reason: text(2_000), ground: z.enum(['NOT_ENTITLED', 'NOT_COMPLETED', 'DUPLICATE', 'NOT_OURS']) })
  .meta({ id: 'ObjectionRefusal' });
export const stopClockSchema = z
  .object({ cause: z.enum(['TEST', 'APPRAISAL', 'EXPERT_REVIEW']), documentNo })
  .meta({ id: 'ObjectionClockStop' });
export const noteSchema = z.object({ note: text(2_000).optional() }).meta({ id: 'ObjectionNote' });
export const proposeSchema = z
  .object({
    outcome: objectionOutcomeSchema,
    effect: objectionEffectSchema,
    errorSource: z.enum(['PLATFORM', 'SOURCE']).nullable().default(null),
    documentNo,
    reasons: text(10_000),
    /** Corrected end of the term; of a list entry that is partly wrong. */
    validTo: dateSchema.nullable().default(null),
    /** What the unit has to correct; OTHER for what is no fact of the entry, which the reasons name. */
    correctedFields: z.array(objectionFieldSchema).max(50).default([]),
  })
  .meta({ id: 'ObjectionProposal' });
export type ProposeRequest = z.infer<typeof proposeSchema>;
export const answerSchema = z.object({ documentNo, method: serviceMethodSchema, answeredOn: dateSchema }).meta({ id: 'ObjectionAnswer' });
export type AnswerRequest = z.infer<typeof answerSchema>;

export const objectionFilterSchema = z.object({
  status: z
    .string()
    .max(500)
    .transform((value) => value.split(',').filter((status) => status !== ''))
    .pipe(z.array(z.enum(objectionStatuses)))
    .optional(),
  sourceDepartment: departmentCodeSchema.optional(),
  subjectId: idSchema.optional(),
  targetId: idSchema.optional(),
  number: z.string().max(50).optional(),
});
export const objectionQuerySchema = pageQuerySchema.extend(objectionFilterSchema.shape);
export type ObjectionFilter = z.infer<typeof objectionFilterSchema>;

const proposalView = z.object({
  outcome: objectionOutcomeSchema,
  effect: objectionEffectSchema,
  errorSource: z.enum(['PLATFORM', 'SOURCE']).nullable(),
  documentNo: z.string(),
  reasons: z.string(),
  validTo: z.string().nullable(),
  correctedFields: z.array(z.string()),
  proposedBy: z.string(),
  proposedOn: dateSchema,
});

export const objectionSummarySchema = z
  .object({
    id: idSchema,
    version: z.int(),
    number: z.string(),
    status: objectionStatusSchema,
    statusZh: z.string(),
    subjectId: idSchema,
    target: objectionTargetSchema,
    sourceDepartment: z.string(),
    channel: objectionChannelSchema,
    capacity: objectionCapacitySchema,
    kinds: z.array(objectionKindSchema),
    receivedOn: dateSchema,
    outcome: objectionOutcomeSchema.nullable(),
    /** The next limit that runs. */
    dueOn: dateSchema.nullable(),
    remainingWorkdays: z.int().nullable(),
  })
  .meta({ id: 'ObjectionSummary' });
export type ObjectionSummary = z.infer<typeof objectionSummarySchema>;

export const objectionViewSchema = objectionSummarySchema
  .extend({
    applicant: z.string(),
    markedOn: dateSchema.nullable(),
    repeatOf: idSchema.nullable(),
    lacks: z.array(z.object({ pointer: z.string(), detail: z.string() })),
    evidence: z.array(evidenceSchema),
    clockStoppedOn: dateSchema.nullable(),
    proposal: proposalView.nullable(),
    decision: proposalView.extend({ approvedBy: z.string(), decidedOn: dateSchema, remediesZh: z.string() }).nullable(),
    answer: z.object({ documentNo: z.string(), method: z.string(), answeredOn: dateSchema }).nullable(),
    restorations: z.int(),
    deadlines: z.array(
      z.object({
        kind: objectionDeadlineKindSchema,
        dueOn: dateSchema,
        metOn: dateSchema.nullable(),
        missedOn: dateSchema.nullable(),
      }),
    ),
    steps: z.array(
      z.object({
        version: z.int(),
        action: z.string(),
        from: objectionStatusSchema.nullable(),
        to: objectionStatusSchema,
        at: z.iso.datetime(),
        actor: z.string(),
        unit: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    allowed: z.array(z.string()),
  })
  .meta({ id: 'Objection' });
export type ObjectionView = z.infer<typeof objectionViewSchema>;
