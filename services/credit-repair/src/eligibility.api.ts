import { dateSchema, departmentCodeSchema, idSchema, repairItemKindSchema } from '@lianxin/contracts';
import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** What the asker answers beforehand: what is known here already need not be said. */
const answers = {
  dutiesPerformedOn: dateSchema.optional(),
  commitment: flag.optional(),
  /** Day for which the question is asked; today when left out. */
  asOf: dateSchema.optional(),
};
export const eligibilityQuerySchema = z.object({
  entryId: idSchema.optional(),
  recordId: idSchema.optional(),
  subjectId: idSchema.optional(),
  usccCode: z.string().trim().min(1).max(64).optional(),
  /** Mandatory for a window: why it asks about this subject (R-8-11). */
  purpose: z.string().trim().min(2).max(200).optional(),
  ...answers,
});
export type EligibilityQuery = z.infer<typeof eligibilityQuerySchema>;
export const publicEligibilityQuerySchema = z.object({ usccCode: z.string().trim().min(1).max(64), ...answers });
export type PublicEligibilityQuery = z.infer<typeof publicEligibilityQuerySchema>;

export const missingSchema = z.enum(['PERIOD', 'DUTIES', 'COMMITMENT', 'FRAUD_BLOCK']);
export const itemEligibilitySchema = z
  .object({
    kind: repairItemKindSchema,
    id: idSchema,
    number: z.string(),
    listCode: z.string().nullable(),
    /** Who decides (谁认定、谁修复). */
    departmentCode: departmentCodeSchema,
    decidedOn: dateSchema.nullable(),
    outcome: z.enum([
      'ELIGIBLE',
      'NOT_YET',
      'TERM_ONLY',
      'NOT_REPAIRABLE',
      'OWN_EXIT_RULE',
      'BASIS_REVOKED',
      'FOREIGN',
      'ENDED',
      'NOT_COVERED',
    ]),
    earliestOn: dateSchema.nullable(),
    endsOn: dateSchema.nullable(),
    missing: z.array(missingSchema),
    regime: z.string().nullable(),
    clause: z.string(),
    textZh: z.string(),
    caveats: z.array(z.string()),
    openRepair: z.string().nullable(),
    /** An objection to it is being verified (异议处理中, R-6-5): its measures rest meanwhile; it can be repaired all the same. */
    disputed: z.boolean(),
    /** A reconsideration or lawsuit about it is pending (R-6-6). */
    inReview: z.boolean(),
  })
  .meta({ id: 'RepairItemEligibility' });
export type ItemEligibility = z.infer<typeof itemEligibilitySchema>;

/** What anybody may know of a record: not whether its subject has applied. */
export const publicItemEligibilitySchema = itemEligibilitySchema.omit({ openRepair: true }).meta({ id: 'PublicRepairItemEligibility' });
export const eligibilityAnswerSchema = z
  .object({
    subject: z.object({ id: idSchema, name: z.string() }).nullable(),
    asOf: dateSchema,
    items: z.array(itemEligibilitySchema),
    /** R-5-17. */
    notice: z.string(),
  })
  .meta({ id: 'RepairEligibility' });
export type EligibilityAnswer = z.infer<typeof eligibilityAnswerSchema>;

export const publicEligibilityAnswerSchema = eligibilityAnswerSchema
  .extend({ items: z.array(publicItemEligibilitySchema) })
  .meta({ id: 'PublicRepairEligibility' });
export type PublicEligibilityAnswer = z.infer<typeof publicEligibilityAnswerSchema>;

/** What the competent unit says that the record does not tell (§5.6). */
export const assertionRequestSchema = z
  .object({ itemId: idSchema, code: z.string().min(1).max(60), documentNo: z.string().trim().min(1).max(200) })
  .meta({ id: 'RepairAssertionRequest' });
export type AssertionRequest = z.infer<typeof assertionRequestSchema>;
