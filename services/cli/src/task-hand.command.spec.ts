import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const other = '01a2074b-09d3-7952-ac1c-8b80aa4f9762';
const party = { name: '示例', usccCode: null, idMasked: null };
const task = {
  ...{
    id,
    departmentCode: 'RSJ',
    measureCode: 'WAGE-01',
    measureNameZh: '措施',
    party,
    status: 'DISPATCHED',
    force: 'MANDATORY',
    trigger: 'ON_EVENT',
  },
  ...{ dueAt: null, remainingWorkdays: null, overdue: false, bases: [] },
};
const bulk = { id, action: 'acknowledge', status: 'PREVIEW', total: 3, done: 0, refused: 0, byStatus: { DISPATCHED: 3 } };
let door: Door;
beforeAll(async () => {
  door = await Door.open();
});
afterAll(() => door?.close());

test('a task is given back, decided on, handed on and given to another department', async () => {
  door.says(() => ({ status: 200, body: task }));
  await door.typed('task', 'return', id, '--reason', 'NOT_OURS', '--detail', '无此职责');
  await door.typed('task', 'decide-return', id, '--outcome', 'REFUSED', '--detail', '属本部门');
  await door.typed('task', 'transfer', id, '--to', 'wang');
  const last = await door.typed('task', 'reassign', id, '--department', 'RSJ', '--detail', '属人社职责');
  expect(door.heard.map(({ path, body }) => [path.split('/').at(-1), body])).toEqual([
    ['return', { reason: 'NOT_OURS', detail: '无此职责' }],
    ['decide-return', { outcome: 'REFUSED', detail: '属本部门' }],
    ['transfer', { assignee: 'wang' }],
    ['reassign', { departmentCode: 'RSJ', detail: '属人社职责' }],
  ]);
  expect([last.code, last.out.includes('RSJ')]).toEqual([0, true]);
});

test('many are counted before anything is done; what could not be done is listed, and the command ends in part', async () => {
  const refusal = { taskId: other, seenStatus: 'DISPATCHED', code: 'STALE', detail: '已被他人更改' };
  door.says(({ method, path }) => {
    if (path.endsWith('/run')) return { status: 202, body: { ...bulk, status: 'RUNNING' } };
    if (path.includes('/items')) return { status: 200, body: { data: [refusal], page: { nextCursor: null, hasMore: false } } };
    return method === 'POST' ? { status: 201, body: bulk } : { status: 200, body: { ...bulk, status: 'DONE', done: 2, refused: 1 } };
  });
  const words = ['task', 'bulk', 'acknowledge', '--filter', 'status=DISPATCHED', '--filter', 'measureCode=WAGE-01'];
  const ended = await door.typed(...words, '--yes');
  expect(door.heard[0]).toEqual({
    method: 'POST',
    path: '/api/v1/task-bulks',
    body: { action: 'acknowledge', filter: { status: 'DISPATCHED', measureCode: 'WAGE-01' } },
  });
  expect([ended.code, ended.out.includes('STALE'), ended.err.includes('选中 3 项'), ended.err.includes('已办理 2 项')]).toEqual([
    5,
    true,
    true,
    true,
  ]);
  // Nobody says yes: it is counted, and nothing is done.
  door.heard.length = 0;
  expect((await door.typed(...words)).code).toBe(2);
  expect(door.heard.map(({ path }) => path)).toEqual(['/api/v1/task-bulks']);
});

test('the same answer is given to a selection at once', async () => {
  door.says(({ path }) => ({ status: 201, body: path.endsWith('/task-bulks') ? { ...bulk, total: 0, byStatus: {} } : bulk }));
  const ended = await door.typed(
    'task',
    'bulk',
    'feedback',
    id,
    other,
    id,
    '--kind',
    'NOT_APPLIED',
    '--reason',
    'NO_BUSINESS_RELATION',
    '--yes',
  );
  expect([ended.code, door.heard.map(({ body }) => body)]).toEqual([
    0,
    [
      {
        action: 'feedback',
        ids: [id, other],
        feedback: { kind: 'NOT_APPLIED', notAppliedReason: 'NO_BUSINESS_RELATION', evidenceIds: [] },
      },
    ],
  ]);
});

test.each([
  ['neither ids nor a filter', ['bulk', 'acknowledge']],
  ['both', ['bulk', 'acknowledge', id, '--filter', 'status=DISPATCHED']],
  ['a filter that is none', ['bulk', 'acknowledge', '--filter', 'status']],
  ['an action that is none', ['bulk', 'sleep', id]],
  ['a reason that is none', ['return', id, '--reason', 'TIRED']],
  ['a decision without words', ['decide-return', id, '--outcome', 'ACCEPTED']],
])('%s is a fault of usage, and nothing is asked', async (_what, words) => {
  door.says(() => ({ status: 200, body: task }));
  expect([(await door.typed('task', ...words)).code, door.heard]).toEqual([2, []]);
});
