import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanRevised,
  type Page,
  type TaskView,
  taskDispatched,
  taskHeld,
  taskLifting,
  taskReassigned,
} from '@lianxin/contracts';
import { decodeEvent } from '@lianxin/messaging';
import { Database, type RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { PlanService } from '../src/plan.service.ts';
import { executor, measure, party, planEnded, planHeld, planMade, revisedOf } from './plan.fixtures.ts';

const office = principalOf(['CREDIT_OFFICE']);

let city: TestCity;
let feeder: EventFeeder;
let running: RunningService;

beforeAll(async () => {
  city = await TestCity.create('postgres', ['execution-feedback']);
  running = await city.boot(service);
  feeder = await EventFeeder.for(city);
  await feeder.listen([taskDispatched.topic]);
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

const tasksOf = async (made: MeasurePlanMade, path = 'tasks') =>
  (await city.call<Page<TaskView>>(running, office, 'GET', `/api/v1/${path}?entryId=${made.entryId}&limit=100`)).body.data;
const standing = async (made: MeasurePlanMade) =>
  (await tasksOf(made)).map((task) => [task.departmentCode, task.measureCode, task.status].join(' ')).sort();
const become = (made: MeasurePlanMade, expected: string[]) =>
  eventually(`tasks become ${expected.join(', ')}`, async () => JSON.stringify(await standing(made)) === JSON.stringify(expected));
const make = async (made: MeasurePlanMade, count: number) => {
  await feeder.send(measurePlanMade, made.subjectId, made);
  await eventually(`${count} tasks stand`, async () => (await tasksOf(made)).length === count);
};

test('what a plan no longer has is lifted, what is new is dispatched, what is in both keeps its history (R-4-8)', async () => {
  const kept = measure('A-1', [executor('CZJ')]);
  const made = planMade([kept, measure('A-2', [executor('FGW')])]);
  await make(made, 2);
  const before = (await tasksOf(made)).find((task) => task.measureCode === 'A-1');
  await feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [kept, measure('A-3', [executor('RSJ')])]));
  await become(made, ['CZJ A-1 DISPATCHED', 'FGW A-2 LIFTING', 'RSJ A-3 DISPATCHED']);
  const after = (await tasksOf(made)).find((task) => task.measureCode === 'A-1');
  expect([after?.id, after?.dispatchedAt]).toEqual([before?.id, before?.dispatchedAt]);
  const lifting = await eventually('the lift is told', () => {
    const heard = feeder.eventsOf(taskLifting).filter((event) => event.data.entryId === made.entryId);
    return heard.length > 0 && heard;
  });
  expect(lifting.map((event) => [event.data.ground, event.data.tasks.map((task) => task.departmentCode)])).toEqual([
    ['CATALOGUE_CHANGED', ['FGW']],
  ]);
});

test('the same revision twice, an older plan after it, and a revision after the end change nothing', async () => {
  const made = planMade([measure('B-1', [executor('CZJ')]), measure('B-2', [executor('FGW')])]);
  await make(made, 2);
  const revised = revisedOf(made, [measure('B-1', [executor('CZJ')])]);
  await feeder.send(measurePlanRevised, made.subjectId, revised);
  await become(made, ['CZJ B-1 DISPATCHED', 'FGW B-2 LIFTING']);
  await feeder.send(measurePlanRevised, made.subjectId, { ...revised });
  await feeder.send(measurePlanMade, made.subjectId, { ...made });
  await feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await become(made, ['CZJ B-1 LIFTING', 'FGW B-2 LIFTING']);
  await feeder.send(measurePlanRevised, made.subjectId, { ...revised, planVersion: 9, measures: made.measures, groups: made.groups });
  await make(planMade([measure('B-9', [executor('CZJ')])], [party()], { subjectId: made.subjectId }), 1);
  expect(await standing(made)).toEqual(['CZJ B-1 LIFTING', 'FGW B-2 LIFTING']);
});

test('a restriction that another list carries too stays with the other basis (R-4-5)', async () => {
  const who = party();
  const shared = { canonicalCode: 'SHARED-BAN' };
  const first = planMade([measure('C-1', [executor('CZJ')], shared)], [who]);
  const second = planMade([measure('D-1', [executor('CZJ')], shared)], [{ ...who, partyId: party().partyId }], { listCode: 'BL-TAX' });
  await make(first, 1);
  await feeder.send(measurePlanMade, second.subjectId, second);
  await eventually('two bases', async () => (await tasksOf(first))[0]?.bases.length === 2);
  await feeder.send(measurePlanRevised, first.subjectId, revisedOf(first, []));
  await eventually('one basis has ended', async () => (await tasksOf(second))[0]?.bases.some((basis) => basis.status === 'ENDED'));
  expect((await tasksOf(second)).map((task) => [task.status, task.measureCode])).toEqual([['DISPATCHED', 'D-1']]);
  await feeder.send(measurePlanRevised, second.subjectId, revisedOf(second, []));
  await become(second, ['CZJ D-1 LIFTING']);
});

test('a plan that is held stays held when it is derived again, and its new tasks rest too', async () => {
  const made = planMade([measure('E-1', [executor('CZJ')])]);
  await make(made, 1);
  await feeder.send(measurePlanHeld, made.subjectId, planHeld(made, { cause: 'SUSPENSION' }));
  await become(made, ['CZJ E-1 ON_HOLD']);
  const revised = revisedOf(made, [measure('E-1', [executor('CZJ')]), measure('E-2', [executor('RSJ')])], { planVersion: 3 });
  await feeder.send(measurePlanRevised, made.subjectId, revised);
  await become(made, ['CZJ E-1 ON_HOLD', 'RSJ E-2 ON_HOLD']);
});

test('what an objection no longer spares rests from now on, and its department is told to stop', async () => {
  const measures = (holdExempt: boolean) => [
    measure('E-3', [executor('CZJ')], { holdExempt }),
    measure('E-4', [executor('RH', { notice: true, hasDeadline: false })], { holdExempt }),
  ];
  const made = planMade(measures(true));
  await make(made, 1);
  await feeder.send(measurePlanHeld, made.subjectId, planHeld(made));
  await feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, measures(false), { planVersion: 3 }));
  await become(made, ['CZJ E-3 ON_HOLD']);
  const stopped = await eventually('the stop is told', () =>
    feeder.eventsOf(taskHeld).find(({ data }) => data.entryId === made.entryId && data.tasks.length > 0),
  );
  expect(stopped.data).toMatchObject({ cause: 'OBJECTION', tasks: [{ departmentCode: 'CZJ', status: 'ON_HOLD' }] });
  const notices = await city.query('SELECT status, hold_exempt FROM execution_feedback.notice WHERE entry_id = $1', [made.entryId]);
  expect(notices).toEqual([{ status: 'HELD', hold_exempt: false }]);
});

test('what is only information from now on is no task any more, and a weaker force is shown', async () => {
  const made = planMade([measure('F-1', [executor('CZJ')]), measure('F-2', [executor('RSJ')])]);
  await make(made, 2);
  await feeder.send(
    measurePlanRevised,
    made.subjectId,
    revisedOf(made, [
      measure('F-1', [executor('CZJ', { notice: true, hasDeadline: false })], { force: 'REFERENCE' }),
      measure('F-2', [executor('RSJ')], { force: 'RECOMMENDED' }),
    ]),
  );
  await become(made, ['CZJ F-1 LIFTING', 'RSJ F-2 DISPATCHED']);
  expect((await tasksOf(made)).find((task) => task.measureCode === 'F-2')?.force).toBe('RECOMMENDED');
  expect((await tasksOf(made, 'notices')).map((notice) => [notice.departmentCode, notice.status])).toEqual([['CZJ', 'DISPATCHED']]);
});

test('a reward that comes back after a version without it is dispatched again', async () => {
  const reward = measure('G-1', [executor('CZJ')]);
  const notice = measure('G-2', [executor('RH', { notice: true, hasDeadline: false })]);
  const made = planMade([reward, notice], undefined, { listType: 'RED', direction: 'REWARD' });
  await make(made, 1);
  await feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, []));
  await become(made, ['CZJ G-1 LIFTING']);
  await feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [reward, notice], { planVersion: 3 }));
  await become(made, ['CZJ G-1 DISPATCHED', 'CZJ G-1 LIFTING']);
  expect((await tasksOf(made, 'notices')).map((one) => one.status)).toEqual(['DISPATCHED']);
});

test('open tasks of a merged department move to its successor with their history; feedback and facts keep the old name (R-4-8)', async () => {
  const made = planMade([measure('H-1', [executor('SLJ')]), measure('H-2', [executor('SLJ')]), measure('H-3', [executor('ZRZYJ')])]);
  await make(made, 3);
  const old = (await tasksOf(made)).find((task) => task.measureCode === 'H-1');
  const handler = principalOf(['DEPT_HANDLER'], ['SLJ']);
  expect((await city.call(running, handler, 'POST', `/api/v1/tasks/${old?.id}/acknowledge`)).status).toBe(200);
  const revised = revisedOf(
    made,
    [measure('H-1', [executor('ZRZYJ')]), measure('H-2', [executor('ZRZYJ')]), measure('H-3', [executor('ZRZYJ')])],
    { moves: [{ from: 'SLJ', to: 'ZRZYJ' }] },
  );
  await feeder.send(measurePlanRevised, made.subjectId, revised);
  await become(made, ['ZRZYJ H-1 ACKNOWLEDGED', 'ZRZYJ H-2 DISPATCHED', 'ZRZYJ H-3 DISPATCHED']);
  const now = (await tasksOf(made)).find((task) => task.measureCode === 'H-1');
  expect(now?.id).toBe(old?.id);
  const moved = await eventually('both moves are told', () => {
    const heard = feeder.eventsOf(taskReassigned).filter((event) => event.data.entryIds.includes(made.entryId));
    return heard.length === 2 && heard;
  });
  expect(moved.map(({ data }) => [data.fromDepartment, data.departmentCode, data.reason])).toEqual([
    ['SLJ', 'ZRZYJ', 'DEPARTMENT_MERGED'],
    ['SLJ', 'ZRZYJ', 'DEPARTMENT_MERGED'],
  ]);
  const facts = await city.query(`SELECT what, department_code FROM execution_feedback.task_fact WHERE task_id = $1 ORDER BY version`, [
    old?.id,
  ]);
  expect(facts.map((fact) => `${fact['what']} ${fact['department_code']}`)).toEqual([
    'DISPATCHED SLJ',
    'ACKNOWLEDGED SLJ',
    'REASSIGNED ZRZYJ',
  ]);
  // The moved task lives on as any other: the end of its plan lifts it where it is now.
  await feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await become(made, ['ZRZYJ H-1 LIFTING', 'ZRZYJ H-2 LIFTING', 'ZRZYJ H-3 LIFTING']);
});

test('the same plan heard by two processes at once gives one set of tasks', async () => {
  const another = await city.boot(service);
  const made = planMade([measure('I-1', [executor('CZJ'), executor('FGW')]), measure('I-2', [executor('RSJ')])]);
  const event = () => decodeEvent(feeder.make(measurePlanMade, made.subjectId, made).record);
  await Promise.all(
    [running, another].map((replica) => {
      const plans = replica.app.get(PlanService);
      return replica.app.get(Database).consumerTransaction((tx) => plans.apply(tx, [event()]));
    }),
  );
  expect(await standing(made)).toEqual(['CZJ I-1 DISPATCHED', 'FGW I-1 DISPATCHED', 'RSJ I-2 DISPATCHED']);
  expect((await tasksOf(made)).every((task) => task.bases.length === 1)).toBe(true);
});
