import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';

export const configSchema = messagingConfigSchema.extend({
  /** Tasks a second that re-planning changes at most, so that new flags never wait behind it; what hears the plans must be faster than this. */
  LIANXIN_REPLAN_TASKS_PER_SECOND: z.coerce.number().int().min(10).max(100_000).default(2_500),
});
export type Config = z.infer<typeof configSchema>;

export class ReplanSettings {
  readonly tasksPerSecond: number;

  constructor(config: Config) {
    this.tasksPerSecond = config.LIANXIN_REPLAN_TASKS_PER_SECOND;
  }
}
