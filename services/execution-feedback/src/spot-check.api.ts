import { departmentCodeSchema, idSchema, pageQuerySchema } from '@lianxin/contracts';
import { z } from 'zod';

const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '月份形如 2026-10');

export const spotCheckRequestSchema = z
  .object({ month: monthSchema, percent: z.int().min(1).max(100).default(5) })
  .meta({ id: 'SpotCheckRequest' });
export const spotCheckResultSchema = z
  .object({ result: z.enum(['CONFIRMED', 'RETURNED']), reason: z.string().trim().min(1).max(2000) })
  .meta({ id: 'SpotCheckResult' });
export const spotCheckQuerySchema = pageQuerySchema.extend({ month: monthSchema.optional() });
export type SpotCheckQuery = z.infer<typeof spotCheckQuerySchema>;

/** A case that was drawn, with the draw it belongs to. */
export const spotCheckItemViewSchema = z
  .object({
    spotCheckId: idSchema,
    month: z.string(),
    place: z.int(),
    caseId: idSchema,
    feedbackId: idSchema,
    taskId: idSchema,
    departmentCode: departmentCodeSchema,
    result: z.enum(['CONFIRMED', 'RETURNED']).nullable(),
    reason: z.string().nullable(),
    checkedBy: z.string().nullable(),
    checkedAt: z.string().nullable(),
  })
  .meta({ id: 'SpotCheckItem' });
export type SpotCheckItemView = z.infer<typeof spotCheckItemViewSchema>;

/** The draw: with seed and population anybody can draw the same sample again. */
export const spotCheckViewSchema = z
  .object({
    id: idSchema,
    month: z.string(),
    percent: z.int(),
    seed: z.string(),
    population: z.int(),
    populationHash: z.string(),
    sample: z.int(),
    drawnBy: z.string(),
    drawnAt: z.string(),
  })
  .meta({ id: 'SpotCheck' });
export type SpotCheckView = z.infer<typeof spotCheckViewSchema>;
