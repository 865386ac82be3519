/** What a request for the demo city's keys shows of itself. */
export interface DemoKeyRequest {
  /** Address of the other end of the connection. */
  readonly remoteAddress: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const loopbackAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;
/** Set by proxies: behind one, a caller from anywhere seems to sit on this machine. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Whether a request comes from our own page in a browser on this machine. A page of another site is told apart by `Sec-Fetch-Site`, which no script can set; one
 * whose name was made to lead here (DNS rebinding) counts as same-origin for the browser, but comes with its own name as `Host`.
 * @returns why not, in a word; undefined when it may have the keys.
 */
export function refusalOfDemoKeys({ remoteAddress, headers }: DemoKeyRequest): string | undefined {
  if (remoteAddress === undefined || !loopbackAddresses.has(remoteAddress)) return '只对本机开放';
  if (proxyHeaders.some((name) => headers[name] !== undefined)) return '不经代理提供';
  const { host, origin } = headers;
  if (typeof host !== 'string' || !loopbackHost.test(host)) return '须以 127.0.0.1 或 localhost 访问';
  if (headers['sec-fetch-site'] !== 'same-origin') return '只提供给本系统自己的页面';
  if (origin !== undefined && origin !== `http://${host}`) return '只提供给本系统自己的页面';
  return undefined;
}
