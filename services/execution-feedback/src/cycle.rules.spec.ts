import { describe, expect, test } from '@jest/globals';
import { calendar2026, endOfDayBeijing } from '@lianxin/contracts';
import { openNextCycle } from './cycle.rules.ts';
import { type DeadlineContext, lastDayOf } from './deadline.rules.ts';
import { documentKey, taskAfterApproval } from './feedback.rules.ts';
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
const at = (date: string): DeadlineContext => ({ now: new Date(`${date}T04:00:00Z`), calendar: calendar2026, terms });
const day = (due: Date | null | undefined) => (due == null ? null : lastDayOf(due));

const task: Task = {
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
  status: 'FED_BACK',
  previousStatus: null,
  version: 5,
  hasDeadline: true,
  dispatchedAt: new Date('2026-05-04T04:00:00Z'),
  begunAt: new Date('2026-05-06T04:00:00Z'),
  dueAt: null,
  feedbackDueAt: endOfDayBeijing('2026-05-25'),
  heldOn: null,
  laneKey: 's',
  catalogueVersion: 1,
};
const armed: Task = { ...task, trigger: 'ON_EVENT', status: 'ARMED', feedbackDueAt: endOfDayBeijing('2026-07-10') };

describe('when a quarter has ended (§4.4)', () => {
  test('a standing measure is reported on by the 10th', () => {
    const next = openNextCycle(task, '2026Q2', at('2026-07-01'));
    expect(next).toMatchObject({ status: 'IN_EXECUTION', cycle: 2, version: 6 });
    expect(day(next?.dueAt)).toBe('2026-07-10');
  });

  test('an armed measure that reported is armed for the new quarter', () => {
    const next = openNextCycle(armed, '2026Q2', at('2026-07-01'));
    expect(next).toMatchObject({ status: 'ARMED', cycle: 2 });
    expect(day(next?.dueAt)).toBe('2026-10-10');
  });

  test('an armed measure that was fed back as not applied is armed again', () => {
    expect(openNextCycle({ ...armed, status: 'FED_BACK' }, '2026Q2', at('2026-07-01'))).toMatchObject({ status: 'ARMED', cycle: 2 });
  });

  test.each([
    ['still owes its report', { ...armed, dueAt: armed.feedbackDueAt }],
    ['has its cycle in a later quarter already', { ...armed, feedbackDueAt: endOfDayBeijing('2026-10-10') }],
    ['is done once', { ...task, trigger: 'ONE_OFF' as const }],
    ['belongs to a unit without deadlines', { ...task, hasDeadline: false }],
    ['is on hold', { ...task, status: 'ON_HOLD' as const, previousStatus: 'FED_BACK' as const }],
    ['is being lifted', { ...task, status: 'LIFTING' as const }],
  ])('nothing opens where a task %s', (_name, row) => {
    expect(openNextCycle(row, '2026Q2', at('2026-07-01'))).toBeUndefined();
  });
});

describe('a feedback that has become valid', () => {
  const waiting: Task = { ...armed, dueAt: armed.feedbackDueAt };

  test('feeds an execution back, also one that is on hold meanwhile', () => {
    const running = { ...task, status: 'IN_EXECUTION' as const };
    expect(taskAfterApproval(running, { kind: 'APPLIED', cycle: 1 }, at('2026-05-20'))).toMatchObject({ status: 'FED_BACK', dueAt: null });
    const held = { ...running, status: 'ON_HOLD' as const, previousStatus: 'IN_EXECUTION' as const };
    expect(taskAfterApproval(held, { kind: 'APPLIED', cycle: 1 }, at('2026-05-20'))).toMatchObject({
      status: 'ON_HOLD',
      previousStatus: 'FED_BACK',
    });
  });

  test('reports the quarter of an armed measure; after the quarter its next one begins', () => {
    expect(taskAfterApproval(waiting, { kind: 'HIT', cycle: 1 }, at('2026-06-01'))).toMatchObject({
      status: 'ARMED',
      cycle: 1,
      dueAt: null,
    });
    const late = taskAfterApproval(waiting, { kind: 'ZERO', cycle: 1 }, at('2026-07-08'));
    expect(late).toMatchObject({ status: 'ARMED', cycle: 2 });
    expect(day(late?.dueAt)).toBe('2026-10-10');
    expect(taskAfterApproval(waiting, { kind: 'NOT_APPLIED', cycle: 1 }, at('2026-06-01'))).toMatchObject({ status: 'FED_BACK' });
  });

  test('changes nothing where it is of an earlier cycle, or the task has moved on', () => {
    expect(taskAfterApproval({ ...waiting, cycle: 2 }, { kind: 'ZERO', cycle: 1 }, at('2026-07-08'))).toBeUndefined();
    for (const status of ['FED_BACK', 'LIFTING', 'LIFTED', 'RETURNED', 'DISPATCHED'] as const)
      expect(taskAfterApproval({ ...task, status }, { kind: 'APPLIED', cycle: 1 }, at('2026-05-20'))).toBeUndefined();
    expect(taskAfterApproval(armed, { kind: 'HIT', cycle: 1 }, at('2026-06-01'))).toBeUndefined();
  });
});

test('a document number is the same in any brackets, width or spacing', () => {
  for (const same of ['连财〔2026〕12号', ' 连财[2026]12号', '连财（２０２６）１２ 号', '连财【2026】12号'])
    expect(documentKey(same)).toBe(documentKey('连财(2026)12号'));
  expect(documentKey('连财〔2026〕12号')).not.toBe(documentKey('连财〔2026〕13号'));
  expect([documentKey(undefined), documentKey(null)]).toEqual(['', '']);
});
