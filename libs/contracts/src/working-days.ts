import { z } from 'zod';
import { addDays, dateOfDayNumber, dayNumberOf, isRealDate, isWeekday, weekdayCount } from './calendar-date.ts';

/**
 * Statutory holidays (`off`) and transferred working days (`work`) by year, from the annual notice of the State Council General Office (R-7-3).
 * Each date stands under its own year; a notice that also moves days of a neighbouring year adds them to that year's table.
 */
export interface WorkingDayCalendar {
  years: Record<string, { off: string[]; work: string[] }>;
}

/** Refuses impossible dates, dates under another year, and a date that is both off and working. */
export const workingDayCalendarSchema = z
  .object({
    years: z.record(z.string().regex(/^\d{4}$/), z.object({ off: z.array(z.string()).max(366), work: z.array(z.string()).max(366) })),
  })
  .superRefine((calendar, context) => {
    for (const [year, table] of Object.entries(calendar.years)) {
      for (const [kind, dates] of Object.entries(table)) {
        dates.forEach((date, index) => {
          const message = findCalendarFault(date, year, kind, table.off);
          if (message) context.addIssue({ code: 'custom', path: ['years', year, kind, index], message });
        });
      }
    }
  }) satisfies z.ZodType<WorkingDayCalendar>;

function findCalendarFault(date: string, year: string, kind: string, off: string[]): string | undefined {
  if (!isRealDate(date)) return '日期不存在 / not a real date';
  if (!date.startsWith(`${year}-`)) return `日期不属于 ${year} 年 / the date is not in ${year}`;
  return kind === 'work' && off.includes(date) ? '同一天不能既放假又上班 / a day cannot be both off and working' : undefined;
}

/** A date computed with the calendar. `provisional`: a year without a table was crossed (`missingYears`), to be computed again once it is loaded. */
export interface WorkingDayResult {
  date: string;
  provisional: boolean;
  missingYears: number[];
}

/** Longest term in working days that may be asked for, about forty years: more is a mistake. */
const longestTermDays = 10_000;

/** Whether people work on a date; Monday to Friday where the year has no table (R-7-3). */
export function isWorkingDay(calendar: WorkingDayCalendar, date: string): boolean {
  const weekday = isWeekday(date);
  const table = calendar.years[date.slice(0, 4)];
  if (!table) return weekday;
  return weekday ? !table.off.includes(date) : table.work.includes(date);
}

/**
 * The date on which a term of `days` working days ends; the day of the event is not counted (R-7-4). Negative counts backwards; 0 is the date itself.
 * @throws RangeError when `days` is not a whole number or beyond 10,000, or the date does not exist
 */
export function addWorkingDays(calendar: WorkingDayCalendar, date: string, days: number): WorkingDayResult {
  if (!Number.isInteger(days) || Math.abs(days) > longestTermDays)
    throw new RangeError('a term is a whole number of at most 10,000 working days');
  const start = dayNumberOf(date);
  if (days === 0) return { date, provisional: false, missingYears: [] };
  const step = Math.sign(days);
  const exceptions = exceptionsOf(calendar);
  let current = start;
  for (let left = Math.abs(days); left > 0; ) {
    current += step;
    if (isWeekdayNumber(current) ? !exceptions.has(current) : exceptions.has(current)) left -= 1;
  }
  return withMissingYears(calendar, dateOfDayNumber(current), dateOfDayNumber(start + step));
}

/** The date itself when it is a working day, else the next one: where a calendar-day term ends on a day off (R-7-4). */
export function moveToWorkingDay(calendar: WorkingDayCalendar, date: string): WorkingDayResult {
  let current = date;
  while (!isWorkingDay(calendar, current)) current = addDays(current, 1);
  return withMissingYears(calendar, current, date);
}

/**
 * Working days from `from` to `to`, the first not counted, the last counted: what is left of a term that ends on `to`, 0 on its last day.
 * Once `to` is past it is negative, at least -1 even when only days off have passed since, so its sign always says whether the term is over.
 */
export function workingDaysBetween(calendar: WorkingDayCalendar, from: string, to: string): number {
  const first = dayNumberOf(from);
  const last = dayNumberOf(to);
  if (last < first) return -Math.max(1, countWorkingDays(calendar, last, first));
  return countWorkingDays(calendar, first, last);
}

/** Working days in (after, upTo], by arithmetic and the tables' exceptions, so that even a span of centuries costs nothing. */
function countWorkingDays(calendar: WorkingDayCalendar, after: number, upTo: number): number {
  let count = weekdayCount(upTo) - weekdayCount(after);
  for (const day of exceptionsOf(calendar)) {
    if (day > after && day <= upTo) count += isWeekdayNumber(day) ? -1 : 1;
  }
  return count;
}

const exceptionsByCalendar = new WeakMap<WorkingDayCalendar, ReadonlySet<number>>();

/** Day numbers on which the tables differ from Monday to Friday. Computed once for each calendar object, which is therefore never altered. */
function exceptionsOf(calendar: WorkingDayCalendar): ReadonlySet<number> {
  const known = exceptionsByCalendar.get(calendar);
  if (known !== undefined) return known;
  const days = new Set<number>();
  for (const [year, table] of Object.entries(calendar.years)) {
    for (const date of [...table.off, ...table.work]) {
      if (date.startsWith(year) && isWorkingDay(calendar, date) !== isWeekday(date)) days.add(dayNumberOf(date));
    }
  }
  exceptionsByCalendar.set(calendar, days);
  return days;
}

function isWeekdayNumber(dayNumber: number): boolean {
  return weekdayCount(dayNumber) > weekdayCount(dayNumber - 1);
}

/** Adds which of the years between two dates, in either order, have no table. */
function withMissingYears(calendar: WorkingDayCalendar, date: string, from: string): WorkingDayResult {
  const years = [Number(from.slice(0, 4)), Number(date.slice(0, 4))];
  const missingYears: number[] = [];
  for (let year = Math.min(...years); year <= Math.max(...years); year += 1) {
    if (!calendar.years[String(year).padStart(4, '0')]) missingYears.push(year);
  }
  return { date, provisional: missingYears.length > 0, missingYears };
}
