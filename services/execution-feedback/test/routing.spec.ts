import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanMade,
  measurePlanRevised,
  type TaskView,
  taskAssigned,
  taskReassigned,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { plannedDepartmentsMigration } from '../src/migrations/0012-planned-departments.ts';
import { joinedDepartmentsMigration } from '../src/migrations/0015-joined-departments.ts';
import { handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planEnded, planMade, revisedOf } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
  const codes = ['CZJ', 'RSJ', 'SLJ'];
  for (const [row, code] of codes.entries())
    await world.city.query(
      `INSERT INTO execution_feedback.catalogue_row (version, row_number, row_count, kind, code, body) VALUES (1, $1, 3, 'DEPARTMENT', $2, $3)`,
      [row + 1, code, JSON.stringify({ code, nameZh: `${code}局`, supervised: true })],
    );
});
afterAll(() => world?.close());

const standing = async (made: MeasurePlanMade) =>
  (await world.tasksOf(made.entryId)).map((task) => [task.departmentCode, task.measureCode, task.status].join(' ')).sort();
/** A later plan of the same subject has come: what was sent before it is done. */
const settled = async (made: MeasurePlanMade) => {
  const after = planMade([measure(`AFTER-${randomUUID().slice(0, 4)}`, [executor('FGW')])], [party()], { subjectId: made.subjectId });
  await world.feeder.send(measurePlanMade, made.subjectId, after);
  await eventually('all is done', async () => (await world.tasksOf(after.entryId)).length === 1);
};
const byHand = async (task: TaskView | undefined, departmentCode: string) => {
  await world.act(handlerOf(task?.departmentCode ?? ''), task?.id ?? '', 'return');
  const answer = await world.call(office, 'POST', `tasks/${task?.id}/reassign`, { departmentCode, detail: '属其职责' });
  expect(answer.status).toBe(200);
};
const claimsOf = (id: string | undefined) =>
  world.city.query('SELECT assignee FROM execution_feedback.task_claim WHERE task_id = $1', [id]);

test('what the credit office routed by hand stays there when the plan is derived again, and ends when the plan no longer has it', async () => {
  const row = measure('HAND', [executor('CZJ')]);
  const made = planMade([row, measure('OTHER', [executor('FGW')])]);
  const tasks = await world.dispatch(made, 2);
  await byHand(
    tasks.find((task) => task.measureCode === 'HAND'),
    'RSJ',
  );
  await world.act(handlerOf('RSJ'), tasks.find((task) => task.measureCode === 'HAND')?.id ?? '', 'acknowledge');
  await world.feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [row]));
  await eventually('the other is lifted', async () => (await standing(made)).includes('FGW OTHER LIFTING'));
  expect(await standing(made)).toEqual(['FGW OTHER LIFTING', 'RSJ HAND ACKNOWLEDGED']);
  await world.feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [], { planVersion: 3 }));
  await eventually('it is lifted where it is', async () => (await standing(made)).includes('RSJ HAND LIFTING'));
  expect(await standing(made)).toEqual(['FGW OTHER LIFTING', 'RSJ HAND LIFTING']);
});

test('a row that was routed by hand follows its planned department when that is merged, the task where it is when its own is', async () => {
  const made = planMade([measure('P', [executor('SLJ')]), measure('Q', [executor('CZJ')])]);
  const tasks = await world.dispatch(made, 2);
  await byHand(
    tasks.find((task) => task.measureCode === 'P'),
    'RSJ',
  );
  await byHand(
    tasks.find((task) => task.measureCode === 'Q'),
    'SLJ',
  );
  const later = [measure('P', [executor('ZRZYJ')]), measure('Q', [executor('CZJ')])];
  const merged = revisedOf(made, later, { moves: [{ from: 'SLJ', to: 'ZRZYJ' }] });
  await world.feeder.send(measurePlanRevised, made.subjectId, merged);
  await eventually('the merged department is empty', async () => (await standing(made)).includes('ZRZYJ Q DISPATCHED'));
  expect(await standing(made)).toEqual(['RSJ P DISPATCHED', 'ZRZYJ Q DISPATCHED']);
  // Once more under the same names: nothing moves.
  await world.feeder.send(measurePlanRevised, made.subjectId, { ...merged, planVersion: 3, moves: [] });
  await settled(made);
  expect(await standing(made)).toEqual(['RSJ P DISPATCHED', 'ZRZYJ Q DISPATCHED']);
  expect((await world.tasksOf(made.entryId)).map((task) => task.id).sort()).toEqual(tasks.map((task) => task.id).sort());
});

test('of what was routed by hand before this was noted, a plan that joined the task later keeps the department that it names itself', async () => {
  const parties = [party()];
  const of = (department: string) => planMade([measure('JOIN', [executor(department)])], parties);
  const [first, second, third] = [of('CZJ'), of('RSJ'), of('SLJ')];
  const [task] = await world.dispatch(first, 1);
  await byHand(task, 'RSJ');
  const [joined] = await world.dispatch(second, 1);
  await byHand(joined, 'SLJ');
  await world.dispatch(third, 1);
  const planned = async () => {
    const rows = await world.city.query<{ entry_id: string; department_code: string; planned_department: string | null }>(
      'SELECT entry_id, department_code, planned_department FROM execution_feedback.task_basis WHERE task_id = $1',
      [task?.id],
    );
    const of = new Map(rows.map((row) => [row.entry_id, [row.department_code, row.planned_department]]));
    return [first, second, third].map(({ entryId }) => of.get(entryId));
  };
  const sound = [
    ['SLJ', 'CZJ'],
    ['SLJ', 'RSJ'],
    ['SLJ', null],
  ];
  expect(await planned()).toEqual(sound);
  const again = plannedDepartmentsMigration.sql.replace(/ALTER TABLE[^;]*;/, '');
  await world.city.query(`SET search_path TO execution_feedback; ${again}; RESET search_path`);
  expect(await planned()).toEqual(sound.map(([department]) => [department, 'CZJ']));
  await world.city.query(`SET search_path TO execution_feedback; ${joinedDepartmentsMigration.sql}; RESET search_path`);
  expect(await planned()).toEqual(sound);
});

test('where the catalogue comes to name the department that had it by hand, the task stays one', async () => {
  const made = planMade([measure('NAMED', [executor('CZJ')])]);
  const [task] = await world.dispatch(made, 1);
  await byHand(task, 'RSJ');
  await world.feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [measure('NAMED', [executor('RSJ')])]));
  await settled(made);
  expect((await world.tasksOf(made.entryId)).map((row) => [row.id, row.departmentCode, row.status])).toEqual([
    [task?.id, 'RSJ', 'DISPATCHED'],
  ]);
});

test('nobody of the old department has a task in hand after its merger, or after a verification went elsewhere', async () => {
  const made = planMade([measure('MERGED', [executor('SLJ')])]);
  const [task] = await world.dispatch(made, 1);
  await world.act(handlerOf('SLJ'), task?.id ?? '', 'claim');
  expect(await claimsOf(task?.id)).toHaveLength(1);
  const moves = [{ from: 'SLJ', to: 'ZRZYJ' }];
  await world.feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, [measure('MERGED', [executor('ZRZYJ')])], { moves }));
  await eventually('it has moved', async () => (await standing(made))[0] === 'ZRZYJ MERGED DISPATCHED');
  expect(await claimsOf(task?.id)).toEqual([]);
  await world.act(handlerOf('ZRZYJ'), task?.id ?? '', 'acknowledge');

  const subjectId = randomUUID();
  const head = {
    verificationId: randomUUID(),
    number: 'LYG-HS-2026-000009',
    batchId: randomUUID(),
    batchNo: 'B-9',
    subjectId,
    industryDepartment: 'RSJ',
  };
  const asked = { ...head, verificationVersion: 1, departmentCode: 'GY', listCodes: ['BL-WAGE'], dueOn: '2027-12-01' };
  await world.feeder.send(verificationRequested, subjectId, asked);
  const queue = async (department: string) =>
    (await world.call<{ data: TaskView[] }>(handlerOf(department), 'GET', 'tasks?limit=200')).body.data.find(
      (row) => row.kind === 'VERIFY',
    );
  const verify = await eventually('the county has it', () => queue('GY'));
  await world.act(handlerOf('GY'), verify?.id ?? '', 'claim');
  const to = { ...head, verificationVersion: 2, departmentCode: 'DH', fromDepartment: 'GY', reason: '注册地在东海' };
  await world.feeder.send(verificationTransferred, subjectId, to);
  await eventually('the other county has it', () => queue('DH'));
  expect(await claimsOf(verify?.id)).toEqual([]);
});

test('a department that is no longer supervised keeps no deadline and its part changes; one that is from now on gets the terms of its step', async () => {
  const made = planMade([measure('LOSES', [executor('CZJ')]), measure('GAINS', [executor('SFJ', { hasDeadline: false })])]);
  const tasks = await world.dispatch(made, 2);
  await world.act(handlerOf('SFJ'), tasks.find((task) => task.measureCode === 'GAINS')?.id ?? '', 'acknowledge');
  const softer = [measure('LOSES', [executor('CZJ', { hasDeadline: false, role: 'COOP' })]), measure('GAINS', [executor('SFJ')])];
  await world.feeder.send(measurePlanRevised, made.subjectId, revisedOf(made, softer));
  const task = (code: string) => async () => (await world.tasksOf(made.entryId)).find((row) => row.measureCode === code);
  await eventually('it has no deadline', async () => (await task('LOSES')())?.dueAt === null);
  expect(await task('LOSES')()).toMatchObject({ role: 'COOP', overdue: false, status: 'DISPATCHED' });
  const gains = await task('GAINS')();
  expect(gains?.status).toBe('ACKNOWLEDGED');
  expect(gains?.dueAt).not.toBeNull();
  // The next act knows it too.
  expect(await world.act(handlerOf('CZJ'), (await task('LOSES')())?.id ?? '', 'acknowledge')).toMatchObject({ dueAt: null });
});

test('an unsupervised successor has no deadlines, and both departments hear it', async () => {
  const made = planMade([measure('SUCCESSOR', [executor('SLJ')])]);
  const [task] = await world.dispatch(made, 1);
  const revised = revisedOf(made, [measure('SUCCESSOR', [executor('ZZB', { hasDeadline: false })])], {
    moves: [{ from: 'SLJ', to: 'ZZB' }],
  });
  await world.feeder.send(measurePlanRevised, made.subjectId, revised);
  await eventually('it has moved', async () => (await standing(made))[0] === 'ZZB SUCCESSOR DISPATCHED');
  const [row] = await world.tasksOf(made.entryId);
  expect([row?.id, row?.dueAt]).toEqual([task?.id, null]);
  const told = await eventually('the move is told', () =>
    world.feeder.eventsOf(taskReassigned).find(({ data }) => data.taskId === task?.id),
  );
  expect(told.data).toMatchObject({ fromDepartment: 'SLJ', departmentCode: 'ZZB', acknowledgeDueAt: null, feedbackDueAt: null });
});

test('an entry found wrong after its ordinary exit: what was done about it is made good, once; what nobody began is not (R-6-8)', async () => {
  const made = planMade([measure('DONE', [executor('CZJ')]), measure('IDLE', [executor('RSJ')])]);
  const tasks = await world.dispatch(made, 2);
  const done = tasks.find((task) => task.measureCode === 'DONE');
  await world.act(handlerOf('CZJ'), done?.id ?? '', 'acknowledge', 'start');
  const exit = planEnded(made);
  await world.feeder.send(measurePlanEnded, made.subjectId, exit);
  await eventually('both are lifted', async () => (await standing(made)).every((row) => row.endsWith('LIFTING')));
  const wrong = { inError: true, ground: 'DESIGNATION_WRONG', documentNo: '更正〔2026〕7号' } as const;
  // What is older than the exit says nothing about it.
  await world.feeder.send(measurePlanEnded, made.subjectId, { ...planEnded(made, wrong), planVersion: exit.planVersion - 1 });
  await settled(made);
  expect((await world.tasksOf(made.entryId)).filter((task) => task.kind === 'RESTORE')).toEqual([]);
  const late = { ...planEnded(made, wrong), planVersion: exit.planVersion + 1 };
  await world.feeder.send(measurePlanEnded, made.subjectId, late);
  const restores = async () => (await world.tasksOf(made.entryId)).filter((task) => task.kind === 'RESTORE');
  await eventually('the restoration stands', async () => (await restores()).length === 1);
  expect((await restores()).map((task) => [task.departmentCode, task.status, task.order?.measureCodes, task.order?.documentNo])).toEqual([
    ['CZJ', 'DISPATCHED', ['DONE'], '更正〔2026〕7号'],
  ]);
  await world.feeder.send(measurePlanEnded, made.subjectId, { ...late });
  await settled(made);
  expect(await restores()).toHaveLength(1);
  expect(world.feeder.eventsOf(taskAssigned).filter(({ data }) => data.entryIds.includes(made.entryId))).toHaveLength(1);
});
