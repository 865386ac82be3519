import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { GatewayCity } from './gateway.city.ts';

let folder: string;
let city: GatewayCity;
let withoutDemo: RunningService;
const fromOwnPage = { 'sec-fetch-site': 'same-origin' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-console-'));
  await mkdir(join(folder, 'built/assets'), { recursive: true });
  await writeFile(join(folder, 'built/index.html'), '<!doctype html><title>联信</title>');
  await writeFile(join(folder, 'built/frame.html'), '<!doctype html><title>联信</title>');
  await writeFile(join(folder, 'built/.sources'), 'not for readers');
  await writeFile(join(folder, 'built/assets/index-1a2b3c.js'), 'export {};');
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ apiKeys: { RSJ: 'lx_test_a', ADMIN: 'lx_test_b', ADMIN2: 'lx_test_c' } }));
  const settings = { LIANXIN_DEMO_CREDENTIALS_FILE: join(folder, 'keys.json'), LIANXIN_CONSOLE_DIR: join(folder, 'built') };
  city = await GatewayCity.create({ ...settings, LIANXIN_DEMO: 'on' });
  withoutDemo = await city.again({ ...settings, LIANXIN_DEMO: 'off', LIANXIN_CONSOLE_DIR: join(folder, 'not-built') });
});
afterAll(async () => {
  await city?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the console', () => {
  test('stands at the root, asked for anew each time; its files with a hash are kept for ever', async () => {
    const page = await city.call<string>(undefined, 'GET', '/');
    expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    const script = await city.call(undefined, 'GET', '/assets/index-1a2b3c.js');
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  test('may load from this host only, and no page may frame it', async () => {
    const policy = (await city.call(undefined, 'GET', '/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|unsafe-eval/);
  });

  test('the window prompt alone is framed, by whoever is named by an origin and nothing wider', async () => {
    const named = await city.again({
      LIANXIN_EMBED_ORIGINS: 'https://approval.example, http://10.1.2.3:8080',
      LIANXIN_CONSOLE_DIR: join(folder, 'built'),
    });
    const policyOf = async (path: string) => (await fetch(named.url + path)).headers.get('content-security-policy');
    expect(await policyOf('/embed/frame')).toContain("frame-ancestors 'self' https://approval.example http://10.1.2.3:8080");
    expect((await fetch(`${named.url}/embed/frame`)).headers.get('x-frame-options')).toBeNull();
    expect(await policyOf('/')).toContain("frame-ancestors 'none'");
    for (const wrong of [
      'https://approval.example/page',
      'approval.example',
      '*',
      'https://*.example',
      'javascript:alert(1)',
      'https://a.example; script-src *',
    ])
      await expect(city.again({ LIANXIN_EMBED_ORIGINS: wrong })).rejects.toThrow('LIANXIN_EMBED_ORIGINS');
  });

  test('shows nothing but its files: what is not there is a problem as everywhere', async () => {
    for (const path of ['/.sources', '/assets/', '/assets/none.js', '/../keys.json', '/%2e%2e/keys.json', '/index.html/x']) {
      const answer = await city.call<ProblemBody>(undefined, 'GET', path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  });

  test('that was not built says how to build it', async () => {
    const answer = await fetch(`${withoutDemo.url}/`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build -w services/console');
  });
});

describe('the keys of the demo city', () => {
  test('go to our own page on this machine, without those of administrators, and are kept by nobody', async () => {
    const answer = await city.call(undefined, 'GET', '/demo/credentials', undefined, fromOwnPage);
    expect([answer.status, answer.body]).toEqual([200, { apiKeys: { RSJ: 'lx_test_a' } }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('go to no other page', async () => {
    const foreign: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { ...fromOwnPage, 'x-forwarded-for': '10.0.0.1' },
      { ...fromOwnPage, origin: 'http://evil.example' },
    ];
    for (const headers of foreign) {
      const answer = await city.call<ProblemBody>(undefined, 'GET', '/demo/credentials', undefined, headers);
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
      expect(JSON.stringify(answer.body)).not.toContain('lx_test');
    }
  });

  test('are not there outside demo mode', async () => {
    const answer = await fetch(`${withoutDemo.url}/demo/credentials`, { headers: fromOwnPage });
    expect(answer.status).toBe(404);
  });
});
