import { calendar2026 } from './calendar-2026.ts';
import { beijingDate } from './calendar-date.ts';
import { addWorkingDays, type WorkingDayCalendar, workingDaysBetween } from './working-days.ts';

/** A table counts from so long after it was loaded: until then every replica has read it, and all change at the same instant (R-7-3). */
export const calendarDelayMs = 60_000;

/** One version of one year's table, and from when it counts. */
export interface YearTable {
  readonly year: number;
  readonly version: number;
  readonly off: readonly string[];
  readonly work: readonly string[];
  readonly effectiveAt: Date;
}

/** The tables that count at an instant: of each year the newest version in force, and what came with the product for years that have none. */
export function calendarAt(years: readonly YearTable[], instant: Date): WorkingDayCalendar {
  const tables: WorkingDayCalendar['years'] = { ...calendar2026.years };
  for (const row of [...years].sort((a, b) => a.version - b.version))
    if (row.effectiveAt <= instant) tables[String(row.year)] = { off: [...row.off], work: [...row.work] };
  return { years: tables };
}

/** A table that has come to count, and what counted before it. */
export interface CalendarChange {
  readonly year: number;
  readonly version: number;
  readonly before: WorkingDayCalendar;
  readonly after: WorkingDayCalendar;
  /** What was computed at or after this instant counted the table already. */
  readonly effectiveAt: Date;
}

/** A term in working days as it is stored. */
export interface StoredTerm {
  readonly dueOn: string;
  /** When its last day was computed. */
  readonly countedAt: Date;
  /** A term within which the subject may act, not one within which it is owed something. */
  readonly isSubjectsOwn: boolean;
}

/** The last day of a term under the new table. `provisional`: it still reaches into a year without one. */
export interface RecountedTerm {
  readonly dueOn: string;
  readonly provisional: boolean;
}

/**
 * A term under a table that has come to count (R-7-3): as many working days from the day on which it was computed. In doubt for the subject, and for
 * nobody's fault: what has run out stays as it ran out, a term of the subject's own never becomes shorter, and nobody is late by the table alone.
 */
export function recount(term: StoredTerm, change: CalendarChange, today: string): RecountedTerm | undefined {
  const { before, after, effectiveAt } = change;
  const anchor = beijingDate(term.countedAt);
  if (term.countedAt >= effectiveAt || term.dueOn <= anchor || term.dueOn < today) return undefined;
  const { date, provisional } = addWorkingDays(after, anchor, workingDaysBetween(before, anchor, term.dueOn));
  const least = term.isSubjectsOwn ? term.dueOn : today;
  return { dueOn: date < least ? least : date, provisional };
}
