import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startInParent } from '../../test/server.parent.ts';
import { isProcessAlive } from './process.identity.ts';
import { type RedisServer, startRedis } from './redis.server.ts';
import { keepRunning } from './supervision.ts';
import { waitUntil } from './waiting.ts';

const cacheDir = join(import.meta.dirname, '../../../../.cache');
const servers: RedisServer[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin redis-'));
});

afterAll(async () => {
  for (const server of servers) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, port?: number): Promise<RedisServer> {
  const server = await startRedis({ dataDir: join(folder, name), cacheDir, port });
  servers.push(server);
  return server;
}

/** Sends one inline command and gives the raw answer. */
function ask(server: RedisServer, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port });
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().trim());
    });
    socket.write(`${command}\r\n`);
  });
}

test('a cache answers, keeps nothing on disk, and listens to this machine only', async () => {
  const server = await start('fresh');
  expect(await ask(server, 'PING')).toBe('+PONG');
  expect(await ask(server, 'CONFIG GET appendonly')).toContain('no');
  expect(await ask(server, 'CONFIG GET save')).toMatch(/\$0$/);
  expect(await ask(server, 'CONFIG GET bind')).toContain('127.0.0.1');
});

test('a killed cache starts again empty on the same port', async () => {
  const server = await start('killed');
  await ask(server, 'SET kept yes');
  await server.kill('SIGKILL');
  expect(server.isRunning).toBe(false);
  await server.start();
  expect(await ask(server, 'GET kept')).toBe('$-1');
});

test('a cache that a killed parent left running is ended by the next start', async () => {
  const dataDir = join(folder, 'orphan');
  const parent = await startInParent(folder, 'startRedis', { dataDir, cacheDir }, '{ server: server.pid, port: server.port }');
  await parent.kill();
  const orphan = Number(parent.facts['server']);
  expect(await isProcessAlive(orphan)).toBe(true);
  const server = await start('orphan');
  expect(await isProcessAlive(orphan)).toBe(false);
  expect(server.port).toBe(parent.facts['port']);
  expect(await ask(server, 'PING')).toBe('+PONG');
});

test('a supervised cache comes back by itself, until it dies too often', async () => {
  const server = await start('supervised');
  const told: string[] = [];
  const watch = keepRunning(server, {
    maximumRestarts: 2,
    windowMs: 60_000,
    onRestart: (name, exit) => told.push(`${name} restarted after ${exit.signal}`),
    onGiveUp: (name) => told.push(`${name} given up`),
  });
  for (const restarts of [1, 2]) {
    await server.kill('SIGKILL');
    await waitUntil(() => told.length === restarts, { what: 'the restart', timeoutMs: 10_000 });
    expect(await ask(server, 'PING')).toBe('+PONG');
  }
  await server.kill('SIGKILL');
  await watch;
  expect(told).toEqual(['Redis restarted after SIGKILL', 'Redis restarted after SIGKILL', 'Redis given up']);
});

test('a cache that was asked to stop is not brought back', async () => {
  const server = await start('stopped');
  const told: string[] = [];
  const say = (name: string) => told.push(name);
  const watch = keepRunning(server, { maximumRestarts: 2, windowMs: 60_000, onRestart: say, onGiveUp: say });
  await server.stop();
  await watch;
  expect(told).toEqual([]);
});
