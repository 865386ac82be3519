import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';

export const configSchema = messagingConfigSchema.extend({
  /** Open event streams and waiting pulls of one process; more are told to come back later. */
  LIANXIN_STREAM_LIMIT: z.coerce.number().int().min(1).max(100_000).default(2_000),
  /** A comment goes down an idle stream this often, so that no proxy takes it for dead. */
  LIANXIN_STREAM_HEARTBEAT_MS: z.coerce.number().int().min(100).max(60_000).default(15_000),
  /** A stream ends after this time and the client comes back with its last id: a key that was revoked does not listen on. */
  LIANXIN_STREAM_LIFE_MS: z.coerce.number().int().min(1_000).max(86_400_000).default(900_000),
  /** Events older than this leave the stream; the event log keeps them for ever. */
  LIANXIN_STREAM_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(400),
  /** When copies are compared with their owners every night, HH:MM in Beijing. */
  LIANXIN_RECONCILE_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('03:00'),
  /** Whoever has not compared after so many minutes is reported as silent. */
  LIANXIN_RECONCILE_WAIT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(120),
});
export type Config = z.infer<typeof configSchema>;
