import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { GatewayCity } from './gateway.city.ts';
import { reached } from './neighbours.ts';

let city: GatewayCity;
let handler: string;

beforeAll(async () => {
  city = await GatewayCity.create();
  handler = await city.register('人社局业务系统', ['DEPT_HANDLER'], ['RSJ']);
});
afterAll(() => city.close());

interface Echo {
  readonly service: string;
  readonly principal: { id: string; departments: string[]; displayName: string };
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
}

describe('the one door', () => {
  test('lets nobody in without a key, with a made-up key, or with a token of its own making', async () => {
    const wellFormed = `lx_live_${'A'.repeat(43)}`;
    for (const key of [undefined, 'x', wellFormed, `${handler}x`, handler.slice(0, -1)]) {
      const answer = await city.call<ProblemBody>(key, 'GET', '/api/v1/tasks');
      expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    const inside = await city.call<Echo>(handler, 'GET', '/api/v1/tasks');
    const token = inside.body.headers['authorization']?.slice('Bearer '.length) ?? '';
    expect(token.split('.')).toHaveLength(3);
    expect((await city.call(token, 'GET', '/api/v1/tasks')).status).toBe(401);
  });

  test('brings each path to its service, with the caller verified and the query untouched', async () => {
    const expected = {
      tasks: 'execution-feedback',
      'list-entries': 'list-matching',
      measures: 'measure-decomposition',
      stats: 'monitoring',
    };
    for (const [segment, service] of Object.entries(expected)) {
      const answer = await city.call<Echo>(handler, 'GET', `/api/v1/${segment}?status=a,b&q=%E6%B5%B7`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ service, query: { status: 'a,b', q: '海' } });
      expect(answer.body.principal).toMatchObject({ departments: ['RSJ'], displayName: '人社局业务系统', kind: 'API_CLIENT' });
    }
  });

  test('drops whatever pretends to say who the caller is, and passes trace and idempotency on', async () => {
    const answer = await city.call<Echo>(handler, 'GET', '/api/v1/tasks', undefined, {
      'x-forwarded-user': 'FGW',
      'x-principal': '{"roles":["CREDIT_OFFICE"]}',
      cookie: 'session=1',
      forwarded: 'for=10.0.0.1',
      'x-request-id': 'case-42',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'idempotency-key': 'k1',
    });
    const { headers } = answer.body;
    for (const name of ['x-forwarded-user', 'x-principal', 'cookie', 'forwarded']) expect(headers[name]).toBeUndefined();
    expect(headers).toMatchObject({ 'x-request-id': 'case-42', 'idempotency-key': 'k1' });
    expect(headers['traceparent']).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(headers['authorization']).not.toContain(handler);
    expect(answer.headers.get('x-request-id')).toBe('case-42');
  });

  test('answers 404 with a problem for a path that nobody has, and never climbs out of the API', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/', '/api/v1/tasks%2f..%2fmetrics']) {
      const answer = await city.call<ProblemBody>(handler, 'GET', path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    // fetch would tidy this path up before sending it.
    expect(await rawStatus('/api/v1/tasks/../../../metrics')).toBe(404);
    expect(await rawStatus('/api/v1/tasks/%2e%2e/%2e%2e/%2e%2e/metrics')).toBe(404);
    expect(await rawStatus('//api/v1/tasks')).toBe(404);
  });

  test('says 404 for a page that is not there and 401 for nothing but the API', async () => {
    expect((await city.call(undefined, 'GET', '/nothing')).status).toBe(404);
    expect((await city.call(undefined, 'GET', '/livez')).status).toBe(200);
  });

  test('streams a large body through: the service has its beginning before the caller has sent its end', async () => {
    reached.length = 0;
    const pieces = 64;
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (sent === 1) await eventually('the first piece is with the service', () => reached.includes('first piece'));
        if (sent++ < pieces) controller.enqueue(new Uint8Array(1024 * 1024));
        else controller.close();
      },
    });
    const response = await fetch(`${city.gateway.url}/api/v1/tasks/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${handler}`, 'content-type': 'text/csv; charset=utf-8' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ bytes: pieces * 1024 * 1024, type: 'text/csv; charset=utf-8' });
  });

  test('refuses a body that says it is larger than any list file', async () => {
    const status = await rawStatus('/api/v1/imports', {
      method: 'POST',
      'content-length': String(300 * 1024 * 1024),
      'content-type': 'text/csv',
    });
    expect(status).toBe(413);
  });

  test('passes a stream of events on as it comes, and closes it behind a caller who leaves', async () => {
    reached.length = 0;
    const leave = new AbortController();
    const response = await fetch(`${city.gateway.url}/api/v1/stats/stream`, {
      headers: { authorization: `Bearer ${handler}`, 'last-event-id': '41' },
      signal: leave.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const first = await response.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('id: 1\ndata: 41\n\n');
    leave.abort();
    await eventually('the service learns that the caller has left', () => reached.includes('stream closed'));
  });

  test('passes refusals of a service on as they are', async () => {
    const answer = await city.call<ProblemBody>(handler, 'POST', '/api/v1/tasks/1/start', '{"a":', { 'content-type': 'application/json' });
    expect([answer.status, answer.body.code]).toEqual([400, 'MALFORMED_JSON']);
    const asXml = await city.call<ProblemBody>(handler, 'POST', '/api/v1/tasks/1/start', '<a/>', { 'content-type': 'application/xml' });
    expect([asXml.status, asXml.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

/** Sends a request whose path no client library may tidy up. */
function rawStatus(path: string, options: Record<string, string> = {}): Promise<number | undefined> {
  const { method = 'GET', ...headers } = options;
  const { hostname, port } = new URL(city.gateway.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path, method, headers: { authorization: `Bearer ${handler}`, ...headers } },
      (response) => {
        resolve(response.statusCode);
        request.destroy();
      },
    );
    request.once('error', reject);
    if (method === 'GET') request.end();
    else request.flushHeaders();
  });
}
