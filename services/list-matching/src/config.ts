import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { ListSettings } from './designation-procedure.rules.ts';

/** Settings of list-matching beside those of every service. Periods are defaults of the rule book that an administrator may change (domain §12). */
export const configSchema = messagingConfigSchema.extend({
  /** `list.defence_days_wd` (R-2-8): working days from the day after the notice was served. */
  LIANXIN_LIST_DEFENCE_WORKDAYS: z.coerce.number().int().min(1).max(250).default(5),
  /** `list.red.notice_wd` (R-2-9): working days for which a proposed honour is open to the public. */
  LIANXIN_LIST_RED_NOTICE_WORKDAYS: z.coerce.number().int().min(1).max(250).default(7),
  /** Seconds after which the import of a dead process is taken over; longer than any batch of 200 rows takes. */
  LIANXIN_IMPORT_LEASE_SECONDS: z.coerce.number().int().min(1).max(600).default(15),
});
export type Config = z.infer<typeof configSchema>;

/** The settings as the rules want them. */
export class ListConfig {
  readonly settings: ListSettings;
  readonly importLeaseSeconds: number;

  constructor(config: Config) {
    this.importLeaseSeconds = config.LIANXIN_IMPORT_LEASE_SECONDS;
    this.settings = {
      defenceWorkdays: config.LIANXIN_LIST_DEFENCE_WORKDAYS,
      redNoticeWorkdays: config.LIANXIN_LIST_RED_NOTICE_WORKDAYS,
    };
  }
}
