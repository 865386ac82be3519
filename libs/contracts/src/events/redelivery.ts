import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { departmentCodeSchema, idSchema, instantSchema } from '../vocabulary.ts';

/** What a redelivery holds: everything about one case (entry), about one subject, or of a period by the time of recording, its end left out. */
export const redeliveryScopeSchema = z.union([
  z.strictObject({ entryId: idSchema }),
  z.strictObject({ subjectId: idSchema }),
  z.strictObject({ from: instantSchema, to: instantSchema }),
]);
export type RedeliveryScope = z.infer<typeof redeliveryScopeSchema>;

export const redeliveryOutcomes = ['COMPLETED', 'CANCELLED', 'FAILED'] as const;

const redeliveryHead = { redeliveryId: idSchema, departmentCode: departmentCodeSchema };

/** Sent when somebody has seen the count of a redelivery and lets it go out. Key of all `redelivery.*`: the redelivery, so that its events stay in order. */
export const redeliveryConfirmed = defineEvent({
  type: 'lianxin.redelivery.confirmed.v1',
  effect: 'INFORMS',
  titleZh: '补发确认',
  data: z.object({
    ...redeliveryHead,
    scope: redeliveryScopeSchema,
    /** null: of all types. */
    types: z.array(z.string()).nullable(),
    events: z.int().positive(),
  }),
});

/** JSON as it is, or gzip in base64 where the copy with its envelope would pass the limit of an event. */
const packedDataSchema = z.union([z.object({ json: z.unknown() }), z.object({ gzip: z.base64() })]);

/**
 * Sent by the journal for each event of a redelivery: the original with its own id and time, of its data what this department may see. Whoever keeps
 * the streams appends it to that department's stream and to no other; for everybody else it is no news.
 */
export const redeliveryDelivered = defineEvent({
  type: 'lianxin.redelivery.delivered.v1',
  effect: 'INFORMS',
  titleZh: '补发事件',
  data: z.object({
    ...redeliveryHead,
    /** 1 for the first of `of`. */
    position: z.int().positive(),
    of: z.int().positive(),
    event: z.object({
      id: idSchema,
      type: z.string(),
      source: z.string(),
      key: z.string(),
      subjectSeq: z.int().nonnegative(),
      time: instantSchema,
      recordedTime: instantSchema,
      correlationId: z.string(),
      causationId: z.string().nullable(),
      classification: z.enum(['public', 'internal', 'confidential', 'restricted']),
      actor: z.string().nullable(),
      data: packedDataSchema,
    }),
  }),
});
export type RedeliveryDelivered = z.infer<typeof redeliveryDelivered.data>;

/** Sent when a redelivery that was confirmed is over: all of it sent, or stopped before. */
export const redeliveryEnded = defineEvent({
  type: 'lianxin.redelivery.ended.v1',
  effect: 'INFORMS',
  titleZh: '补发结束',
  data: z.object({ ...redeliveryHead, outcome: z.enum(redeliveryOutcomes), planned: z.int().nonnegative(), sent: z.int().nonnegative() }),
});
