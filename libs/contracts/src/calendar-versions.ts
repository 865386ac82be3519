import { calendar2026 } from './calendar-2026.ts';
import type { WorkingDayCalendar } from './working-days.ts';

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
  for (const row of years.toSorted((a, b) => a.version - b.version))
    if (row.effectiveAt <= instant) tables[String(row.year)] = { off: [...row.off], work: [...row.work] };
  return { years: tables };
}
