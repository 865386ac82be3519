import { describe, expect, test } from '@jest/globals';
import { settingsOf } from './config.rules.ts';

const definitions = [
  { name: 'LIANXIN_DATABASE_URL', isRequired: true, default: undefined },
  { name: 'LIANXIN_DATABASE_SECRET', isRequired: true, default: undefined },
  { name: 'LIANXIN_DATABASE_POOL', isRequired: false, default: 10 },
  { name: 'LIANXIN_KAFKA_BROKERS', isRequired: false, default: undefined },
];

describe('settings as they stand', () => {
  test('each tells value, source and default; secrets and passwords in addresses do not show', () => {
    const secret = 'kjh3458sdf76sdf8sdf76sdf876sdf876sdf';
    const environment = { LIANXIN_DATABASE_URL: 'postgres://user:pw@db/x', LIANXIN_DATABASE_SECRET: secret };
    const settings = settingsOf(definitions, environment, []);
    expect(settings).toEqual([
      { name: 'LIANXIN_DATABASE_URL', value: 'postgres://…@db/x', source: 'ENVIRONMENT', default: null, fault: null },
      { name: 'LIANXIN_DATABASE_SECRET', value: '… (36)', source: 'ENVIRONMENT', default: null, fault: null },
      { name: 'LIANXIN_DATABASE_POOL', value: '10', source: 'DEFAULT', default: '10', fault: null },
      { name: 'LIANXIN_KAFKA_BROKERS', value: null, source: 'OPTIONAL', default: null, fault: null },
    ]);
    expect(JSON.stringify(settings)).not.toMatch(/pw|kjh/);
  });

  test('what is missing is missing, an empty variable too; a mounted secret names its file; faults stand with their setting', () => {
    const environment = { LIANXIN_DATABASE_URL: '', LIANXIN_DATABASE_SECRET_FILE: '/run/secrets/db' };
    const faults = ['LIANXIN_DATABASE_URL is missing', 'LIANXIN_DATABASE_SECRET_FILE names /run/secrets/db, which cannot be read'];
    const settings = settingsOf(definitions, environment, faults);
    expect(settings.map(({ source }) => source)).toEqual(['MISSING', 'FILE', 'DEFAULT', 'OPTIONAL']);
    expect(settings[0]?.fault).toBe('is missing');
    expect(settings[1]).toMatchObject({ value: '/run/secrets/db → …', fault: expect.stringContaining('cannot be read') });
  });
});
