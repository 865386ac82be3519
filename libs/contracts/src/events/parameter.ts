import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, idSchema, instantSchema } from '../vocabulary.ts';

/** Key of every event about parameters: they concern no subject. */
export const parameterKey = 'parameter';

/** Sent when a second person has approved a change of a parameter, and when one that still waits for its day is withdrawn (§12). */
export const parameterChanged = defineEvent({
  type: 'lianxin.parameter.changed.v1',
  effect: 'INFORMS',
  titleZh: '参数变更',
  data: z.object({
    changeId: idSchema,
    /** As in §12, `task.ack_wd`. */
    key: z.string().min(1).max(100),
    /** Grows with every change and withdrawal of this key. */
    version: z.int().positive(),
    state: z.enum(['APPROVED', 'WITHDRAWN']),
    value: z.int(),
    /** First day, in Beijing. */
    validFrom: dateSchema,
    /** What would count on that day without this change. */
    previousValue: z.int(),
    reasonZh: z.string(),
    documentNo: z.string().nullable(),
    proposedBy: z.string(),
    decidedBy: z.string(),
    decidedAt: instantSchema,
  }),
});
