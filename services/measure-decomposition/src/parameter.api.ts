import { dateSchema, idSchema, instantSchema, pageQuerySchema } from '@lianxin/contracts';
import { z } from 'zod';

const keySchema = z.string().trim().min(1).max(100);

export const newParameterChangeSchema = z
  .object({
    key: keySchema,
    value: z.number(),
    /** First day, in Beijing: today or later. */
    validFrom: dateSchema,
    reasonZh: z.string().trim().min(2).max(500),
    documentNo: z.string().trim().min(1).max(100).optional(),
  })
  .meta({ id: 'NewParameterChange' });
export type NewParameterChange = z.infer<typeof newParameterChangeSchema>;

export const parameterCancellationSchema = z.object({ reasonZh: z.string().trim().min(2).max(500) }).meta({ id: 'ParameterCancellation' });

const statusSchema = z.enum(['PROPOSED', 'APPROVED', 'CANCELLED', 'WITHDRAWN']);

export const parameterChangeViewSchema = z
  .object({
    id: idSchema,
    key: z.string(),
    titleZh: z.string(),
    value: z.int(),
    /** What would count on that day without this change, as it was when it was dealt with last. */
    previousValue: z.int(),
    validFrom: dateSchema,
    reasonZh: z.string(),
    documentNo: z.string().nullable(),
    status: statusSchema,
    /** Who did what and when. */
    facts: z.array(z.object({ what: statusSchema, by: z.string(), at: instantSchema, reasonZh: z.string().nullable() })),
  })
  .meta({ id: 'ParameterChange' });
export type ParameterChangeView = z.infer<typeof parameterChangeViewSchema>;

export const parameterViewSchema = z
  .object({
    key: z.string(),
    titleZh: z.string(),
    titleEn: z.string(),
    type: z.enum(['WORKING_DAYS', 'DAY_OF_MONTH', 'HOUR_OF_DAY', 'MONTHS']),
    clause: z.string(),
    /** Who reads it. */
    service: z.string(),
    /** CLOCK_START: a deadline keeps the value of the day on which it began. EACH_DAY: that of the day on which the system acts. */
    counts: z.enum(['CLOCK_START', 'EACH_DAY']),
    /** A new value begins tomorrow at the earliest. */
    isJudgedLater: z.boolean(),
    default: z.int(),
    min: z.int(),
    max: z.int(),
    /** The day that was asked for, and what counts on it. */
    date: dateSchema,
    value: z.int(),
    /** Since when; null while the default counts. */
    since: dateSchema.nullable(),
    /** Approved for later days, the nearest first. */
    upcoming: z.array(z.object({ changeId: idSchema, value: z.int(), validFrom: dateSchema })),
  })
  .meta({ id: 'Parameter' });
export type ParameterView = z.infer<typeof parameterViewSchema>;

export const parameterQuerySchema = pageQuerySchema.extend({
  service: z.string().max(50).optional(),
  /** The day whose values are wanted, today unless told. */
  date: dateSchema.optional(),
});
export const parameterDateQuerySchema = z.object({ date: dateSchema.optional() });
export const parameterChangeQuerySchema = pageQuerySchema.extend({ key: keySchema.optional(), status: statusSchema.optional() });
