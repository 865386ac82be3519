import { beijingDate } from '@lianxin/contracts';

/** Milliseconds in a column. */
export function inColumn(ms: number): string {
  return String(ms).padStart(6);
}

/** The last day of a term that ends at an instant: a term ends at 24:00 of its last day (R-7-4), the next one's midnight. */
export function lastDayOf(instant: string): string {
  return beijingDate(new Date(Date.parse(instant) - 1));
}
