import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort } from '@lianxin/platform/servers';
import { parse } from 'yaml';
import { Clone } from './support/clone.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const name = 'appeal-desk';
let clone: Clone;

/** A copy of the checkout that shares what is installed; its own packages are linked to its own sources. */
beforeAll(async () => {
  clone = await Clone.make();
  const modules = join(clone.folder, 'node_modules');
  await mkdir(join(modules, '@lianxin'), { recursive: true });
  for (const entry of (await readdir(join(root, 'node_modules'))).filter((entry) => entry !== '@lianxin'))
    await symlink(join(root, 'node_modules', entry), join(modules, entry));
  for (const entry of await readdir(join(root, 'node_modules/@lianxin')))
    await symlink(await readlink(join(root, 'node_modules/@lianxin', entry)), join(modules, '@lianxin', entry));
  for (const group of ['libs', 'services'])
    for (const entry of await readdir(join(root, group))) {
      const own = join(root, group, entry, 'node_modules');
      if (existsSync(own)) await symlink(own, join(clone.folder, group, entry, 'node_modules'));
    }
}, 60_000);
afterAll(() => clone?.remove(), 60_000);

/** Runs a program of the house in the copy, on the Node of the house. */
async function inClone(words: readonly string[], extra: Record<string, string> = {}): Promise<{ ok: boolean; text: string }> {
  const [program = '', ...rest] = words;
  const file = program.endsWith('.js') || program.endsWith('.mjs') ? [join(root, 'node_modules/.bin/node'), program, ...rest] : words;
  try {
    const { stdout, stderr } = await run(file[0] ?? '', file.slice(1), {
      cwd: clone.folder,
      env: { ...process.env, FORCE_COLOR: '0', NODE_OPTIONS: '', ...extra },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { ok: true, text: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, text: stdout + stderr };
  }
}

test.each(['', 'Appeal', 'appeal_desk', 'appeal--desk', '9lives', '../appeal', 'gateway', 'contracts'])(
  'no service is called "%s", and nothing is changed',
  async (wrong) => {
    const answer = await inClone(['scripts/new-service.mjs', wrong]);
    expect(answer).toMatchObject({ ok: false, text: expect.stringContaining('Remedy:') });
    expect(await readFile(join(clone.folder, 'docker-compose.yml'), 'utf8')).toBe(await readFile(join(root, 'docker-compose.yml'), 'utf8'));
  },
);

test('one command makes a service that compiles and keeps the house rules', async () => {
  expect(await inClone(['scripts/new-service.mjs', name, '申诉台'])).toMatchObject({ ok: true, text: expect.stringContaining('stands') });
  const written = (await readdir(join(clone.folder, 'services', name), { recursive: true })).filter((file) => !file.startsWith('dist'));
  expect(written).toEqual(expect.arrayContaining(['README.md', 'src/app.module.ts', 'src/main.ts', `test/${name}.spec.ts`]));
  const texts = await Promise.all(
    written.filter((file) => /\.\w+$/.test(file)).map((file) => readFile(join(clone.folder, 'services', name, file), 'utf8')),
  );
  expect(texts.join('\n')).not.toMatch(/new.?service.?name|新服务名/i);
  const types = await inClone(['node_modules/.bin/tsc', '-p', 'tsconfig.spec.json']);
  // Of the whole house `npm run check` tells; here only what the command has written and changed.
  expect(types.text.split('\n').filter((line) => new RegExp(`services/(${name}|standalone|gateway)/`).test(line))).toEqual([]);
  expect(await inClone(['node_modules/.bin/biome', 'ci', '--error-on-warnings', `services/${name}`, 'services/standalone'])).toMatchObject({
    ok: true,
  });
  expect((await inClone(['node_modules/.bin/depcruise', '--config', '.dependency-cruiser.mjs', `services/${name}`])).text).toContain(
    'no dependency violations',
  );
}, 180_000);

test('it is named wherever services are named: compose, lock file, map', async () => {
  const read = (file: string) => readFile(join(clone.folder, file), 'utf8');
  const compose = parse(await read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { environment: Record<string, string>; depends_on: object; image: string }>;
  };
  expect(compose.services[name]).toMatchObject({ image: 'lianxin/services', environment: { SERVICE: name, LIANXIN_EVENT_LOG: 'kafka' } });
  const gateway = compose.services['gateway'];
  expect(gateway?.depends_on).toMatchObject({ [name]: { condition: 'service_healthy' } });
  expect(JSON.parse(gateway?.environment['LIANXIN_SERVICE_URLS'] ?? '')).toMatchObject({ [name]: `http://${name}:8000` });
  expect(await read('README.md')).toContain(`| \`services/${name}\` | 申诉台 |`);
  // npm finds the lock file complete: `npm ci` would install it.
  const lock = await clone.shell(['npm ci --dry-run --ignore-scripts --no-audit --no-fund --offline'], 60_000);
  expect(lock).not.toContain('Missing');
}, 90_000);

test('its own tests pass', async () => {
  const words = ['node_modules/jest/bin/jest.js', '--maxWorkers=1', `services/${name}`];
  const answer = await inClone([join(root, 'node_modules/.bin/node'), ...words]);
  expect(answer.text).toMatch(/Test Suites: 2 passed, 2 total/);
  expect(answer.ok).toBe(true);
}, 120_000);

test('it starts with all the others and answers behind the gateway', async () => {
  const port = await findFreePort();
  const program = `${join(root, 'node_modules/.bin/node')} services/standalone/dist/main.js`;
  const stop = await clone.start(program, { LIANXIN_PORT: String(port), LIANXIN_DEMO: 'off' }, 120_000);
  const url = `http://127.0.0.1:${port}`;
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ checks: { [name]: 'ok' } });
  const { bootstrapKey } = JSON.parse(await readFile(join(clone.folder, '.data/secrets.json'), 'utf8')) as { bootstrapKey: string };
  const registered = await fetch(`${url}/api/v1/api-clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bootstrapKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'CZJ', roles: ['DEPT_HANDLER'], departments: ['CZJ'] }),
  });
  const { key } = (await registered.json()) as { key: string };
  const answer = await fetch(`${url}/api/v1/${name}`, { headers: { authorization: `Bearer ${key}` } });
  expect(await answer.json()).toEqual({ data: [], page: { nextCursor: null, hasMore: false } });
  expect(await (await fetch(`${url}/openapi.json`)).text()).toContain(`/api/v1/${name}`);
  expect(await stop()).toMatch(/^stopped$/m);
}, 180_000);
