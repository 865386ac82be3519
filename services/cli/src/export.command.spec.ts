import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A door that knows one export job; what it sends is set by each test. */
let server: Server;
let heard: { url: string; body: unknown }[] = [];
let sent: { file: Buffer; hash: string; end: string; failure: string | null; looks: number; breakOff: boolean };
const folder = mkdtempSync(join(tmpdir(), 'lianxin-export-'));
const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';
const hashOf = (file: Buffer) => createHash('sha256').update(file).digest('base64url');

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    heard.push({ url: `${request.method} ${request.url}`, body: body === '' ? null : (JSON.parse(body) as unknown) });
    if (request.url?.endsWith('/file')) {
      response.writeHead(200, { 'content-length': String(sent.file.length) });
      if (!sent.breakOff) return void response.end(sent.file);
      return void response.write(sent.file.subarray(0, 3), () => request.socket.destroy());
    }
    const isOver = request.method === 'GET' && sent.looks-- <= 0;
    const job = {
      id,
      status: isOver ? sent.end : 'running',
      phase: '写文件',
      progress: { total: null, done: 7, succeeded: 7, failed: 0, etaSeconds: null },
      failure: sent.failure,
      request: { filter: { status: 'DISPATCHED' } },
      dataAt: '2026-11-23T01:00:00Z',
      resultFiles:
        isOver && sent.end === 'succeeded'
          ? [{ href: `/api/v1/tasks/exports/${id}/file`, bytes: sent.file.length, hash: sent.hash, expiresAt: '2026-11-24T01:00:00Z' }]
          : [],
    };
    response.writeHead(request.method === 'POST' ? 202 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(job));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  heard = [];
  const file = Buffer.from('任务编号\r\n1\r\n');
  sent = { file, hash: hashOf(file), end: 'succeeded', failure: null, looks: 1, breakOff: false };
});

async function lianxin(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { LIANXIN_URL: url, LIANXIN_KEY: 'lx_test_secretsecret' };
  const code = await run(['export', ...words], { environment, out, err, input: new PassThrough() });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

describe('lianxin export', () => {
  test('asks with filter and columns, follows the job and saves the file whole, with its notes beside a CSV', async () => {
    const path = join(folder, 'queue.csv');
    const ended = await lianxin(
      'tasks',
      '-f',
      path,
      '--columns',
      'id,status',
      '--filter',
      'status=DISPATCHED',
      '--filter',
      'measureCode=A=B',
    );
    expect([ended.code, ended.out]).toEqual([0, '']);
    expect(heard[0]).toEqual({
      url: 'POST /api/v1/tasks/exports',
      body: { format: 'csv', encoding: 'utf-8', columns: ['id', 'status'], filter: { status: 'DISPATCHED', measureCode: 'A=B' } },
    });
    expect(readFileSync(path).equals(sent.file)).toBe(true);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({
      hash: sent.hash,
      export: { id, dataAt: '2026-11-23T01:00:00Z' },
    });
    expect(ended.err).toContain('7 行');
  });

  test('a list of several words, and the format by the option', async () => {
    const path = join(folder, 'figures');
    expect((await lianxin('stats/rows', '-f', path, '--filter', 'figure=K05')).code).toBe(0);
    expect(heard[0]).toMatchObject({ url: 'POST /api/v1/stats/rows/exports', body: { format: 'xlsx' } });
    expect(existsSync(`${path}.json`)).toBe(false);
  });

  test.each([
    [
      'that came changed',
      () => {
        sent.hash = hashOf(Buffer.from('another'));
      },
    ],
    [
      'that broke off',
      () => {
        sent.breakOff = true;
      },
    ],
  ])('a file %s is not kept', async (_what, spoil) => {
    spoil();
    const path = join(folder, 'spoilt.xlsx');
    expect((await lianxin('tasks', '-f', path)).code).toBe(1);
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });

  test('a job that failed says why', async () => {
    sent.end = 'failed';
    sent.failure = '文件超过 4 GB';
    const ended = await lianxin('tasks', '-f', join(folder, 'none.xlsx'));
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('文件超过 4 GB');
  });

  test('a file that is there is not written over unasked', async () => {
    const path = join(folder, 'kept.xlsx');
    writeFileSync(path, 'mine');
    expect((await lianxin('tasks', '-f', path)).code).toBe(2);
    expect(heard).toEqual([]);
    expect((await lianxin('tasks', '-f', path, '--yes')).code).toBe(0);
    expect(readFileSync(path).equals(sent.file)).toBe(true);
  });

  test('a folder that is not there is told as such', async () => {
    const ended = await lianxin('tasks', '-f', join(folder, 'absent/queue.xlsx'));
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('ENOENT')]);
  });

  test.each([[['tasks', '--filter', 'status']], [['../secrets']], [['tasks', '--format', 'pdf']], [['tasks', '--encoding', 'big5']], [[]]])(
    '%j is a fault of usage',
    async (words) => {
      expect((await lianxin(...words)).code).toBe(2);
      expect(heard).toEqual([]);
    },
  );

  test('a dry run shows the request and writes nothing', async () => {
    const path = join(folder, 'dry.xlsx');
    const ended = await lianxin('tasks', '-f', path, '--dry-run');
    expect([ended.code, heard, existsSync(path)]).toEqual([0, [], false]);
    expect(ended.out).toContain('POST');
  });
});
