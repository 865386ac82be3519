/** @own-process: it measures the memory of the whole process. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ApiClient, type ClientSettings, type PlannedRequest } from './api.client.ts';
import { ApiRefusal, CommandFault, NoAnswer } from './faults.ts';
import { openUpload } from './file.ts';
import { textsOf } from './texts.ts';

/** A door that answers as the test says, to see how the client behaves when the real one is in trouble. */
let server: Server;
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
let heard: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
/** Looks at each piece of a request that is too long to be kept. */
let swallow: (() => void) | undefined;
const said: string[] = [];
const anything = z.looseObject({});

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      if (swallow === undefined) chunks.push(chunk as Buffer);
      else swallow();
    }
    heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = answers.shift() ?? json(200, {});
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = [];
  heard = [];
  said.length = 0;
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const hangUp = (request: IncomingMessage) => void request.socket.destroy();
const problem = { title: '请求过于频繁', status: 429, code: 'RATE_LIMITED', detail: '', retryable: true };

function client(changes: Partial<ClientSettings> = {}): ApiClient {
  return new ApiClient({
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    key: 'lx_test_secretsecret',
    language: 'zh-CN',
    timeoutMs: 5_000,
    texts: textsOf('zh'),
    trace: (line) => void said.push(line),
    say: (line) => void said.push(line),
    plan: undefined,
    ...changes,
  });
}

const folder = mkdtempSync(join(tmpdir(), 'lianxin-client-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textFile(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('the client of the public API', () => {
  test('sends key, language and query, and shows the calls without the key', async () => {
    await client().read({ path: '/api/v1/tasks', query: { status: 'A,B', cursor: undefined, limit: 2 } }, anything);
    expect(heard[0]).toMatchObject({
      url: '/api/v1/tasks?status=A%2CB&limit=2',
      headers: { authorization: 'Bearer lx_test_secretsecret', 'accept-language': 'zh-CN' },
    });
    expect(said.join('\n')).toMatch(/→ GET .*limit=2 Bearer lx_test_…\n← 200/);
    expect(said.join('\n')).not.toContain('secretsecret');
  });

  test('a busy system is asked again when it says so, with the same Idempotency-Key', async () => {
    answers = [
      json(429, problem, { 'retry-after': '0' }),
      json(503, { ...problem, status: 503 }, { 'retry-after': '0' }),
      json(200, { id: 1 }),
    ];
    expect(await client().change({ path: '/x', body: { a: 1 } }, anything)).toEqual({ id: 1 });
    const keys = new Set(heard.map((request) => request.headers['idempotency-key']));
    expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(heard.map((request) => request.body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  test('after three attempts, or when it is to wait too long, it gives up with the refusal', async () => {
    answers = Array.from({ length: 4 }, () => json(429, problem, { 'retry-after': '0' }));
    await expect(client().read({ path: '/x' }, anything)).rejects.toBeInstanceOf(ApiRefusal);
    expect(heard).toHaveLength(3);
    answers = [json(429, problem, { 'retry-after': '3600' })];
    await expect(client().read({ path: '/x' }, anything)).rejects.toBeInstanceOf(ApiRefusal);
    expect(heard).toHaveLength(4);
  });

  test('a connection that breaks in the middle is tried again with the same key: nothing is done twice', async () => {
    answers = [hangUp, json(200, { id: 2 })];
    expect(await client().change({ path: '/x', body: {} }, anything)).toEqual({ id: 2 });
    expect(heard).toHaveLength(2);
    expect(heard[0]?.headers['idempotency-key']).toBe(heard[1]?.headers['idempotency-key']);
  });

  test('nobody there, or nobody in time, is told as such', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(closed.address() as AddressInfo).port}`);
    await new Promise((resolve) => closed.close(resolve));
    await expect(client({ url }).read({ path: '/x' }, anything)).rejects.toMatchObject({ reason: 'REFUSED' });
    answers = [() => undefined];
    const late = client({ timeoutMs: 100 }).read({ path: '/x' }, anything);
    await expect(late).rejects.toBeInstanceOf(NoAnswer);
    await expect(late).rejects.toMatchObject({ reason: 'TIMEOUT' });
    server.closeAllConnections();
  });

  test('the key never follows a redirect to somebody else', async () => {
    answers = [(_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end()];
    await expect(client().read({ path: '/x' }, anything)).rejects.toBeInstanceOf(CommandFault);
    expect(heard).toHaveLength(1);
  });

  test('an answer of somebody else, or of another version, is said to be one', async () => {
    answers = [(_request, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nginx</h1>')];
    await expect(client().read({ path: '/x' }, anything)).rejects.toThrow('不是联信系统的应答');
    answers = [json(200, { data: 'not a list' })];
    await expect(client().read({ path: '/x' }, z.object({ data: z.array(z.unknown()) }))).rejects.toThrow('无法理解');
  });

  test('a dry run sends nothing but what it must know, and shows the rest with the key masked', async () => {
    const planned: PlannedRequest[] = [];
    const dry = client({ plan: (request) => void planned.push(request) });
    await dry.prepare({ path: '/known' }, anything);
    expect(await dry.read({ path: '/shown' }, anything)).toBeUndefined();
    const file = await openUpload(textFile('a.csv', 'abc'), 'text/csv', 'body', textsOf('zh'));
    expect(await dry.change({ path: '/done', file }, anything)).toBeUndefined();
    expect(heard.map((request) => request.url)).toEqual(['/known']);
    expect(planned.map(({ method, body }) => [method, body])).toEqual([
      ['GET', null],
      ['POST', { file: 'a.csv', bytes: 3 }],
    ]);
    expect(JSON.stringify(planned)).not.toContain('secretsecret');
  });

  test('an empty file is sent as one, and one that takes too long is told as such', async () => {
    const file = async (text: string) => openUpload(textFile('b.csv', text), 'text/csv', 'body', textsOf('zh'));
    await client().change({ path: '/x', file: await file('') }, anything);
    expect(heard[0]).toMatchObject({ body: '', headers: { 'content-length': '0' } });
    answers = [() => undefined];
    await expect(client().change({ path: '/x', file: await file('a'), timeoutMs: 100 }, anything)).rejects.toMatchObject({
      reason: 'TIMEOUT',
    });
    server.closeAllConnections();
  });

  test('a long file never stands in memory', async () => {
    const path = textFile('long.csv', '');
    truncateSync(path, 400_000_000);
    const before = process.memoryUsage().rss;
    let most = 0;
    answers = [json(200, {})];
    swallow = () => {
      most = Math.max(most, process.memoryUsage().rss - before);
    };
    await client().change({ path: '/x', file: await openUpload(path, 'text/csv', 'body', textsOf('zh')), timeoutMs: 60_000 }, anything);
    swallow = undefined;
    expect(most).toBeLessThan(200_000_000);
  });

  test('a file whose sending broke is sent again from its beginning', async () => {
    answers = [hangUp, json(200, {})];
    await client().change(
      { path: '/x', file: await openUpload(textFile('again.csv', 'a,b\n1,2\n'), 'text/csv', 'body', textsOf('zh')) },
      anything,
    );
    expect(heard.map((request) => request.body)).toEqual(['a,b\n1,2\n', 'a,b\n1,2\n']);
  });

  test('a gateway below a path of its host is found there', async () => {
    const { port } = server.address() as AddressInfo;
    await client({ url: new URL(`http://127.0.0.1:${port}/lianxin/`) }).read({ path: '/api/v1/meta' }, anything);
    expect(heard[0]?.url).toBe('/lianxin/api/v1/meta');
  });

  test('a file goes as it is, or in a form that keeps its name', async () => {
    const file = (name: string, as: 'body' | 'form') => openUpload(textFile(name, 'a,b\n'), 'text/csv', as, textsOf('zh'));
    await client().change({ path: '/x', file: await file('a.csv', 'body') }, anything);
    await client().change({ path: '/x', file: await file('证据.pdf', 'form') }, anything);
    expect(heard[0]).toMatchObject({
      body: 'a,b\n',
      headers: { 'content-type': 'text/csv', 'content-length': '4', authorization: 'Bearer lx_test_secretsecret' },
    });
    expect(heard[1]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(heard[1]?.body).toContain('filename="证据.pdf"');
  });
});
