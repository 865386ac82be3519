import { expect, test } from '@jest/globals';
import { calendar2026 } from '@lianxin/contracts';
import { clocksOf, moveBy, type ObjectionTerms } from './objection-deadline.rules.ts';

const terms: ObjectionTerms = {
  ...{ accept: 1, mark: 1, selfCheck: 2, forward: 1, verify: 5, extension: 5, correct: 1, answer: 1, total: 10, hard: 20 },
};
const clocks = (event: Parameters<typeof clocksOf>[0], on: string, verify?: string) => clocksOf(event, on, terms, calendar2026, verify);
const dues = (event: Parameters<typeof clocksOf>[0], on: string, verify?: string) =>
  Object.fromEntries(clocks(event, on, verify).set.map(({ kind, dueOn }) => [kind, dueOn]));

test('terms count working days from the day after (§6.3, R-7-4): over the weekend and the national holiday', () => {
  expect(dues('COMPLETE_MATERIAL', '2026-11-20')).toEqual({ ACCEPT: '2026-11-23' });
  expect(dues('ACCEPTED', '2026-11-20')).toEqual({ MARK: '2026-11-23', SELF_CHECK: '2026-11-24', TOTAL: '2026-12-04', HARD: '2026-12-18' });
  expect(dues('FORWARDED', '2026-09-30').VERIFY?.localeCompare('2026-10-08')).toBe(1);
  expect(dues('DECIDED', '2026-11-20')).toEqual({ CORRECT: '2026-11-23' });
  expect(dues('EXECUTED', '2026-11-23')).toEqual({ ANSWER: '2026-11-24' });
});

test('an extension lengthens the running limit, not the day on which it was asked for', () => {
  expect(dues('EXTENDED', '2026-11-24', '2026-11-27')).toEqual({ VERIFY: '2026-12-04' });
});

test('each step meets what it was to meet', () => {
  expect(clocks('ACCEPTED', '2026-11-20').met).toEqual(['ACCEPT']);
  expect(clocks('FORWARDED', '2026-11-20').met).toEqual(['SELF_CHECK', 'FORWARD']);
  expect(clocks('DECIDED', '2026-11-20').met).toContain('VERIFY');
  expect(clocks('OVER', '2026-11-20').met).toHaveLength(9);
});

test('time for an appraisal does not count (§6.3): what runs is moved by the working days that the clock stood', () => {
  const running = [{ kind: 'VERIFY' as const, dueOn: '2026-11-27' }];
  expect(moveBy(running, '2026-11-23', '2026-11-25', calendar2026)).toEqual([{ kind: 'VERIFY', dueOn: '2026-12-01' }]);
  expect(moveBy(running, '2026-11-21', '2026-11-22', calendar2026)).toEqual(running);
});
