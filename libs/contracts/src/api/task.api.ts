import { z } from 'zod';
import { replaySideEffectSchema } from '../events/replay.ts';
import {
  basisStatusSchema,
  dateSchema,
  departmentCodeSchema,
  feedbackKindSchema,
  forceSchema,
  idSchema,
  notAppliedReasonSchema,
  partyRoleSchema,
  taskKindSchema,
  taskStatusSchema,
  triggerSchema,
} from '../vocabulary.ts';
import { pageQuerySchema } from './page.api.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const listOf = <Schema extends z.ZodType<string, string>>(schema: Schema) =>
  z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(schema).max(50))
    .optional();

/** Query of `GET /api/v1/tasks` and `GET /api/v1/notices`. `entryId` matches any basis; comma means or. */
export const taskQuerySchema = pageQuerySchema.extend({
  department: listOf(departmentCodeSchema),
  status: listOf(taskStatusSchema),
  entryId: idSchema.optional(),
  measureCode: z.string().max(40).optional(),
  /** `me`: claimed by the asking person or somebody this person stands in for. */
  assignee: z.enum(['me']).optional(),
});
export type TaskQuery = z.infer<typeof taskQuerySchema>;

export const returnRequestSchema = z
  .object({ reason: z.enum(['NOT_OURS', 'WRONG_SUBJECT', 'NO_SUCH_POWER', 'OTHER']), detail: text(2000).optional() })
  .meta({ id: 'TaskReturnRequest' });
export const returnDecisionSchema = z
  .object({ outcome: z.enum(['ACCEPTED', 'REFUSED']), detail: text(2000) })
  .meta({ id: 'TaskReturnDecision' });

/** Body of `POST /api/v1/tasks/{id}/feedback` (§4.6). */
export const feedbackRequestSchema = z
  .object({
    kind: feedbackKindSchema,
    measureApplied: text(500).optional(),
    appliedOn: dateSchema.optional(),
    businessMatter: text(500).optional(),
    documentNo: text(200).optional(),
    amount: z.object({ value: z.number(), unit: text(20) }).optional(),
    termFrom: dateSchema.optional(),
    termTo: dateSchema.optional(),
    effect: z.enum(['RESTRICTED', 'DUTY_PERFORMED', 'REPAIR_REQUESTED', 'BENEFIT_ENJOYED', 'OTHER']).optional(),
    notAppliedReason: notAppliedReasonSchema.optional(),
    remark: text(2000).optional(),
    evidenceIds: z.array(idSchema).max(20).default([]),
    /** Who did it in the department, and where to ask. */
    handler: text(50).optional(),
    phone: z
      .string()
      .trim()
      .regex(/^\+?\d[\d-]{5,18}\d$/, { message: '电话由数字和连字符组成，如 0518-85800000' })
      .optional(),
    /** Which basis of the measure was applied, as the task names it. */
    legalBasisUsed: z.object({ document: text(300), article: text(200).optional() }).optional(),
    clientRef: text(100).optional(),
  })
  .meta({ id: 'FeedbackRequest' });
export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;

export const rejectRequestSchema = z.object({ reason: text(2000) }).meta({ id: 'FeedbackRejectRequest' });

const clauseSchema = z.object({ document: z.string(), article: z.string().nullable(), verified: z.boolean() });

/** A task or a notice as its department sees it. */
export const taskViewSchema = z
  .object({
    id: idSchema,
    departmentCode: departmentCodeSchema,
    measureCode: z.string(),
    measureNameZh: z.string(),
    canonicalCode: z.string(),
    class: z.string(),
    partyId: idSchema,
    partyRole: partyRoleSchema,
    party: z.object({ kind: z.string(), name: z.string().nullable(), usccCode: z.string().nullable(), idMasked: z.string().nullable() }),
    cycle: z.int(),
    kind: taskKindSchema,
    status: taskStatusSchema,
    version: z.int(),
    force: forceSchema,
    trigger: triggerSchema,
    role: z.enum(['LEAD', 'COOP']),
    dispatchedAt: z.string(),
    dueAt: z.string().nullable(),
    remainingWorkdays: z.int().nullable(),
    overdue: z.boolean(),
    /** True: the term reaches into a year without a working-day table and is computed again when that is loaded (R-7-3). */
    provisional: z.boolean().optional(),
    bases: z.array(
      z.object({
        entryId: idSchema,
        entryNumber: z.string(),
        listCode: z.string(),
        measureCode: z.string(),
        status: basisStatusSchema,
        validTo: z.string().nullable(),
      }),
    ),
    /** Who has claimed it; null: nobody. */
    assignee: z.string().nullable().optional(),
    /** What a task is about that rests on no plan: a verification, a review, a restoration (R-4-9a); null for EXECUTE. */
    order: z
      .object({
        referenceId: idSchema,
        referenceNumber: z.string(),
        entryId: idSchema.nullable(),
        listCode: z.string(),
        ground: z.string().nullable(),
        documentNo: z.string().nullable(),
        dueOn: z.string().nullable(),
        measureCodes: z.array(z.string()),
      })
      .nullable()
      .optional(),
    /** The replay that touched it last. `quiet`: it asks for more, and nobody outside is told until the task moves on (product §A.4). Null: none did. */
    replay: z.object({ id: idSchema, mode: replaySideEffectSchema, quiet: z.boolean() }).nullable().optional(),
    /** Why this department has this task: rule, clauses, documents, who designated (product §A.1). */
    explanation: z.object({
      rule: z.string(),
      textZh: z.string(),
      clauses: z.array(clauseSchema),
      designatingDepartment: z.string(),
      conditions: z.array(z.object({ code: z.string(), documentNo: z.string() })),
    }),
  })
  .meta({ id: 'Task' });
export type TaskView = z.infer<typeof taskViewSchema>;
