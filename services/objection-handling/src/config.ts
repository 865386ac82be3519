import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';

export const configSchema = messagingConfigSchema.extend({
  /** Events of one step of a redelivery (补发). */
  LIANXIN_REDELIVERY_BATCH: z.coerce.number().int().min(1).max(5_000).default(500),
  /** Pause between two steps of sending, so that a large redelivery does not hold up what happens now. */
  LIANXIN_REDELIVERY_PAUSE_MS: z.coerce.number().int().min(0).max(60_000).default(250),
  /** A redelivery of more events is to be asked for in parts. */
  LIANXIN_REDELIVERY_MAX_EVENTS: z.coerce.number().int().min(1).max(10_000_000).default(500_000),
  /** Cases of one replay that the owners think about at the same time: the rest wait, so that live traffic goes on. */
  LIANXIN_REPLAY_IN_FLIGHT: z.coerce.number().int().min(1).max(5_000).default(500),
  /** How often a case is asked before it counts as not settled. */
  LIANXIN_REPLAY_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(12),
  /** Seconds of silence after which owners are asked again. */
  LIANXIN_REPLAY_ANSWER_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
  /** Cases of one replay at most. */
  LIANXIN_REPLAY_MAX_CASES: z.coerce.number().int().min(1).max(1_000_000).default(100_000),
});
export type Config = z.infer<typeof configSchema>;

/** Limits of replays. */
export class ReplayLimits {
  readonly inFlight: number;
  readonly attempts: number;
  readonly silenceMs: number;
  readonly maxCases: number;

  constructor(config: Config) {
    this.inFlight = config.LIANXIN_REPLAY_IN_FLIGHT;
    this.attempts = config.LIANXIN_REPLAY_ATTEMPTS;
    this.silenceMs = config.LIANXIN_REPLAY_ANSWER_SECONDS * 1_000;
    this.maxCases = config.LIANXIN_REPLAY_MAX_CASES;
  }
}

/** Bounds of redeliveries. */
export class RedeliverySettings {
  readonly batch: number;
  readonly pauseMs: number;
  readonly maxEvents: number;

  constructor(config: Config) {
    this.batch = config.LIANXIN_REDELIVERY_BATCH;
    this.pauseMs = config.LIANXIN_REDELIVERY_PAUSE_MS;
    this.maxEvents = config.LIANXIN_REDELIVERY_MAX_EVENTS;
  }
}
