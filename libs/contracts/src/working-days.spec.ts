import { describe, expect, it } from '@jest/globals';
import { calendar2026 } from './calendar-2026.ts';
import {
  addWorkingDays,
  isWorkingDay,
  moveToWorkingDay,
  type WorkingDayCalendar,
  workingDayCalendarSchema,
  workingDaysBetween,
} from './working-days.ts';

const withoutTables: WorkingDayCalendar = { years: {} };

describe('the working days of 2026', () => {
  it('are those of the notice: 33 days off, six transferred days', () => {
    const { off = [], work = [] } = calendar2026.years['2026'] ?? {};
    expect([off.length, work.length]).toEqual([3 + 9 + 3 + 5 + 3 + 3 + 7, 6]);
    expect(workingDayCalendarSchema.parse(calendar2026)).toEqual(calendar2026);
  });

  it.each(['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10', '2026-02-24', '2026-10-08', '2026-11-23'])(
    '%s is worked',
    (date) => {
      expect(isWorkingDay(calendar2026, date)).toBe(true);
    },
  );

  it.each([
    '2026-01-01',
    '2026-01-02',
    '2026-02-15',
    '2026-02-23',
    '2026-04-06',
    '2026-05-05',
    '2026-06-19',
    '2026-09-25',
    '2026-10-01',
    '2026-10-07',
    '2026-11-21',
    '2026-11-22',
  ])('%s is off', (date) => {
    expect(isWorkingDay(calendar2026, date)).toBe(false);
  });
});

describe('a term in working days', () => {
  it.each([
    ['2026-02-13', 3, '2026-02-25'],
    ['2026-02-13', 7, '2026-03-02'],
    ['2026-09-30', 3, '2026-10-10'],
    ['2026-04-30', 10, '2026-05-18'],
    ['2026-04-03', 1, '2026-04-07'],
    ['2026-11-23', 0, '2026-11-23'],
    ['2026-11-21', 0, '2026-11-21'],
    ['2026-11-21', 1, '2026-11-23'],
    ['2025-12-31', 1, '2026-01-04'],
    ['2026-02-25', -3, '2026-02-13'],
    ['2026-11-23', -1, '2026-11-20'],
  ])('from %s, %i days, ends on %s', (date, days, expected) => {
    expect(addWorkingDays(calendar2026, date, days)).toEqual({ date: expected, provisional: false, missingYears: [] });
  });

  it('that runs into a year without a table is provisional and counted Monday to Friday', () => {
    expect(addWorkingDays(calendar2026, '2026-12-31', 1)).toEqual({ date: '2027-01-01', provisional: true, missingYears: [2027] });
    expect(addWorkingDays(calendar2026, '2026-12-30', 1)).toEqual({ date: '2026-12-31', provisional: false, missingYears: [] });
    expect(addWorkingDays(calendar2026, '2026-12-30', 300)).toMatchObject({ provisional: true, missingYears: [2027, 2028] });
    expect(addWorkingDays(calendar2026, '2026-01-04', -1)).toEqual({ date: '2025-12-31', provisional: true, missingYears: [2025] });
    expect(addWorkingDays(withoutTables, '2026-02-13', 3)).toEqual({ date: '2026-02-18', provisional: true, missingYears: [2026] });
  });

  it('becomes final when the table of the year is loaded', () => {
    const loaded: WorkingDayCalendar = { years: { ...calendar2026.years, '2027': { off: ['2027-01-01'], work: ['2027-01-02'] } } };
    expect(addWorkingDays(loaded, '2026-12-31', 1)).toEqual({ date: '2027-01-02', provisional: false, missingYears: [] });
  });

  it.each([
    ['2026-02-30', 1],
    ['', 1],
    ['2026-02-13', 0.5],
    ['2026-02-13', Number.NaN],
    ['2026-02-13', Number.POSITIVE_INFINITY],
    ['2026-02-13', 10_001],
    ['2026-02-13', -10_001],
    ['9999-12-31', 1],
    ['0001-01-01', -1],
    ['2026-02-30', 0],
  ])('is not computed from %p with %p days', (date, days) => {
    expect(() => addWorkingDays(calendar2026, date, days)).toThrow(RangeError);
  });

  it('in calendar days that ends on a day off moves to the next working day', () => {
    expect(moveToWorkingDay(calendar2026, '2026-02-15').date).toBe('2026-02-24');
    expect(moveToWorkingDay(calendar2026, '2026-10-03').date).toBe('2026-10-08');
    expect(moveToWorkingDay(calendar2026, '2026-02-14')).toEqual({ date: '2026-02-14', provisional: false, missingYears: [] });
    expect(moveToWorkingDay(calendar2026, '2027-01-02')).toEqual({ date: '2027-01-04', provisional: true, missingYears: [2027] });
    expect(() => moveToWorkingDay(calendar2026, '2026-02-30')).toThrow(RangeError);
  });
});

describe('the working days left', () => {
  it.each([
    ['2026-02-13', '2026-02-25', 3],
    ['2026-02-25', '2026-02-25', 0],
    ['2026-02-14', '2026-02-15', 0],
    ['2026-11-20', '2026-11-23', 1],
    ['2026-11-21', '2026-11-23', 1],
    ['2026-02-26', '2026-02-25', -1],
    ['2026-11-21', '2026-11-20', -1],
    ['2026-11-22', '2026-11-20', -1],
    ['2026-11-23', '2026-11-20', -1],
    ['2026-11-24', '2026-11-20', -2],
    ['2026-02-25', '2026-02-13', -3],
  ])('on %s of a term that ends on %s are %i', (today, due, left) => {
    expect(workingDaysBetween(calendar2026, today, due)).toBe(left);
  });

  it('over the whole range of dates are known at once', () => {
    expect(workingDaysBetween(withoutTables, '0001-01-01', '9999-12-31')).toBe(2_608_614);
    expect(() => workingDaysBetween(calendar2026, '2026-01-01', '10000-01-01')).toThrow(RangeError);
  });
});

describe('a calendar that is loaded', () => {
  it.each([
    [{ years: { '2027': { off: ['2027-02-30'], work: [] } } }],
    [{ years: { '2027': { off: ['2026-01-01'], work: [] } } }],
    [{ years: { '2027': { off: ['2027-01-01'], work: ['2027-01-01'] } } }],
    [{ years: { '2027': { off: [] } } }],
    [{ years: { '27': { off: [], work: [] } } }],
    [{}],
  ])('%j is refused', (calendar) => {
    expect(workingDayCalendarSchema.safeParse(calendar).success).toBe(false);
  });
});
