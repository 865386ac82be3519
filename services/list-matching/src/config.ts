import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { SnapshotSettings } from './snapshot.decision.ts';

/** Settings of list-matching beside those of every service. Terms of §2 are parameters (terms.ts). */
export const configSchema = messagingConfigSchema.extend({
  /** Seconds after which the import of a dead process is taken over; longer than any batch of 200 rows takes. */
  LIANXIN_IMPORT_LEASE_SECONDS: z.coerce.number().int().min(1).max(600).default(15),
  /** Share of bad rows, in percent, beyond which an import stops (from 200 rows on); 100 never stops. An upload may ask for another one. */
  LIANXIN_IMPORT_MAX_ERROR_PERCENT: z.coerce.number().int().min(0).max(100).default(50),
  /** Days for which the sealed file of an import with refused rows stays, for its error workbook; a preview that nobody started ends then too. */
  LIANXIN_IMPORT_KEEP_DAYS: z.coerce.number().int().min(1).max(90).default(7),
  /** A full list of less than this share of its last file stops and asks (R-2-6b), in percent. */
  LIANXIN_SNAPSHOT_MIN_PERCENT: z.coerce.number().int().min(0).max(100).default(50),
  /** A full list of more than this share of its last file stops and asks, in percent. */
  LIANXIN_SNAPSHOT_MAX_PERCENT: z.coerce.number().int().min(100).max(10_000).default(200),
  /** Lists of fewer entries than this are not compared: there a few rows are half of it. */
  LIANXIN_SNAPSHOT_COMPARED_FROM: z.coerce.number().int().min(1).max(100_000).default(20),
  /** Working days in which a source answers why its full list lacks an entry (R-2-6b). */
  LIANXIN_SNAPSHOT_ANSWER_WORKDAYS: z.coerce.number().int().min(1).max(30).default(2),
  /** Up to so many subjects the match index is built in the thread that answers requests: a demonstration needs no other. */
  LIANXIN_MATCH_INLINE_MAX: z.coerce.number().int().min(0).max(1_000_000).default(20_000),
  /** Threads that search the match index, beside the one that answers requests; one less than the machine has cores unless told. */
  LIANXIN_MATCH_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  /** §5.5 (S6, S7), R-6-10: working days in which channels take down what was repaired, wrong, without basis or stopped. */
  LIANXIN_PUBLICATION_URGENT_WORKDAYS: z.coerce.number().int().min(1).max(250).default(1),
  /** Working days after which a receipt that is still missing is chased again. */
  LIANXIN_PUBLICATION_CHASE_WORKDAYS: z.coerce.number().int().min(1).max(250).default(3),
});
export type Config = z.infer<typeof configSchema>;

/** The settings as the rules want them. */
export class ListConfig {
  readonly importLeaseSeconds: number;
  readonly importMaxErrorPercent: number;
  readonly importKeepDays: number;
  readonly snapshot: SnapshotSettings;
  readonly matchInlineMax: number;
  readonly matchThreads: number | undefined;
  readonly publication: { readonly urgentWorkdays: number; readonly chaseWorkdays: number };

  constructor(config: Config) {
    this.publication = {
      urgentWorkdays: config.LIANXIN_PUBLICATION_URGENT_WORKDAYS,
      chaseWorkdays: config.LIANXIN_PUBLICATION_CHASE_WORKDAYS,
    };
    this.importLeaseSeconds = config.LIANXIN_IMPORT_LEASE_SECONDS;
    this.importMaxErrorPercent = config.LIANXIN_IMPORT_MAX_ERROR_PERCENT;
    this.importKeepDays = config.LIANXIN_IMPORT_KEEP_DAYS;
    this.snapshot = {
      minPercent: config.LIANXIN_SNAPSHOT_MIN_PERCENT,
      maxPercent: config.LIANXIN_SNAPSHOT_MAX_PERCENT,
      comparedFrom: config.LIANXIN_SNAPSHOT_COMPARED_FROM,
      answerWorkdays: config.LIANXIN_SNAPSHOT_ANSWER_WORKDAYS,
    };
    this.matchInlineMax = config.LIANXIN_MATCH_INLINE_MAX;
    this.matchThreads = config.LIANXIN_MATCH_THREADS;
  }
}
