import { idSchema } from '@lianxin/contracts';
import { matchActions, matchDecisions, matchGrades } from '@lianxin/matching';
import { z } from 'zod';
import { querySchemas } from './match-query.rules.ts';

export const matchScopes = ['organisations', 'persons', 'all', 'listed'] as const;
export type MatchScope = (typeof matchScopes)[number];
export const maxQueries = 1_000;

const queryBody = z.object({
  schema: z.enum(querySchemas).default('Organization'),
  properties: z.record(z.string().max(40), z.array(z.string().max(2_000)).max(20)),
});
const settings = {
  limit: z.coerce.number().int().min(1).max(50).optional(),
  threshold: z.coerce.number().min(0).max(1).optional(),
  algorithm: z.string().max(50).optional(),
  /** Only subjects that have changed since this `registerVersion`: to screen again what was screened before. */
  changedSince: z.coerce.number().int().min(0).optional(),
};
/** In the query string, as yente has them; the same names in `config` win. */
export const matchSettingsQuery = z.object({
  ...settings,
  excludeEntityIds: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(idSchema).max(1_000))
    .optional(),
  purpose: z.string().trim().min(1).max(500).optional(),
});
export const matchRequestSchema = z
  .object({
    queries: z.record(z.string().min(1).max(200), queryBody),
    config: z
      .object({
        ...settings,
        excludeEntityIds: z.array(idSchema).max(1_000).optional(),
        purpose: z.string().trim().min(1).max(500).optional(),
      })
      .default({}),
  })
  .meta({ id: 'MatchRequest' });
export type MatchRequest = z.infer<typeof matchRequestSchema>;

const explanationSchema = z.object({
  score: z.number(),
  detail: z.string(),
  query: z.string().optional(),
  candidate: z.string().optional(),
});
export const matchResultSchema = z.object({
  id: idSchema,
  /** An organisation's name, a person's masked. */
  caption: z.string(),
  schema: z.enum(['Organization', 'Person']),
  properties: z.record(z.string(), z.array(z.string())),
  /** `register`, and the lists in force on which the caller may see the subject. */
  datasets: z.array(z.string()),
  score: z.number(),
  /** Only EXACT: everything else is a person's business. */
  match: z.boolean(),
  decision: z.enum(matchDecisions),
  grade: z.enum(['EXACT', 'CONFLICT', 'PROBABLE', 'POSSIBLE', 'NONE']),
  /** The line of the table: E1, C1, P2, S1 … */
  rule: z.enum(matchGrades),
  action: z.enum(matchActions),
  flags: z.array(z.string()),
  explanations: z.record(z.string(), explanationSchema),
});
export type MatchResultView = z.infer<typeof matchResultSchema>;
export const matchResponseSchema = z
  .object({
    responses: z.record(
      z.string(),
      z.object({
        status: z.int(),
        results: z.array(matchResultSchema),
        total: z.object({ value: z.int(), relation: z.literal('eq') }),
        query: queryBody,
      }),
    ),
    limit: z.int(),
    /** R-11-5. */
    registerVersion: z.int(),
    algorithm: z.string(),
  })
  .meta({ id: 'MatchResponse' });
export type MatchResponse = z.infer<typeof matchResponseSchema>;
