import { describe, expect, it } from '@jest/globals';
import { calendar2026 } from './calendar-2026.ts';
import { type CalendarChange, calendarAt, recount, type YearTable } from './calendar-versions.ts';
import { addWorkingDays } from './working-days.ts';

const noon = (date: string) => new Date(`${date}T04:00:00Z`);
/** Invented: 01-01 and 01-04 to 01-08 off, the Saturday 01-09 worked. */
const off = ['2027-01-01', '2027-01-04', '2027-01-05', '2027-01-06', '2027-01-07', '2027-01-08'];
const table: YearTable = { year: 2027, version: 1, off, work: ['2027-01-09'], effectiveAt: noon('2026-12-30') };
const changeOf = (loaded: YearTable, before = calendar2026): CalendarChange => ({
  year: loaded.year,
  version: loaded.version,
  before,
  after: calendarAt([loaded], loaded.effectiveAt),
  effectiveAt: loaded.effectiveAt,
});
const change = changeOf(table);
const term = (from: string, days: number, isSubjectsOwn = false) => ({
  dueOn: addWorkingDays(calendar2026, from, days).date,
  countedAt: noon(from),
  isSubjectsOwn,
});

describe('a stored term when the table of its year is loaded (R-7-3)', () => {
  it.each([1, 2, 3, 5, 7, 10, 20, 60])('of %i working days ends where it would have ended with the table', (days) => {
    for (const from of ['2026-12-20', '2026-12-24', '2026-12-28', '2026-12-29']) {
      const { dueOn } = term(from, days);
      const right = addWorkingDays(change.after, from, days).date;
      if (dueOn >= '2026-12-30') expect(recount(term(from, days), change, '2026-12-30')).toEqual({ dueOn: right, provisional: false });
    }
  });

  it('still provisional where it reaches into the year after', () => {
    expect(recount(term('2026-12-29', 280), change, '2026-12-30')).toMatchObject({ provisional: true });
  });

  it('stays where it has run out, or was counted with the table already', () => {
    expect(recount(term('2026-12-24', 2), change, '2026-12-30')).toBeUndefined();
    expect(recount({ ...term('2026-12-29', 5), countedAt: noon('2026-12-30') }, change, '2026-12-30')).toBeUndefined();
    expect(recount({ ...term('2026-12-29', 5), dueOn: '2026-12-29' }, change, '2026-12-29')).toBeUndefined();
  });

  const worked = changeOf({
    ...table,
    off: [],
    work: ['2027-01-02', '2027-01-03', '2027-01-09', '2027-01-10'],
    effectiveAt: noon('2027-01-06'),
  });

  it('never becomes shorter where it is the subject’s own, and makes nobody late who was not', () => {
    // Five working days from 12-31: the 7th Monday to Friday, the 5th with the weekend that is worked.
    expect(recount(term('2026-12-31', 5), worked, '2027-01-04')?.dueOn).toBe('2027-01-05');
    expect(recount(term('2026-12-31', 5), worked, '2027-01-06')?.dueOn).toBe('2027-01-06');
    expect(recount(term('2026-12-31', 5, true), worked, '2027-01-06')?.dueOn).toBe('2027-01-07');
    expect(recount(term('2026-12-31', 5, true), change, '2026-12-31')).toBeUndefined();
  });

  it('becomes longer for the subject like for anybody', () => {
    expect(recount(term('2026-12-29', 5, true), change, '2026-12-30')?.dueOn).toBe(addWorkingDays(change.after, '2026-12-29', 5).date);
  });
});

describe('the tables that count', () => {
  it('are the newest version of each year, from its instant on', () => {
    const second = { ...table, version: 2, off: ['2027-01-01'], effectiveAt: noon('2027-01-15') };
    expect(calendarAt([second, table], noon('2026-12-29')).years['2027']).toBeUndefined();
    expect(calendarAt([second, table], noon('2027-01-01')).years['2027']?.off).toEqual(off);
    expect(calendarAt([second, table], noon('2027-01-15')).years['2027']?.off).toEqual(['2027-01-01']);
    expect(calendarAt([], noon('2027-01-15'))).toEqual(calendar2026);
  });
});
