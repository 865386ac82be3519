import { describe, expect, test } from '@jest/globals';
import { addDays, addWorkingDays, calendar2026, checkIdNumber, checkUscc, isWorkingDay, listEntryRequestSchema } from '@lianxin/contracts';
import { demoEntries } from './demo.city.ts';

/** Every day of two years: one with a table of holidays, one without. */
const days = Array.from({ length: 730 }, (_, offset) => addDays('2026-01-01', offset));
const today = '2026-11-23';

describe('the demo city', () => {
  test('has some hundred subjects with right check characters, none of them real', () => {
    const entries = demoEntries(today, calendar2026);
    const codes = new Set<string>();
    const numbers = new Set<string>();
    for (const { request } of entries) {
      if (request.subject.usccCode !== undefined) codes.add(request.subject.usccCode);
      for (const person of [request.subject, ...(request.parties ?? [])]) if (person.idNumber !== undefined) numbers.add(person.idNumber);
    }
    for (const code of codes) {
      expect(code.slice(2, 8)).toBe('320799');
      expect(checkUscc(code, { syntheticRegionAllowed: true })).toEqual({ ok: true, code, warnings: [] });
    }
    for (const number of numbers) {
      expect(number.slice(0, 6)).toBe('320799');
      expect(checkIdNumber(number, { today, syntheticRegionAllowed: true })).toMatchObject({ ok: true, number, warnings: [] });
    }
    expect(codes.size + numbers.size).toBeGreaterThan(150);
  });

  test('flags at least sixty of them, on lists of every type', () => {
    const entries = demoEntries(today, calendar2026);
    const flags = entries.filter(({ request }) => !request.listCode.startsWith('RL-'));
    expect(flags.length).toBeGreaterThanOrEqual(60);
    expect(new Set(entries.map(({ request }) => request.listCode.slice(0, 2)))).toEqual(new Set(['BL', 'FL', 'RL', 'AB']));
    const ids = entries.map(({ department, request }) => `${department} ${request.sourceRecordId}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { request } of entries) expect(listEntryRequestSchema.safeParse(request).success).toBe(true);
  });

  test('keeps the procedure on whatever day it is made: notice, five working days, decision, service, and nothing in the future', () => {
    const faults = days.flatMap((day) =>
      demoEntries(day, calendar2026).flatMap(({ request }) => {
        const { notice, service, decision, publicNotice } = request;
        const served = [service?.decisionServedOn, service?.repairNoticeServedOn].filter((date) => date !== undefined);
        const keeps =
          isWorkingDay(calendar2026, decision.date) &&
          served.every((date) => date >= decision.date && date <= day) &&
          isBetween(notice?.defenceEndedOn, notice === undefined ? '' : ends(notice.servedOn, 5), decision.date) &&
          isBetween(publicNotice?.closedOn, publicNotice === undefined ? '' : ends(publicNotice.openedOn, 7), decision.date);
        return keeps ? [] : [`${day} ${request.sourceRecordId}`];
      }),
    );
    expect(faults).toEqual([]);
  });
});

const known = new Map<string, string>();

/** The end of a term of working days; each is computed once, for the city asks for the same ones over and over. */
function ends(from: string, workdays: number): string {
  const key = `${from} ${workdays}`;
  const date = known.get(key) ?? addWorkingDays(calendar2026, from, workdays).date;
  known.set(key, date);
  return date;
}

function isBetween(date: string | undefined, first: string, last: string): boolean {
  return date === undefined || (date >= first && date <= last);
}
