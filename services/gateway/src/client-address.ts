import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** Networks of our own proxies; an address alone is a network of one. */
export type TrustedProxies = readonly { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' }[];

/** `10.0.0.0/8,::1` */
export const trustedProxiesSchema = z.string().transform((text, context): TrustedProxies => {
  const parts = text.split(',').map((part) => part.trim());
  return parts
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [address = '', length] = part.split('/');
      const version = isIP(address);
      const most = version === 6 ? 128 : 32;
      const prefix = length === undefined ? most : Number(length);
      if (version !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= most)
        return [{ address, prefix, family: version === 6 ? ('ipv6' as const) : ('ipv4' as const) }];
      context.addIssue({ code: 'custom', message: `"${part}" is no address or network: write 10.0.0.0/8,::1` });
      return [];
    });
});

/**
 * From whom a request to the public face comes: the address at the other end, or behind our own proxies the last one in `X-Forwarded-For` that is
 * none of them. What stands before it in the header anybody may have written.
 */
export function addressOf(remote: string | undefined, forwarded: string | string[] | undefined, proxies: TrustedProxies): string {
  const own = new BlockList();
  for (const { address, prefix, family } of proxies) own.addSubnet(address, prefix, family);
  const isOwn = (address: string) => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const chain = [forwarded ?? []].flat().join(',').split(',');
  let address = plain(remote ?? '');
  while (isIP(address) !== 0 && isOwn(address)) {
    const before = plain(chain.pop() ?? '');
    if (isIP(before) === 0) break;
    address = before;
  }
  return address === '' ? 'unknown' : networkOf(address);
}

/** An IPv4 address in IPv6 clothes is that address. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Whoever has one IPv6 address has 2^64 of them: they count as one. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
