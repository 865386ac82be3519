import { describe, expect, test } from '@jest/globals';
import { beijingDate, calendar2026, endOfDayBeijing } from '@lianxin/contracts';
import {
  type DeadlineContext,
  type DeadlineTerms,
  dueAfterAcknowledge,
  dueAfterHold,
  dueAtDispatch,
  feedbackDueAfterArm,
  feedbackDueAfterStart,
  lastDayOf,
  periodicDue,
  remainingWorkdays,
} from './deadline.rules.ts';

const terms: DeadlineTerms = {
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
/** Noon in Beijing of a day. */
const at = (date: string): DeadlineContext => ({ now: new Date(`${date}T04:00:00Z`), calendar: calendar2026, terms });
const day = (due: Date | null) => (due === null ? null : lastDayOf(due));

describe('deadlines of a task (§4.4), over the holidays of R-7-5', () => {
  test('acknowledgement is due two working days after the dispatch, feedback at the latest fifteen', () => {
    expect(day(dueAtDispatch(at('2026-09-30'), 'STANDING').dueAt)).toBe('2026-10-09');
    expect(day(dueAtDispatch(at('2026-09-30'), 'STANDING').feedbackDueAt)).toBe('2026-10-27');
  });

  test('a term ends at 24:00 Beijing time, not at midnight elsewhere', () => {
    expect(dueAtDispatch(at('2026-11-23'), 'STANDING').dueAt.toISOString()).toBe('2026-11-25T16:00:00.000Z');
    // 23:30 in Beijing on the 23rd is still the 23rd.
    const late = { ...at('2026-11-23'), now: new Date('2026-11-23T15:30:00Z') };
    expect(day(dueAtDispatch(late, 'STANDING').dueAt)).toBe('2026-11-25');
  });

  test('the quarterly feedback is due by the 10th of the month after, moved to a working day', () => {
    // 2026-10-10 is a Saturday on which people work.
    expect(day(periodicDue(at('2026-08-01'), '2026-08-01'))).toBe('2026-10-10');
    expect(day(periodicDue(at('2026-01-05'), '2026-01-05'))).toBe('2026-04-10');
    expect(day(periodicDue(at('2026-05-01'), '2026-05-01'))).toBe('2026-07-10');
    // 2027-01-10 is a Sunday.
    expect(day(periodicDue(at('2026-11-01'), '2026-11-01'))).toBe('2027-01-11');
  });

  test('what must be armed only after the quarter is first reported a quarter later', () => {
    expect(day(dueAtDispatch(at('2026-11-23'), 'ON_EVENT').feedbackDueAt)).toBe('2027-01-11');
    expect(day(dueAtDispatch(at('2026-06-29'), 'ON_EVENT').feedbackDueAt)).toBe('2026-10-10');
    expect(day(feedbackDueAfterArm(at('2026-06-30')))).toBe('2026-07-10');
  });

  test('after acknowledgement: arm in five, execute in ten, begin a reward in five working days', () => {
    expect(day(dueAfterAcknowledge(at('2026-11-23'), 'ON_EVENT', 'PUNISH'))).toBe('2026-11-30');
    expect(day(dueAfterAcknowledge(at('2026-11-23'), 'STANDING', 'PUNISH'))).toBe('2026-12-07');
    expect(day(dueAfterAcknowledge(at('2026-11-23'), 'ONE_OFF', 'REWARD'))).toBe('2026-11-30');
  });

  test('the first feedback is due five working days after execution, never later than fifteen after dispatch', () => {
    const atLatest = dueAtDispatch(at('2026-11-02'), 'STANDING').feedbackDueAt;
    expect(day(feedbackDueAfterStart(at('2026-11-04'), atLatest))).toBe('2026-11-11');
    expect(day(feedbackDueAfterStart(at('2026-11-20'), atLatest))).toBe('2026-11-23');
  });
});

describe('a hold takes its working days off the clock (R-10-1)', () => {
  const due = { dueAt: endOfDayBeijing('2026-11-25'), feedbackDueAt: endOfDayBeijing('2026-12-14') };

  test('deadlines move by the working days on hold, weekends count for nothing', () => {
    const moved = dueAfterHold(at('2026-11-30'), due, { from: '2026-11-23', to: '2026-11-30' }, false);
    expect([day(moved.dueAt), day(moved.feedbackDueAt)]).toEqual(['2026-12-02', '2026-12-21']);
    expect(day(dueAfterHold(at('2026-11-23'), due, { from: '2026-11-20', to: '2026-11-22' }, false).dueAt)).toBe('2026-11-25');
  });

  test('after an objection at least three working days are left (§6.4)', () => {
    const short = { dueAt: endOfDayBeijing('2026-11-23'), feedbackDueAt: null };
    expect(day(dueAfterHold(at('2026-11-24'), short, { from: '2026-11-23', to: '2026-11-24' }, true).dueAt)).toBe('2026-11-27');
    expect(day(dueAfterHold(at('2026-11-24'), short, { from: '2026-11-23', to: '2026-11-24' }, false).dueAt)).toBe('2026-11-24');
  });

  test('what was overdue before the hold stays overdue', () => {
    const overdue = { dueAt: endOfDayBeijing('2026-11-18'), feedbackDueAt: null };
    expect(day(dueAfterHold(at('2026-11-25'), overdue, { from: '2026-11-23', to: '2026-11-25' }, true).dueAt)).toBe('2026-11-20');
  });

  test('a unit without deadlines gets none', () => {
    const none = dueAfterHold(at('2026-11-30'), { dueAt: null, feedbackDueAt: null }, { from: '2026-11-23', to: '2026-11-30' }, true);
    expect(none).toEqual({ dueAt: null, feedbackDueAt: null });
  });
});

test('the working days left are 0 on the last day and negative once the term is over', () => {
  const due = endOfDayBeijing('2026-11-25');
  const left = (date: string) => remainingWorkdays(calendar2026, at(date).now, due);
  expect([left('2026-11-23'), left('2026-11-25'), left('2026-11-26'), left('2026-11-30')]).toEqual([2, 0, -1, -3]);
  expect(beijingDate(new Date(due.getTime() - 1))).toBe('2026-11-25');
});
