import { describe, expect, test } from '@jest/globals';
import { addDays, calendar2026, endOfDayBeijing } from '@lianxin/contracts';
import { bandsOn, halfYearOf, halfYearSpan, isUrgingTime, nextUrgingTime, receiversOf, type UrgeTerms } from './urge.rules.ts';

const terms: UrgeTerms = { remindDays: 2, yellowDays: 1, redDays: 5, circularDays: 10, fromHour: 9, toHour: 17 };
const at = (date: string, hour: number, minute = 0) => new Date(Date.parse(`${date}T00:00:00+08:00`) + (hour * 60 + minute) * 60_000);

/** Levels at which a term that ends on `lastDay` stands on a working day. */
function levelsOn(today: string, lastDay: string): string[] {
  const due = endOfDayBeijing(lastDay);
  return bandsOn(today, calendar2026, terms)
    .filter((band) => due > band.after && due <= band.upTo)
    .map((band) => band.level);
}

describe('the level of a term (§4.5)', () => {
  test.each([
    ['2026-05-11', 'three working days before the end nothing is said', []],
    ['2026-05-12', 'two working days before the end the handler is reminded', ['REMIND']],
    ['2026-05-13', 'a reminder that was missed is still made up for', ['REMIND']],
    ['2026-05-14', 'on the last day likewise', ['REMIND']],
    ['2026-05-15', 'one working day after: yellow', ['YELLOW']],
    ['2026-05-20', 'four working days after: still yellow', ['YELLOW']],
    ['2026-05-21', 'five working days after: red', ['RED']],
    ['2026-05-27', 'nine working days after: still red', ['RED']],
    ['2026-05-28', 'ten working days after: the circular', ['CIRCULAR']],
    ['2026-10-30', 'and that for good', ['CIRCULAR']],
  ])('on %s, of a term that ends on 2026-05-14: %s', (today, _what, levels) => {
    expect(levelsOn(today, '2026-05-14')).toEqual(levels);
  });

  test.each([
    ['2026-09-29', '2026-10-08', ['REMIND']],
    ['2026-09-28', '2026-10-08', []],
    ['2026-10-08', '2026-09-30', ['YELLOW']],
    // The Saturday of 10-10 is worked.
    ['2026-10-12', '2026-09-30', ['YELLOW']],
    ['2026-10-13', '2026-09-30', ['RED']],
    ['2026-10-19', '2026-09-30', ['RED']],
    ['2026-10-20', '2026-09-30', ['CIRCULAR']],
    // Spring Festival: 02-14 is worked, 02-15 to 02-23 are off, 02-28 is worked.
    ['2026-02-24', '2026-02-13', ['YELLOW']],
    ['2026-02-27', '2026-02-13', ['RED']],
    ['2026-02-26', '2026-02-13', ['YELLOW']],
  ])('across holidays: on %s, of a term that ends on %s', (today, lastDay, levels) => {
    expect(levelsOn(today, lastDay)).toEqual(levels);
  });

  test('a term stands at one level at most on every day of the year', () => {
    for (let day = '2026-01-05'; day < '2026-12-20'; day = addDays(day, 1)) {
      if (!isUrgingTime(at(day, 10), calendar2026, terms)) continue;
      for (let last = addDays(day, -60); last < addDays(day, 20); last = addDays(last, 1)) {
        const levels = levelsOn(day, last);
        expect(levels.length).toBeLessThanOrEqual(1);
        if (last < day) expect(levels).toHaveLength(1);
      }
    }
  });
});

describe('never at night (§4.5)', () => {
  test.each([
    [at('2026-05-12', 8, 59), false],
    [at('2026-05-12', 9), true],
    [at('2026-05-12', 16, 59), true],
    [at('2026-05-12', 17), false],
    [at('2026-05-16', 10), false],
    // A Saturday that is worked, and a Monday that is off.
    [at('2026-05-09', 10), true],
    [at('2026-02-16', 10), false],
  ])('%s: %s', (now, urging) => {
    expect(isUrgingTime(now, calendar2026, terms)).toBe(urging);
  });

  test.each([
    [at('2026-05-12', 3), at('2026-05-12', 9)],
    [at('2026-05-12', 9), at('2026-05-13', 9)],
    [at('2026-05-12', 23), at('2026-05-13', 9)],
    [at('2026-05-15', 18), at('2026-05-18', 9)],
    [at('2026-09-30', 12), at('2026-10-08', 9)],
  ])('after %s the next is %s', (now, next) => {
    expect(nextUrgingTime(now, calendar2026, terms)).toEqual(next);
  });
});

test('a red letter goes to the liaison with a copy to the credit office, a reminder to the handler alone', () => {
  expect(receiversOf.REMIND).toEqual(['DEPT_HANDLER']);
  expect(receiversOf.YELLOW).toEqual(['DEPT_HANDLER', 'DEPT_APPROVER']);
  expect(receiversOf.RED).toEqual(['DEPT_LIAISON', 'CREDIT_OFFICE']);
});

test('half-years', () => {
  expect(halfYearOf('2026-06-30')).toBe('2026H1');
  expect(halfYearOf('2026-07-01')).toBe('2026H2');
  expect(halfYearSpan('2026H2')).toEqual({ from: '2026-07-01', to: '2026-12-31' });
});
