import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';
import type { RepairTerms } from './deadline.rules.ts';

const days = (byDefault: number) => z.coerce.number().int().min(1).max(250).default(byDefault);

/** Settings of this service: the terms of §5.5 in working days (§12, `repair.*`). They hold for what begins after they were set. */
export const configSchema = messagingConfigSchema.extend({
  /** repair.accept_wd (S3) */
  LIANXIN_REPAIR_ACCEPT_DAYS: days(3),
  /** Answer of the applicant to the one-time request (S4). */
  LIANXIN_REPAIR_SUPPLEMENT_DAYS: days(10),
  /** repair.result_wd (S5) */
  LIANXIN_REPAIR_RESULT_DAYS: days(10),
  /** Units with a term of their own for the result, `CODE=days`, comma separated (repair.samr_result_wd: 总局令107号). */
  LIANXIN_REPAIR_RESULT_DAYS_OF: z
    .string()
    .regex(/^([A-Z0-9]+=\d{1,3}(,[A-Z0-9]+=\d{1,3})*)?$/, 'CODE=days, comma separated')
    .default('SCJGJ=7')
    .transform(
      (text) => new Map(text.split(',').flatMap((part) => (part === '' ? [] : [[part.split('=')[0] ?? '', Number(part.split('=')[1])]]))),
    ),
  /** repair.extend_wd, once. */
  LIANXIN_REPAIR_EXTEND_DAYS: days(10),
  /** repair.sync_dept_wd (S6) */
  LIANXIN_REPAIR_SYNC_DEPARTMENT_DAYS: days(1),
  /** repair.sync_site_wd (S7) */
  LIANXIN_REPAIR_SYNC_SITE_DAYS: days(1),
  /** repair.lift_wd (S8) */
  LIANXIN_REPAIR_LIFT_DAYS: days(3),
  /** repair.fraud_block_months: no repair for so long after one was revoked for fraud; 0 until a clause is confirmed (R-5-13, R-1-5). */
  LIANXIN_REPAIR_FRAUD_BLOCK_MONTHS: z.coerce.number().int().min(0).max(120).default(0),
});
export type Config = z.infer<typeof configSchema>;

/** The configured terms, as the rules take them. */
export class RepairSettings implements RepairTerms {
  readonly acceptDays: number;
  readonly supplementDays: number;
  readonly resultDays: number;
  readonly resultDaysOf: ReadonlyMap<string, number>;
  readonly extendDays: number;
  readonly syncDepartmentDays: number;
  readonly syncSiteDays: number;
  readonly liftDays: number;
  readonly fraudBlockMonths: number;

  constructor(config: Config) {
    this.acceptDays = config.LIANXIN_REPAIR_ACCEPT_DAYS;
    this.supplementDays = config.LIANXIN_REPAIR_SUPPLEMENT_DAYS;
    this.resultDays = config.LIANXIN_REPAIR_RESULT_DAYS;
    this.resultDaysOf = config.LIANXIN_REPAIR_RESULT_DAYS_OF;
    this.extendDays = config.LIANXIN_REPAIR_EXTEND_DAYS;
    this.syncDepartmentDays = config.LIANXIN_REPAIR_SYNC_DEPARTMENT_DAYS;
    this.syncSiteDays = config.LIANXIN_REPAIR_SYNC_SITE_DAYS;
    this.liftDays = config.LIANXIN_REPAIR_LIFT_DAYS;
    this.fraudBlockMonths = config.LIANXIN_REPAIR_FRAUD_BLOCK_MONTHS;
  }
}
