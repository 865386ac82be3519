import { describe, expect, test } from '@jest/globals';
import { calendar2026, calendarAt, endOfDayBeijing, type WorkingDayCalendar } from '@lianxin/contracts';
import { type CalendarChange, type CalendarYear, missingYears, reschedule } from './calendar.rules.ts';
import { type DeadlineContext, dueAfterAcknowledge, dueAtDispatch, feedbackDueAfterArm, lastDayOf, termEnd } from './deadline.rules.ts';
import type { Task } from './task.rules.ts';

const terms = {
  acknowledgeDays: 2,
  decideReturnDays: 2,
  executeDays: 10,
  armDays: 5,
  startRewardDays: 5,
  feedbackDays: 5,
  feedbackAtLatestDays: 15,
  hitFeedbackDays: 5,
  liftDays: 3,
  leastAfterObjectionDays: 3,
  cycleDay: 10,
  restoreDays: 10,
};
const noon = (date: string) => new Date(`${date}T04:00:00Z`);
/** An invented table of 2027: 01-01 to 01-03 and 02-05 to 02-11 off, 01-10 (a Sunday) off in any case, 02-14 (a Sunday) worked. */
const table2027: CalendarYear = {
  year: 2027,
  version: 1,
  source: '测试通知',
  off: ['2027-01-01', '2027-01-04', '2027-02-05', '2027-02-08', '2027-02-09', '2027-02-10', '2027-02-11'],
  work: ['2027-01-09', '2027-02-14'],
  loadedBy: 'office',
  loadedAt: noon('2026-12-29'),
  effectiveAt: noon('2026-12-30'),
};
const after = calendarAt([table2027], noon('2026-12-31'));
const change: CalendarChange = { before: calendar2026, after, effectiveAt: table2027.effectiveAt, cycleDayOn: () => 10 };
const under = (calendar: WorkingDayCalendar, date: string): DeadlineContext => ({ now: noon(date), calendar, terms });

const task = (over: Partial<Task>): Task => ({
  id: 't',
  partySubjectId: 's',
  canonicalCode: 'C',
  departmentCode: 'CZJ',
  measureCode: 'M',
  class: 'C10',
  direction: 'PUNISH',
  kind: 'EXECUTE',
  force: 'MANDATORY',
  trigger: 'STANDING',
  role: 'LEAD',
  partyId: 'p',
  partyRole: 'SUBJECT',
  partyKind: 'LEGAL',
  cycle: 1,
  status: 'DISPATCHED',
  previousStatus: null,
  version: 1,
  hasDeadline: true,
  dispatchedAt: noon('2026-12-22'),
  begunAt: null,
  dueAt: null,
  feedbackDueAt: null,
  heldOn: null,
  laneKey: 's',
  catalogueVersion: 1,
  ...over,
});
const at = (date: string) => ({ dueAt: noon(date), feedbackDueAt: noon(date) });

describe('the table of the next year is loaded (R-7-3)', () => {
  test('until it counts the year is missing, from then on it is not', () => {
    expect(missingYears(calendar2026, '2026-12-31', endOfDayBeijing('2027-01-04'))).toEqual([2027]);
    expect(missingYears(after, '2026-12-31', endOfDayBeijing('2027-01-04'))).toEqual([]);
    expect(calendarAt([table2027], noon('2026-12-29')).years['2027']).toBeUndefined();
    expect(calendarAt([table2027, { ...table2027, version: 2, off: [] }], noon('2026-12-31')).years['2027']?.off).toEqual([]);
  });

  test.each(['2026-12-15', '2026-12-21', '2026-12-24', '2026-12-28', '2026-12-29'])(
    'what was dispatched on %s is due as if the table had been there',
    (date) => {
      const dispatched = task(dueAtDispatch(under(calendar2026, date), 'STANDING'));
      const moved = reschedule(dispatched, at(date), change, null) ?? dispatched;
      const right = dueAtDispatch(under(after, date), 'STANDING');
      expect([moved.dueAt, moved.feedbackDueAt]).toEqual([right.dueAt, right.feedbackDueAt]);
    },
  );

  test('so is what was signed for, what is lifted, and what is reported by the quarter', () => {
    const signed = task({ status: 'ACKNOWLEDGED', dueAt: dueAfterAcknowledge(under(calendar2026, '2026-12-25'), 'STANDING', 'PUNISH') });
    expect(reschedule(signed, at('2026-12-25'), change, null)?.dueAt).toEqual(
      dueAfterAcknowledge(under(after, '2026-12-25'), 'STANDING', 'PUNISH'),
    );
    const lifting = task({ status: 'LIFTING', dueAt: termEnd(under(calendar2026, '2026-12-29'), 3) });
    expect(lastDayOf(lifting.dueAt ?? new Date(0))).toBe('2027-01-01');
    expect(lastDayOf(reschedule(lifting, at('2026-12-29'), change, null)?.dueAt ?? new Date(0))).toBe('2027-01-05');
    const due = feedbackDueAfterArm(under(calendar2026, '2026-12-25'));
    const armed = task({ status: 'ARMED', trigger: 'ON_EVENT', dueAt: due, feedbackDueAt: due });
    // 2027-01-10 is a Sunday: Monday the 11th in either calendar.
    expect(reschedule(armed, at('2026-12-25'), change, null)).toBeUndefined();
    const worked = { ...change, after: calendarAt([{ ...table2027, work: ['2027-01-10'] }], noon('2026-12-31')) };
    expect(lastDayOf(reschedule(armed, at('2026-12-25'), worked, null)?.feedbackDueAt ?? new Date(0))).toBe('2027-01-10');
  });

  test('what was computed with the table already, or ordered for a day, stays; twice changes nothing', () => {
    const late = task(dueAtDispatch(under(after, '2026-12-30'), 'STANDING'));
    expect(reschedule(late, { dueAt: noon('2026-12-30'), feedbackDueAt: noon('2026-12-30') }, change, null)).toBeUndefined();
    const ordered = task({ kind: 'RESTORE', feedbackDueAt: endOfDayBeijing('2027-01-08') });
    expect(reschedule(ordered, at('2026-12-25'), change, '2027-01-08')).toBeUndefined();
    const moved = reschedule(task(dueAtDispatch(under(calendar2026, '2026-12-28'), 'STANDING')), at('2026-12-28'), change, null);
    expect(moved?.version).toBe(2);
    expect(moved && reschedule(moved, at('2026-12-31'), change, null)).toBeUndefined();
  });

  test('a term within the year that was there does not move', () => {
    const settled = task({ dueAt: endOfDayBeijing('2026-12-28'), feedbackDueAt: endOfDayBeijing('2026-12-31') });
    expect(reschedule(settled, at('2026-12-22'), change, null)).toBeUndefined();
  });
});
