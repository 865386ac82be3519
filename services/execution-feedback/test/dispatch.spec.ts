import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measurePlanMade, type Page, type Principal, type TaskView, taskDispatched } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { executor, measure, party, planMade } from './plan.fixtures.ts';

const office = principalOf(['CREDIT_OFFICE']);
const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);

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

const list = async (principal: Principal, query: string, path = 'tasks') =>
  (await city.call<Page<TaskView>>(running, principal, 'GET', `/api/v1/${path}?${query}`)).body.data;

test('every department that has a measure for an entry finds its task, with the deadline of the acknowledgement', async () => {
  const made = planMade([measure('WAGE-01', [executor('CZJ'), executor('FGW', { role: 'COOP' })]), measure('WAGE-05', [executor('RSJ')])]);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const tasks = await eventually('three tasks stand', async () => {
    const rows = await list(office, `entryId=${made.entryId}`);
    return rows.length === 3 && rows;
  });
  expect(tasks.map((task) => [task.departmentCode, task.measureCode, task.role, task.status, task.remainingWorkdays]).sort()).toEqual([
    ['CZJ', 'WAGE-01', 'LEAD', 'DISPATCHED', 2],
    ['FGW', 'WAGE-01', 'COOP', 'DISPATCHED', 2],
    ['RSJ', 'WAGE-05', 'LEAD', 'DISPATCHED', 2],
  ]);
  expect(tasks[0]?.bases).toEqual([
    expect.objectContaining({ entryId: made.entryId, entryNumber: made.entryNumber, listCode: 'BL-WAGE', status: 'LIVE' }),
  ]);
  const events = await eventually('the dispatch is told', () => {
    const heard = feeder.eventsOf(taskDispatched).filter((event) => event.data.entryId === made.entryId);
    return heard.length > 0 && heard;
  });
  expect(events).toHaveLength(1);
  expect(events[0]?.key).toBe(made.subjectId);
  expect(events[0]?.data.tasks.map((task) => [task.departmentCode, task.joined])).toEqual([
    ['CZJ', false],
    ['FGW', false],
    ['RSJ', false],
  ]);
});

test('a department sees its own tasks and nothing of another', async () => {
  const made = planMade([measure('WAGE-01', [executor('CZJ'), executor('FGW')])]);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const [own] = await eventually('its task', async () => {
    const rows = await list(handlerOf('CZJ'), `entryId=${made.entryId}`);
    return rows.length === 1 && rows;
  });
  expect(own?.departmentCode).toBe('CZJ');
  expect(await list(handlerOf('CZJ'), `entryId=${made.entryId}&department=FGW`)).toEqual([]);
  expect((await city.call(running, handlerOf('CZJ'), 'GET', `/api/v1/tasks/${own?.id}`)).status).toBe(200);
  const foreign = await city.call(running, handlerOf('FGW'), 'GET', `/api/v1/tasks/${own?.id}`);
  expect(foreign).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});

test('information notices have no due time and are never listed among the tasks', async () => {
  const made = planMade([
    measure(
      'WAGE-04',
      [executor('RH', { notice: true, hasDeadline: false }), executor('BANKS-LYG', { notice: true, hasDeadline: false })],
      {
        class: 'C13',
        force: 'REFERENCE',
      },
    ),
  ]);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const notices = await eventually('two notices', async () => {
    const rows = await list(office, `entryId=${made.entryId}`, 'notices');
    return rows.length === 2 && rows;
  });
  expect(notices.map((notice) => [notice.departmentCode, notice.dueAt, notice.overdue, notice.explanation.rule]).sort()).toEqual([
    ['BANKS-LYG', null, false, 'R-1-4'],
    ['RH', null, false, 'R-1-4'],
  ]);
  expect(await list(office, `entryId=${made.entryId}`)).toEqual([]);
  expect((await list(handlerOf('RH'), '', 'notices')).map((notice) => notice.departmentCode)).toEqual(['RH']);
});

test('a unit that is not supervised has no deadline', async () => {
  const made = planMade([measure('WAGE-07', [executor('ZZB', { hasDeadline: false })])]);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const [task] = await eventually('its task', async () => {
    const rows = await list(office, `entryId=${made.entryId}`);
    return rows.length === 1 && rows;
  });
  expect(task).toMatchObject({ dueAt: null, remainingWorkdays: null, overdue: false });
});

test('an entry with 200 parties gives each its tasks, told in parts below the size limit', async () => {
  const parties = Array.from({ length: 200 }, (_, index) => party(index === 0 ? {} : { role: 'DIRECTLY_RESPONSIBLE', kind: 'PERSON' }));
  const measures = ['WAGE-01', 'WAGE-02', 'WAGE-03'].map((code) => measure(code, [executor('CZJ'), executor('ZRZYJ')]));
  const made = planMade(measures, parties);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const parts = await eventually('all parts of the dispatch', () => {
    const heard = feeder.eventsOf(taskDispatched).filter((event) => event.data.entryId === made.entryId);
    return heard.length === heard[0]?.data.parts && heard;
  });
  expect(parts).toHaveLength(12);
  expect(parts.flatMap((part) => part.data.tasks)).toHaveLength(1200);
  const [{ count } = { count: 0 }] = await city.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM execution_feedback.task_basis WHERE entry_id = $1',
    [made.entryId],
  );
  expect(count).toBe(1200);
});

test('a queue is read page by page without a gap or a double', async () => {
  const made = planMade(
    Array.from({ length: 7 }, (_, index) => measure(`PAGE-${index}`, [executor('WLJ')])),
    [party(), party({ role: 'PRINCIPAL', kind: 'PERSON' })],
  );
  await feeder.send(measurePlanMade, made.subjectId, made);
  await eventually('fourteen tasks', async () => (await list(handlerOf('WLJ'), 'limit=200')).length === 14);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await city.call<Page<TaskView>>(running, handlerOf('WLJ'), 'GET', `/api/v1/tasks?limit=4${cursor}`);
    seen.push(...body.data.map((task) => task.id));
    cursor = body.page.nextCursor === null ? '' : `&cursor=${body.page.nextCursor}`;
  } while (cursor !== '');
  expect(new Set(seen).size).toBe(14);
  expect(seen).toHaveLength(14);
});
