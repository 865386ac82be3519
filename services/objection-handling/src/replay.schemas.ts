import {
  dateSchema,
  departmentCodeSchema,
  idSchema,
  pageQuerySchema,
  replayChangeSchema,
  replaySideEffectSchema,
  restorationGroundSchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import { replayStatuses } from './replay.rules.ts';
import { rowActions } from './replay-difference.rules.ts';

const text = (length: number) => z.string().trim().min(1).max(length);

const periodSchema = z
  .object({
    activatedFrom: dateSchema,
    activatedTo: dateSchema,
    listCode: text(50).optional(),
    designatingDepartment: departmentCodeSchema.optional(),
  })
  .refine(({ activatedFrom, activatedTo }) => activatedFrom <= activatedTo, { error: '起始日期不能晚于截止日期' });

/** Exactly one way to say which cases. Events carry no number of an import: a batch is named by list, designating unit and days of coming into force. */
export const replayScopeSchema = z
  .object({
    entryId: idSchema.optional(),
    subjectId: idSchema.optional(),
    objectionNumber: text(50).optional(),
    catalogueVersion: z.int().positive().optional(),
    period: periodSchema.optional(),
  })
  .strict()
  .refine((scope) => Object.values(scope).filter((value) => value !== undefined).length === 1, {
    error: '范围须且只能给出 entryId、subjectId、objectionNumber、catalogueVersion、period 之一',
  });
export type ReplayScope = z.infer<typeof replayScopeSchema>;

export const planReplaySchema = z
  .object({
    scope: replayScopeSchema,
    /** Left out: of an objection what was decided, else nothing (the proof that rules are pure and facts complete). */
    change: replayChangeSchema.optional(),
    ground: restorationGroundSchema.optional(),
    documentNo: text(200).optional(),
    reason: text(2_000),
    ticketNo: text(200).optional(),
    sideEffects: replaySideEffectSchema.default('notify'),
  })
  .meta({ id: 'ReplayPlanRequest' });
export type PlanReplayRequest = z.infer<typeof planReplaySchema>;

/** Of the difference that was read: nobody agrees to another one. */
const readDifference = { sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: '应为所读差异的 sha256' }) };
export const confirmReplaySchema = z.object({ ...readDifference, documentNo: text(200).optional() }).meta({ id: 'ReplayConfirmation' });
export type ReplayConfirmation = z.infer<typeof confirmReplaySchema>;
export const approveReplaySchema = z.object(readDifference).meta({ id: 'ReplayApproval' });
export const replayReasonSchema = z.object({ reason: text(2_000).optional() }).meta({ id: 'ReplayReason' });

export const replayFilterSchema = z.object({
  status: z
    .string()
    .max(500)
    .transform((value) => value.split(',').filter((status) => status !== ''))
    .pipe(z.array(z.enum(replayStatuses)))
    .optional(),
  entryId: idSchema.optional(),
});
export const replayQuerySchema = pageQuerySchema.extend(replayFilterSchema.shape);
export type ReplayQuery = z.infer<typeof replayQuerySchema>;

export const looks = ['PLAN', 'CHECK', 'PROOF'] as const;
export const diffFilterSchema = z.object({
  look: z.enum(looks).default('PLAN'),
  action: z
    .string()
    .max(200)
    .transform((value) => value.split(',').filter((one) => one !== ''))
    .pipe(z.array(z.enum(rowActions)))
    .optional(),
  departmentCode: departmentCodeSchema.optional(),
  onlyChanges: z
    .enum(['true', 'false'])
    .default('true')
    .transform((value) => value === 'true'),
});
export const diffQuerySchema = pageQuerySchema.extend(diffFilterSchema.shape);
export type DiffQuery = z.infer<typeof diffQuerySchema>;

const figuresSchema = z.object({
  added: z.int(),
  withdrawn: z.int(),
  changed: z.int(),
  kept: z.int(),
  restored: z.int(),
  unchanged: z.int(),
  changing: z.int(),
  refused: z.int(),
  failed: z.int(),
  entries: z.record(z.string(), z.int()),
  findings: z.int(),
  addsRestriction: z.boolean(),
  losesHonour: z.boolean(),
  departments: z.array(z.string()),
  events: z.record(z.string(), z.int()),
});

export const replaySummarySchema = z
  .object({
    id: idSchema,
    version: z.int(),
    status: z.enum(replayStatuses),
    statusZh: z.string(),
    paused: z.boolean(),
    scope: replayScopeSchema,
    change: replayChangeSchema,
    ground: restorationGroundSchema.nullable(),
    documentNo: z.string().nullable(),
    reason: z.string(),
    ticketNo: z.string().nullable(),
    sideEffects: replaySideEffectSchema,
    requestedBy: z.string(),
    requestedAt: z.iso.datetime(),
    cases: z.int(),
    /** Of the finished plan; null until then. */
    story: z.string().nullable(),
    sha256: z.string().nullable(),
    approvedBy: z.string().nullable(),
    approvedOn: dateSchema.nullable(),
    appliedOn: dateSchema.nullable(),
    /** Why it stands still, was refused, or is not whole. */
    detail: z.string().nullable(),
  })
  .meta({ id: 'ReplaySummary' });
export type ReplaySummary = z.infer<typeof replaySummarySchema>;

export const replayViewSchema = replaySummarySchema
  .extend({
    /** Of the stage that is running: cases that were asked or ordered, that have answered, that could not be settled. */
    progress: z.object({ cases: z.int(), asked: z.int(), answered: z.int(), failed: z.int() }),
    figures: figuresSchema.nullable(),
    /** Units that have to confirm what is added (R-6-7a), and those that have. */
    toConfirm: z.array(z.string()),
    confirmations: z.array(z.object({ departmentCode: z.string(), by: z.string(), on: dateSchema, documentNo: z.string().nullable() })),
    failures: z.array(z.object({ entryId: idSchema, number: z.string(), detail: z.string().nullable() })),
    steps: z.array(
      z.object({
        version: z.int(),
        action: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        at: z.iso.datetime(),
        actor: z.string(),
        unit: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    allowed: z.array(z.string()),
  })
  .meta({ id: 'Replay' });
export type ReplayView = z.infer<typeof replayViewSchema>;

export const diffRowSchema = z
  .object({
    look: z.enum(looks),
    /** The case: the entry with everything that rests on it. */
    entryId: idSchema,
    kind: z.enum(['CASE', 'ENTRY', 'PLAN', 'MEASURE', 'TASK', 'FINDING']),
    action: z.enum(rowActions),
    id: z.string().nullable(),
    departmentCode: z.string().nullable(),
    facts: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ReplayDifferenceRow' });
export type DiffRow = z.infer<typeof diffRowSchema>;

export const diffPageSchema = z
  .object({
    data: z.array(diffRowSchema),
    page: z.object({ nextCursor: z.string().nullable(), hasMore: z.boolean() }),
    story: z.string().nullable(),
    figures: figuresSchema.nullable(),
  })
  .meta({ id: 'ReplayDifferencePage' });
export type DiffPage = z.infer<typeof diffPageSchema>;
