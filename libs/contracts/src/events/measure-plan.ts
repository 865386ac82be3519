import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  directionSchema,
  exitGroundSchema,
  forceSchema,
  idSchema,
  listTypeSchema,
  partyRoleSchema,
  skipReasonSchema,
  subjectKindSchema,
  triggerSchema,
} from '../vocabulary.ts';

/** One measure of a plan with who executes it. Texts are looked up in the named catalogue version. */
export const planMeasureSchema = z.object({
  measureCode: z.string(),
  canonicalCode: z.string(),
  class: z.string(),
  force: forceSchema,
  trigger: triggerSchema,
  holdExempt: z.boolean(),
  termRule: z.string(),
  /** Places (0-based) of the catalogue's basis rows of this measure that open its gate for this list on this date; empty where no gate is asked (NA). */
  basisRefs: z.array(z.int().nonnegative()),
  /** Proofs of the measure's condition, `code` and document number. */
  conditions: z.array(z.object({ code: z.string(), documentNo: z.string() })),
  executors: z.array(
    z.object({
      departmentCode: departmentCodeSchema,
      role: z.enum(['LEAD', 'COOP']),
      /** Information notice: no deadline, no urging, never a task (R-1-4, catalogue rule 5). */
      notice: z.boolean(),
      /** False for a notice and for units that are not supervised (§4.5). */
      hasDeadline: z.boolean(),
    }),
  ),
});
export type PlanMeasure = z.infer<typeof planMeasureSchema>;

/** Parties that get the same measures and skips, so that an event grows with measures plus parties, not with their product. */
export const planGroupSchema = z.object({
  partyIds: z.array(idSchema).min(1),
  measureCodes: z.array(z.string()),
  /** `measureCode` null: the party as a whole gets nothing (PARTY_NOT_SERVED). `clause` names the rule that says so. */
  skips: z.array(z.object({ measureCode: z.string().nullable(), reason: skipReasonSchema, clause: z.string() })),
});

const planHead = {
  planId: idSchema,
  entryId: idSchema,
  entryVersion: z.int().positive(),
  activationNo: z.int().positive(),
  /** Grows by one with every event of the plan. */
  planVersion: z.int().positive(),
  subjectId: idSchema,
};

const planBody = {
  ...planHead,
  catalogueVersion: z.int().positive(),
  listCode: z.string(),
  listType: listTypeSchema,
  listField: z.string().nullable(),
  direction: directionSchema,
  entryNumber: z.string(),
  designatingDepartment: departmentCodeSchema,
  activatedOn: dateSchema,
  validTo: dateSchema.nullable(),
  parties: z.array(z.object({ partyId: idSchema, subjectId: idSchema, role: partyRoleSchema, kind: subjectKindSchema })),
  measures: z.array(planMeasureSchema),
  groups: z.array(planGroupSchema),
};

/** Sent when an entry in force has been decomposed (R-4-2). One event per plan. */
export const measurePlanMade = defineEvent({
  type: 'lianxin.measure_plan.made.v1',
  effect: 'RESTRICTS',
  titleZh: '措施分解完成',
  data: z.object(planBody),
});
export type MeasurePlanMade = z.infer<typeof measurePlanMade.data>;

/** Sent when the entry is suspended: nothing of the plan is executed for the time being. */
export const measurePlanHeld = defineEvent({
  type: 'lianxin.measure_plan.held.v1',
  effect: 'FREES',
  titleZh: '措施暂停',
  data: z.object({
    ...planHead,
    /** OBJECTION spares measures with `holdExempt` (R-6-4); a suspension by court or bankruptcy spares none. */
    cause: z.enum(['SUSPENSION', 'OBJECTION']),
    documentNo: z.string().nullable(),
    heldOn: dateSchema,
  }),
});

/** Sent when the hold is over. */
export const measurePlanReleased = defineEvent({
  type: 'lianxin.measure_plan.released.v1',
  effect: 'RESTRICTS',
  titleZh: '措施恢复执行',
  data: z.object({ ...planHead, documentNo: z.string().nullable(), releasedOn: dateSchema }),
});

/** Sent when the entry has left its list: every basis that rests on it ends. */
export const measurePlanEnded = defineEvent({
  type: 'lianxin.measure_plan.ended.v1',
  effect: 'FREES',
  titleZh: '措施终止',
  data: z.object({
    ...planHead,
    ground: exitGroundSchema,
    /** True where the entry should never have been (CORRECTED, REVOKED): what never started is cancelled, not lifted. */
    inError: z.boolean(),
    documentNo: z.string().nullable(),
    endedOn: dateSchema,
  }),
});

/** Sent when the entry has ended for some of its parties (T22): their bases end, those of the others stay. */
export const measurePlanNarrowed = defineEvent({
  type: 'lianxin.measure_plan.narrowed.v1',
  effect: 'FREES',
  titleZh: '措施对部分当事人终止',
  data: z.object({
    ...planHead,
    ground: exitGroundSchema,
    documentNo: z.string().nullable(),
    narrowedOn: dateSchema,
    endedPartyIds: z.array(idSchema).min(1),
  }),
});

/**
 * Sent when a newer entry of the same list and subject has taken the place of this plan's entry (T21). The plan of the newer entry has been made before:
 * what both demand stays one task with its history, only what the newer one no longer demands is undone.
 */
export const measurePlanSuperseded = defineEvent({
  type: 'lianxin.measure_plan.superseded.v1',
  effect: 'FREES',
  titleZh: '措施由新记录承接',
  data: z.object({ ...planHead, byEntryId: idSchema, documentNo: z.string().nullable(), endedOn: dateSchema }),
});

/** Why a plan was derived again: another version of the catalogue came into force (R-4-8), or what had been missing was supplied. */
export const revisionReasonSchema = z.enum(['CATALOGUE_VERSION', 'INCIDENT_RETRY']);

/**
 * Sent when a plan that has not ended was derived again and came out otherwise (R-4-8). It carries the whole plan: what it no longer has is lifted, what is
 * new is dispatched, what is in both keeps its history; whether it is held stays as it was.
 */
export const measurePlanRevised = defineEvent({
  type: 'lianxin.measure_plan.revised.v1',
  effect: 'FREES',
  titleZh: '措施重新分解',
  data: z.object({
    ...planBody,
    reason: revisionReasonSchema,
    documentNo: z.string().nullable(),
    revisedOn: dateSchema,
    /** Departments that have been merged: open tasks of `from` move to `to` (R-4-8). */
    moves: z.array(z.object({ from: departmentCodeSchema, to: departmentCodeSchema })),
    /** Of which run of re-planning it is part, and how many rows it changes: whoever executes says when they are done (`catalogue.applied`). */
    flow: z.object({ runId: idSchema, rows: z.int().nonnegative() }).optional(),
  }),
});
export type MeasurePlanRevised = z.infer<typeof measurePlanRevised.data>;

/**
 * Sent when a plan was derived again because facts of its entry were corrected, or by an approved replay, and came out otherwise. As `revised` it carries the
 * whole plan: what it no longer has is lifted, what is new is dispatched, what is in both keeps its history; whether it is held stays as it was.
 */
export const measurePlanCorrected = defineEvent({
  type: 'lianxin.measure_plan.corrected.v1',
  effect: 'FREES',
  titleZh: '措施更正分解',
  data: z.object({
    ...planBody,
    reason: z.enum(['ENTRY_CORRECTED', 'REPLAY']),
    documentNo: z.string().nullable(),
    correctedOn: dateSchema,
  }),
});
export type MeasurePlanCorrected = z.infer<typeof measurePlanCorrected.data>;
