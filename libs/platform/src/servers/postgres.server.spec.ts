import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Parent, startInParent } from '../../test/server.parent.ts';
import { type PostgresServer, startPostgres } from './postgres.server.ts';
import { isProcessAlive } from './process.identity.ts';

const password = 'a password / with : signs';
const settings = { fsync: 'off' };
const servers: PostgresServer[] = [];
const parents: Parent[] = [];
const strangers: ChildProcess[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin postgres-'));
  await chmod(folder, 0o755);
});

afterAll(async () => {
  for (const parent of parents) await parent.kill();
  for (const stranger of strangers) stranger.kill('SIGKILL');
  for (const server of servers) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, options: { port?: number; password?: string } = {}): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir: join(folder, name), password, settings, ...options });
  servers.push(server);
  return server;
}

async function query(server: { url(): string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a fresh folder becomes a database in UTF-8 that asks for a password and listens to this machine only', async () => {
  const server = await start('fresh');
  const [row] = await query(
    server,
    "SELECT current_setting('server_encoding') AS encoding, lower('ÄΩ') AS lowered, '联信' < '联合' AS ordered",
  );
  expect(row).toEqual({ encoding: 'UTF8', lowered: 'äω', ordered: '联信' < '联合' });
  expect(await query(server, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const stranger = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres', password: 'guess', database: 'postgres' });
  await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
});

test('what was committed is there again after the server is killed, on the same port', async () => {
  const server = await start('killed');
  await query(server, 'CREATE TABLE kept AS SELECT 7 AS answer');
  await server.kill('SIGKILL');
  expect(await server.exited).toEqual({ asked: false, code: null, signal: 'SIGKILL' });
  const before = server.port;
  await server.start();
  expect(server.port).toBe(before);
  expect(await query(server, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }]);
});

/** PostgreSQL started by a Node process of its own. */
async function startByParent(name: string): Promise<{ parent: Parent; server: number; url(): string }> {
  const options = { dataDir: join(folder, name), password, settings };
  const parent = await startInParent(folder, 'startPostgres', options, '{ server: server.pid, url: server.url() }');
  parents.push(parent);
  return { parent, server: Number(parent.facts['server']), url: () => String(parent.facts['url']) };
}

test('after the parent is killed the server lives on, and the next start ends it and keeps the data', async () => {
  const first = await startByParent('orphan');
  await query(first, 'CREATE TABLE kept AS SELECT 8 AS answer');
  await first.parent.kill();
  expect(await isProcessAlive(first.server)).toBe(true);

  const second = await start('orphan');
  expect(await isProcessAlive(first.server)).toBe(false);
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 8 }]);
});

test('after parent and server are killed together there is nothing to clean up', async () => {
  const first = await startByParent('both');
  await query(first, 'CREATE TABLE kept AS SELECT 9 AS answer');
  process.kill(first.server, 'SIGKILL');
  await first.parent.kill();
  const second = await start('both');
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 9 }]);
});

test('a second process may not take the folder of a living one', async () => {
  const first = await startByParent('shared');
  await expect(start('shared')).rejects.toThrow(`in use by process ${first.parent.pid}`);
  expect(await isProcessAlive(first.server)).toBe(true);
  await first.parent.kill();
  await start('shared');
});

test('a number in postmaster.pid that now belongs to a stranger does no harm to either', async () => {
  const server = await start('stranger');
  await query(server, 'CREATE TABLE kept AS SELECT 10 AS answer');
  await server.kill('SIGKILL');
  // The stranger runs as the server's own user: only then would PostgreSQL itself refuse to start.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore', cwd: '/', ...user });
  strangers.push(stranger);
  const pidFile = join(folder, 'stranger', 'cluster', 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await writeFile(pidFile, [String(stranger.pid), ...lines.slice(1)].join('\n'));
  await server.start();
  expect(await query(server, 'SELECT answer FROM kept')).toEqual([{ answer: 10 }]);
  expect(await isProcessAlive(stranger.pid ?? 0)).toBe(true);
});

test('another password than the folder was made with is refused with the remedy', async () => {
  await (await start('password')).stop();
  await expect(start('password', { password: 'another' })).rejects.toThrow(/refuses the password.*Give the password/);
});

test('a port that a stranger holds is named in the refusal', async () => {
  const holder = await start('holder');
  await expect(start('guest', { port: holder.port })).rejects.toThrow(new RegExp(`Port ${holder.port} is taken`));
});
