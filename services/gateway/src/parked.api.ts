import { z } from 'zod';

/** A parked key as each service tells it (libs/messaging). */
export const parkedKeySchema = z
  .object({
    key: z.string(),
    service: z.string(),
    severity: z.enum(['SEVERE', 'NORMAL']),
    reason: z.string(),
    attempts: z.int(),
    events: z.int(),
    eventTypes: z.array(z.string()),
    parkedAt: z.string(),
  })
  .meta({ id: 'ParkedKeyOfService' });
export const parkedListSchema = z.object({ data: z.array(parkedKeySchema), unavailable: z.array(z.string()) }).meta({ id: 'ParkedKeys' });
export type ParkedList = z.infer<typeof parkedListSchema>;

export const redriveResultSchema = z
  .object({ key: z.string(), service: z.string(), handled: z.int(), setAside: z.int(), remaining: z.int(), reason: z.string().nullable() })
  .meta({ id: 'RedriveOfService' });
export const redriveReportSchema = z
  .object({ key: z.string(), handled: z.int(), setAside: z.int(), remaining: z.int(), services: z.array(redriveResultSchema) })
  .meta({ id: 'Redrive' });
export type RedriveReport = z.infer<typeof redriveReportSchema>;

export const parkedQuerySchema = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) });
