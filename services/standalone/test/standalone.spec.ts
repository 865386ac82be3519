import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calendar2026, cityWideRoles } from '@lianxin/contracts';
import { isProcessAlive } from '@lianxin/platform/servers';
import { eventually } from '@lianxin/testing';
import { demoEntries } from '../src/demo.city.ts';
import { Installation, type Run } from './started.system.ts';

const timeoutMs = 180_000;
const cityEntries = demoEntries('2026-11-23', calendar2026).length;

let city: Installation;
let run: Run;
let baseUrl: string;
let firstKeys: Record<string, string>;

beforeAll(async () => {
  city = await Installation.create();
  run = city.start('main');
  baseUrl = await run.ready();
  firstKeys = (await city.credentials()).apiKeys;
}, timeoutMs);
afterAll(() => city.remove(), timeoutMs);

describe('the first npm start', () => {
  test('says that it is a demonstration, then that it is ready, and is', async () => {
    expect(run.output).toContain('DEMO MODE');
    expect(run.output.trim().split('\n').at(-1)).toBe(`ready http://127.0.0.1:${city.port}`);
    expect(baseUrl).toBe(`http://127.0.0.1:${city.port}`);
    expect(await city.isReady()).toBe(true);
  });

  test('leaves a key for every department and office in a file that only its owner reads', async () => {
    const { body } = await city.get<{ data: { code: string; tenant: boolean }[]; page: { nextCursor: string } }>(
      'ADMIN',
      '/api/v1/departments?limit=200',
    );
    const { body: rest } = await city.get<typeof body>('ADMIN', `/api/v1/departments?limit=200&cursor=${body.page.nextCursor}`);
    const tenants = [...body.data, ...rest.data].filter((department) => department.tenant).map((department) => department.code);
    const expected = [
      ...tenants.flatMap((code) => [code, `${code}:APPROVER`]),
      'CREDIT_OFFICE',
      'CREDIT_OFFICE2',
      'ADMIN',
      'ADMIN2',
      'WINDOW',
      'AUDITOR',
    ];
    expect(Object.keys(firstKeys).sort()).toEqual(expected.sort());
    expect(new Set(Object.values(firstKeys)).size).toBe(expected.length);
    for (const file of ['demo-credentials.json', 'secrets.json']) expect((await stat(join(city.dataDir, file))).mode & 0o077).toBe(0);
    expect(cityWideRoles).toContain('AUDITOR');
  });

  test('fills the city: every entry is in force, and its tasks reach the departments', async () => {
    const entries = await city.entries();
    expect(entries).toHaveLength(cityEntries);
    expect(entries.filter((entry) => entry.status !== 'ACTIVE')).toEqual([]);
    expect(run.output).not.toContain('was refused');
    await eventually('the department of public resources has tasks', async () => {
      const { body } = await city.get<{ data: { departmentCode: string }[] }>('GGZY', '/api/v1/tasks');
      return body.data.length > 0 && body.data.every((task) => task.departmentCode === 'GGZY');
    });
  });

  test('gives each key the rights of its name and no more', async () => {
    const statusOf = async (who: string, path: string) => (await city.get(who, path)).status;
    expect(await statusOf('RSJ', '/api/v1/parked')).toBe(403);
    expect(await statusOf('RSJ:APPROVER', '/api/v1/tasks')).toBe(200);
    expect(await statusOf('ADMIN', '/api/v1/parked')).toBe(200);
    expect(await statusOf('ADMIN2', '/api/v1/api-clients')).toBe(200);
    expect(await statusOf('AUDITOR', '/api/v1/api-clients')).toBe(200);
    expect(await statusOf('WINDOW', '/api/v1/api-clients')).toBe(403);
    expect(await statusOf('CREDIT_OFFICE', '/api/v1/stats/overview')).toBe(200);
  });

  test('cannot be reached from another machine', async () => {
    const { networkInterfaces } = await import('node:os');
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find((address) => !address.internal && address.family === 'IPv4');
    const answer = outside === undefined ? undefined : await fetch(`http://${outside.address}:${city.port}/livez`).catch(() => undefined);
    expect(answer).toBeUndefined();
  });
});

describe('npm start on a folder that is in use', () => {
  test('says so and ends', async () => {
    const second = city.start('main');
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(`in use by process ${run.pid}`);
    expect(await city.isReady()).toBe(true);
  });
});

describe('the system in one process', () => {
  test(
    'starts PostgreSQL again when that is killed, and goes on by itself',
    async () => {
      const [postgres = Number.NaN] = await city.servers();
      process.kill(postgres, 'SIGKILL');
      await eventually('another PostgreSQL runs', async () => {
        const [now] = await city.servers();
        return now !== undefined && now !== postgres && (await city.isReady());
      });
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test(
    'killed in the middle of everything starts again with the same keys and the same city, and nothing to clean up',
    async () => {
      await run.kill('SIGKILL');
      expect(await city.servers()).not.toEqual([]);
      run = city.start('main');
      await run.ready();
      expect((await city.credentials()).apiKeys).toEqual(firstKeys);
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test(
    'ends in good order on SIGTERM and leaves nothing running',
    async () => {
      expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(run.output).toContain('stopped');
      expect(await city.servers()).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'started by npm ends with the script that started it, however that ends',
    async () => {
      run = city.startByScript();
      await run.ready();
      const [system = Number.NaN] = await childrenOf(run.pid);
      await run.kill('SIGKILL');
      await eventually('the system has ended too', async () => !(await isProcessAlive(system)) && (await city.servers()).length === 0);

      run = city.startByScript();
      await run.ready();
      expect(await run.kill('SIGINT')).toEqual({ code: 0, signal: null });
    },
    timeoutMs,
  );

  test(
    'moves to another port with its keys, whose file then tells the new address',
    async () => {
      const other = await Installation.create();
      await other.remove();
      run = city.start('main', { LIANXIN_PORT: String(other.port) });
      expect(await run.ready()).toBe(`http://127.0.0.1:${other.port}`);
      expect(await city.credentials()).toEqual({ baseUrl: `http://127.0.0.1:${other.port}`, apiKeys: firstKeys });
      await run.kill('SIGTERM');
    },
    timeoutMs,
  );
});

describe('a start that cannot be', () => {
  test(
    'tells that the port is taken, and what to do',
    async () => {
      const holder = city.start('main');
      await holder.ready();
      const other = await Installation.create();
      const late = other.start('main', { LIANXIN_PORT: String(city.port) });
      expect((await late.ended).code).toBe(1);
      expect(late.output).toMatch(new RegExp(`Port ${city.port} is taken\\. .*LIANXIN_PORT=`));
      await other.remove();
      await holder.kill('SIGTERM');
    },
    timeoutMs,
  );

  test('tells every fault of the settings at once', async () => {
    const late = city.start('main', { LIANXIN_PORT: '99999', LIANXIN_DEMO: 'perhaps', LIANXIN_LOG_LEVEL: 'loud' });
    expect((await late.ended).code).toBe(1);
    for (const name of ['LIANXIN_PORT', 'LIANXIN_DEMO', 'LIANXIN_LOG_LEVEL']) expect(late.output).toContain(name);
  });
});

describe('a start for real use', () => {
  test(
    'seeds nothing, and lets the first client be registered with the bootstrap key alone',
    async () => {
      const other = await Installation.create();
      try {
        const real = other.start('main', { LIANXIN_DEMO: 'off' });
        const address = await real.ready();
        expect(real.output).not.toContain('DEMO');
        expect(await other.credentials().catch(() => undefined)).toBeUndefined();
        const { bootstrapKey } = await other.json<{ bootstrapKey: string }>('secrets.json');
        const registered = await fetch(`${address}/api/v1/api-clients`, {
          method: 'POST',
          headers: { authorization: `Bearer ${bootstrapKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name: '市信用办', roles: ['CREDIT_OFFICE'] }),
        });
        const { key } = (await registered.json()) as { key: string };
        expect([registered.status, key]).toEqual([201, expect.stringMatching(/^lx_live_/)]);
        const meta = await fetch(`${address}/api/v1/meta`, { headers: { authorization: `Bearer ${key}` } });
        expect(await meta.json()).toMatchObject({ mode: 'production' });
      } finally {
        await other.remove();
      }
    },
    timeoutMs,
  );
});

describe('a demo city whose seeding was interrupted', () => {
  test(
    'is completed by the next start: every record once',
    async () => {
      const other = await Installation.create();
      try {
        let attempt = other.start('main');
        await eventually(
          'the first entries are in',
          async () => {
            const credentials = await other.credentials().catch(() => undefined);
            return (
              credentials !== undefined &&
              (await other.get<{ data: unknown[] }>('CREDIT_OFFICE', '/api/v1/list-entries')).body.data?.length > 3
            );
          },
          60_000,
        );
        await attempt.kill('SIGKILL');
        const { apiKeys } = await other.credentials();
        expect((await other.json<{ complete: boolean }>('demo-seed.json')).complete).toBe(false);
        attempt = other.start('main');
        await attempt.ready();
        expect(await other.entries()).toHaveLength(cityEntries);
        expect(attempt.output).not.toContain('was refused');
        // What somebody has copied from the file before stays valid.
        expect((await other.credentials()).apiKeys).toEqual(apiKeys);
      } finally {
        await other.remove();
      }
    },
    timeoutMs,
  );
});

async function childrenOf(parent: number): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
