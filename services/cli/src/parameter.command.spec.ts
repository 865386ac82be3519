import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one parameter and one change of it; `refusal` is what it says instead. */
let server: Server;
let heard: { url: string; body: string }[] = [];
let refusal: { status: number; code: string } | undefined;
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const parameter = {
  ...{ key: 'urge.remind_wd', titleZh: '到期前提醒', titleEn: 'Reminder before the due time', type: 'WORKING_DAYS', clause: '§4.5' },
  ...{ service: 'execution-feedback', counts: 'EACH_DAY', default: -2, min: -60, max: -1, value: -2, since: null },
  upcoming: [{ value: -3, validFrom: '2099-01-04' }],
};
const change = {
  ...{ id, key: 'urge.remind_wd', value: -3, previousValue: -2, validFrom: '2099-01-04', status: 'PROPOSED', reasonZh: '提早提醒' },
  facts: [{ what: 'PROPOSED', by: 'OFFICE-A' }],
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = request.url ?? '';
    heard.push({ url: `${request.method} ${url}`, body: await text(request) });
    if (refusal !== undefined && request.method === 'POST') {
      const problem = { type: '/problems/x', title: '不行', status: refusal.status, detail: '因为', remedy: '另一人', code: refusal.code };
      response.writeHead(refusal.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
      return;
    }
    const single = url.startsWith('/api/v1/parameters') ? parameter : change;
    const answer = url.includes('limit=') ? { data: [single], page: { nextCursor: null, hasMore: false } } : single;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  heard = [];
  refusal = undefined;
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const environment = { LIANXIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(words, { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

test('ls and show tell the value of a day, what is to come, and every change with who made it', async () => {
  const listed = await lianxin('parameter', 'ls', '--date', '2026-12-01', '--service', 'execution-feedback');
  expect([listed.code, heard[0]?.url]).toEqual([0, 'GET /api/v1/parameters?date=2026-12-01&service=execution-feedback&limit=100']);
  expect(listed.out).toMatch(/urge\.remind_wd +到期前提醒 +-2 .*-60 – -1 +2099-01-04: -3/);
  const shown = await lianxin('parameter', 'show', 'urge.remind_wd', '--lang', 'en');
  expect(shown.out).toContain('Reminder before the due time');
  expect(shown.out).toContain('PROPOSED OFFICE-A');
  expect(JSON.parse((await lianxin('parameter', 'show', 'urge.remind_wd', '-o', 'json')).out)).toMatchObject({
    value: -2,
    changes: [{ id }],
  });
});

test('set proposes a value from a day on; also one below zero', async () => {
  const words = ['--from', '2099-01-04', '--reason', '提早提醒', '--document-no', '连信办〔2026〕9号'];
  const { code, err } = await lianxin('parameter', 'set', 'urge.remind_wd', '-3', ...words);
  expect([code, heard[0]?.url]).toEqual([0, 'POST /api/v1/parameter-changes']);
  expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
    ...{ key: 'urge.remind_wd', value: -3, validFrom: '2099-01-04', reasonZh: '提早提醒', documentNo: '连信办〔2026〕9号' },
  });
  expect(err).toContain(id);
});

test('approve and cancel show what it is and want a yes', async () => {
  const withdraw = ['parameter', 'cancel', id, '--reason', '不再需要'];
  for (const words of [['parameter', 'approve', id], withdraw]) {
    heard = [];
    expect((await lianxin(...words)).code).toBe(2);
    expect(heard.map(({ url }) => url)).toEqual([`GET /api/v1/parameter-changes/${id}`]);
  }
  expect((await lianxin('--yes', 'parameter', 'approve', id)).code).toBe(0);
  expect(heard.at(-1)?.url).toBe(`POST /api/v1/parameter-changes/${id}/approval`);
  expect((await lianxin('--yes', ...withdraw)).code).toBe(0);
  expect(heard.at(-1)).toEqual({ url: `POST /api/v1/parameter-changes/${id}/cancellation`, body: '{"reasonZh":"不再需要"}' });
});

test.each([
  [['set', 'task.ack_wd', '3', '--reason', 'x']],
  [['set', 'task.ack_wd', '3', '--from', '2099-01-04']],
  [['set', 'task.ack_wd', '2.5', '--from', '2099-01-04', '--reason', 'x']],
  [['set', 'task.ack_wd', 'three', '--from', '2099-01-04', '--reason', 'x']],
  [['set', 'task.ack_wd', '3', '--from', '2099-02-30', '--reason', 'x']],
  [['approve', 'one']],
  [['cancel', id]],
  [['show']],
])('%j is a fault of usage, and nothing is sent', async (words) => {
  expect((await lianxin('parameter', ...words)).code).toBe(2);
  expect(heard).toEqual([]);
});

test.each([
  [404, 'PARAMETER_UNKNOWN', 3],
  [409, 'PARAMETER_CHANGE_CLOSED', 4],
  [403, 'FOUR_EYES_REQUIRED', 1],
  [422, 'PARAMETER_OUT_OF_BOUNDS', 1],
])('a refusal %i %s ends with its own code and the remedy', async (status, code, expected) => {
  refusal = { status, code };
  const ended = await lianxin('--yes', 'parameter', 'approve', id);
  expect(ended.code).toBe(expected);
  expect(ended.err).toContain(code);
  expect(ended.err).toContain('另一人');
});

test('a table says in words what JSON and CSV say in codes', async () => {
  const { out } = await lianxin('parameter', 'show', 'urge.remind_wd');
  expect(out).toContain('待批准 OFFICE-A');
  expect(out).not.toMatch(/PROPOSED|WORKING_DAYS/);
  expect((await lianxin('-o', 'csv', 'parameter', 'show', 'urge.remind_wd')).out).toContain('WORKING_DAYS');
});
