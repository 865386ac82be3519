import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { GatewayCity } from './gateway.city.ts';
import { neighbour, notReady, reached } from './neighbours.ts';

let city: GatewayCity;
let key: string;
let folder: string;
let seedFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-seed-'));
  seedFile = join(folder, 'demo-seed.json');
  city = await GatewayCity.create({ LIANXIN_DEMO: 'on', LIANXIN_DEMO_SEED_FILE: seedFile });
  key = await city.register('住建局', ['DEPT_HANDLER'], ['ZJJ']);
});
afterAll(async () => {
  await city.close();
  await rm(folder, { recursive: true, force: true });
});

interface Readiness {
  readonly status: string;
  readonly checks: Record<string, string>;
}
const readiness = () => city.call<Readiness>(undefined, 'GET', '/readyz');

describe('while something is missing', () => {
  test('the system is not ready before every service and the demo city are, and names what is missing', async () => {
    const before = await readiness();
    expect(before.status).toBe(503);
    expect(before.body.checks['demo city']).toBe('not begun');
    await writeFile(seedFile, JSON.stringify({ done: 34, total: 60, complete: false }));
    expect((await readiness()).body.checks['demo city']).toBe('34 of 60 records are in');
    await writeFile(seedFile, JSON.stringify({ done: 60, total: 60, complete: true }));
    await eventually('the system is ready', async () => (await readiness()).status === 200);
    notReady.add('monitoring');
    const again = await readiness();
    expect(again.status).toBe(503);
    expect(again.body.checks).toMatchObject({ monitoring: 'its work: still loading', 'list-matching': 'ok', database: 'ok' });
    notReady.clear();
    expect((await city.call(undefined, 'GET', '/healthz')).status).toBe(200);
    expect((await city.call(undefined, 'GET', '/livez')).status).toBe(200);
  });

  test('a request to a service that is down gets 503 with Retry-After, the others work on, and a POST is never sent twice', async () => {
    reached.length = 0;
    const url = new URL(city.services['execution-feedback'].url);
    await city.services['execution-feedback'].close();
    for (const [method, path] of [
      ['GET', '/api/v1/tasks'],
      ['POST', '/api/v1/tasks/7/start'],
    ] as const) {
      const answer = await city.call<ProblemBody>(key, method, path, method === 'POST' ? {} : undefined);
      expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([503, 'UNAVAILABLE', true]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(answer.body.detail).toContain('execution-feedback');
    }
    expect((await city.call(key, 'GET', '/api/v1/stats')).status).toBe(200);
    expect((await readiness()).body.checks['execution-feedback']).toBe('does not answer');
    await city.city.boot(neighbour('execution-feedback'), { LIANXIN_SERVICE_PORT: url.port });
    expect((await city.call(key, 'GET', '/api/v1/tasks')).status).toBe(200);
    expect(reached).toEqual([]);
  });

  test('a POST whose service dies in the middle of it is not sent again: the caller decides, who has an Idempotency-Key', async () => {
    reached.length = 0;
    const answer = await city.call<ProblemBody>(key, 'POST', '/api/v1/stats/7/break', {});
    expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(reached).toEqual(['POST stats/7/break']);
  });

  test('one page shows the figures of all services, each line with its service, in a form that Prometheus reads', async () => {
    const { body: text, headers } = await city.call<string>(undefined, 'GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    for (const service of ['list-matching', 'monitoring']) expect(text).toContain(`lx_outbox_oldest_seconds{service="${service}"}`);
    expect(text).toContain('lx_service_up{service="gateway",target="monitoring"} 1');
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types).size).toBe(types.length);
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of samples) expect(line).toMatch(/^[a-z_:][a-zA-Z0-9_:]*\{.*service="[a-z-]+".*\} \S+$/);
  });

  test('a window is recognised while the database is away, for its checks alone: they are registered then (R-4-14)', async () => {
    const window = await city.register('政务大厅', ['WINDOW_CLERK'], ['DATAJ']);
    const stranger = await city.register('从未来过的窗口', ['WINDOW_CLERK'], ['DATAJ']);
    const ask = (caller: string, path = 'checks') => city.call(caller, 'POST', `/api/v1/${path}`, {});
    expect((await ask(window)).status).toBe(201);
    const [{ name } = { name: '' }] = await city.city.query<{ name: string }>('SELECT current_database() AS name');
    // What the gateway knows by heart it has forgotten meanwhile.
    city.city.turnClock(60_000);
    await city.city.query(`ALTER DATABASE "${name}" CONNECTION LIMIT 0`);
    await city.city.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename LIKE 'gateway%'`, [name]);
    try {
      const answer = await ask(window);
      expect([answer.status, answer.body['principal']]).toMatchObject([201, { roles: ['WINDOW_CLERK'], departments: ['DATAJ'] }]);
      expect((await ask(window)).status).toBe(201);
      for (const other of [ask(window, 'tasks'), ask(stranger), city.call(window, 'GET', '/api/v1/checks')])
        expect((await other).status).toBe(503);
      expect((await ask('lx_live_nobody')).status).toBe(401);
      city.city.turnClock(5 * 3_600_000);
      expect((await ask(window)).status).toBe(503);
    } finally {
      await city.city.query(`ALTER DATABASE "${name}" CONNECTION LIMIT -1`);
    }
    await eventually('the database is back', async () => (await ask(window)).status === 201);
  });

  test('a window does not wait for a database that does not answer, and a key that was revoked elsewhere ends when it does again', async () => {
    const window = await city.register('另一个大厅', ['WINDOW_CLERK'], ['DATAJ']);
    const ask = () => city.call(window, 'POST', '/api/v1/checks', {});
    expect((await ask()).status).toBe(201);
    city.city.turnClock(6 * 3_600_000);
    const lock = await city.city.connect();
    try {
      await lock.query('BEGIN; LOCK TABLE gateway.api_client IN ACCESS EXCLUSIVE MODE');
      const began = performance.now();
      expect((await ask()).status).toBe(201);
      expect(performance.now() - began).toBeLessThan(2_000);
      await lock.query("UPDATE gateway.api_client SET revoked_at = now(), revoked_by = 'elsewhere' WHERE name = '另一个大厅'");
      await lock.query('COMMIT');
    } finally {
      await lock.end();
    }
    city.city.turnClock(7 * 3_600_000);
    expect((await ask()).status).toBe(401);
  });
});
