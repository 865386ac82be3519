import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema } from '../vocabulary.ts';

/** Grounds on which effects of a measure are removed (R-6-7a). */
export const restorationGroundSchema = z.enum([
  'OBJECTION_UPHELD',
  'REVOKING_DOCUMENT',
  'COURT_RULING',
  'DESIGNATOR_CORRECTION',
  'SYSTEM_FAULT',
]);
export type RestorationGround = z.infer<typeof restorationGroundSchema>;

/**
 * Sent when measures were wrongly applied to a party and the departments that applied them must remove the effects (R-6-8, R-6-7): by an objection that was
 * upheld or by an applied replay. Key: the party's subject. Each department gets one RESTORE task for the entry and party; a further order for the same
 * adds its measures to it.
 */
export const restorationOrdered = defineEvent({
  type: 'lianxin.restoration.ordered.v1',
  effect: 'FREES',
  titleZh: '恢复名誉与消除影响',
  data: z.object({
    restorationId: idSchema,
    entryId: idSchema,
    entryNumber: z.string(),
    listCode: z.string(),
    partyId: idSchema,
    partySubjectId: idSchema,
    ground: restorationGroundSchema,
    documentNo: z.string().nullable(),
    /** Last day; null: the configured 10 working days (`restore.reputation_wd`). */
    dueOn: dateSchema.nullable(),
    departments: z
      .array(z.object({ departmentCode: departmentCodeSchema, measureCodes: z.array(z.string()).max(200) }))
      .min(1)
      .max(200),
  }),
});
