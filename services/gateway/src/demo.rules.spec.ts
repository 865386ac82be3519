import { describe, expect, test } from '@jest/globals';
import { type DemoKeyRequest, refusalOfDemoKeys } from './demo.rules.ts';

const ownPage: DemoKeyRequest = { remoteAddress: '127.0.0.1', headers: { host: '127.0.0.1:8080', 'sec-fetch-site': 'same-origin' } };
const withHeaders = (headers: DemoKeyRequest['headers']) => refusalOfDemoKeys({ ...ownPage, headers: { ...ownPage.headers, ...headers } });

describe('the keys of the demo city', () => {
  test('go to our own page on this machine, by whichever of its names', () => {
    expect(refusalOfDemoKeys(ownPage)).toBeUndefined();
    for (const remoteAddress of ['::1', '::ffff:127.0.0.1']) expect(refusalOfDemoKeys({ ...ownPage, remoteAddress })).toBeUndefined();
    for (const host of ['localhost:8080', '[::1]:8080', '127.0.0.1'])
      expect(withHeaders({ host, origin: `http://${host}` })).toBeUndefined();
  });

  test('go to no other machine, also not through a proxy on this one', () => {
    for (const remoteAddress of ['10.0.0.7', '127.0.0.1.example', undefined])
      expect(refusalOfDemoKeys({ ...ownPage, remoteAddress })).toBe('只对本机开放');
    for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])
      expect(withHeaders({ [name]: '' })).toBeDefined();
  });

  test('go to no page of another site, however the browser was led here', () => {
    for (const site of ['cross-site', 'same-site', 'none', undefined]) expect(withHeaders({ 'sec-fetch-site': site })).toBeDefined();
    for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example:8080', 'localhost.evil.example', '', undefined])
      expect(withHeaders({ host })).toBeDefined();
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:9999', 'https://127.0.0.1:8080'])
      expect(withHeaders({ origin })).toBeDefined();
  });
});
