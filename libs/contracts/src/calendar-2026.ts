import { addDays } from './calendar-date.ts';
import type { WorkingDayCalendar } from './working-days.ts';

/** Every date from the first to the last. */
function span(first: string, last: string): string[] {
  return first > last ? [] : [first, ...span(addDays(first, 1), last)];
}

/** Seed of the year 2026 (R-7-5, confidence M: to be compared with the notice of the State Council General Office). 2027 is not published yet. */
export const calendar2026: WorkingDayCalendar = {
  years: {
    '2026': {
      off: [
        ...span('2026-01-01', '2026-01-03'),
        ...span('2026-02-15', '2026-02-23'),
        ...span('2026-04-04', '2026-04-06'),
        ...span('2026-05-01', '2026-05-05'),
        ...span('2026-06-19', '2026-06-21'),
        ...span('2026-09-25', '2026-09-27'),
        ...span('2026-10-01', '2026-10-07'),
      ],
      work: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    },
  },
};
