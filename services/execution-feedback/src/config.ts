import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { DeadlineTerms } from './deadline.rules.ts';
import type { UrgeTerms } from './urge.rules.ts';

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
  /** restore.reputation_wd (R-6-8) */
  LIANXIN_TASK_RESTORE_DAYS: days(10),
  /** urge.remind_wd: working days before the last day of a term. */
  LIANXIN_URGE_REMIND_DAYS: days(2),
  /** urge.yellow_wd */
  LIANXIN_URGE_YELLOW_DAYS: days(1),
  /** urge.red_wd */
  LIANXIN_URGE_RED_DAYS: days(5),
  /** urge.circular_wd */
  LIANXIN_URGE_CIRCULAR_DAYS: days(10),
  /** Hours of Beijing within which anybody is written to, on working days: from the first, up to and without the second. */
  LIANXIN_URGE_FROM_HOUR: z.coerce.number().int().min(0).max(23).default(9),
  LIANXIN_URGE_TO_HOUR: z.coerce.number().int().min(1).max(24).default(17),
  /** Mail server of urging, `smtp://user:password@host:port` or `smtps://…`; left out, nothing leaves the system. */
  LIANXIN_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must begin with smtp:// or smtps://')
    .optional(),
  /** Sender of mails. */
  LIANXIN_SMTP_SENDER: z.email().optional(),
  /** Domain of the SMS gateway's mail door: an SMS goes to `<number>@domain`. Left out, no SMS is sent. */
  LIANXIN_SMS_MAIL_DOMAIN: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'must be a domain')
    .optional(),
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
  readonly restoreDays: number;

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
    this.restoreDays = config.LIANXIN_TASK_RESTORE_DAYS;
  }
}

/** When and at what distance from a term anybody is written to (§4.5). */
export class UrgeTimes implements UrgeTerms {
  readonly remindDays: number;
  readonly yellowDays: number;
  readonly redDays: number;
  readonly circularDays: number;
  readonly fromHour: number;
  readonly toHour: number;

  /** @throws Error when the steps do not follow each other, or no hour is left. */
  constructor(config: Config) {
    this.remindDays = config.LIANXIN_URGE_REMIND_DAYS;
    this.yellowDays = config.LIANXIN_URGE_YELLOW_DAYS;
    this.redDays = config.LIANXIN_URGE_RED_DAYS;
    this.circularDays = config.LIANXIN_URGE_CIRCULAR_DAYS;
    this.fromHour = config.LIANXIN_URGE_FROM_HOUR;
    this.toHour = config.LIANXIN_URGE_TO_HOUR;
    if (!(this.yellowDays < this.redDays && this.redDays < this.circularDays))
      throw new Error('LIANXIN_URGE_YELLOW_DAYS, _RED_DAYS and _CIRCULAR_DAYS must grow');
    if (this.fromHour >= this.toHour) throw new Error('LIANXIN_URGE_FROM_HOUR must lie before LIANXIN_URGE_TO_HOUR');
  }
}

/** Channels beside the list in the application, as far as they are configured. */
export class UrgeChannels {
  readonly smtpUrl: string | undefined;
  readonly sender: string | undefined;
  readonly smsDomain: string | undefined;
  readonly configured: readonly ('MAIL' | 'SMS')[];

  /** @throws Error when a mail server has no sender, or an SMS gateway no mail server. */
  constructor(config: Config) {
    this.smtpUrl = config.LIANXIN_SMTP_URL;
    this.sender = config.LIANXIN_SMTP_SENDER;
    this.smsDomain = config.LIANXIN_SMS_MAIL_DOMAIN;
    if (this.smtpUrl !== undefined && this.sender === undefined) throw new Error('LIANXIN_SMTP_URL needs LIANXIN_SMTP_SENDER');
    if (this.smtpUrl === undefined && this.smsDomain !== undefined) throw new Error('LIANXIN_SMS_MAIL_DOMAIN needs LIANXIN_SMTP_URL');
    if (this.smtpUrl === undefined) this.configured = [];
    else this.configured = this.smsDomain === undefined ? ['MAIL'] : ['MAIL', 'SMS'];
  }
}
