import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { departmentCodeSchema, idSchema } from '../vocabulary.ts';

/** How sure a window answer is of whom it speaks (R-11-1, R-11-1a). `UNKNOWN`: no such subject in the register. */
export const checkIdentitySchema = z.enum(['EXACT', 'NAME_NOT_GIVEN', 'NAME_DIFFERS', 'UNKNOWN']);
export type CheckIdentity = z.infer<typeof checkIdentitySchema>;

/** R-4-14: what a window prompt asks of the clerk. */
export const checkLevelSchema = z.enum(['BLOCK', 'REVIEW', 'INFO', 'REWARD']);
export type CheckLevel = z.infer<typeof checkLevelSchema>;

/** Why a clerk does not follow a prompt (product §B.9). */
export const overrideReasonSchema = z.enum(['not_same_subject', 'repaired_pending_sync', 'measure_not_applicable', 'other']);
export type OverrideReason = z.infer<typeof overrideReasonSchema>;

const promptSchema = z.object({
  promptId: idSchema,
  subjectId: idSchema,
  entryId: idSchema,
  planId: idSchema,
  planVersion: z.int().positive(),
  level: checkLevelSchema,
  measureCodes: z.array(z.string()),
});

const checkHead = {
  checkId: idSchema,
  /** Slip number. */
  number: z.string(),
  matterCode: z.string(),
  /** Department that decides the matter. */
  matterDepartment: departmentCodeSchema,
  /** Department whose clerk asked. */
  departmentCode: departmentCodeSchema,
};

/** Sent when a window has asked about the parties of a matter and got its answer (R-4-14); a clean answer is sent too, for it is evidence. */
export const checkPerformed = defineEvent({
  type: 'lianxin.check.performed.v1',
  effect: 'INFORMS',
  titleZh: '窗口核查',
  data: z.object({
    ...checkHead,
    subjects: z.array(z.object({ role: z.string(), subjectId: idSchema.nullable(), identity: checkIdentitySchema })),
    prompts: z.array(promptSchema),
    /** Set when this is the check afterwards of an answer given while a part was down. */
    backCheckOf: idSchema.nullable(),
  }),
});

/** Sent when the clerk has decided about prompts of a check: which measures are applied, which not. */
export const checkDecided = defineEvent({
  type: 'lianxin.check.decided.v1',
  effect: 'INFORMS',
  titleZh: '窗口处理结果',
  data: z.object({
    ...checkHead,
    /** Number of the case (办件号); left out where the window gave none. */
    caseNo: z.string().optional(),
    decisions: z.array(
      promptSchema.extend({
        outcome: z.enum(['accepted', 'overridden']),
        /** Measures that the decision applied; none where it was overridden. */
        appliedMeasureCodes: z.array(z.string()),
        decidedAt: z.iso.datetime({ offset: true }),
      }),
    ),
  }),
});

/** Sent for each prompt that a clerk did not follow, with the coded reason: match memory, incidents and reviews live on it (product §B.9). */
export const checkOverridden = defineEvent({
  type: 'lianxin.check.overridden.v1',
  effect: 'INFORMS',
  titleZh: '窗口提示未采纳',
  data: z.object({ ...checkHead, prompt: promptSchema, reason: overrideReasonSchema, hasComment: z.boolean() }),
});
