import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one zero report. */
let server: Server;
let heard: { url: string; body: string }[] = [];
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const report = {
  ...{ id, quarter: '2026Q4', departmentCode: 'SCJGJ', listCode: 'BL-FOOD', status: 'OPEN', dueAt: '2027-01-11T16:00:00.000Z' },
  ...{ askedTasks: 4, automaticTasks: 2, givenTasks: 0 },
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    const isList = request.method === 'GET';
    const answer = isList ? { data: [report], page: { nextCursor: null, hasMore: false } } : { ...report, status: 'PENDING' };
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
  const code = await run(['zero-report', ...words], { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

test('ls asks for a quarter and its states', async () => {
  const { code, out } = await lianxin('ls', '--quarter', '2026Q4', '--status', 'OPEN');
  expect(code).toBe(0);
  expect(heard[0]?.url).toMatch(/^GET \/api\/v1\/zero-reports\?(?=.*quarter=2026Q4)(?=.*status=OPEN)/);
  expect(out).toContain('BL-FOOD');
});

test('a term and a state read as everywhere else: the last day till 24:00, no code', async () => {
  const { out } = await lianxin('ls');
  expect(out).toContain('2027-01-11 24:00');
  expect(out).toContain('待报送');
  expect((await lianxin('ls', '--lang', 'en')).out).toMatch(/2027-01-11 24:00/);
  expect(JSON.parse((await lianxin('ls', '-o', 'json')).out)).toMatchObject([{ status: 'OPEN', dueAt: '2027-01-11T16:00:00.000Z' }]);
});

test.each([
  [['submit', id, '--remark', '无触发', '--yes'], 'submit', { remark: '无触发' }],
  [['approve', id], 'approve', {}],
  [['reject', id, '--reason', '请核对'], 'reject', { reason: '请核对' }],
])('%j is one call', async (words, step, body) => {
  expect((await lianxin(...words)).code).toBe(0);
  expect(heard.map(({ url }) => url)).toEqual([`POST /api/v1/zero-reports/${id}/${step}`]);
  expect(JSON.parse(heard[0]?.body ?? '')).toEqual(body);
});

test.each([[['submit', id]], [['submit', 'one', '--yes']], [['reject', id]], [['approve']]])('%j sends nothing', async (words) => {
  expect((await lianxin(...words)).code).toBe(2);
  expect(heard).toEqual([]);
});
