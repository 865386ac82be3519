import { addDays, quarterEnd, quarterOf, quarterStart } from '@lianxin/contracts';

/** Calendar days `from` to `to`, both included. `code` is `2026-Q4` for a quarter, else null. */
export interface Period {
  readonly code: string | null;
  readonly from: string;
  readonly to: string;
}

/** The buckets of counters that together make up a period: whole quarters by their first day, and the days around them. */
export interface PeriodBuckets {
  readonly quarters: readonly string[];
  readonly days: readonly string[];
}

/** Longest period that is counted in one answer, about ten years. */
export const longestPeriodDays = 3_660;

/** First day of the quarter of a day. */
export function quarterStartOf(day: string): string {
  return quarterStart(quarterOf(day));
}

/** The quarter in which a day falls: 季通报 is the rhythm of the figures (§4.5). */
export function quarterAround(day: string): Period {
  const quarter = quarterOf(day);
  return { code: quarter.replace('Q', '-Q'), from: quarterStart(quarter), to: quarterEnd(quarter) };
}

/** The quarter that `2026-Q4` names. */
export function quarterNamed(code: string): Period {
  return quarterAround(quarterStart(code.replace('-', '')));
}

/** Splits a period into whole quarters and single days, so that a long period is counted from few rows. */
export function bucketsOf(period: Period): PeriodBuckets {
  const quarters: string[] = [];
  const days: string[] = [];
  for (let day = period.from; day <= period.to; ) {
    const quarter = quarterAround(day);
    if (quarter.from === day && quarter.to <= period.to) {
      quarters.push(quarter.from);
      day = addDays(quarter.to, 1);
    } else {
      days.push(day);
      day = addDays(day, 1);
    }
  }
  return { quarters, days };
}
