import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { run } from './run.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const folder = mkdtempSync(join(tmpdir(), 'lianxin-replay-'));
const replay = {
  id,
  status: 'PLANNED',
  statusZh: '方案已形成',
  paused: false,
  cases: 1,
  story: '用第 2 版清单重算：撤回 2、新增 1、不变 11；将通知 3 个部门',
  sha256: '0c'.repeat(32),
  ground: 'OBJECTION_UPHELD',
  documentNo: '1号',
  requestedBy: 'admin-one',
  approvedBy: null,
  detail: null,
  progress: { cases: 1, asked: 1, answered: 1, failed: 0 },
  failures: [],
  steps: [{ version: 1, action: 'REQUEST', at: '2026-11-23T01:00:00Z', actor: 'admin-one' }],
};
const row = { entryId: id, kind: 'TASK', action: 'WITHDRAW', id, departmentCode: 'CZJ', facts: { measureCode: 'TAX-01' } };
const versions = [
  { version: 3, effectiveFrom: '2026-06-01' },
  { version: 2, effectiveFrom: '2026-03-15' },
  { version: 1, effectiveFrom: null },
];
let server: Server;
let heard: { url: string; body: string }[] = [];
/** What the door answers for the replay, one after the other; the last one stays. */
let answers: object[] = [];
let refusal: { status: number; code: string } | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const page = { nextCursor: null, hasMore: false };
    if (path.endsWith('/bundle')) return void response.writeHead(200, { 'content-type': 'application/zip' }).end('PK');
    if (path.endsWith('/catalogue/versions')) return void json(200, { data: versions, page });
    if (path.endsWith('/diff')) return void json(200, { data: [row], page });
    if (refusal !== undefined && request.method === 'POST') return void json(refusal.status, { title: '不行', detail: '不行', ...refusal });
    if (path === '/api/v1/replays' && request.method === 'GET') return void json(200, { data: [replay], page });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return void json(202, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  heard = [];
  answers = [replay];
  refusal = undefined;
});

async function typed(...words: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const environment = { LIANXIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(words, { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}
const sent = () => JSON.parse(heard.find(({ url }) => url.startsWith('POST'))?.body ?? '{}') as Record<string, unknown>;

test('a plan is asked for with its scope and version of the memorandum, followed to its end, and told as a story', async () => {
  answers = [{ ...replay, status: 'PLANNING', story: null }, replay];
  const ended = await typed(
    'replay',
    'plan',
    '--objection',
    'LYG-YY-2026-000017',
    '--memorandum-version',
    '2026-03',
    '--reason',
    '异议成立',
  );
  expect([ended.code, ended.err.includes('✗')]).toEqual([0, false]);
  expect(ended.out).toContain('撤回 2、新增 1、不变 11；将通知 3 个部门');
  expect(sent()).toEqual({
    scope: { objectionNumber: 'LYG-YY-2026-000017' },
    change: { kind: 'CATALOGUE_VERSION', version: 2 },
    reason: '异议成立',
    sideEffects: 'notify',
  });
});

test('a period is narrowed to a list and its unit, and facts to correct come from a file', async () => {
  const file = join(folder, 'facts.json');
  writeFileSync(file, '{"validTo":"2027-01-01"}');
  const period = ['--from', '2026-01-01', '--to', '2026-06-30', '--list', 'BL-TAX', '--unit', 'SHUIJ'];
  const ground = ['--ground', 'COURT_RULING', '--document-no', '1号', '--ticket', 'T-1', '--side-effects', 'none'];
  await typed('replay', 'plan', ...period, '--correct', file, ...ground, '--reason', 'x', '--no-wait');
  expect(sent()).toEqual({
    scope: {
      period: { activatedFrom: '2026-01-01', activatedTo: '2026-06-30', listCode: 'BL-TAX', designatingDepartment: 'SHUIJ' },
    },
    change: { kind: 'CORRECT_ENTRY', facts: { validTo: '2027-01-01' } },
    ground: 'COURT_RULING',
    documentNo: '1号',
    ticketNo: 'T-1',
    reason: 'x',
    sideEffects: 'none',
  });
});

test.each([
  ['no scope', []],
  ['two scopes', ['--entry', id, '--subject', id]],
  ['half a period', ['--from', '2026-01-01']],
  ['a list without its period', ['--entry', id, '--list', 'BL-TAX']],
  ['two changes', ['--entry', id, '--void', 'VOID', '--memorandum-version', '2']],
  ['a file that is not there', ['--entry', id, '--correct', join(folder, 'none.json')]],
  ['a version that is none', ['--entry', id, '--memorandum-version', 'spring']],
])('a plan with %s is a fault of usage, and nothing is asked', async (_what, words) => {
  expect((await typed('replay', 'plan', ...words, '--reason', 'x')).code).toBe(2);
  expect(heard.filter(({ url }) => url.startsWith('POST'))).toEqual([]);
});

test.each([
  ['applied', { status: 'APPLIED' }, 0],
  ['refused because the world has moved on', { status: 'REFUSED', detail: '情况已变化' }, 4],
  ['stopped, and asks', { status: 'APPLYING', paused: true }, 4],
  ['applied but for some cases', { status: 'PARTLY_APPLIED' }, 5],
])('apply ends by how the replay ends: %s', async (_what, change, code) => {
  answers = [
    { ...replay, status: 'CHECKING' },
    { ...replay, ...change },
  ];
  expect((await typed('replay', 'apply', id, '--yes')).code).toBe(code);
});

test('a plan in which some cases could not be settled is told with them', async () => {
  answers = [
    { ...replay, progress: { cases: 2, asked: 2, answered: 1, failed: 1 }, failures: [{ entryId: id, number: 'LYG-1', detail: '无答复' }] },
  ];
  const ended = await typed('replay', 'plan', '--entry', id, '--reason', 'x');
  expect([ended.code, ended.err.includes('LYG-1: 无答复')]).toEqual([5, true]);
});

test('what the server refuses is told by the exit code: apply before approval is a conflict', async () => {
  refusal = { status: 409, code: 'TRANSITION_NOT_ALLOWED' };
  expect((await typed('replay', 'apply', id, '--yes')).code).toBe(4);
  refusal = { status: 403, code: 'FOUR_EYES_REQUIRED' };
  expect((await typed('replay', 'approve', id, '--yes')).code).toBe(1);
  expect((await typed('replay', 'cancel', id)).code).toBe(2);
});

test.each(['confirm', 'approve'])('%s shows the difference and names the one that was shown', async (step) => {
  const ended = await typed('replay', step, id, '--yes');
  expect([ended.code, ended.err.includes(replay.sha256), ended.err.includes('撤回 2')]).toEqual([0, true, true]);
  expect(heard.map(({ url }) => url)).toEqual([`GET /api/v1/replays/${id}`, `POST /api/v1/replays/${id}/${step}`]);
  expect(sent()).toEqual({ sha256: replay.sha256 });
  answers = [{ ...replay, status: 'PLANNING', story: null, sha256: null }];
  heard = [];
  expect((await typed('replay', step, id, '--yes')).code).toBe(4);
  expect(heard.filter(({ url }) => url.startsWith('POST'))).toEqual([]);
});

test('the difference, the list and the evidence are read', async () => {
  const diff = await typed('replay', 'diff', id, '--look', 'CHECK', '--department', 'CZJ');
  expect(diff.out).toContain('TAX-01');
  expect(heard[0]?.url).toContain(`/api/v1/replays/${id}/diff?look=CHECK&departmentCode=CZJ&onlyChanges=true`);
  expect((await typed('replay', 'ls', '-o', 'json')).out).toContain('admin-one');
  const path = join(folder, 'evidence.zip');
  expect((await typed('replay', 'bundle', id, '--out', path)).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe('PK');
});

test('a table says in words what JSON says in codes', async () => {
  expect((await typed('replay', 'diff', id)).out).toMatch(/任务 +撤回/);
  expect((await typed('replay', 'show', id)).out).toContain('提出');
  expect((await typed('-o', 'json', 'replay', 'diff', id)).out).toContain('"WITHDRAW"');
});
