import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { idSchema } from '../vocabulary.ts';

/** Sent when something needs the credit office: an entry that produced nothing, a measure without a department. */
export const incidentRaised = defineEvent({
  type: 'lianxin.incident.raised.v1',
  effect: 'INFORMS',
  titleZh: '异常',
  data: z.object({
    incidentId: idSchema,
    cause: z.enum(['NO_MEASURE_FOUND', 'NO_DEPARTMENT']),
    /** What the incidents of one cause have in common, e.g. the missing department code. */
    groupKey: z.string(),
    entryId: idSchema,
    listCode: z.string(),
    measureCode: z.string().nullable(),
  }),
});
