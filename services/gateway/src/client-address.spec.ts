import { describe, expect, test } from '@jest/globals';
import { addressOf, trustedProxiesSchema } from './client-address.ts';

const proxies = trustedProxiesSchema.parse('10.0.0.0/8, ::1');

describe('from whom a request to the public face comes', () => {
  test.each([
    ['203.0.113.7', undefined, '203.0.113.7'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '192.0.2.1, 198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', 'unknown', '10.1.2.3'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['2001:db8::5', undefined, '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    [undefined, undefined, 'unknown'],
  ])('%s with %s is %s', (remote, forwarded, address) => {
    expect(addressOf(remote, forwarded, proxies)).toBe(address);
  });

  test.each(['10.0.0.0/33', 'proxy', '1.2.3.4/x', '::1/129'])('%s is refused at the start', (text) => {
    expect(trustedProxiesSchema.safeParse(text).success).toBe(false);
  });
});
