import { describe, expect, test } from '@jest/globals';
import { isSecretName, maskKey, withoutCredentials, withoutHome } from './mask.rules.ts';

describe('what may be shown of secrets', () => {
  test('of a key only its kind', () => {
    expect(maskKey('lx_test_abcDEF123')).toBe('lx_test_…');
    expect(maskKey('somethingElse')).toBe('…');
  });

  test.each([
    ['LIANXIN_DATABASE_SECRET', true],
    ['LIANXIN_PERSONAL_DATA_KEYS', true],
    ['LIANXIN_PERSONAL_DATA_HASH_KEY', true],
    ['LIANXIN_TOKEN_PRIVATE_KEY', true],
    ['LIANXIN_EVENT_LOG_SECRET', true],
    ['LIANXIN_TOKEN_PUBLIC_KEY', false],
    ['LIANXIN_DATABASE_URL', false],
  ])('%s is a secret: %s', (name, secret) => {
    expect(isSecretName(name)).toBe(secret);
  });

  test('an address loses user and password', () => {
    expect(withoutCredentials('postgres://user:p@ss@db:5432/x')).toBe('postgres://…@db:5432/x');
    expect(withoutCredentials('redis://:pw@cache')).toBe('redis://…@cache');
    expect(withoutCredentials('http://db/x?at=a@b')).toBe('http://db/x?at=a@b');
  });

  test('a path loses the name of the account', () => {
    expect(withoutHome('/home/zhangsan/lianxin/.data', '/home/zhangsan')).toBe('~/lianxin/.data');
    expect(withoutHome('/srv/.data', '/home/zhangsan')).toBe('/srv/.data');
  });
});
