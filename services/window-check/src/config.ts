import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';

export const configSchema = messagingConfigSchema.extend({
  /** Documents of subjects, shared by all replicas; without it each keeps its own. */
  LIANXIN_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** Subjects whose document is kept in this process, about 2 KB each. */
  LIANXIN_CHECK_CACHED_SUBJECTS: z.coerce.number().int().min(1).max(10_000_000).default(50_000),
  /** A check that takes longer is answered as registered, and made up for (product §B.9). */
  LIANXIN_CHECK_TIMEOUT_MS: z.coerce.number().int().min(50).max(10_000).default(600),
  /** Matters, comma separated, whose cases wait while checks cannot be answered; the others go on (the law of the matter decides). */
  LIANXIN_CHECK_HOLD_MATTERS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((code) => code.trim())
        .filter((code) => code !== ''),
    ),
});
export type Config = z.infer<typeof configSchema>;

export class CheckSettings {
  readonly redisUrl: string | undefined;
  readonly cachedSubjects: number;
  readonly timeoutMs: number;
  readonly holdMatters: ReadonlySet<string>;

  constructor(config: Config) {
    this.redisUrl = config.LIANXIN_REDIS_URL;
    this.cachedSubjects = config.LIANXIN_CHECK_CACHED_SUBJECTS;
    this.timeoutMs = config.LIANXIN_CHECK_TIMEOUT_MS;
    this.holdMatters = new Set(config.LIANXIN_CHECK_HOLD_MATTERS);
  }
}
