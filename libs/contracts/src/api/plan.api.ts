import { z } from 'zod';
import {
  dateSchema,
  departmentCodeSchema,
  directionSchema,
  forceSchema,
  idSchema,
  instantSchema,
  listTypeSchema,
  partyRoleSchema,
  skipReasonSchema,
  subjectKindSchema,
  triggerSchema,
} from '../vocabulary.ts';
import { pageQuerySchema } from './page.api.ts';

export const decompositionQuerySchema = z.object({ entryId: idSchema });

/** A document that a measure rests on, or that was not enough. Show as law only where `verified` (rule book §0.1). */
const explainedBasisSchema = z.object({
  document: z.string(),
  article: z.string().nullable(),
  basisKind: z.string(),
  effectiveFrom: dateSchema,
  verified: z.boolean(),
  opensGate: z.boolean(),
  remarkZh: z.string(),
});

/** Why somebody got a measure, or did not: clause, rule of the catalogue, reason, documents. */
export const explanationSchema = z
  .object({
    clause: z.string(),
    rule: z.string(),
    reasonCode: z.string(),
    textZh: z.string(),
    bases: z.array(explainedBasisSchema),
    conditions: z.array(z.object({ code: z.string(), documentNo: z.string() })),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof explanationSchema>;

const explainedItemSchema = z.object({
  measureCode: z.string(),
  nameZh: z.string(),
  canonicalCode: z.string(),
  class: z.string(),
  force: forceSchema,
  trigger: triggerSchema,
  executors: z.array(
    z.object({
      departmentCode: departmentCodeSchema,
      departmentNameZh: z.string(),
      role: z.enum(['LEAD', 'COOP']),
      notice: z.boolean(),
      hasDeadline: z.boolean(),
      textZh: z.string(),
    }),
  ),
  explanation: explanationSchema,
});

/** `measureCode` null: the parties of the group get nothing at all. */
const explainedSkipSchema = z.object({
  measureCode: z.string().nullable(),
  nameZh: z.string().nullable(),
  reason: skipReasonSchema,
  explanation: explanationSchema,
});

/** Parties that got the same, with every item and every skip explained. */
export const explainedGroupSchema = z.object({
  parties: z.array(z.object({ partyId: idSchema, role: partyRoleSchema, kind: subjectKindSchema })),
  items: z.array(explainedItemSchema),
  skips: z.array(explainedSkipSchema),
});
export type ExplainedGroup = z.infer<typeof explainedGroupSchema>;

/** One plan of an entry with what became of it (`GET /api/v1/decompositions`). */
export const decompositionViewSchema = z
  .object({
    planId: idSchema,
    entryId: idSchema,
    entryNumber: z.string(),
    entryVersion: z.int(),
    activationNo: z.int(),
    planVersion: z.int(),
    status: z.enum(['LIVE', 'HELD', 'ENDED']),
    catalogueVersion: z.int(),
    listCode: z.string(),
    listType: listTypeSchema,
    direction: directionSchema,
    designatingDepartment: departmentCodeSchema,
    decidedOn: dateSchema,
    activatedOn: dateSchema,
    validTo: dateSchema.nullable(),
    madeAt: instantSchema,
    counts: z.object({ tasks: z.int(), notices: z.int(), skips: z.int() }),
    steps: z.array(
      z.object({
        planVersion: z.int(),
        kind: z.enum(['MADE', 'HELD', 'RELEASED', 'NARROWED', 'REVISED', 'CORRECTED', 'ENDED']),
        at: instantSchema,
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    groups: z.array(explainedGroupSchema),
  })
  .meta({ id: 'Decomposition' });
export type DecompositionView = z.infer<typeof decompositionViewSchema>;

export const incidentQuerySchema = pageQuerySchema.extend({
  cause: z.enum(['NO_MEASURE_FOUND', 'NO_DEPARTMENT']).optional(),
  groupKey: z.string().max(100).optional(),
  entryId: idSchema.optional(),
  /** Left out: all. OPEN: neither solved nor ignored, and its plan still runs. */
  state: z.enum(['OPEN', 'RESOLVED', 'IGNORED']).optional(),
});
export type IncidentQuery = z.infer<typeof incidentQuerySchema>;

export const incidentViewSchema = z
  .object({
    id: idSchema,
    cause: z.enum(['NO_MEASURE_FOUND', 'NO_DEPARTMENT']),
    groupKey: z.string(),
    /** How many incidents have this cause and key. */
    groupSize: z.int(),
    textZh: z.string(),
    planId: idSchema,
    entryId: idSchema,
    listCode: z.string(),
    measureCode: z.string().nullable(),
    raisedAt: instantSchema,
    state: z.enum(['OPEN', 'RESOLVED', 'IGNORED', 'PLAN_ENDED']),
    resolvedAt: instantSchema.nullable(),
    ignoredBy: z.string().nullable(),
    ignoredReason: z.string().nullable(),
  })
  .meta({ id: 'Incident' });
export type IncidentView = z.infer<typeof incidentViewSchema>;

/** Open incidents of one cause: fixed once, all are retried together. */
export const incidentGroupViewSchema = z
  .object({
    cause: z.enum(['NO_MEASURE_FOUND', 'NO_DEPARTMENT']),
    groupKey: z.string(),
    count: z.int(),
    entries: z.int(),
    measureCodes: z.array(z.string()),
    listCodes: z.array(z.string()),
    firstRaisedAt: instantSchema,
    lastRaisedAt: instantSchema,
    textZh: z.string(),
  })
  .meta({ id: 'IncidentGroup' });
export type IncidentGroupView = z.infer<typeof incidentGroupViewSchema>;
