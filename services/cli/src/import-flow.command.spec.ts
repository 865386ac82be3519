import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one import; in which state it is, each test says. */
let server: Server;
let heard: { url: string; type: string | undefined; body: string }[] = [];
let sent: { states: string[]; failed: number; question: string | null; refuse: string | null; breakOff: boolean };
const folder = mkdtempSync(join(tmpdir(), 'lianxin-import-'));
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';

function job(status: string) {
  return {
    id,
    kind: 'list-entries',
    status,
    phase: '校验',
    progress: { total: 3, done: 3, succeeded: 3 - sent.failed, failed: sent.failed, warned: 1, etaSeconds: 0 },
    file: { name: '名单.xlsx', layout: '本系统模板', ignored: ['执行法院'] },
    remarks: ['文件是按模板第 0 版填写的'],
    samples: [{ line: 2, effect: 'CREATED', summary: '列入并生效：示例\u001b[2J公司' }],
    question: sent.question === null ? null : { code: 'LIST_SIZE_JUMPED', detail: sent.question, figures: {} },
    failure: null,
    createdAt: '2026-11-23T01:00:00Z',
  };
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('latin1');
    heard.push({ url: `${request.method} ${decodeURIComponent(request.url ?? '')}`, type: request.headers['content-type'], body });
    const answer = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (/errors\.(xlsx|csv)|templates/.test(request.url ?? '')) {
      response.writeHead(200);
      return sent.breakOff ? void response.write('PK', () => request.socket.destroy()) : void response.end('PK workbook');
    }
    if (request.url?.includes('/errors')) {
      const warning = { line: 3, field: null, code: 'CONFLICT', reason: '须核实', remedy: '', others: [] };
      const error = { line: 4, field: '代码', code: 'USCC_INVALID', reason: '第 18 位应为 Y', remedy: '核对', others: [] };
      const data = request.url.includes('WARNING') ? [warning] : sent.failed > 0 ? [error] : [];
      return answer(200, { data, page: { nextCursor: null, hasMore: false } });
    }
    if (sent.refuse !== null && request.method === 'POST')
      return answer(409, {
        type: 'x',
        title: '不能撤销',
        status: 409,
        detail: '第 3 行已变动',
        code: sent.refuse,
        remedy: '逐条处理',
        retryable: false,
        traceId: 't',
        instance: '/',
      });
    if (request.method === 'GET' && request.url?.startsWith('/api/v1/imports'))
      return answer(200, { data: [job('undone')], page: { nextCursor: null, hasMore: false } });
    return answer(
      request.method === 'POST' ? 202 : 200,
      job(sent.states.length > 1 ? (sent.states.shift() ?? '') : (sent.states[0] ?? '')),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  heard = [];
  sent = { states: ['queued', 'succeeded'], failed: 0, question: null, refuse: null, breakOff: false };
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { LIANXIN_URL: url, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(['import', ...words], { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}
function file(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, 'PK');
  return path;
}

describe('lianxin import', () => {
  test('preview sends the workbook as one, shows samples, warnings and bad rows, and ends with 5 where rows are bad', async () => {
    sent = { ...sent, states: ['queued', 'running', 'previewed'], failed: 1 };
    const ended = await lianxin(
      'preview',
      file('名单.xlsx'),
      '--kind',
      'list-entries',
      '--default',
      'decision.date=@发布时间',
      '--sheet',
      '一',
    );
    expect(ended.code).toBe(5);
    expect(heard[0]?.url).toContain('kind=list-entries&preview=true&sheet=一&defaults={"decision.date":"@发布时间"}&fileName=名单.xlsx');
    expect(heard[0]?.type).toContain('spreadsheetml');
    expect(ended.out).toContain('列入并生效');
    expect(ended.out).not.toContain('\u001b');
    expect(ended.out).toContain('第 18 位应为 Y');
    expect(ended.err).toMatch(/执行法院[\s\S]*第 0 版[\s\S]*1 行有提示[\s\S]*3: 须核实[\s\S]*import start 01a2074b/);
    sent = { ...sent, states: ['previewed'], failed: 0 };
    expect((await lianxin('preview', file('a.csv'))).code).toBe(0);
    expect(heard.find(({ url }) => url.includes('a.csv'))?.type).toBe('text/csv');
  });

  test('start, run and confirm are followed to the end; a job that stops and asks ends with 4 and its question', async () => {
    expect((await lianxin('start', id, '--mode', 'all')).code).toBe(0);
    expect(heard[0]).toMatchObject({ url: `POST /api/v1/imports/${id}/start`, body: '{"mode":"all"}' });
    sent = { ...sent, states: ['queued', 'paused'], question: '上次 100 条，本次 40 条' };
    const asked = await lianxin('run', file('b.xlsx'), '--kind', 'list-snapshot');
    expect([asked.code, asked.err]).toEqual([4, expect.stringContaining('上次 100 条')]);
    sent = { ...sent, states: ['queued', 'partially_succeeded'], failed: 1 };
    expect((await lianxin('confirm', id, '--reason', '集中移出')).code).toBe(5);
    expect((await lianxin('confirm', id)).code).toBe(2);
  });

  test('undo is asked for first; refused, it names the rows and ends with 4', async () => {
    expect((await lianxin('undo', id)).code).toBe(2);
    expect(heard).toEqual([]);
    sent = { ...sent, refuse: 'IMPORT_TOUCHED' };
    const refused = await lianxin('undo', id, '--yes');
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('第 3 行已变动')]);
    sent = { ...sent, refuse: null, states: ['queued', 'undone'] };
    expect((await lianxin('undo', id, '--yes')).code).toBe(0);
    sent = { ...sent, states: ['queued', 'partially_succeeded'] };
    expect((await lianxin('undo', id, '--yes')).code).toBe(4);
  });

  test('templates and error workbooks are saved whole or not at all, and none is written over unasked', async () => {
    const path = join(folder, 'errors.xlsx');
    expect((await lianxin('errors', id, '-f', path, '--rows', 'all')).code).toBe(0);
    expect([heard[0]?.url, readFileSync(path, 'utf8')]).toEqual([`GET /api/v1/jobs/${id}/errors.xlsx?rows=all`, 'PK workbook']);
    expect((await lianxin('errors', id, '-f', path)).code).toBe(2);
    sent = { ...sent, breakOff: true };
    const broken = join(folder, 'broken.csv');
    expect((await lianxin('template', 'list-exits', '-f', broken)).code).toBe(1);
    expect(() => readFileSync(broken)).toThrow('ENOENT');
    expect(heard.at(-1)?.url).toBe('GET /api/v1/imports/templates/list-exits.csv');
  });

  test('history lists what was imported; in English too', async () => {
    const ended = await lianxin('history', '--status', 'undone', '--lang', 'en');
    expect([ended.code, heard[0]?.url]).toEqual([0, 'GET /api/v1/imports?status=undone&limit=20']);
    expect(ended.out).toMatch(/kind[\s\S]*list-entries[\s\S]*undone/);
    expect((await lianxin('template', 'Nonsense Kind')).code).toBe(2);
  });
});
