import {
  addDays,
  addWorkingDays,
  daysInMonth,
  endOfDayBeijing,
  quarterEnd,
  quarterOf,
  quarterStart,
  type WorkingDayCalendar,
} from '@lianxin/contracts';

/** Calendar days `from` to `to`, both included. `code` is `2026-Q4` for a quarter, `2026-11` for a month, else null. */
export interface Period {
  readonly code: string | null;
  readonly from: string;
  readonly to: string;
}

/** The buckets of counters that together make up a period: whole quarters and months by their first day, and the days around them. */
export interface PeriodBuckets {
  readonly quarters: readonly string[];
  readonly months: readonly string[];
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

/** The month in which a day falls: the rhythm of the reports upward (R-4-12). */
export function monthAround(day: string): Period {
  const code = day.slice(0, 7);
  return { code, from: `${code}-01`, to: `${code}-${String(daysInMonth(code)).padStart(2, '0')}` };
}

/** The quarter that `2026-Q4` names, or the month that `2026-11` names. */
export function periodNamed(code: string): Period {
  return code.includes('Q') ? quarterAround(quarterStart(code.replace('-', ''))) : monthAround(`${code}-01`);
}

/** The period of the same length that follows. */
export function periodAfter(period: Period & { readonly code: string }): Period & { readonly code: string } {
  const day = addDays(period.to, 1);
  const next = period.code.includes('Q') ? quarterAround(day) : monthAround(day);
  return { ...next, code: next.code ?? '' };
}

/** R-4-12: figures of a period stand from the end of this working day after it. */
const closingWorkingDays = 3;

/** When a period closes (R-4-12: frozen on the 3rd working day). */
export function closesAt(period: Period, calendar: WorkingDayCalendar): Date {
  return endOfDayBeijing(addWorkingDays(calendar, period.to, closingWorkingDays).date);
}

/** Splits a period into whole quarters, whole months and single days, so that a long period is counted from few rows. */
export function bucketsOf(period: Period): PeriodBuckets {
  const quarters: string[] = [];
  const months: string[] = [];
  const days: string[] = [];
  const isWhole = ({ from, to }: Period, day: string) => from === day && to <= period.to;
  for (let day = period.from; day <= period.to; ) {
    const [quarter, month] = [quarterAround(day), monthAround(day)];
    if (isWhole(quarter, day)) {
      quarters.push(day);
      day = addDays(quarter.to, 1);
    } else if (isWhole(month, day)) {
      months.push(day);
      day = addDays(month.to, 1);
    } else {
      days.push(day);
      day = addDays(day, 1);
    }
  }
  return { quarters, months, days };
}

/** What of a period lies before `day`, in the same buckets. */
export function bucketsBefore(period: Period, day: string): PeriodBuckets {
  const last = addDays(day, -1);
  return bucketsOf({ ...period, to: last < period.to ? last : period.to });
}
