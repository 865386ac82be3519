import { z } from 'zod';

/** Objections as far as the command line reads them. */
export const objectionSummarySchema = z.looseObject({
  id: z.string(),
  number: z.string(),
  status: z.string(),
  statusZh: z.string(),
  target: z.looseObject({ number: z.string(), listCode: z.string().nullable() }),
  sourceDepartment: z.string(),
  outcome: z.string().nullable(),
  dueOn: z.string().nullable(),
});
export type ObjectionSummary = z.infer<typeof objectionSummarySchema>;
export const objectionSchema = objectionSummarySchema.extend({
  lacks: z.array(z.looseObject({ detail: z.string() })).optional(),
  steps: z.array(z.looseObject({ version: z.number(), action: z.string(), to: z.string(), at: z.string(), actor: z.string() })),
});
export type ObjectionView = z.infer<typeof objectionSchema>;
