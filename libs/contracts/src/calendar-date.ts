/** Arithmetic on calendar dates written `YYYY-MM-DD` (years 0001–9999, Gregorian). No clock is read; Beijing time is UTC+8 all year. */

const dayMs = 86_400_000;
const beijingOffsetMs = 8 * 3_600_000;

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether the text is a date that exists: 2023-02-29 and 2026-13-01 are not. By arithmetic alone: deadlines are computed by the hundred thousand. */
export function isRealDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const longest = month === 2 && isLeapYear ? 29 : (monthDays[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= longest;
}

/**
 * Days since 1970-01-01.
 * @throws RangeError when the date does not exist
 */
export function dayNumberOf(date: string): number {
  if (!isRealDate(date)) throw new RangeError(`not a calendar date YYYY-MM-DD: ${JSON.stringify(date).slice(0, 40)}`);
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/**
 * The date of a day number.
 * @throws RangeError outside the years 0001–9999
 */
export function dateOfDayNumber(dayNumber: number): string {
  const date = new Date(dayNumber * dayMs).toISOString().slice(0, 10);
  if (!isRealDate(date)) throw new RangeError('the date lies outside the years 0001 to 9999');
  return date;
}

/** The date `days` calendar days later (earlier when negative). */
export function addDays(date: string, days: number): string {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** The same-number day `months` later (earlier when negative); where that month has no such day, its last day (R-7-4). */
export function addMonths(date: string, months: number): string {
  dayNumberOf(date);
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const monthIndex = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(monthIndex / 12);
  if (!Number.isSafeInteger(months) || targetYear < 1 || targetYear > 9999) throw new RangeError('the month lies outside 0001 to 9999');
  const monthText = `${String(targetYear).padStart(4, '0')}-${String(monthIndex - targetYear * 12 + 1).padStart(2, '0')}`;
  return `${monthText}-${String(Math.min(day, daysInMonth(monthText))).padStart(2, '0')}`;
}

/** Number of days of a month `YYYY-MM`. */
export function daysInMonth(month: string): number {
  return [31, 30, 29, 28].find((day) => isRealDate(`${month}-${day}`)) ?? 0;
}

/** Monday to Friday, by the weekday alone. */
export function isWeekday(date: string): boolean {
  return weekdayCount(dayNumberOf(date)) > weekdayCount(dayNumberOf(date) - 1);
}

/** Mondays to Fridays up to and including a day, counted from a fixed Monday (1969-12-29); only differences mean anything. */
export function weekdayCount(dayNumber: number): number {
  const sinceMonday = dayNumber + 3;
  const weeks = Math.floor(sinceMonday / 7);
  return weeks * 5 + Math.min(sinceMonday - weeks * 7 + 1, 5);
}

/** 24:00 Beijing time of a date, the moment at which a term that ends on it is over (R-7-4); `instant < endOfDayBeijing(due)` is in time. */
export function endOfDayBeijing(date: string): Date {
  return new Date((dayNumberOf(date) + 1) * dayMs - beijingOffsetMs);
}

/** The day that was asked for last: as a rule today, by every request. */
let lastDay = { number: Number.NaN, date: '' };

/** The date in Beijing at an instant. 24:00 of a day belongs to the next day. */
export function beijingDate(instant: Date): string {
  const number = Math.floor((instant.getTime() + beijingOffsetMs) / dayMs);
  if (number !== lastDay.number) lastDay = { number, date: dateOfDayNumber(number) };
  return lastDay.date;
}

/**
 * `2026-11-23 17:12:00`: an instant as people in Beijing read it, on papers and in files.
 * @throws RangeError when the text is no instant
 */
export function beijingTime(instant: string): string {
  return new Date(Date.parse(instant) + beijingOffsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** The quarter of a date, written `2026Q4`; sorts as text. */
export function quarterOf(date: string): string {
  dayNumberOf(date);
  return `${date.slice(0, 4)}Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
}

/**
 * First day of a quarter `2026Q4`.
 * @throws RangeError when the text is no quarter
 */
export function quarterStart(quarter: string): string {
  if (!/^\d{4}Q[1-4]$/.test(quarter) || quarter.startsWith('0000')) throw new RangeError('a quarter is written like 2026Q4');
  return `${quarter.slice(0, 4)}-${String(Number(quarter.slice(5)) * 3 - 2).padStart(2, '0')}-01`;
}

/** Last day of a quarter `2026Q4`. */
export function quarterEnd(quarter: string): string {
  const lastMonth = addMonths(quarterStart(quarter), 2).slice(0, 7);
  return `${lastMonth}-${daysInMonth(lastMonth)}`;
}

/** The quarter after a quarter. */
export function nextQuarter(quarter: string): string {
  return quarterOf(addMonths(quarterStart(quarter), 3));
}
