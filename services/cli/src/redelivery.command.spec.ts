import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one redelivery; `states` are what it says when it is asked again. */
let server: Server;
let heard: { url: string; body: string }[] = [];
let states: object[] = [];
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const byType = [{ type: 'lianxin.task.dispatched.v1', titleZh: '任务下发', events: 4, bytes: 2048 }];
const planned = {
  ...{ id, status: 'PLANNED', statusZh: '待确认', department: 'CZJ', scope: { entryId: id }, reason: '重装', sent: 0, failure: null },
  ...{ preview: { events: 4, bytes: 2048, byType }, progress: { phase: '预览完成', done: 4, total: 4 } },
};
const planning = {
  ...planned,
  status: 'PLANNING',
  statusZh: '统计中',
  preview: null,
  progress: { phase: '查找事件', done: 0, total: null },
};
const running = { ...planned, status: 'RUNNING', statusZh: '补发中', progress: { phase: '补发', done: 1, total: 4 } };
const completed = { ...planned, status: 'COMPLETED', statusZh: '已完成', sent: 4 };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    const isList = (request.url ?? '').includes('limit=');
    const answer = isList
      ? { data: [completed], page: { nextCursor: null, hasMore: false } }
      : states.length > 1
        ? states.shift()
        : states[0];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  heard = [];
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const environment = { LIANXIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(words, { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

test('plan asks with one scope and waits for the preview', async () => {
  states = [planning, planning, planned];
  const { code, out } = await lianxin('redelivery', 'plan', '--department', 'CZJ', '--entry', id, '--types', 'a,b', '--reason', '重装');
  expect(code).toBe(0);
  expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ department: 'CZJ', scope: { entryId: id }, types: ['a', 'b'], reason: '重装' });
  expect(heard.slice(1).map(({ url }) => url)).toEqual([`GET /api/v1/redeliveries/${id}`, `GET /api/v1/redeliveries/${id}`]);
  expect(out).toContain('待确认');
  expect(out).toContain('任务下发');
});

test('a day is that day in Beijing', async () => {
  states = [planned];
  await lianxin('redelivery', 'plan', '--from', '2026-11-01', '--to', '2026-11-02T08:00:00Z', '--reason', '停机');
  expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
    scope: { from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T08:00:00Z' },
    reason: '停机',
  });
});

test.each([
  [['plan', '--reason', 'x']],
  [['plan', '--entry', id]],
  [['plan', '--entry', id, '--subject', id, '--reason', 'x']],
  [['plan', '--from', '2026-11-01', '--reason', 'x']],
  [['plan', '--from', 'yesterday', '--to', '2026-11-01', '--reason', 'x']],
  [['confirm', 'one']],
  [['confirm', id, '--events', '-1']],
])('%j is a fault of usage, and nothing is sent', async (words) => {
  expect((await lianxin('redelivery', ...words)).code).toBe(2);
  expect(heard).toEqual([]);
});

test('confirm shows the number and wants a yes; then it follows to the end', async () => {
  states = [planned];
  expect((await lianxin('redelivery', 'confirm', id)).code).toBe(2);
  expect(heard.map(({ url }) => url)).toEqual([`GET /api/v1/redeliveries/${id}`]);
  states = [planned, running, running, completed];
  heard = [];
  const { code, out, err } = await lianxin('--yes', 'redelivery', 'confirm', id);
  expect([code, heard[1]]).toEqual([0, { url: `POST /api/v1/redeliveries/${id}/confirm`, body: '{"events":4}' }]);
  expect(out).toContain('已完成');
  expect(err).toContain('1 / 4');
});

test('one that was stopped on the way is no success; show, cancel and ls say what is', async () => {
  states = [running, { ...completed, status: 'CANCELLED', sent: 1 }];
  expect((await lianxin('redelivery', 'confirm', id, '--events', '4')).code).toBe(1);
  states = [{ ...planned, status: 'FAILED', preview: null, failure: '超过 60 个事件' }];
  const failed = await lianxin('redelivery', 'plan', '--subject', id, '--reason', 'x');
  expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('超过 60 个事件')]);
  states = [planned];
  expect((await lianxin('--lang', 'en', 'redelivery', 'show', id)).out).toContain('PLANNED');
  heard = [];
  expect((await lianxin('redelivery', 'cancel', id)).code).toBe(2);
  expect(heard).toEqual([]);
  expect((await lianxin('--yes', 'redelivery', 'cancel', id)).code).toBe(0);
  expect(heard[0]?.url).toBe(`POST /api/v1/redeliveries/${id}/cancel`);
  expect((await lianxin('redelivery', 'ls', '--department', 'CZJ')).out).toContain('已完成');
});
