import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { DeadlineTerms } from './deadline.rules.ts';

const days = (byDefault: number) => z.coerce.number().int().min(1).max(250).default(byDefault);

/** Settings of this service: the terms of §4.4 in working days (§12, `task.*`). They hold for what begins after they were set. */
export const configSchema = messagingConfigSchema.extend({
  /** task.ack_wd */
  LIANXIN_TASK_ACKNOWLEDGE_DAYS: days(2),
  /** task.return_decide_wd */
  LIANXIN_TASK_DECIDE_RETURN_DAYS: days(2),
  /** task.execute_wd */
  LIANXIN_TASK_EXECUTE_DAYS: days(10),
  /** task.armed_wd */
  LIANXIN_TASK_ARM_DAYS: days(5),
  /** Start of a reward (§4.4). */
  LIANXIN_TASK_START_REWARD_DAYS: days(5),
  /** task.feedback_wd */
  LIANXIN_TASK_FEEDBACK_DAYS: days(5),
  /** task.feedback_max_wd */
  LIANXIN_TASK_FEEDBACK_AT_LATEST_DAYS: days(15),
  /** task.lift_wd */
  LIANXIN_TASK_LIFT_DAYS: days(3),
  /** Least time left when a dismissed objection releases a task (§6.4). */
  LIANXIN_TASK_LEAST_AFTER_OBJECTION_DAYS: days(3),
  /** task.cycle_day: day of the month after the quarter by which the periodic feedback is due. */
  LIANXIN_TASK_CYCLE_DAY: z.coerce.number().int().min(1).max(28).default(10),
});
export type Config = z.infer<typeof configSchema>;

/** The configured terms, as the rules take them. */
export class TaskTerms implements DeadlineTerms {
  readonly acknowledgeDays: number;
  readonly decideReturnDays: number;
  readonly executeDays: number;
  readonly armDays: number;
  readonly startRewardDays: number;
  readonly feedbackDays: number;
  readonly feedbackAtLatestDays: number;
  readonly liftDays: number;
  readonly leastAfterObjectionDays: number;
  readonly cycleDay: number;

  constructor(config: Config) {
    this.acknowledgeDays = config.LIANXIN_TASK_ACKNOWLEDGE_DAYS;
    this.decideReturnDays = config.LIANXIN_TASK_DECIDE_RETURN_DAYS;
    this.executeDays = config.LIANXIN_TASK_EXECUTE_DAYS;
    this.armDays = config.LIANXIN_TASK_ARM_DAYS;
    this.startRewardDays = config.LIANXIN_TASK_START_REWARD_DAYS;
    this.feedbackDays = config.LIANXIN_TASK_FEEDBACK_DAYS;
    this.feedbackAtLatestDays = config.LIANXIN_TASK_FEEDBACK_AT_LATEST_DAYS;
    this.liftDays = config.LIANXIN_TASK_LIFT_DAYS;
    this.leastAfterObjectionDays = config.LIANXIN_TASK_LEAST_AFTER_OBJECTION_DAYS;
    this.cycleDay = config.LIANXIN_TASK_CYCLE_DAY;
  }
}
