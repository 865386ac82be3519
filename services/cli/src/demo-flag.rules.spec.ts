import { describe, expect, test } from '@jest/globals';
import { addDays, addWorkingDays, calendar2026, checkIdNumber, checkUscc, isWorkingDay, listEntryRequestSchema } from '@lianxin/contracts';
import { type DemoList, demoFlag, isSyntheticCode, lawfulDates } from './demo-flag.rules.ts';

const wage: DemoList = {
  code: 'BL-WAGE',
  type: 'BLACK',
  status: 'ENABLED',
  subjectKinds: ['LEGAL', 'UNINC', 'IB'],
  termKind: 'FIXED',
  defaultMonths: 36,
  termMinMonths: 36,
};
const ground = { today: '2026-11-23', calendar: calendar2026, serial: 123_456, sourceRecordId: 'demo-1' };
const days = Array.from({ length: 300 }, (_, index) => addDays('2026-03-01', index));

describe('a demonstration is a lawful designation', () => {
  test('on every day of the year notice, defence, decision and service follow each other on working days that are over', () => {
    for (const today of days) {
      const dates = lawfulDates(calendar2026, today);
      const order = [dates.noticeServed, dates.defenceEnded, dates.decided, dates.served];
      expect(order.every((date) => isWorkingDay(calendar2026, date))).toBe(true);
      expect(order.toSorted()).toEqual(order);
      expect(dates.served < today).toBe(true);
      // R-2-8: five working days for the defence; R-2-9: seven for the public notice.
      expect(dates.defenceEnded >= addWorkingDays(calendar2026, dates.noticeServed, 7).date).toBe(true);
    }
  });

  test('a black entry carries notice, service, grade and a made-up company with a right code', () => {
    const body = listEntryRequestSchema.parse(demoFlag(wage, ground));
    expect(body).toMatchObject({ grade: 'SERIOUS', subject: { kind: 'LEGAL' }, notice: expect.anything(), service: expect.anything() });
    expect(body.publicNotice).toBeUndefined();
    expect(isSyntheticCode(body.subject.usccCode ?? '')).toBe(true);
    expect(checkUscc(body.subject.usccCode ?? '', { syntheticRegionAllowed: true }).ok).toBe(true);
  });

  test('an honour carries its public notice instead', () => {
    const body = listEntryRequestSchema.parse(demoFlag({ ...wage, code: 'RL-TAXA', type: 'RED' }, ground));
    expect(body.publicNotice).toBeDefined();
    expect([body.notice, body.service, body.grade]).toEqual([undefined, undefined, undefined]);
  });

  test('a list of persons gets an adult who does not exist, with a right number', () => {
    for (const serial of [0, 1, 9_999, 10_000, 999_999]) {
      const body = listEntryRequestSchema.parse(demoFlag({ ...wage, subjectKinds: ['PERSON'] }, { ...ground, serial }));
      expect(body.subject.kind).toBe('PERSON');
      expect(body.subject.idNumber).toMatch(/^320799/);
      expect(checkIdNumber(body.subject.idNumber ?? '', { today: ground.today }).ok).toBe(true);
      expect((body.subject.idNumber ?? '').slice(6, 10) < '2000').toBe(true);
    }
  });

  test('where the decision must state the end of the term, it does; where nobody does, it does not', () => {
    expect(demoFlag({ ...wage, defaultMonths: null, termKind: 'FROM_DECISION', termMinMonths: 24 }, ground).validTo).toBe('2028-11-23');
    expect(demoFlag({ ...wage, defaultMonths: null, termKind: 'FROM_DECISION', termMinMonths: null }, ground).validTo).toBe('2027-11-23');
    expect(demoFlag({ ...wage, defaultMonths: null, termKind: 'UNTIL_CORRECTED' }, ground).validTo).toBeUndefined();
    expect(demoFlag(wage, ground).validTo).toBeUndefined();
  });

  test('a code that is flagged again keeps the name it is registered with', () => {
    const first = demoFlag(wage, { ...ground, usccCode: '91320799MADEM00035' }).subject;
    const again = demoFlag(wage, { ...ground, serial: 7, usccCode: '91320799MADEM00035' }).subject;
    expect(again).toEqual(first);
    expect(demoFlag(wage, { ...ground, usccCode: '91320799MADEM00035', name: '已登记有限公司' }).subject?.name).toBe('已登记有限公司');
  });

  test('a real code is known as one', () => {
    expect(isSyntheticCode('91320799MADEM00035')).toBe(true);
    expect(isSyntheticCode('91320706MADEM00035')).toBe(false);
  });
});
