import { describe, expect, test } from '@jest/globals';
import { type TaskStatus, taskStatuses } from '@lianxin/contracts';
import {
  type Basis,
  decideTransition,
  endedStatuses,
  foldBases,
  foldFacts,
  holds,
  isNeverStarted,
  strongestOf,
  type TaskAction,
  taskActions,
  transitions,
} from './task.rules.ts';

const standing = (status: TaskStatus, previousStatus: TaskStatus | null = null) => ({
  status,
  previousStatus,
  trigger: 'STANDING' as const,
});
const onEvent = (status: TaskStatus, previousStatus: TaskStatus | null = null) => ({
  status,
  previousStatus,
  trigger: 'ON_EVENT' as const,
});

/** §4.3 "Allowed", written down by hand: what may follow a state, for a standing measure and for one on events. */
const allowed: Record<TaskStatus, [TaskAction, TaskStatus][]> = {
  DISPATCHED: [
    ['acknowledge', 'ACKNOWLEDGED'],
    ['return', 'RETURNED'],
    ['hold', 'ON_HOLD'],
    ['cancel', 'CANCELLED'],
    ['lift', 'LIFTING'],
  ],
  ACKNOWLEDGED: [
    ['start', 'IN_EXECUTION'],
    ['arm', 'ARMED'],
    ['return', 'RETURNED'],
    ['hold', 'ON_HOLD'],
    ['lift', 'LIFTING'],
  ],
  RETURNED: [
    ['refuseReturn', 'DISPATCHED'],
    ['reassign', 'DISPATCHED'],
    ['acceptReturn', 'NOT_APPLICABLE'],
    ['hold', 'ON_HOLD'],
    ['cancel', 'CANCELLED'],
    ['lift', 'LIFTING'],
  ],
  IN_EXECUTION: [
    ['feedBack', 'FED_BACK'],
    ['return', 'RETURNED'],
    ['hold', 'ON_HOLD'],
    ['lift', 'LIFTING'],
  ],
  ARMED: [
    ['feedBack', 'FED_BACK'],
    ['return', 'RETURNED'],
    ['hold', 'ON_HOLD'],
    ['lift', 'LIFTING'],
  ],
  FED_BACK: [
    ['reopen', 'IN_EXECUTION'],
    ['hold', 'ON_HOLD'],
    ['lift', 'LIFTING'],
  ],
  ON_HOLD: [
    ['release', 'ACKNOWLEDGED'],
    ['cancel', 'CANCELLED'],
    ['lift', 'LIFTING'],
  ],
  LIFTING: [['confirmLifted', 'LIFTED']],
  LIFTED: [],
  CANCELLED: [],
  NOT_APPLICABLE: [],
};

describe('the states of a task (§4.3)', () => {
  const every = taskStatuses.flatMap((status) => taskActions.map((action) => [status, action] as const));
  test.each(every)('%s: %s', (status, action) => {
    const task = action === 'arm' ? onEvent(status) : standing(status, status === 'ON_HOLD' ? 'ACKNOWLEDGED' : null);
    const next = allowed[status].find(([name]) => name === action)?.[1];
    if (next === undefined) expect(decideTransition(task, action)).toMatchObject({ ok: false, code: 'TRANSITION_NOT_ALLOWED' });
    else expect(decideTransition(task, action)).toEqual({ ok: true, next });
  });

  test('every state is reachable from the dispatch', () => {
    const seen = new Set<TaskStatus>(['DISPATCHED']);
    for (const status of seen) {
      for (const target of Object.values(transitions[status]) as string[]) {
        if (target === 'BY_TRIGGER') seen.add('IN_EXECUTION').add('ARMED');
        else if (target !== 'PREVIOUS') seen.add(target as TaskStatus);
      }
    }
    expect([...seen].sort()).toEqual([...taskStatuses].sort());
  });

  test('a refusal names the state, what was asked and what people may do', () => {
    const refusal = decideTransition(standing('IN_EXECUTION'), 'acknowledge');
    expect(refusal).toEqual({
      ok: false,
      code: 'TRANSITION_NOT_ALLOWED',
      detail: '任务处于 IN_EXECUTION，不能 acknowledge；当前允许：feedBack、return',
    });
    expect(decideTransition(standing('LIFTED'), 'start')).toMatchObject({ detail: '任务处于 LIFTED，不能 start；当前允许：无' });
  });

  test('a measure on events is armed, all others are started', () => {
    expect(decideTransition(onEvent('ACKNOWLEDGED'), 'arm')).toEqual({ ok: true, next: 'ARMED' });
    expect(decideTransition(onEvent('ACKNOWLEDGED'), 'start')).toMatchObject({ ok: false, code: 'ACTION_NOT_FOR_TRIGGER' });
    expect(decideTransition(standing('ACKNOWLEDGED'), 'arm')).toMatchObject({ ok: false, code: 'ACTION_NOT_FOR_TRIGGER' });
  });

  test('a new cycle executes or arms again, a release leads back to where it was', () => {
    expect(decideTransition(onEvent('FED_BACK'), 'reopen')).toEqual({ ok: true, next: 'ARMED' });
    for (const before of taskStatuses.filter((status) => !endedStatuses.includes(status) && status !== 'ON_HOLD'))
      expect(decideTransition(standing('ON_HOLD', before), 'release')).toEqual({ ok: true, next: before });
  });

  test('only what was never started is cancelled', () => {
    const task = (status: TaskStatus, previousStatus: TaskStatus | null, begun: boolean) => ({
      status,
      previousStatus,
      begunAt: begun ? new Date(0) : null,
    });
    expect(isNeverStarted(task('DISPATCHED', null, false))).toBe(true);
    expect(isNeverStarted(task('RETURNED', null, false))).toBe(true);
    expect(isNeverStarted(task('ON_HOLD', 'DISPATCHED', false))).toBe(true);
    expect(isNeverStarted(task('ON_HOLD', 'ACKNOWLEDGED', false))).toBe(false);
    expect(isNeverStarted(task('ACKNOWLEDGED', null, false))).toBe(false);
    // Started once, then returned: something may have been done.
    expect(isNeverStarted(task('RETURNED', null, true))).toBe(false);
  });
});

describe('the bases of a task (R-4-5)', () => {
  const of = (...statuses: Basis['status'][]) => foldBases(statuses.map((status) => ({ status })));
  test('one live list runs it', () => expect(of('ENDED', 'HELD', 'LIVE')).toBe('RUN'));
  test('held lists alone hold it', () => expect(of('ENDED', 'HELD')).toBe('HOLD'));
  test('it ends with the last list', () => expect(of('ENDED', 'ENDED')).toBe('END'));

  test('an objection spares what is exempt, a suspension spares nothing (R-6-4)', () => {
    expect([holds('OBJECTION', true), holds('OBJECTION', false), holds('SUSPENSION', true), holds('SUSPENSION', false)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  const basis = (measureCode: string, force: Basis['force'], status: Basis['status']): Basis => ({
    taskId: 't',
    entryId: measureCode,
    activationNo: 1,
    departmentCode: 'CZJ',
    partyId: `party of ${measureCode}`,
    partyRole: 'SUBJECT',
    measureCode,
    force,
    holdExempt: false,
    status,
    holdCause: null,
  });
  const task = { force: 'RECOMMENDED', measureCode: 'GEN-01', partyId: 'party of GEN-01', partyRole: 'SUBJECT' } as const;

  test('it takes the strongest force of the lists that run, under the name it has (catalogue rule 23)', () => {
    expect(strongestOf(task, [basis('GEN-01', 'RECOMMENDED', 'LIVE'), basis('TAX-01', 'MANDATORY', 'LIVE')])).toEqual({
      ...task,
      force: 'MANDATORY',
    });
  });

  test('when the list that named it ends, the strongest remaining names it', () => {
    const bases = [basis('GEN-01', 'RECOMMENDED', 'ENDED'), basis('REF-01', 'REFERENCE', 'LIVE'), basis('TAX-01', 'MANDATORY', 'LIVE')];
    expect(strongestOf(task, bases)).toMatchObject({ force: 'MANDATORY', measureCode: 'TAX-01', partyId: 'party of TAX-01' });
  });

  test('a held list lends no force while another runs', () => {
    const bases = [basis('GEN-01', 'RECOMMENDED', 'LIVE'), basis('TAX-01', 'MANDATORY', 'HELD')];
    expect(strongestOf(task, bases).force).toBe('RECOMMENDED');
  });
});

test('facts that do not follow one another are no history', () => {
  const fact = (version: number, from: TaskStatus | null, to: TaskStatus) => ({ version, from, to });
  expect(foldFacts([fact(1, null, 'DISPATCHED'), fact(2, 'DISPATCHED', 'ACKNOWLEDGED')])).toBe('ACKNOWLEDGED');
  expect(() => foldFacts([])).toThrow('without facts');
  expect(() => foldFacts([fact(1, null, 'DISPATCHED'), fact(3, 'DISPATCHED', 'ACKNOWLEDGED')])).toThrow('version 3');
  expect(() => foldFacts([fact(1, null, 'DISPATCHED'), fact(2, 'ARMED', 'ACKNOWLEDGED')])).toThrow('starts at ARMED');
});
