import { expect, test } from '@jest/globals';
import { checkDecided } from '@lianxin/contracts';
import { Flag, say, taskOf } from '../test/sayings.ts';
import { restorationsOf } from './restoration.rules.ts';

const eventsOf = (sayings: readonly ReturnType<typeof say>[]) => sayings.map((saying) => saying.event);
const departmentsOf = (orders: ReturnType<typeof restorationsOf>) =>
  orders.flatMap((order) => order.departments.map((one) => one.departmentCode));

test('whoever did something restores; whoever did nothing has nothing to restore (R-6-8)', () => {
  const flag = new Flag();
  const [acted, idle] = [taskOf('CZJ'), taskOf('RSJ')] as const;
  const events = eventsOf([flag.planMade(), flag.dispatched([acted, idle]), flag.answered(acted, 3), flag.planEnded()]);
  for (const order of [events, events.toReversed()])
    expect(restorationsOf(flag.entryId, order)).toMatchObject([
      { partySubjectId: flag.subjectId, departments: [{ departmentCode: 'CZJ', measureCodes: ['TAX-01'] }] },
    ]);
});

test('a measure that another entry demands as well was not wrong', () => {
  const flag = new Flag();
  const other = new Flag(flag.subjectId);
  const task = taskOf('CZJ');
  const said = [
    flag.planMade(),
    other.planMade(),
    flag.dispatched([task]),
    other.dispatched([task]),
    flag.answered(task, 3),
    flag.planEnded(),
  ];
  expect(restorationsOf(flag.entryId, eventsOf(said))).toEqual([]);
  // Once that one has ended too, it was wrong from the start where this entry was.
  expect(departmentsOf(restorationsOf(flag.entryId, eventsOf([...said, other.planEnded()])))).toEqual(['CZJ']);
});

test('what a clerk applied in an approval is restored by the department of the matter', () => {
  const flag = new Flag();
  const decision = {
    ...{ promptId: flag.entryId, subjectId: flag.subjectId, entryId: flag.entryId, planId: flag.planId, planVersion: 1 },
    ...{ level: 'BLOCK' as const, measureCodes: ['TAX-01'], outcome: 'accepted' as const, appliedMeasureCodes: ['TAX-01'] },
    decidedAt: '2026-11-05T02:00:00.000Z',
  };
  const head = { checkId: flag.entryId, number: 'LYG-HC-1', matterCode: 'M1', matterDepartment: 'GGZY', departmentCode: 'DATAJ' };
  const applied = say(checkDecided, flag.subjectId, { ...head, decisions: [decision] });
  const refused = say(checkDecided, flag.subjectId, {
    ...head,
    decisions: [{ ...decision, outcome: 'overridden', appliedMeasureCodes: [] }],
  });
  const said = [flag.planMade(), flag.dispatched([taskOf('CZJ')])];
  expect(departmentsOf(restorationsOf(flag.entryId, eventsOf([...said, applied])))).toEqual(['GGZY']);
  expect(restorationsOf(flag.entryId, eventsOf([...said, refused]))).toEqual([]);
});

test('of a single wrong measure its department restores, whatever else the task rests on', () => {
  const flag = new Flag();
  const other = new Flag(flag.subjectId);
  const [wrong, right] = [taskOf('CZJ'), taskOf('RSJ')] as const;
  const said = [flag.planMade(), other.planMade(), flag.dispatched([wrong, right]), other.dispatched([wrong])];
  expect(departmentsOf(restorationsOf(flag.entryId, eventsOf(said), wrong.taskId))).toEqual(['CZJ']);
});
