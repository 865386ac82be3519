import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calendar2026 } from '@lianxin/contracts';
import { isProcessAlive } from '@lianxin/platform/servers';
import { eventually } from '@lianxin/testing';
import { demoEntries } from '../src/demo.city.ts';
import { serviceNames } from '../src/services.ts';
import { Installation, type Run } from './started.system.ts';

const timeoutMs = 300_000;
const servers = ['postgres', 'kafka', 'redis'] as const;
const cityEntries = demoEntries('2026-11-23', calendar2026).length;

let city: Installation;
let run: Run;

beforeAll(async () => {
  city = await Installation.create();
  run = city.start('distributed');
  await run.ready(200_000);
}, timeoutMs);
afterAll(() => city.remove(), timeoutMs);

const pids = () => city.json<Record<string, number>>('pids.json');
async function getPid(name: string): Promise<number> {
  const pid = (await pids())[name];
  // Never 0: that would be this very group of processes.
  if (pid === undefined || pid <= 1) throw new Error(`nothing runs under ${name}`);
  return pid;
}

/** Kills what runs under a name and waits until something else runs under it. */
async function killAndAwaitAnother(name: string): Promise<void> {
  const before = await getPid(name);
  process.kill(before, 'SIGKILL');
  await eventually(
    `${name} runs again under a new number`,
    async () => {
      const now = await getPid(name);
      return now !== before && (await isProcessAlive(now));
    },
    60_000,
  );
}

describe('the distributed system', () => {
  test('is one process for each service and server, and tells their numbers and addresses', async () => {
    const noted = await pids();
    expect(Object.keys(noted).sort()).toEqual([...serviceNames, ...servers, 'launcher'].sort());
    for (const pid of Object.values(noted)) expect(await isProcessAlive(pid)).toBe(true);
    expect(new Set(Object.values(noted)).size).toBe(Object.keys(noted).length);
    expect(noted['launcher']).toBe(run.pid);
    expect(await city.json('servers.json')).toEqual({
      postgres: { url: expect.stringMatching(/^postgres:\/\/postgres:.+@127\.0\.0\.1:\d+\/lianxin_distributed$/) },
      kafka: { brokers: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)] },
      redis: { url: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/) },
    });
    expect(run.output.match(/^ready /gm)).toHaveLength(1);
    expect(await city.entries()).toHaveLength(cityEntries);
  });

  test(
    'starts every service again when it is killed, at the same address',
    async () => {
      const ports = await city.json('ports.json');
      await Promise.all(serviceNames.map(killAndAwaitAnother));
      await eventually('the system is ready again', () => city.isReady(), 60_000);
      expect(await city.json('ports.json')).toEqual(ports);
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test.each(servers)(
    'starts %s again when it is killed',
    async (name) => {
      const addresses = await city.json('servers.json');
      await killAndAwaitAnother(name);
      await eventually('the system is ready again', () => city.isReady(), 60_000);
      expect(await city.json('servers.json')).toEqual(addresses);
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test(
    'whose launcher is killed ends by itself, and the next start takes over what was left',
    async () => {
      const before = await pids();
      const { apiKeys } = await city.credentials();
      await run.kill('SIGKILL');
      run = city.start('distributed');
      await run.ready();
      for (const name of serviceNames) expect(await isProcessAlive(before[name] ?? Number.NaN)).toBe(false);
      const after = await pids();
      for (const [name, pid] of Object.entries(after)) expect([name, pid]).not.toEqual([name, before[name]]);
      expect((await city.credentials()).apiKeys).toEqual(apiKeys);
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test(
    'whose every process is killed at once starts again with nothing lost',
    async () => {
      for (const name of Object.keys(await pids())) process.kill(await getPid(name), 'SIGKILL');
      await run.ended;
      run = city.start('distributed');
      await run.ready();
      expect(await city.entries()).toHaveLength(cityEntries);
    },
    timeoutMs,
  );

  test(
    'ends in good order on SIGTERM and leaves nothing running',
    async () => {
      const noted = await pids();
      expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      for (const pid of Object.values(noted)) expect(await isProcessAlive(pid)).toBe(false);
      expect(await city.servers()).toEqual([]);
    },
    timeoutMs,
  );
});
