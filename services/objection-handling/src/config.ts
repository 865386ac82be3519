import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { ObjectionTerms } from './objection-deadline.rules.ts';

const days = (count: number) => z.coerce.number().int().min(1).max(250).default(count);

export const configSchema = messagingConfigSchema.extend({
  /** Working days to accept or refuse an objection once its material is complete (§6.3). */
  LIANXIN_OBJECTION_ACCEPT_DAYS: days(1),
  /** Working days from acceptance to the visible mark (R-6-5). */
  LIANXIN_OBJECTION_MARK_DAYS: days(1),
  /** Working days for the platform's own check. */
  LIANXIN_OBJECTION_SELF_CHECK_DAYS: days(2),
  /** Working days to forward it to the unit whose record it is. */
  LIANXIN_OBJECTION_FORWARD_DAYS: days(1),
  /** Working days for that unit to verify. */
  LIANXIN_OBJECTION_VERIFY_DAYS: days(5),
  /** Working days by which verification may be extended, once. */
  LIANXIN_OBJECTION_EXTENSION_DAYS: days(5),
  /** Working days from the finding to its correction. */
  LIANXIN_OBJECTION_CORRECT_DAYS: days(1),
  /** Working days from the result to the answer. */
  LIANXIN_OBJECTION_ANSWER_DAYS: days(1),
  /** Working days for the whole: what is aimed at, and the hard limit. */
  LIANXIN_OBJECTION_TOTAL_DAYS: days(10),
  LIANXIN_OBJECTION_HARD_DAYS: days(20),
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

/** Time limits of §6.3 as the service uses them. */
export class Terms implements ObjectionTerms {
  readonly accept: number;
  readonly mark: number;
  readonly selfCheck: number;
  readonly forward: number;
  readonly verify: number;
  readonly extension: number;
  readonly correct: number;
  readonly answer: number;
  readonly total: number;
  readonly hard: number;

  constructor(config: Config) {
    this.accept = config.LIANXIN_OBJECTION_ACCEPT_DAYS;
    this.mark = config.LIANXIN_OBJECTION_MARK_DAYS;
    this.selfCheck = config.LIANXIN_OBJECTION_SELF_CHECK_DAYS;
    this.forward = config.LIANXIN_OBJECTION_FORWARD_DAYS;
    this.verify = config.LIANXIN_OBJECTION_VERIFY_DAYS;
    this.extension = config.LIANXIN_OBJECTION_EXTENSION_DAYS;
    this.correct = config.LIANXIN_OBJECTION_CORRECT_DAYS;
    this.answer = config.LIANXIN_OBJECTION_ANSWER_DAYS;
    this.total = config.LIANXIN_OBJECTION_TOTAL_DAYS;
    this.hard = config.LIANXIN_OBJECTION_HARD_DAYS;
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
