import { describe, expect, test } from '@jest/globals';
import { bucketsBefore, bucketsOf, periodNamed, quarterAround } from './period.rules.ts';

describe('periods', () => {
  test.each([
    ['2026-01-01', '2026-Q1', '2026-01-01', '2026-03-31'],
    ['2026-03-31', '2026-Q1', '2026-01-01', '2026-03-31'],
    ['2026-04-01', '2026-Q2', '2026-04-01', '2026-06-30'],
    ['2026-11-23', '2026-Q4', '2026-10-01', '2026-12-31'],
  ])('%s lies in %s', (day, code, from, to) => {
    expect(quarterAround(day)).toEqual({ code, from, to });
    expect(periodNamed(code)).toEqual({ code, from, to });
  });

  test('of a running period only what lies before today is past; of a coming one nothing', () => {
    const quarter = periodNamed('2026-Q4');
    expect(bucketsBefore(quarter, '2026-10-03')).toEqual({ quarters: [], months: [], days: ['2026-10-01', '2026-10-02'] });
    expect(bucketsBefore(quarter, '2026-10-01')).toEqual({ quarters: [], months: [], days: [] });
    expect(bucketsBefore(quarter, '2027-01-01')).toEqual({ quarters: ['2026-10-01'], months: [], days: [] });
    const { quarters, months, days } = bucketsBefore(quarter, '2026-12-31');
    expect([quarters, months, days.length]).toEqual([[], ['2026-10-01', '2026-11-01'], 30]);
  });

  test('a quarter is counted from one bucket', () => {
    expect(bucketsOf(periodNamed('2026-Q4'))).toEqual({ quarters: ['2026-10-01'], months: [], days: [] });
  });

  test('a month is counted from one bucket', () => {
    expect(bucketsOf(periodNamed('2026-11'))).toEqual({ quarters: [], months: ['2026-11-01'], days: [] });
  });

  test('a year is counted from four buckets', () => {
    expect(bucketsOf({ code: null, from: '2026-01-01', to: '2026-12-31' }).quarters).toHaveLength(4);
  });

  test('what does not fill a quarter is counted by month, what does not fill a month by day, each day once', () => {
    expect(bucketsOf({ code: null, from: '2026-06-29', to: '2026-12-02' })).toEqual({
      quarters: ['2026-07-01'],
      months: ['2026-10-01', '2026-11-01'],
      days: ['2026-06-29', '2026-06-30', '2026-12-01', '2026-12-02'],
    });
    expect(bucketsOf({ code: null, from: '2026-02-01', to: '2026-08-31' })).toEqual({
      quarters: ['2026-04-01'],
      months: ['2026-02-01', '2026-03-01', '2026-07-01', '2026-08-01'],
      days: [],
    });
  });

  test('a single day is a period', () => {
    expect(bucketsOf({ code: null, from: '2026-10-01', to: '2026-10-01' })).toEqual({ quarters: [], months: [], days: ['2026-10-01'] });
  });
});
