import { expect, test } from '@jest/globals';
import { searchOldest } from './kafka.lag.ts';

const now = Date.parse('2026-11-23T09:00:00Z');

test.each([0, 50, 700, 9_000, 60_000, 3_600_000, 40 * 86_400_000, 5 * 365 * 86_400_000])(
  'the age of an event that is %p ms old is found to two per cent, or a tenth of a second',
  async (age) => {
    let asked = 0;
    const oldest = await searchOldest(now, async (time) => {
      asked++;
      return now - age < time;
    });
    expect(Math.abs(now - oldest.getTime() - age)).toBeLessThanOrEqual(Math.max(130, age * 0.021));
    expect(asked).toBeLessThan(30);
  },
);
