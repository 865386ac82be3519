import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Ended, runCommand } from './cli.support.ts';

/** The command where no system runs: usage, settings, and what it says to somebody who has not begun. */

const absent = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-cli-'));
  await writeFile(
    join(folder, 'demo-credentials.json'),
    JSON.stringify({ baseUrl: 'http://127.0.0.1:9', apiKeys: { RSJ: 'lx_test_x', CREDIT_OFFICE: 'lx_test_y' } }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (words: readonly string[], environment: Record<string, string> = {}) =>
  runCommand(words, { LIANXIN_DATA_DIR: folder, ...environment }, folder);

/** Runs a command that must end so, and gives all it said. */
async function ends(code: number, ...words: string[]): Promise<Ended> {
  const ended = await run(words);
  expect({ words, code: ended.code }).toEqual({ words, code });
  return ended;
}

describe('usage', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['tsk']],
    ['a group alone', ['task']],
    ['an unknown option', ['task', 'ls', '--colour']],
    ['a format that is none', ['task', 'ls', '-o', 'xml']],
    ['a state that is none', ['task', 'ls', '--status', 'DONE']],
    ['an id that is none', ['task', 'ack', '7']],
    ['a day that does not exist', ['task', 'feedback', absent, '--kind', 'APPLIED', '--applied-on', '2026-02-30']],
    ['a mandatory option left out', ['list-entry', 'exit', absent, '--ground', 'REPAIRED']],
    ['a ground that is none', ['list-entry', 'exit', absent, '--ground', 'PARDON', '--document', '1']],
    ['a key and a name of one', ['task', 'ls', '--key', 'a', '--as', 'RSJ']],
    ['a name of a key that is none', ['task', 'ls', '--as', 'NOBODY']],
    ['a limit that is none', ['task', 'ls', '--limit', '0']],
    ['a shell that is none', ['completion', 'cmd']],
  ])('%s ends with 2 and says what is wrong, on stderr', async (_what, words) => {
    const { out, err } = await ends(2, ...words);
    expect(out).toBe('');
    expect(err).toMatch(/✗|用法/);
  });

  test('help and version are data; in both languages', async () => {
    expect((await ends(0, '--help')).out).toContain('命令：');
    expect((await ends(0, 'task', 'feedback', '--help', '--lang', 'en')).out).toContain('files of evidence');
    expect((await ends(0, '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s knows every command', async (shell) => {
    const { out } = await ends(0, 'completion', shell);
    for (const word of ['list-entry', 'redrive', '--dry-run', 'NOT_APPLIED', 'DUTIES_PERFORMED']) expect(out).toContain(word);
  });

  test('without a system and without keys it says how to get them', async () => {
    const { code, err } = await runCommand(['task', 'ls'], { LIANXIN_DATA_DIR: join(folder, 'none') }, folder);
    expect(code).toBe(1);
    expect(err).toMatch(/demo-credentials\.json\n.*npm start/);
  });

  test('nobody there is told with a remedy', async () => {
    const { err } = await ends(1, 'task', 'ls', '--url', 'http://127.0.0.1:9');
    expect(err).toMatch(/无法连接 http:\/\/127\.0\.0\.1:9\n.*npm start.*lianxin doctor/);
  });

  test('the settings of a service are checked before it starts', async () => {
    const good = {
      LIANXIN_DATABASE_URL: 'postgres://127.0.0.1:5432/lianxin',
      LIANXIN_DATABASE_SECRET: 'n3s9d8f7s6d5f4s3d2f1s0d9f8s7d6f5',
      LIANXIN_TOKEN_PUBLIC_KEY: '{"kty":"OKP"}',
      LIANXIN_PERSONAL_DATA_KEYS: 'k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      LIANXIN_PERSONAL_DATA_HASH_KEY: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6',
      LIANXIN_EVENT_LOG: 'postgres',
    };
    const well = await run(['config', 'check', '-o', 'json'], good);
    expect(well.code).toBe(0);
    expect(well.out).not.toMatch(/n3s9d8|q1w2e3|AAAA/);
    expect(JSON.parse(well.out)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'LIANXIN_DATABASE_URL', source: 'ENVIRONMENT', value: good.LIANXIN_DATABASE_URL }),
        expect.objectContaining({ name: 'LIANXIN_DATABASE_POOL', source: 'DEFAULT', value: '10' }),
      ]),
    );
    const weak = await run(['config', 'check'], { ...good, LIANXIN_DATABASE_SECRET: 'changeme', LIANXIN_DATABASE_POOL: '0' });
    expect(weak.code).toBe(1);
    expect(weak.out).toMatch(/LIANXIN_DATABASE_SECRET +… \(8\) .*too short/);
    expect(weak.out).toMatch(/LIANXIN_DATABASE_POOL +0 /);
    expect(weak.err).toContain('2 处问题');
    const file = join(folder, 'service.env');
    const lines = Object.entries(good).map(([name, value]) => `${name}='${value}'`);
    await writeFile(file, lines.join('\n'));
    await ends(0, 'config', 'check', '--env-file', file);
    await ends(1, 'config', 'check');
  });
});
