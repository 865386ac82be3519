import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readSettings } from './config.ts';
import { environmentOf } from './environment.ts';
import type { Secrets } from './secrets.ts';
import { innerServices, serviceNames } from './services.ts';

const secrets: Secrets = {
  postgresPassword: 'superuser-password',
  databaseSecret: 'database-secret',
  tokenPrivateKey: 'token-private',
  tokenPublicKey: 'token-public',
  personalDataKeys: 'personal-keys',
  personalDataHashKey: 'personal-hash',
  bootstrapKey: 'bootstrap-key',
};
const places = { databaseUrl: 'postgres://127.0.0.1:1/x', eventLog: { engine: 'postgres' as const }, seedFile: '/seed' };
const listen = { host: '127.0.0.1', port: 4001 };

describe('the environment of a service', () => {
  test('holds the secrets that it needs and no others', () => {
    const settings = readSettings({});
    for (const name of innerServices) {
      const values = Object.values(environmentOf(name, settings, secrets, places, listen));
      for (const hidden of [secrets.postgresPassword, secrets.tokenPrivateKey, secrets.bootstrapKey]) expect(values).not.toContain(hidden);
    }
    const gateway = Object.values(environmentOf('gateway', settings, secrets, places, listen));
    expect(gateway).not.toContain(secrets.postgresPassword);
    expect(gateway).toEqual(expect.arrayContaining([secrets.tokenPrivateKey, secrets.bootstrapKey]));
  });

  test('passes on what the user set, but not over what the launcher knows', () => {
    const settings = readSettings({
      LIANXIN_LIST_DEFENCE_WORKDAYS: '7',
      LIANXIN_DATABASE_URL: 'postgres://elsewhere/x',
      LIANXIN_DATABASE_SECRET_FILE: '/etc/secret',
      HOME: '/root',
      NODE_COMPILE_CACHE: '/cache/compiled',
    });
    const environment = environmentOf('list-matching', settings, secrets, places, listen);
    expect(environment).toMatchObject({
      LIANXIN_LIST_DEFENCE_WORKDAYS: '7',
      LIANXIN_DATABASE_URL: places.databaseUrl,
      NODE_COMPILE_CACHE: '/cache/compiled',
    });
    expect(environment).not.toHaveProperty('LIANXIN_DATABASE_SECRET_FILE');
    expect(environment).not.toHaveProperty('HOME');
  });

  test('names the bucket of evidence only where files are kept, from the launcher as in compose', () => {
    const root = join(import.meta.dirname, '../../..');
    const read = (file: string) => readFileSync(join(root, file), 'utf8');
    const keeping = serviceNames.filter((name) => '@lianxin/files' in JSON.parse(read(`services/${name}/package.json`)).dependencies);
    expect(keeping).toEqual(['execution-feedback', 'credit-repair']);
    const bucket = 'LIANXIN_OBJECT_STORE_URL';
    for (const variable of [bucket, `${bucket}_FILE`]) {
      const settings = readSettings({ [variable]: 'https://key:secret@store.example/evidence' });
      const told = serviceNames.filter((name) => variable in environmentOf(name, settings, secrets, places, listen));
      expect([variable, told]).toEqual([variable, keeping]);
    }
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, { environment?: object }> };
    expect(Object.keys(services).filter((name) => bucket in (services[name]?.environment ?? {}))).toEqual(keeping);
  });

  test('of a demonstration is never open to other machines', () => {
    expect(() => readSettings({ LIANXIN_HOST: '0.0.0.0' })).toThrow(/LIANXIN_HOST must be 127\.0\.0\.1/);
    expect(readSettings({ LIANXIN_HOST: '0.0.0.0', LIANXIN_DEMO: 'off' }).host).toBe('0.0.0.0');
  });
});
