import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema } from '../vocabulary.ts';

const repairHead = {
  repairId: idSchema,
  /** `LYG-XF-2026-000123` */
  number: z.string(),
  /** The entry that is repaired; the event's key is the key of that entry. */
  entryId: idSchema,
  subjectId: idSchema,
  /** The unit that decided (谁认定、谁修复). */
  decidingDepartment: departmentCodeSchema,
  documentNo: z.string(),
};

/** Sent when a repair of a list entry is granted (R-5-11): the entry leaves its list (T17) and everything that rests on it is undone. */
export const repairGranted = defineEvent({
  type: 'lianxin.repair.granted.v1',
  effect: 'FREES',
  titleZh: '信用修复准予',
  data: z.object({ ...repairHead, grantedOn: dateSchema }),
});

/** Sent when a repair is revoked for false materials or a broken commitment (R-5-13): the entry is in force again for its remaining term (T23). */
export const repairRevoked = defineEvent({
  type: 'lianxin.repair.revoked.v1',
  effect: 'RESTRICTS',
  titleZh: '信用修复撤销',
  data: z.object({ ...repairHead, revokedOn: dateSchema, ground: z.enum(['FALSE_MATERIAL', 'COMMITMENT_BROKEN']) }),
});
