import { addDays, addMonths, dayNumberOf } from '@lianxin/contracts';

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
export function quarterStart(day: string): string {
  const month = Number(day.slice(5, 7));
  return `${day.slice(0, 4)}-${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`;
}

/** The quarter in which a day falls: 季通报 is the rhythm of the figures (§4.5). */
export function quarterOf(day: string): Period {
  const from = quarterStart(day);
  return { code: `${from.slice(0, 4)}-Q${(Number(from.slice(5, 7)) + 2) / 3}`, from, to: addDays(addMonths(from, 3), -1) };
}

/** The quarter that `2026-Q4` names. */
export function quarterNamed(code: string): Period {
  const [year = '', quarter = ''] = code.split('-Q');
  return quarterOf(`${year}-${String(Number(quarter) * 3).padStart(2, '0')}-01`);
}

/** Splits a period into whole quarters and single days, so that a long period is counted from few rows. */
export function bucketsOf(period: Period): PeriodBuckets {
  const quarters: string[] = [];
  const days: string[] = [];
  for (let day = period.from; dayNumberOf(day) <= dayNumberOf(period.to); ) {
    const quarter = quarterOf(day);
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
