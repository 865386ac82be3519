import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one application. */
let server: Server;
let heard: { url: string; body: string }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'lianxin-repair-'));
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const repair = {
  id,
  number: 'LYG-XF-2026-000001',
  version: 3,
  status: 'SYNCING',
  subject: { id, name: '甲公司' },
  departmentCode: 'SCJGJ',
  receivedAt: '2026-11-23T01:00:00Z',
  due: { kind: 'LIFT', dueOn: '2026-11-26' },
  grantedOn: '2026-11-23',
  steps: [
    { version: 2, action: 'LAPSE', status: 'WITHDRAWN', at: '2026-11-23T02:00:00Z', by: 'x', detail: { grounds: ['DESIGNATION_WRONG'] } },
  ],
};
const line = { kind: 'MEASURES', departmentCode: 'ZJJ', total: 2, open: 1, doneAt: null, dueOn: '2026-11-26' };
const eligibility = {
  items: [
    {
      number: 'LYG-MD-1',
      listCode: 'BL-MKT',
      departmentCode: 'SCJGJ',
      outcome: 'NOT_YET',
      earliestOn: '2026-12-01',
      missing: ['DUTIES'],
      textZh: '最早可申请日 2026-12-01',
      clause: '44号令',
    },
  ],
  notice: '信用修复不收取任何费用',
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    if (path.endsWith('/certificate')) return void response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-');
    let answer: unknown = repair;
    if (path.endsWith('repair-eligibility')) answer = eligibility;
    else if (path.endsWith('repair-files')) answer = { id };
    else if (path.endsWith('checklist') || path.endsWith('urge')) answer = { isComplete: false, restoredAt: null, lines: [line] };
    else if (path.endsWith('repair-receipts'))
      answer = {
        data: [{ departmentCode: 'ZJJ', repairNumber: repair.number, entryNumber: 'LYG-MD-1', dueAt: null, late: true, taskId: id }],
        page: { nextCursor: null, hasMore: false },
      };
    else if (path === '/api/v1/repairs' && request.method === 'GET')
      answer = { data: [repair], page: { nextCursor: null, hasMore: false } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  heard = [];
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const code = await run(words, {
    environment: { LIANXIN_URL: url, LIANXIN_KEY: 'lx_test_secretsecret' },
    out,
    err,
    input: new PassThrough(),
  });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

test('check says from when and what is missing, and that it costs nothing', async () => {
  const { code, out, err } = await lianxin('repair', 'check', '--entry', id, '--duties', '2026-01-05', '--commitment');
  expect([code, err]).toEqual([0, expect.stringContaining('不收取任何费用')]);
  expect(out).toContain('2026-12-01');
  expect(heard[0]?.url).toBe(`GET /api/v1/repair-eligibility?entryId=${id}&dutiesPerformedOn=2026-01-05&commitment=true`);
  expect((await lianxin('repair', 'check', '--entry', '一')).code).toBe(2);
});

test('apply uploads its materials first and names them', async () => {
  const file = join(folder, 'proof.pdf');
  writeFileSync(file, '%PDF-');
  const { code, out } = await lianxin('repair', 'apply', '--entry', id, '--record', `PENALTY=${id}`, '--material', `COMMITMENT=${file}`);
  expect([code, heard.map(({ url }) => url)]).toEqual([0, ['POST /api/v1/repair-files', 'POST /api/v1/repairs']]);
  expect(JSON.parse(heard[1]?.body ?? '')).toEqual({
    items: [
      { kind: 'LIST_ENTRY', id },
      { kind: 'PENALTY', id },
    ],
    category: 'ORDINARY',
    applicant: { kind: 'SUBJECT' },
    materials: [{ kind: 'COMMITMENT', fileId: id }],
  });
  expect(out).toContain('LYG-XF-2026-000001');
  expect((await lianxin('repair', 'apply', '--material', 'x')).code).toBe(2);
});

test('a decision is confirmed by a person; show tells who has not undone it yet; the certificate is saved', async () => {
  expect((await lianxin('repair', 'approve', id)).code).toBe(2);
  expect(heard).toEqual([]);
  expect((await lianxin('--yes', 'repair', 'approve', id)).code).toBe(0);
  expect(heard).toEqual([{ url: `POST /api/v1/repairs/${id}/decide`, body: '{"outcome":"CONFIRM"}' }]);
  expect((await lianxin('repair', 'propose', id, 'GRANT', '--document-no', '文1', '--reason', '属实')).code).toBe(0);
  expect((await lianxin('repair', 'request-supplement', id, '--reason', '补承诺书')).code).toBe(0);
  expect(heard.at(-1)?.body).toBe('{"asked":"补承诺书"}');
  expect((await lianxin('repair', 'show', id)).out).toContain('ZJJ');
  expect((await lianxin('repair', 'late')).out).toContain('LYG-MD-1');
  expect((await lianxin('repair', 'urge', id)).out).toContain('ZJJ');
  expect((await lianxin('repair', 'ls')).out).toContain('甲公司');
  const file = join(folder, 'c.pdf');
  expect((await lianxin('repair', 'certificate', id, '-f', file)).code).toBe(0);
  expect(existsSync(file)).toBe(true);
  // What is there already is never replaced unasked.
  writeFileSync(file, 'mine');
  expect((await lianxin('repair', 'certificate', id, '-f', file)).code).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await lianxin('--yes', 'repair', 'certificate', id, '-f', file)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('%PDF-');
});

test('show tells every step and why it ended so; an opinion that is none is a fault of usage', async () => {
  const { out } = await lianxin('repair', 'show', id);
  expect(out).toMatch(/记录已另行退出 +DESIGNATION_WRONG/);
  expect(out).not.toMatch(/\dT\d\d:/);
  heard.length = 0;
  expect((await lianxin('repair', 'propose', id, 'grant', '--document-no', '文1', '--reason', '属实')).code).toBe(2);
  expect(heard).toEqual([]);
});

test('a unit that enters a withdrawal for the applicant uploads his word', async () => {
  const file = join(folder, 'statement.pdf');
  writeFileSync(file, '%PDF-');
  expect((await lianxin('repair', 'withdraw', id, '--reason', '主体撤回')).code).toBe(0);
  expect(heard.map(({ body }) => body)).toEqual(['{"reason":"主体撤回"}']);
  const words = ['repair', 'withdraw', id, '--reason', '主体撤回', '--statement', file, '--statement-date', '2026-11-20'];
  expect((await lianxin(...words)).code).toBe(0);
  expect(JSON.parse(heard.at(-1)?.body ?? '')).toEqual({ reason: '主体撤回', statement: { fileId: id, date: '2026-11-20' } });
});

test('an applicant adds what was asked for; nothing to add is no supplement', async () => {
  const file = join(folder, 'commitment.pdf');
  writeFileSync(file, '%PDF-');
  const { code } = await lianxin('repair', 'supplement', id, '--material', `COMMITMENT=${file}`, '--duties', '2026-01-05');
  expect([code, heard.map(({ url }) => url)]).toEqual([0, ['POST /api/v1/repair-files', `POST /api/v1/repairs/${id}/supplement`]]);
  expect(JSON.parse(heard[1]?.body ?? '')).toEqual({
    materials: [{ kind: 'COMMITMENT', fileId: id }],
    dutiesPerformedOn: '2026-01-05',
  });
  expect((await lianxin('repair', 'supplement', id)).code).toBe(2);
});

test('a table says in words what JSON says in codes', async () => {
  const shown = (await lianxin('repair', 'show', id)).out;
  for (const word of ['同步中', '解除措施 2026-11-26', '记录已另行退出']) expect(shown).toContain(word);
  expect(shown).not.toMatch(/SYNCING|LAPSE|MEASURES/);
  expect((await lianxin('repair', 'check', '--entry', id)).out).toMatch(/尚不能申请.*义务履行/);
  expect((await lianxin('-o', 'json', 'repair', 'show', id)).out).toContain('"SYNCING"');
  expect((await lianxin('--lang', 'en', 'repair', 'show', id)).out).toContain('SYNCING');
});
