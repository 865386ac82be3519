import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const job = {
  ...{ id, kind: 'RETRY', status: 'running', phase: 'x', failure: null },
  progress: { total: 12, done: 0, succeeded: 0, failed: 0, etaSeconds: null },
  result: { textZh: '' },
};
const group = {
  cause: 'NO_DEPARTMENT',
  groupKey: 'REGION:320799',
  count: 24,
  entries: 12,
  listCodes: ['BL-SAFE'],
  textZh: '12 条记录的 2 项措施',
};
let door: Door;
beforeAll(async () => {
  door = await Door.open();
});
afterAll(() => door?.close());

test('a cause is fixed once and all of it retried: the job is followed to its sentence (R-4-2)', async () => {
  door.says(({ method }) =>
    method === 'POST'
      ? { status: 202, body: job }
      : { status: 200, body: { ...job, status: 'succeeded', result: { textZh: '已解决 24 条异常' } } },
  );
  const ended = await door.typed('incident', 'retry', 'NO_DEPARTMENT', 'REGION:320799', '--yes');
  expect([ended.code, ended.out]).toEqual([0, '已解决 24 条异常\n']);
  expect(door.heard[0]).toEqual({
    method: 'POST',
    path: '/api/v1/incidents/groups/retry',
    body: { cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799' },
  });
  expect(door.heard.at(-1)?.path).toBe(`/api/v1/catalogue/jobs/${id}`);
});

test('groups and single incidents are listed, one or all of a cause are left with a reason', async () => {
  const one = {
    ...{ id, cause: 'NO_DEPARTMENT', groupKey: 'X', entryId: id, listCode: 'BL-SAFE' },
    measureCode: null,
    state: 'OPEN',
    raisedAt: '2026-11-23T01:00:00Z',
  };
  door.says(({ method, path }) => {
    if (method === 'POST') return { status: 200, body: { ignored: 3 } };
    return { status: 200, body: { data: [path.includes('groups') ? group : one], page: { nextCursor: null, hasMore: false } } };
  });
  expect((await door.typed('incident', 'groups')).out).toContain('12 条记录的 2 项措施');
  expect((await door.typed('incident', 'ls', '--state', 'OPEN')).out).toContain('BL-SAFE');
  expect((await door.typed('incident', 'ignore', id, '--reason', '没有措施', '--whole-group', '--yes')).err).toContain('3');
  expect(door.heard.at(-1)).toMatchObject({ path: `/api/v1/incidents/${id}/ignore`, body: { reason: '没有措施', wholeGroup: true } });
});

test.each([
  ['a cause that is none', ['retry', 'BORED', 'X', '--yes']],
  ['no reason', ['ignore', id, '--yes']],
  ['nobody who could say yes', ['retry', 'NO_DEPARTMENT', 'X']],
])('%s is a fault of usage, and nothing is asked', async (_what, words) => {
  door.says(() => ({ status: 200, body: {} }));
  expect([(await door.typed('incident', ...words)).code, door.heard]).toEqual([2, []]);
});
