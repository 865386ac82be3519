import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Connections, type Environment } from './connection.ts';
import { CommandFault } from './faults.ts';
import type { GlobalOptions } from './options.ts';
import { textsOf } from './texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'lianxin-connection-'));
const profiles = join(folder, 'profiles.yaml');
const warnings: string[] = [];
const texts = textsOf('zh');

beforeAll(() => {
  const credentials = { baseUrl: 'http://127.0.0.1:9999', apiKeys: { RSJ: 'lx_test_rsj', CREDIT_OFFICE: 'lx_test_office' } };
  writeFileSync(join(folder, 'demo-credentials.json'), JSON.stringify(credentials));
  writeFileSync(join(folder, 'key'), 'lx_live_from_file\n');
  writeFileSync(profiles, 'office:\n  url: https://credit.example\n  key: lx_live_profile\ndepartment:\n  as: RSJ\n', { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function connections(options: Partial<GlobalOptions> = {}, environment: Environment = {}): Connections {
  const given = { LIANXIN_PROFILES: join(folder, 'none'), LIANXIN_DATA_DIR: folder, ...environment };
  return new Connections(options as GlobalOptions, given, texts, (line) => void warnings.push(line));
}

function faultOf(work: () => unknown): CommandFault {
  try {
    work();
  } catch (error) {
    if (error instanceof CommandFault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('where the system is and as whom it is asked', () => {
  test('a reader without a key reads as the demo city lets them; an act must say for whom', () => {
    expect(connections().find('CREDIT_OFFICE')).toEqual({ url: new URL('http://127.0.0.1:9999'), key: 'lx_test_office' });
    expect(faultOf(() => connections().find(undefined))).toMatchObject({ exitCode: 2, remedy: texts.connection.keyMissingRemedy });
  });

  test.each([
    ['--key before the environment', { key: 'lx_a' }, { LIANXIN_KEY: 'lx_b' }, 'lx_a'],
    ['--as before the environment', { as: 'RSJ' }, { LIANXIN_KEY: 'lx_b' }, 'lx_test_rsj'],
    ['the environment before the profile', { profile: 'office' }, { LIANXIN_KEY: 'lx_b', LIANXIN_PROFILES: profiles }, 'lx_b'],
    ['a key from a file', {}, { LIANXIN_KEY_FILE: join(folder, 'key') }, 'lx_live_from_file'],
    ['the key of a profile', { profile: 'office' }, { LIANXIN_PROFILES: profiles }, 'lx_live_profile'],
    ['a profile that names a demo key', {}, { LIANXIN_PROFILE: 'department', LIANXIN_PROFILES: profiles }, 'lx_test_rsj'],
  ])('%s', (_what, options, environment, key) => {
    expect(connections(options, environment).find('CREDIT_OFFICE').key).toBe(key);
  });

  test.each([
    ['--url', { url: 'https://a.example' }, { LIANXIN_URL: 'http://b.example' }, 'https://a.example/'],
    ['LIANXIN_URL', {}, { LIANXIN_URL: 'https://b.example/lianxin' }, 'https://b.example/lianxin'],
    ['the profile', { profile: 'office' }, { LIANXIN_PROFILES: profiles }, 'https://credit.example/'],
    ['the demo credentials', {}, {}, 'http://127.0.0.1:9999/'],
    ['nobody', {}, { LIANXIN_DATA_DIR: join(folder, 'none') }, 'http://127.0.0.1:8080/'],
  ])('the address is the one of %s', (_who, options, environment, url) => {
    expect(connections(options, environment).url().href).toBe(url);
  });

  test.each([
    ['an unknown name', { as: 'NOBODY' }, {}, 2],
    ['both --key and --as', { as: 'RSJ', key: 'x' }, {}, 2],
    ['a key that no header can hold', { key: '密钥' }, {}, 2],
    ['an address that is none', { url: 'lianxin:8080', as: 'RSJ' }, {}, 2],
    ['a profile that does not exist', { profile: 'nobody' }, { LIANXIN_PROFILES: profiles }, 2],
    ['no demo city', { as: 'RSJ' }, { LIANXIN_DATA_DIR: join(folder, 'none') }, 1],
    ['a key file that is not there', {}, { LIANXIN_KEY_FILE: join(folder, 'nothing') }, 1],
  ])('%s is refused', (_what, options, environment, exitCode) => {
    expect(faultOf(() => connections(options, environment).find('CREDIT_OFFICE')).exitCode).toBe(exitCode);
  });

  test('a misspelt setting of a profile is told by its name', () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'default:\n  ulr: http://x\n');
    expect(faultOf(() => connections({}, { LIANXIN_PROFILES: wrong })).message).toContain('ulr');
    writeFileSync(wrong, 'default: [');
    expect(faultOf(() => connections({}, { LIANXIN_PROFILES: wrong })).exitCode).toBe(2);
  });

  test('a key in a file that others can read, or on its way in clear text, is warned of', () => {
    connections({ profile: 'office' }, { LIANXIN_PROFILES: profiles });
    expect(warnings.at(-1)).toBe(texts.connection.openProfiles(profiles));
    connections({ url: 'http://credit.example' }).url();
    expect(warnings.at(-1)).toBe(texts.connection.plainHttp('credit.example'));
  });
});
