import { describe, expect, test } from '@jest/globals';
import { type FigureRow, readingOf, rowsOfCase, rowsOfTask } from './figure.rules.ts';
import { hearTask, type TaskFact, type TaskRegisters } from './task.rules.ts';

describe('how a figure reads (R-10-1)', () => {
  test.each([
    [0, 0, null, '–'],
    [0, 4, 0, '0.0%'],
    [1, 3, 33.3, '33.3%'],
    [2, 3, 66.7, '66.7%'],
    [1, 16, 6.3, '6.3%'],
    [1, 2000, 0.1, '0.1%'],
    [1, 2001, 0, '0.0%'],
    [1005, 2000, 50.3, '50.3%'],
    [1998, 2000, 99.9, '99.9%'],
    [4, 4, 100, '100.0%'],
    [5_000_000, 7_000_000, 71.4, '71.4%'],
  ])('%i of %i is %s', (numerator, denominator, value, display) => {
    expect(readingOf('RATE', denominator, numerator)).toEqual({ value, display });
  });

  test('a count is itself, also nought', () => {
    expect(readingOf('COUNT', 0, 0)).toEqual({ value: 0, display: '0' });
    expect(readingOf('COUNT', 12, 12)).toEqual({ value: 12, display: '12' });
  });
});

type Statement = NonNullable<TaskFact['statement']>;
const birth: NonNullable<Statement['birth']> = {
  kind: 'EXECUTE',
  measureCode: 'WAGE-07',
  canonicalCode: 'HONOUR-BAN',
  class: 'C08',
  force: 'MANDATORY',
  trigger: 'ONE_OFF',
  role: 'LEAD',
  direction: 'PUNISH',
  partyId: 'p',
  partySubjectId: 's',
  partyRole: 'SUBJECT',
  dispatchedAt: '2026-11-02T02:00:00.000Z',
};
const due = '2026-12-31T16:00:00.000Z';
const dispatch: Statement = {
  version: 1,
  status: 'DISPATCHED',
  at: '2026-11-02T02:00:00.000Z',
  birth,
  cycle: 1,
  acknowledgeDueAt: due,
  feedbackDueAt: due,
};
const basis = { entryId: 'e', listCode: 'BL-WAGE', version: 1_000_001, status: 'LIVE' as const, at: dispatch.at };
const heard = (...statements: Statement[]): TaskRegisters =>
  statements
    .map((statement): TaskFact => ({ taskId: 't', departmentCode: 'WMB', statement, ...(statement.birth === undefined ? {} : { basis }) }))
    .reduce<TaskRegisters | undefined>(hearTask, undefined) as TaskRegisters;
const rows = (task: TaskRegisters, answered: number[] = []) =>
  rowsOfTask('t', 'WMB', task, new Map(answered.map((cycle) => [cycle, dispatch.at])));
const codes = (all: readonly FigureRow[]) => all.map((row) => `${row.figure}${row.isCounted ? '+' : ''}`);

describe('what of a task is counted', () => {
  test('a term that ends at 24:00 of the last day of a quarter is due in that quarter', () => {
    expect(rows(heard(dispatch)).map((row) => [row.figure, row.day, row.quarter])).toEqual([
      ['TASKS-DISPATCHED', '2026-11-02', '1970-01-01'],
      ['K05', '2026-12-31', '2026-10-01'],
      ['K07', '2026-12-31', '2026-10-01'],
    ]);
  });

  test('signed and answered it is in both numerators', () => {
    const signed = { version: 2, status: 'ACKNOWLEDGED' as const, at: dispatch.at, signed: true };
    expect(codes(rows(heard(dispatch, signed), [1]))).toEqual(['TASKS-ACKNOWLEDGED+', 'K05+', 'K07+']);
  });

  test('one that came back from the office after a refused return waits for a new signature', () => {
    const signed = { version: 2, status: 'ACKNOWLEDGED' as const, at: dispatch.at, signed: true };
    const again = { version: 4, status: 'DISPATCHED' as const, at: dispatch.at };
    expect(codes(rows(heard(dispatch, signed, again)))).toEqual(['TASKS-DISPATCHED+', 'K05', 'K07']);
  });

  test('without deadlines it only stands in its queue: unsupervised units are never measured', () => {
    expect(codes(rows(heard({ ...dispatch, acknowledgeDueAt: null, feedbackDueAt: null })))).toEqual(['TASKS-DISPATCHED+']);
  });

  test('of mere reference it is never measured (R-1-4)', () => {
    expect(codes(rows(heard({ ...dispatch, birth: { ...birth, force: 'REFERENCE' } })))).toEqual(['TASKS-DISPATCHED+']);
  });

  test('whose dispatch was not heard yet it is not counted at all', () => {
    expect(rows(heard({ version: 2, status: 'ACKNOWLEDGED', at: dispatch.at, signed: true, acknowledgeDueAt: due }))).toEqual([]);
  });

  test.each([
    ['ON_HOLD', 'ON_HOLD'],
    ['RETURNED', 'RETURNED'],
    ['LIFTING', 'LIFTING'],
  ] as const)('that is %s before its deadline is not due, after it it was', (status, stop) => {
    const before = { version: 2, status, at: '2026-12-31T15:59:59.999Z', stop };
    expect(codes(rows(heard(dispatch, before)))).toEqual([`TASKS-${status}+`]);
    expect(codes(rows(heard(dispatch, { ...before, at: due })))).toEqual([`TASKS-${status}+`, 'K05', 'K07']);
  });

  test('that was lifted while on hold was not due from the day of the hold', () => {
    const held = { version: 2, status: 'ON_HOLD' as const, at: '2026-12-01T00:00:00.000Z', stop: 'ON_HOLD' as const };
    const lifted = { version: 3, status: 'LIFTING' as const, at: '2027-02-01T00:00:00.000Z', stop: 'LIFTING' as const };
    expect(codes(rows(heard(dispatch, held, lifted)))).toEqual(['TASKS-LIFTING+']);
    expect(codes(rows(heard(dispatch, held, { version: 3, status: 'DISPATCHED', at: due }, { ...lifted, version: 4 })))).toEqual([
      'TASKS-LIFTING+',
      'K05',
      'K07',
    ]);
  });

  test.each(['CANCELLED', 'NOT_APPLICABLE'] as const)('that is %s was never valid', (status) => {
    expect(rows(heard(dispatch, { version: 2, status, at: '2027-06-01T00:00:00.000Z' }))).toEqual([]);
  });

  test('each cycle counts where its own feedback is due', () => {
    const next = { version: 5, status: 'IN_EXECUTION' as const, at: due, cycle: 2, feedbackDueAt: '2027-04-10T16:00:00.000Z' };
    const k07 = rows(heard(dispatch, next), [1]).filter((row) => row.figure === 'K07');
    expect(k07.map((row) => [row.cycle, row.day, row.isCounted])).toEqual([
      [1, '2026-12-31', true],
      [2, '2027-04-10', false],
    ]);
  });
});

describe('what of a task was done in time', () => {
  const late = '2027-01-04T02:00:00.000Z';
  const one = (task: TaskRegisters, figure: string, answers: [number, string][] = []) =>
    rowsOfTask('t', 'WMB', task, new Map(answers)).find((row) => row.figure === figure);

  test('signed up to the last instant it is in time (K06), after it it is late', () => {
    const signed = { version: 2, status: 'ACKNOWLEDGED' as const, at: due, signed: true };
    expect(one(heard(dispatch, signed), 'K05')).toMatchObject({ isCounted: true, isTimely: true });
    expect(one(heard(dispatch, { ...signed, at: late }), 'K05')).toMatchObject({ isCounted: true, isTimely: false });
  });

  test('answered late, it says by how many days (K08, K17); unanswered, it is neither', () => {
    expect(one(heard(dispatch), 'K07', [[1, due]])).toMatchObject({ isTimely: true, lateDays: 0 });
    expect(one(heard(dispatch), 'K07', [[1, late]])).toMatchObject({ isCounted: true, isTimely: false, lateDays: 4 });
    expect(one(heard(dispatch), 'K07')).toMatchObject({ isCounted: false, isTimely: false, lateDays: 0 });
  });

  test('a lift is due where it was ordered (K14): not what was cancelled, not what runs again', () => {
    const lifting = { version: 3, status: 'LIFTING' as const, at: dispatch.at, stop: 'LIFTING' as const, liftDueAt: due };
    expect(one(heard(dispatch), 'K14')).toBeUndefined();
    expect(one(heard(dispatch, { ...lifting, liftDueAt: null }), 'K14')).toBeUndefined();
    expect(one(heard(dispatch, lifting), 'K14')).toMatchObject({ day: '2026-12-31', isCounted: false, isTimely: false });
    const lifted = { version: 4, status: 'LIFTED' as const, at: due, stop: 'LIFTED' as const };
    expect(one(heard(dispatch, lifting, lifted), 'K14')).toMatchObject({ isTimely: true });
    expect(one(heard(dispatch, lifting, { ...lifted, at: late }), 'K14')).toMatchObject({ isCounted: true, isTimely: false });
    expect(one(heard(dispatch, lifting, { version: 4, status: 'DISPATCHED', at: late }), 'K14')).toBeUndefined();
    expect(one(heard({ ...dispatch, birth: { ...birth, force: 'REFERENCE' } }, lifting), 'K14')).toBeUndefined();
  });
});

test('a case counts in each of its lists and once over all', () => {
  const one = {
    caseId: 'c',
    taskId: 't',
    feedbackId: 'f',
    departmentCode: 'WMB',
    measureCode: 'm',
    canonicalCode: 'c',
    direction: 'PUNISH' as const,
    listCodes: ['BL-WAGE', 'BL-TAX', 'BL-WAGE'],
    partySubjectId: 's',
    recordedOn: '2026-11-20',
  };
  expect(rowsOfCase(one).map((row) => [row.figure, row.listCode, row.isFirst])).toEqual([
    ['K11-PUNISH', 'BL-TAX', true],
    ['K11-PUNISH', 'BL-WAGE', false],
  ]);
  // Sent back after it had counted (R-4-9): it counts nowhere.
  expect(rowsOfCase({ ...one, withdrawn: true })).toEqual([]);
  expect(rowsOfCase({ ...one, listCodes: [] }).map((row) => [row.listCode, row.isFirst])).toEqual([['', true]]);
});
