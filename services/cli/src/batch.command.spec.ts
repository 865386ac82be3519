import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one batch, `QG-1`. */
let server: Server;
let heard: { url: string; body: string }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'lianxin-batch-'));
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';
const batch = {
  id,
  batchNo: 'QG-1',
  sourceName: '全国信用信息共享平台',
  issuedOn: '2026-11-01',
  rows: { total: 3, review: 1, refused: 0, verifying: 2, settled: 0, dismissed: 0 },
  dueOn: '2026-12-15',
  overdue: ['MATCH'],
  reportedAt: null,
  readingJob: null,
  unreadRows: 2,
  progress: [{ departmentCode: 'HZ', departmentName: '海州区', total: 2, open: 1, overdue: 0, results: { V1: 1 } }],
};
const row = { line: 3, name: '甲公司', usccCode: null, list: 'BL-TAX', state: 'REVIEW', grade: 'POSSIBLE', rule: 'S1', note: '没有代码' };
const pageOf = (data: unknown[]) => ({ data, page: { nextCursor: null, hasMore: false } });
const job = {
  id,
  kind: 'national-batch',
  status: 'succeeded',
  phase: '完成',
  progress: { total: 1, done: 1, succeeded: 1, failed: 0, warned: 0, percent: 100, etaSeconds: 0 },
  file: { name: 'b.csv', bytes: 1, encoding: null, sheet: null, layout: '本系统批次模板', ignored: [] },
  remarks: [],
  samples: [],
  question: null,
  failure: null,
  createdAt: '2026-11-23T00:00:00Z',
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    if (/report\.(csv|xlsx)$/.test(path)) return void response.writeHead(200, { 'content-type': 'text/csv' }).end('序号\r\n1\r\n');
    let answer: unknown = job;
    if (path === '/api/v1/list-batches') answer = pageOf(query.includes('QG-9') ? [] : [batch]);
    else if (path.endsWith('/rows')) answer = pageOf([row]);
    else if (path.endsWith('/report')) answer = { number: 'LYG-HS-2026-000009', rows: [{}, {}, {}] };
    else if (path.startsWith('/api/v1/list-batches/')) answer = batch;
    else if (path.endsWith('/errors')) answer = pageOf([]);
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
  const environment = { LIANXIN_URL: url, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(words, { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

describe('lianxin batch', () => {
  test('a file is sent as a batch, with what its layout lacks', async () => {
    const file = join(folder, 'batch.csv');
    writeFileSync(file, '企业名称\n甲公司\n');
    const { code, err } = await lianxin(
      'batch',
      'import',
      file,
      '--batch-no',
      'QG-1',
      '--issued-on',
      '2026-11-01',
      '--default',
      'reason=合成',
    );
    expect([code, err]).toEqual([0, expect.stringContaining('本系统批次模板')]);
    const sent = new URL(`http://x${heard[0]?.url.split(' ')[1]}`);
    expect([sent.pathname, sent.searchParams.get('kind'), sent.searchParams.get('mode')]).toEqual([
      '/api/v1/imports',
      'national-batch',
      'partial',
    ]);
    expect(JSON.parse(sent.searchParams.get('defaults') ?? '')).toEqual({ batchNo: 'QG-1', issuedOn: '2026-11-01', reason: '合成' });
    expect((await lianxin('batch', 'import', file, '--issued-on', '昨天')).code).toBe(2);
  });

  test('a batch is found by its number: progress by county, what is late, what was not taken in', async () => {
    const { code, out, err } = await lianxin('batch', 'show', 'QG-1');
    expect(code).toBe(0);
    expect(out).toContain('海州区 HZ');
    expect(out).toContain('V1 1');
    expect(out).toContain('MATCH');
    expect(err).toContain('2 行未收录');
    expect((await lianxin('batch', 'show', 'QG-1', '--rows', 'REVIEW')).out).toContain('POSSIBLE S1');
    const none = await lianxin('batch', 'show', 'QG-9');
    expect([none.code, none.err]).toEqual([3, expect.stringContaining('没有批次 QG-9')]);
    expect((await lianxin('batch', 'ls')).out).toContain('QG-1');
  });

  test('a report is made once a person has said yes, and saved; without a document it is only saved', async () => {
    const file = join(folder, 'report.csv');
    expect((await lianxin('batch', 'report', 'QG-1', '--document-no', '连信〔2026〕9号', '-f', file)).code).toBe(2);
    expect(heard.filter(({ url }) => url.startsWith('POST'))).toEqual([]);
    const made = await lianxin('--yes', 'batch', 'report', 'QG-1', '--document-no', '连信〔2026〕9号', '-f', file);
    expect([made.code, made.err]).toEqual([0, expect.stringContaining('LYG-HS-2026-000009')]);
    expect(heard.find(({ url }) => url.startsWith('POST'))).toEqual({
      url: `POST /api/v1/list-batches/${id}/report`,
      body: JSON.stringify({ documentNo: '连信〔2026〕9号' }),
    });
    expect(readFileSync(file, 'utf8')).toBe('序号\r\n1\r\n');
    heard = [];
    expect((await lianxin('--yes', 'batch', 'report', id, '-f', join(folder, 'again.xlsx'))).code).toBe(0);
    expect(heard.map(({ url }) => url)).toEqual([`GET /api/v1/list-batches/${id}/report`, `GET /api/v1/list-batches/${id}/report.xlsx`]);
    expect(existsSync(join(folder, 'again.xlsx'))).toBe(true);
  });
});
