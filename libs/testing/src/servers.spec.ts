import { spawn } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findServersBelow, isProcessAlive } from '@lianxin/platform/servers';
import pg from 'pg';
import { eventually } from './eventually.ts';
import { startTestServers } from './servers.ts';

const cacheDir = join(import.meta.dirname, '../../../.cache');

async function readSetting(url: string | undefined, setting: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT current_setting($1) AS value`, [setting]);
    return rows[0].value;
  } finally {
    await client.end();
  }
}

/** The data folder of a PostgreSQL that runs on this machine. */
async function folderOf(url: string | undefined): Promise<string> {
  return readSetting(url, 'data_directory');
}

test('a test run has servers of its own, with commits as in real use, and leaves nothing behind', async () => {
  const servers = await startTestServers({ kinds: ['postgres', 'redis'], engine: 'native', cacheDir });
  expect(servers.gaps).toEqual([]);
  expect(Object.keys(servers.environment).sort()).toEqual(['LIANXIN_TEST_POSTGRES_URL', 'LIANXIN_TEST_REDIS_URL']);
  const url = servers.environment['LIANXIN_TEST_POSTGRES_URL'];
  expect(await readSetting(url, 'fsync')).toBe('off');
  expect(await readSetting(url, 'synchronous_commit')).toBe('on');
  const cluster = await folderOf(url);
  await servers.stop();
  await expect(access(cluster)).rejects.toThrow();
  expect(await findServersBelow(join(cluster, '../..'))).toEqual([]);
});

test('what a killed test run left running is removed by the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lianxin-killed-'));
  const script = join(folder, 'run.mjs');
  const module = new URL('./servers.ts', import.meta.url).href;
  await writeFile(
    script,
    `import { startTestServers } from ${JSON.stringify(module)};
     const { environment } = await startTestServers({ kinds: ['postgres'], engine: 'native', cacheDir: '' });
     process.stdout.write(environment.LIANXIN_TEST_POSTGRES_URL + '\\n');
     setInterval(() => undefined, 1000);`,
  );
  const run = spawn(process.execPath, ['--conditions=@lianxin/source', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  run.stdout.on('data', (part) => {
    said += String(part);
  });
  await eventually('the run has its server', () => said.endsWith('\n'));
  const cluster = await folderOf(said.trim());
  const orphans = await findServersBelow(join(cluster, '..'));
  expect(orphans).toHaveLength(1);
  run.kill('SIGKILL');
  await eventually('the run is gone', async () => !(await isProcessAlive(run.pid ?? 0)));

  const next = await startTestServers({ kinds: [], engine: 'native', cacheDir });
  await next.stop();
  await expect(access(cluster)).rejects.toThrow();
  expect(await findServersBelow(join(cluster, '..'))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

test('a server that cannot be started is named and does not keep the others from starting', async () => {
  // A file stands where the programs should be kept.
  const servers = await startTestServers({ kinds: ['postgres', 'redis'], engine: 'native', cacheDir: import.meta.filename });
  expect(servers.gaps.map(({ kind }) => kind)).toEqual(['redis']);
  expect(Object.keys(servers.environment)).toEqual(['LIANXIN_TEST_POSTGRES_URL']);
  await servers.stop();
});
