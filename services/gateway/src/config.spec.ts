import { describe, expect, test } from '@jest/globals';
import { ConfigError, platformConfigSchema, readConfig } from '@lianxin/platform';
import { configSchema, rateLimitOf } from './config.ts';
import { serviceNames } from './route.rules.ts';

const complete = {
  LIANXIN_TOKEN_PRIVATE_KEY: '{}',
  LIANXIN_SERVICE_URLS: JSON.stringify(Object.fromEntries(serviceNames.map((name) => [name, 'http://127.0.0.1:4000']))),
};
const faultsOf = (environment: Record<string, string>) => {
  try {
    readConfig(configSchema, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('the configuration of the gateway', () => {
  test('names every fault at once', () => {
    expect(faultsOf({ LIANXIN_SERVICE_URLS: '{', LIANXIN_BOOTSTRAP_KEY: 'short' })).toEqual([
      expect.stringContaining('LIANXIN_TOKEN_PRIVATE_KEY is missing'),
      expect.stringContaining('LIANXIN_SERVICE_URLS is not JSON'),
      expect.stringContaining('LIANXIN_BOOTSTRAP_KEY is too short'),
    ]);
    const { monitoring: _left, ...others } = JSON.parse(complete.LIANXIN_SERVICE_URLS) as Record<string, string>;
    expect(faultsOf({ ...complete, LIANXIN_SERVICE_URLS: JSON.stringify(others) })).toEqual(['LIANXIN_SERVICE_URLS.monitoring is missing']);
  });

  test('never opens the demo city, whose keys lie in a file, to other machines', () => {
    expect(faultsOf({ ...complete, LIANXIN_DEMO: 'on', LIANXIN_SERVICE_HOST: '0.0.0.0' })).toHaveLength(1);
    expect(faultsOf({ ...complete, LIANXIN_DEMO: 'on', LIANXIN_SERVICE_HOST: '127.0.0.1' })).toEqual([]);
    expect(faultsOf({ ...complete, LIANXIN_DEMO: 'off', LIANXIN_SERVICE_HOST: '0.0.0.0' })).toEqual([]);
  });

  test('takes what compose hands on empty as left out', () => {
    const empty = { ...complete, LIANXIN_EMBED_ORIGINS: '', LIANXIN_BOOTSTRAP_KEY: '' };
    expect(readConfig(configSchema, empty)).toMatchObject({ LIANXIN_EMBED_ORIGINS: [] });
    expect(readConfig(configSchema, { ...empty, LIANXIN_EMBED_ORIGINS_FILE: '/dev/null' })).toMatchObject({ LIANXIN_EMBED_ORIGINS: [] });
    expect(readConfig(platformConfigSchema.pick({ LIANXIN_OBJECT_STORE_URL: true }), { LIANXIN_OBJECT_STORE_URL: '' })).toEqual({});
  });

  test('gives a client in the demo at least 200 requests a second', () => {
    expect(rateLimitOf({ LIANXIN_DEMO: true })).toBeGreaterThanOrEqual(200);
    expect(rateLimitOf({ LIANXIN_DEMO: true, LIANXIN_RATE_LIMIT_PER_SECOND: 5 })).toBe(5);
  });
});
