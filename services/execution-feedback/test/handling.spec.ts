import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, beijingDate, measurePlanEnded, type Page, type TaskView, taskReassigned } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { BulkItem, BulkView } from '../src/bulk.api.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
  // A second replica: it shares the bulk actions.
  await world.city.boot(service);
  for (const [row, code] of ['CZJ', 'RSJ', 'SFJ'].entries())
    await world.city.query(
      `INSERT INTO execution_feedback.catalogue_row (version, row_number, row_count, kind, code, body) VALUES (1, $1, 3, 'DEPARTMENT', $2, $3)`,
      [row + 1, code, JSON.stringify({ code, nameZh: `${code}局`, supervised: code !== 'SFJ' })],
    );
});
afterAll(() => world?.close());

const li = principalOf(['DEPT_HANDLER'], ['CZJ'], 'li');
const wang = principalOf(['DEPT_HANDLER'], ['CZJ'], 'wang');
const approver = approverOf('CZJ');
const act = (principal: typeof li, id: string | undefined, what: string, body?: unknown) =>
  world.call<TaskView & { code?: string }>(principal, 'POST', `tasks/${id}/${what}`, body);

test('who has claimed a task acts on it, and so do the stand-in and the approver; nobody else does until it is released', async () => {
  const [task] = await world.dispatch(planMade([measure('CLAIMED', [executor('CZJ')])]), 1);
  expect(await act(li, task?.id, 'claim')).toMatchObject({ status: 200, body: { assignee: 'li', version: 2 } });
  for (const what of ['claim', 'release', 'acknowledge'])
    expect(await act(wang, task?.id, what)).toMatchObject({ status: 409, body: { code: 'TASK_ALREADY_CLAIMED' } });
  expect((await act(handlerOf('RSJ'), task?.id, 'claim')).status).toBe(404);
  expect((await act(office, task?.id, 'claim')).status).toBe(403);
  const mine = async (principal: typeof li) =>
    (await world.call<Page<TaskView>>(principal, 'GET', 'tasks?assignee=me')).body.data.map((row) => row.id);
  expect(await mine(li)).toEqual([task?.id]);
  expect(await mine(wang)).toEqual([]);

  const today = beijingDate(new Date());
  expect((await world.call(li, 'POST', 'task-delegations', { standIn: 'wang', from: today, to: addDays(today, -1) })).status).toBe(400);
  const later = { standIn: 'wang', from: addDays(today, 5), to: addDays(today, 9) };
  expect((await world.call(li, 'POST', 'task-delegations', later)).status).toBe(201);
  expect((await act(wang, task?.id, 'acknowledge')).status).toBe(409);
  const now = await world.call<{ id: string }>(li, 'POST', 'task-delegations', { standIn: 'wang', from: today, to: today });
  expect(await mine(wang)).toEqual([task?.id]);
  expect((await act(wang, task?.id, 'acknowledge')).status).toBe(200);
  expect((await world.call(wang, 'DELETE', `task-delegations/${now.body.id}`)).status).toBe(404);
  expect((await world.call(li, 'DELETE', `task-delegations/${now.body.id}`)).status).toBe(204);
  expect((await act(wang, task?.id, 'start')).status).toBe(409);
  expect((await act(approver, task?.id, 'start')).status).toBe(200);
  expect(await act(li, task?.id, 'transfer', { assignee: 'wang' })).toMatchObject({ status: 200, body: { assignee: 'wang' } });
  expect((await act(li, task?.id, 'release')).status).toBe(409);
  expect(await act(wang, task?.id, 'release')).toMatchObject({ status: 200, body: { assignee: null } });
  expect(await mine(wang)).toEqual([]);
  const { body } = await world.call<{ history: { what: string }[] }>(li, 'GET', `tasks/${task?.id}`);
  expect(body.history.map((fact) => fact.what)).toEqual([
    'DISPATCHED',
    'CLAIMED',
    'ACKNOWLEDGED',
    'STARTED',
    'TRANSFERRED',
    'RELEASED_CLAIM',
  ]);
});

test('a returned task is given to another department with its bases; it begins anew there, and still ends with its list', async () => {
  const made = planMade([measure('MOVED', [executor('CZJ')])]);
  const [task] = await world.dispatch(made, 1);
  const to = { departmentCode: 'RSJ', detail: '属人社职责' };
  expect(await act(office, task?.id, 'reassign', to)).toMatchObject({ status: 409, body: { code: 'TRANSITION_NOT_ALLOWED' } });
  await world.act(li, task?.id ?? '', 'return');
  expect((await act(li, task?.id, 'reassign', to)).status).toBe(403);
  expect(await act(office, task?.id, 'reassign', { ...to, departmentCode: 'NONE' })).toMatchObject({
    body: { code: 'DEPARTMENT_UNKNOWN' },
  });
  expect(await act(office, task?.id, 'reassign', { ...to, departmentCode: 'CZJ' })).toMatchObject({ body: { code: 'TASK_STANDS_THERE' } });
  expect(await act(office, task?.id, 'reassign', to)).toMatchObject({ status: 200, body: { departmentCode: 'RSJ', status: 'DISPATCHED' } });
  expect((await world.call(li, 'GET', `tasks/${task?.id}`)).status).toBe(404);
  const theirs = await world.call<TaskView>(handlerOf('RSJ'), 'GET', `tasks/${task?.id}`);
  expect(theirs.body.bases).toMatchObject([{ entryId: made.entryId, status: 'LIVE' }]);
  expect(theirs.body.explanation.textZh).toContain(made.entryNumber);
  await eventually('both hear it', () =>
    world.feeder.eventsOf(taskReassigned).find(({ data }) => data.taskId === task?.id && data.fromDepartment === 'CZJ'),
  );
  await world.act(handlerOf('RSJ'), task?.id ?? '', 'acknowledge', 'start');
  await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await eventually('it is lifted there', async () => (await world.statusOf(task?.id ?? '')) === 'LIFTING');
});

test('a department that has the task already does not get it twice, and one that is not supervised gets it without terms', async () => {
  const made = planMade([measure('BOTH', [executor('CZJ'), executor('RSJ')])]);
  const tasks = await world.dispatch(made, 2);
  const task = tasks.find((row) => row.departmentCode === 'CZJ');
  await world.act(li, task?.id ?? '', 'return');
  const refused = await act(office, task?.id, 'reassign', { departmentCode: 'RSJ', detail: '重复' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'TASK_STANDS_THERE' } });
  expect(await act(office, task?.id, 'reassign', { departmentCode: 'SFJ', detail: '移送' })).toMatchObject({
    status: 200,
    body: { dueAt: null },
  });
});

const preview = (body: unknown, principal = li) => world.call<BulkView & { code?: string }>(principal, 'POST', 'task-bulks', body);
const run = (id: string, principal = li) => world.call<BulkView & { code?: string }>(principal, 'POST', `task-bulks/${id}/run`);
const untilDone = (id: string) =>
  eventually('the bulk action is done', async () => {
    const { body } = await world.call<BulkView>(li, 'GET', `task-bulks/${id}`);
    return body.status === 'DONE' && body;
  });

test('a filter is previewed with its count, and what it names does not grow until it is run; what changed meanwhile is refused', async () => {
  const codes = Array.from({ length: 12 }, (_, index) => measure(`BULK-${index}`, [executor('CZJ'), executor('RSJ')]));
  const made = planMade(codes);
  const tasks = (await world.dispatch(made, 24)).filter((task) => task.departmentCode === 'CZJ');
  const filter = { status: 'DISPATCHED', entryId: made.entryId };
  const previewed = await preview({ action: 'acknowledge', filter });
  expect(previewed).toMatchObject({ status: 201, body: { status: 'PREVIEW', total: 12, byStatus: { DISPATCHED: 12 }, done: 0 } });
  // One is signed for by hand, and another comes into the filter.
  await world.act(li, tasks[0]?.id ?? '', 'acknowledge');
  const more = planMade([measure('BULK-LATE', [executor('CZJ')])], made.parties, { entryId: made.entryId, activationNo: 2 });
  await world.dispatch(more, 25);
  expect((await run(previewed.body.id, wang)).status).toBe(404);
  expect((await run(previewed.body.id)).status).toBe(202);
  expect(await run(previewed.body.id)).toMatchObject({ status: 409, body: { code: 'BULK_STATE' } });
  expect(await untilDone(previewed.body.id)).toMatchObject({ total: 12, done: 11, refused: 1, byCode: { STALE: 1 } });
  const refused = await world.call<Page<BulkItem>>(li, 'GET', `task-bulks/${previewed.body.id}/items?status=REFUSED`);
  const file = `/api/v1/task-bulks/items/export?format=csv&columns=place,code&status=REFUSED&bulkId=${previewed.body.id}`;
  const exported = (await world.city.download(world.running, li, file)).bytes.toString('utf8').split('\r\n').slice(1, -1);
  expect(exported).toEqual(refused.body.data.map((item) => `${item.place},${item.code}`));
  expect((await world.city.download(world.running, handlerOf('RSJ'), file)).status).toBe(404);
  expect(refused.body.data).toMatchObject([{ taskId: tasks[0]?.id, code: 'STALE' }]);
  const states = (await world.tasksOf(made.entryId, li)).map((task) => `${task.measureCode} ${task.status}`);
  expect(states).toContain('BULK-LATE DISPATCHED');
  expect(states.filter((state) => state.endsWith('ACKNOWLEDGED'))).toHaveLength(12);
  // Each was signed for once, on two replicas.
  const facts = await world.city.query(
    `SELECT 1 FROM execution_feedback.task_fact WHERE what = 'ACKNOWLEDGED' AND task_id = ANY ($1::uuid[])`,
    [tasks.map((task) => task.id)],
  );
  expect(facts).toHaveLength(12);
});

test('zero reports are given to a selection at once, and what cannot be reported says why', async () => {
  const made = planMade([
    measure('ZERO-A', [executor('CZJ')], { trigger: 'ON_EVENT' }),
    measure('ZERO-B', [executor('CZJ')], { trigger: 'ON_EVENT' }),
    measure('ZERO-C', [executor('CZJ')]),
  ]);
  const tasks = await world.dispatch(made, 3);
  for (const task of tasks) await world.act(li, task.id, 'acknowledge', task.measureCode === 'ZERO-C' ? 'start' : 'arm');
  const ids = tasks.map((task) => task.id);
  const { body } = await preview({ action: 'feedback', ids, feedback: { kind: 'ZERO', evidenceIds: [] } });
  await run(body.id);
  expect(await untilDone(body.id)).toMatchObject({ done: 2, refused: 1, byCode: { FEEDBACK_KIND_NOT_ALLOWED: 1 } });
});

test('the queue goes out as a file, and comes back with feedback; rows that cannot be taken come back with their reasons', async () => {
  const made = planMade(['IN-A', 'IN-B', 'IN-C'].map((code) => measure(code, [executor('CZJ')], { trigger: 'ON_EVENT' })));
  const tasks = await world.dispatch(made, 3);
  for (const task of tasks) await world.act(li, task.id, 'acknowledge', 'arm');
  const exported = await (await world.fetch(li, `tasks/export?format=csv&entryId=${made.entryId}`)).text();
  const lines = exported
    .replace('\uFEFF', '')
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  const [header, ...rows] = lines.filter((line) => line.length > 5);
  const [idAt, versionAt] = [header?.indexOf('任务编号') ?? -1, header?.indexOf('版本') ?? -1];
  expect(rows).toHaveLength(3);
  const answers = ['无触发', '无触发', ''];
  const back = [
    ['任务编号', '版本', '反馈类型'],
    ...rows.map((row, index) => [row[idAt], row[versionAt], answers[index]]),
    [randomUUID(), '3', '无触发'],
    [rows[0]?.[idAt], '1', '无触发'],
  ];
  const upload = (file: string, principal = li) =>
    world.call<BulkView & { code?: string }>(principal, 'POST', 'task-bulks/feedback-table', Buffer.from(file), {
      'content-type': 'application/octet-stream',
    });
  const previewed = await upload(back.map((row) => row.join(',')).join('\r\n'));
  expect(previewed).toMatchObject({ status: 201, body: { status: 'PREVIEW', total: 4, refused: 2, byCode: { NOT_FOUND: 1, STALE: 1 } } });
  await run(previewed.body.id);
  expect(await untilDone(previewed.body.id)).toMatchObject({ done: 2, refused: 2 });
  const refused = await (await world.fetch(li, `task-bulks/${previewed.body.id}/refused.csv`)).text();
  expect(refused).toContain('任务编号,版本,反馈类型');
  expect(refused.trim().split('\r\n')).toHaveLength(3);
  expect((await world.fetch(li, `task-bulks/${previewed.body.id}/refused.xlsx`)).status).toBe(200);
  expect((await world.fetch(handlerOf('RSJ'), `task-bulks/${previewed.body.id}/refused.csv`)).status).toBe(404);
  for (const [file, status] of [
    ['任务编号,版本\r\na,1', 400],
    ['任务编号,版本,反馈类型\r\na,1,', 400],
  ] as const)
    expect((await upload(file)).status).toBe(status);
  expect((await upload('任务编号,版本,反馈类型\r\na,1,无触发', office)).status).toBe(403);
});

test('a preview that nobody ran in time is good for nothing', async () => {
  const [task] = await world.dispatch(planMade([measure('EXPIRED', [executor('CZJ')])]), 1);
  const { body } = await preview({ action: 'acknowledge', ids: [task?.id] });
  world.city.turnClock(31 * 60_000);
  expect(await run(body.id)).toMatchObject({ status: 409, body: { code: 'BULK_STATE' } });
  world.city.turnClock(0);
  expect(await world.statusOf(task?.id ?? '')).toBe('DISPATCHED');
});

test.each([
  ['neither a selection nor a filter', { action: 'acknowledge' }, 400],
  ['both', { action: 'acknowledge', ids: [randomUUID()], filter: {} }, 400],
  ['a task of nobody', { action: 'acknowledge', ids: [randomUUID()] }, 404],
  ['a filter that the queue does not know', { action: 'acknowledge', filter: { color: 'red' } }, 400],
  ['a feedback without content', { action: 'feedback', filter: {} }, 400],
  ['an act that is no act', { action: 'decide-return', filter: {} }, 400],
])('a bulk action with %s is refused', async (_what, body, status) => {
  expect((await preview(body)).status).toBe(status);
});

test('who sees the whole city does not act for a department in bulk', async () => {
  expect((await preview({ action: 'acknowledge', filter: {} }, office)).status).toBe(403);
});
