import { describe, expect, it } from '@jest/globals';
import { calendar2026 } from './calendar-2026.ts';
import { addDays } from './calendar-date.ts';
import { addWorkingDays, isWorkingDay, workingDaysBetween } from './working-days.ts';

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('the working days left', () => {
  it('agree with counting day by day, and with the end of the term, for any dates', () => {
    const next = seeded(75);
    for (let round = 0; round < 2_000; round += 1) {
      const from = addDays('2025-10-01', next(600));
      const span = next(200);
      const to = addDays(from, span);
      let counted = 0;
      for (let day = 1; day <= span; day += 1) counted += Number(isWorkingDay(calendar2026, addDays(from, day)));
      expect(workingDaysBetween(calendar2026, from, to)).toBe(counted);
      if (span > 0) expect(workingDaysBetween(calendar2026, to, from)).toBe(Math.min(-counted, -1));
      const days = next(40) + 1;
      const { date } = addWorkingDays(calendar2026, from, days);
      expect(workingDaysBetween(calendar2026, from, date)).toBe(days);
      expect(isWorkingDay(calendar2026, date)).toBe(true);
    }
  });
});
