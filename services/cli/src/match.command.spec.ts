import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one query, one job and one candidate. */
let server: Server;
let heard: { url: string; body: string }[] = [];
let end = 'succeeded';
const folder = mkdtempSync(join(tmpdir(), 'lianxin-match-'));
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';
const candidate = {
  id,
  grade: 'CONFLICT',
  rule: 'C1',
  status: 'OPEN',
  queueScore: 60,
  candidateCount: 1,
  entryNumber: 'LYG-MD-2026-000001',
  listCode: 'BL-WAGE',
  registerName: '甲公司',
  decisionName: '乙公司',
  fields: [
    { field: 'name', labelZh: '名称', register: '甲公司', record: '乙公司', same: false },
    { field: 'address', labelZh: '地址', register: null, record: null, same: null },
  ],
  explanations: { uscc_exact: { score: 1, detail: '代码一致' } },
};
const answers: Readonly<Record<string, () => unknown>> = {
  'POST /api/v1/match/all': () => ({
    responses: {
      q: {
        results: [
          {
            id,
            caption: '甲公司',
            decision: 'review',
            grade: 'POSSIBLE',
            rule: 'S1',
            score: 0.7,
            properties: { usccCode: ['91320799MA00000155'] },
            explanations: { name_full: { score: 1, detail: '名称完全一致' } },
          },
        ],
      },
    },
  }),
  'GET /api/v1/match-candidates': () => ({ data: [candidate], page: { nextCursor: null, hasMore: false } }),
};
const job = () => ({
  id,
  status: end,
  phase: '完成',
  progress: { total: 2, done: 2, succeeded: 1, failed: 1, etaSeconds: 0, matched: 1, toReview: 0, unmatched: 0, faulty: 1 },
  failure: end === 'failed' ? '表头无法识别' : null,
  resultHref: end === 'succeeded' ? `/api/v1/match-jobs/${id}/result.csv` : null,
});

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = `${request.method} ${request.url?.split('?')[0]}`;
    heard.push({ url: `${request.method} ${request.url}`, body: await text(request) });
    if (path.endsWith('result.csv')) return void response.writeHead(200, { 'content-type': 'text/csv' }).end('行号\r\n2\r\n');
    const answer = answers[path]?.() ?? (path.includes('match-jobs') ? job() : candidate);
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
  end = 'succeeded';
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { LIANXIN_URL: url, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(['match', ...words], { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

describe('lianxin match', () => {
  test('a query shows decision, grade and why', async () => {
    const { code, out } = await lianxin('query', '--name', '甲公司', '--code', '91320799MA00000155');
    expect(code).toBe(0);
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
      queries: { q: { schema: 'Organization', properties: { name: ['甲公司'], usccCode: ['91320799MA00000155'] } } },
      config: { limit: 5 },
    });
    expect(out).toContain('待人工复核');
    expect(out).toContain('名称完全一致');
  });

  test('a file is matched and its result saved; an unreadable row is told by the exit code', async () => {
    const file = join(folder, 'names.csv');
    writeFileSync(file, '名称\n甲公司\n');
    const { code, err } = await lianxin('job', file, '--purpose', '核查');
    expect(code).toBe(5);
    expect(heard[0]?.url).toContain('/api/v1/match-jobs?purpose=%E6%A0%B8%E6%9F%A5&scope=organisations');
    expect(readFileSync(`${file}.match.csv`, 'utf8')).toBe('行号\r\n2\r\n');
    expect(err).toContain('一致 1');
    expect((await lianxin('job', file, '--purpose', '核查')).code).toBe(2);
    end = 'failed';
    const failed = await lianxin('job', file, '--purpose', '核查', '-f', join(folder, 'none.csv'));
    expect([failed.code, existsSync(join(folder, 'none.csv'))]).toEqual([1, false]);
    expect(failed.err).toContain('表头无法识别');
  });

  test('without a purpose, a reason or an answer nothing is sent', async () => {
    expect((await lianxin('job', join(folder, 'names.csv'))).code).toBe(2);
    expect((await lianxin('review', 'same', id)).code).toBe(2);
    expect((await lianxin('review', 'same', id, '--reason', '已核对')).code).toBe(2);
    expect((await lianxin('review', 'different', id, '--reason', 'x', '--evidence', 'nothing')).code).toBe(2);
    expect(heard).toEqual([]);
  });

  test('the queue, both records side by side, and the decision of a person', async () => {
    expect((await lianxin('review', 'ls')).out).toContain('LYG-MD-2026-000001');
    expect(heard[0]?.url).toContain('status=OPEN%2CNEED_INFO');
    const shown = await lianxin('review', 'show', id);
    expect(shown.out).toContain('乙公司');
    expect(shown.out).not.toContain('地址');
    const decided = await lianxin('--yes', 'review', 'same', id, '--reason', '已核对', '--evidence', '营业执照=档案12号');
    expect(decided.code).toBe(0);
    expect(heard.at(-1)).toEqual({
      url: `POST /api/v1/match-candidates/${id}/confirm`,
      body: JSON.stringify({ reason: '已核对', evidence: [{ kind: '营业执照', reference: '档案12号' }] }),
    });
  });
});
