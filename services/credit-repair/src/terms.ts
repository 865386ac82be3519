import { type ParameterNames, Parameters, type ParameterValues } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import type { RepairTerms } from './deadline.rules.ts';

const names = {
  acceptDays: 'repair.accept_wd',
  supplementDays: 'repair.supplement_wd',
  resultDays: 'repair.result_wd',
  extendDays: 'repair.extend_wd',
  syncDepartmentDays: 'repair.sync_dept_wd',
  syncSiteDays: 'repair.sync_site_wd',
  liftDays: 'repair.lift_wd',
  fraudBlockMonths: 'repair.fraud_block_months',
} as const satisfies ParameterNames;

/** Units whose own rule sets the term for the result (107号), by the code of the city's unit. */
const ownResultNames = { SCJGJ: 'repair.samr_result_wd' } as const satisfies ParameterNames;

/** Terms of §5.5: those of the day on which a clock starts (§12). */
@Injectable()
export class RepairSettings {
  private readonly read: (date?: string) => ParameterValues<typeof names>;
  private readonly readOwnResults: (date?: string) => ParameterValues<typeof ownResultNames>;

  constructor(parameters: Parameters) {
    this.read = parameters.reading(names);
    this.readOwnResults = parameters.reading(ownResultNames);
  }

  /** @param date a day of Beijing. */
  on(date: string): RepairTerms {
    return { ...this.read(date), resultDaysOf: new Map(Object.entries(this.readOwnResults(date))) };
  }

  /** R-5-13: for so long no repair after one was revoked on this day for fraud; 0 until a clause is confirmed (R-1-5). */
  fraudBlockMonthsOn(revokedOn: string): number {
    return this.read(revokedOn).fraudBlockMonths;
  }
}
