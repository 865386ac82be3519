import { describe, expect, it } from '@jest/globals';
import {
  addDays,
  addMonths,
  beijingDate,
  beijingTime,
  dateOfDayNumber,
  dayNumberOf,
  endOfDayBeijing,
  isRealDate,
  isWeekday,
  nextQuarter,
  quarterEnd,
  quarterOf,
  quarterStart,
} from './calendar-date.ts';

describe('a calendar date', () => {
  it.each(['2026-11-23', '2024-02-29', '2000-02-29', '1899-12-31', '0001-01-01', '9999-12-31'])('%s exists', (date) => {
    expect(isRealDate(date)).toBe(true);
    expect(dateOfDayNumber(dayNumberOf(date))).toBe(date);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '1899-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '0000-01-01',
    '2026-1-1',
    '26-01-01',
    '2026/01/01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '２026-01-01',
    '',
    '+002026-01-01',
    '2026-W01-1',
  ])('%p does not exist', (date) => {
    expect(isRealDate(date)).toBe(false);
    expect(() => addDays(date, 1)).toThrow(RangeError);
    expect(() => addMonths(date, 1)).toThrow(RangeError);
    expect(() => quarterOf(date)).toThrow(RangeError);
    expect(() => endOfDayBeijing(date)).toThrow(RangeError);
  });

  it.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-11-23', 0, '2026-11-23'],
  ])('%s and %i days is %s', (date, days, expected) => {
    expect(addDays(date, days)).toBe(expected);
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-03-31', 1, '2026-04-30'],
    ['2026-03-15', 6, '2026-09-15'],
    ['2026-12-31', 2, '2027-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-01-31', 0, '2026-01-31'],
  ])('%s and %i months is %s: the same-number day, or the last of the month', (date, months, expected) => {
    expect(addMonths(date, months)).toBe(expected);
  });

  it('is not computed beyond the year 9999, before the year 1, or by half a month', () => {
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('0001-01-01', -1)).toThrow(RangeError);
    expect(() => addMonths('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addMonths('0001-01-31', -1)).toThrow(RangeError);
    expect(() => addMonths('2026-01-31', 0.5)).toThrow(RangeError);
    expect(() => addMonths('2026-01-31', Number.NaN)).toThrow(RangeError);
  });

  it('knows Monday to Friday, also before 1970', () => {
    expect(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '1969-12-27', '1969-12-28', '1969-12-29'].map(isWeekday)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('ends at 24:00 in Beijing, and from then on it is the next day', () => {
    const end = endOfDayBeijing('2026-02-25');
    expect(end.toISOString()).toBe('2026-02-25T16:00:00.000Z');
    expect(beijingDate(end)).toBe('2026-02-26');
    expect(beijingDate(new Date(end.getTime() - 1))).toBe('2026-02-25');
    expect(beijingDate(new Date('2026-12-31T23:59:59+08:00'))).toBe('2026-12-31');
    expect(beijingDate(new Date('2026-12-31T16:00:00Z'))).toBe('2027-01-01');
    expect(() => beijingDate(new Date('nonsense'))).toThrow(RangeError);
  });

  it.each([
    ['2026-01-01', '2026Q1', '2026-01-01', '2026-03-31', '2026Q2'],
    ['2026-06-30', '2026Q2', '2026-04-01', '2026-06-30', '2026Q3'],
    ['2026-07-01', '2026Q3', '2026-07-01', '2026-09-30', '2026Q4'],
    ['2026-12-31', '2026Q4', '2026-10-01', '2026-12-31', '2027Q1'],
  ])('%s lies in %s, from %s to %s, before %s', (date, quarter, start, end, next) => {
    expect([quarterOf(date), quarterStart(quarter), quarterEnd(quarter), nextQuarter(quarter)]).toEqual([quarter, start, end, next]);
  });

  it.each(['2026Q5', '2026Q0', '2026-Q1', '0000Q1', '26Q1', ''])('%p is no quarter', (quarter) => {
    expect(() => quarterStart(quarter)).toThrow(RangeError);
    expect(() => quarterEnd(quarter)).toThrow(RangeError);
  });
});

it('an instant reads as the clock in Beijing shows it', () => {
  expect(beijingTime('2026-11-23T16:00:00.999Z')).toBe('2026-11-24 00:00:00');
  expect(beijingTime('2026-11-24T00:00:00+08:00')).toBe('2026-11-24 00:00:00');
  expect(() => beijingTime('yesterday')).toThrow(RangeError);
});
