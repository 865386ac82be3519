import { describe, expect, test } from '@jest/globals';
import { calendar2026, type TaskStatus, taskStatuses } from '@lianxin/contracts';
import { type DeadlineContext, lastDayOf } from './deadline.rules.ts';
import { OrderBoard, type OrderDemand, type OrderedTask } from './order.rules.ts';
import { foldFacts } from './task.rules.ts';

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
const context: DeadlineContext = { now: new Date('2026-04-30T04:00:00Z'), calendar: calendar2026, terms };
const demand: OrderDemand = {
  kind: 'RESTORE',
  referenceId: 'e1',
  referenceVersion: 1,
  referenceNumber: 'N1',
  entryId: 'e1',
  listCode: 'BL-WAGE',
  ground: 'OBJECTION_UPHELD',
  documentNo: null,
  dueOn: null,
  measureCodes: ['M1'],
  departmentCode: 'CZJ',
  partyId: 'p',
  partySubjectId: 's',
  partyKind: 'LEGAL',
  direction: 'PUNISH',
  laneKey: 's',
  hasDeadline: true,
};
function boardOf(known: OrderedTask[] = []) {
  let next = 0;
  return new OrderBoard(known, context, () => `t${++next}`);
}
/** One order whose task stands in a state. */
function standing(status: TaskStatus, over: Partial<OrderDemand> = {}): OrderedTask {
  const board = boardOf();
  board.demand({ ...demand, ...over }, null);
  const step = board.steps[0];
  if (step === undefined) throw new Error('nothing was made');
  return { ...step.ordered, task: { ...step.ordered.task, status } };
}

describe('a restoration (R-6-8)', () => {
  test('is due ten working days on, across the holidays, and to be signed for before', () => {
    const board = boardOf();
    board.demand(demand, 'event');
    const task = board.changes().freshTasks[0];
    expect(task).toMatchObject({ kind: 'RESTORE', status: 'DISPATCHED', measureCode: 'RESTORE', trigger: 'ONE_OFF' });
    expect(lastDayOf(task?.dueAt ?? new Date(0))).toBe('2026-05-07');
    expect(lastDayOf(task?.feedbackDueAt ?? new Date(0))).toBe('2026-05-18');
  });

  test('ordered twice is one task; another measure is added to it', () => {
    const board = boardOf();
    board.demand(demand, 'a');
    board.demand(demand, 'b');
    board.demand({ ...demand, measureCodes: ['M2', 'M1'] }, 'c');
    const { freshTasks, freshOrders } = board.changes();
    expect(freshTasks).toHaveLength(1);
    expect(freshOrders).toMatchObject([{ measureCodes: ['M1', 'M2'] }]);
    expect(board.steps.map((step) => [step.what, 'joined' in step && step.joined])).toEqual([
      ['ASSIGNED', false],
      ['ASSIGNED', true],
    ]);
  });

  test('another department, party or entry is another task', () => {
    const board = boardOf();
    for (const over of [{}, { departmentCode: 'RSJ' }, { partySubjectId: 's2' }, { referenceId: 'e2' }])
      board.demand({ ...demand, ...over }, null);
    expect(board.changes().freshTasks).toHaveLength(4);
  });

  test('what was done already is begun again for a further measure, with a new term', () => {
    const known = standing('FED_BACK');
    const board = boardOf([known]);
    board.demand({ ...demand, measureCodes: ['M2'] }, null);
    expect(board.changes().changedTasks).toMatchObject([{ status: 'IN_EXECUTION', cycle: 2, version: 2 }]);
  });

  test('a unit that is not supervised has no term', () => {
    const board = boardOf();
    board.demand({ ...demand, hasDeadline: false }, null);
    expect(board.changes().freshTasks).toMatchObject([{ dueAt: null, feedbackDueAt: null, hasDeadline: false }]);
  });
});

const verify = { kind: 'VERIFY' as const, referenceId: 'v1', measureCodes: [], entryId: null };
const newer = { kind: 'VERIFY' as const, referenceId: 'v1', referenceVersion: 2 };

describe('a verification (R-2-17)', () => {
  test.each(taskStatuses)(
    'that is concluded while its task is %s leads to the answer by the steps of §4.3, or changes nothing',
    (status) => {
      const known = standing(status, verify);
      const board = boardOf([known]);
      board.answer(newer, 'V1', 'event');
      const [task] = board.changes().changedTasks;
      const canAnswer = ['DISPATCHED', 'RETURNED', 'ACKNOWLEDGED', 'IN_EXECUTION'].includes(status);
      expect(task?.status).toBe(canAnswer ? 'FED_BACK' : undefined);
      const facts = board.facts.map(({ from, to }, index) => ({ version: index + 1, from: index === 0 ? null : from, to }));
      if (canAnswer) expect(foldFacts(facts)).toBe('FED_BACK');
      if (canAnswer) expect(board.steps).toMatchObject([{ what: 'SETTLED', outcome: 'V1', onTime: true }]);
    },
  );

  test.each([
    ['DISPATCHED', 'CANCELLED'],
    ['RETURNED', 'CANCELLED'],
    ['ACKNOWLEDGED', 'NOT_APPLICABLE'],
    ['IN_EXECUTION', 'NOT_APPLICABLE'],
    ['FED_BACK', undefined],
    ['CANCELLED', undefined],
  ] as const)('that is cancelled while its task is %s leaves it %s', (status, end) => {
    const board = boardOf([standing(status, verify)]);
    board.drop(newer, 'CANCELLED', 'event');
    expect(board.changes().changedTasks[0]?.status).toBe(end);
  });

  test.each(['DISPATCHED', 'RETURNED', 'ACKNOWLEDGED', 'IN_EXECUTION'] as const)(
    'that is transferred while its task is %s is dispatched to the other county',
    (status) => {
      const board = boardOf([standing(status, verify)]);
      board.move(newer, { departmentCode: 'DH', hasDeadline: true, reason: 'V7' }, 'event');
      expect(board.changes().changedTasks).toMatchObject([{ status: 'DISPATCHED', departmentCode: 'DH' }]);
      expect(board.changes().changedOrders).toMatchObject([{ departmentCode: 'DH', referenceVersion: 2 }]);
      expect(board.steps).toMatchObject([{ what: 'MOVED', from: 'CZJ' }]);
    },
  );

  test('is not moved by what is older than what was heard', () => {
    const board = boardOf([standing('DISPATCHED', { ...verify, referenceVersion: 2 })]);
    board.answer(newer, 'V1', 'event');
    board.drop(newer, 'CANCELLED', 'event');
    board.move(newer, { departmentCode: 'DH', hasDeadline: true, reason: 'V7' }, 'event');
    expect(board.facts).toEqual([]);
  });

  test('that was cancelled and is asked for again in the same version stays cancelled', () => {
    const board = boardOf([standing('CANCELLED', verify)]);
    board.demand({ ...demand, ...verify }, 'event');
    expect(board.changes().freshTasks).toEqual([]);
    board.demand({ ...demand, ...verify, referenceVersion: 3 }, 'event');
    expect(board.changes().freshTasks).toHaveLength(1);
  });
});
