/** One call of the component to `POST /api/v1/checks` and what hangs on it. */
export interface CheckCall {
  readonly method: 'GET' | 'POST';
  /** After the endpoint: empty, `/{id}`, `/{id}/feedback`. */
  readonly path: string;
  readonly body?: unknown;
  /** The same work tried again has the same key, so that it is done once. */
  readonly key?: string;
  readonly timeoutMs: number;
}
export interface CheckReply {
  /** HTTP status; 0 when nothing came in time. */
  readonly status: number;
  readonly body: unknown;
}
export type Transport = (call: CheckCall) => Promise<CheckReply>;

/** Calls over HTTP. Nothing is thrown: what did not come is status 0. */
export function overHttp(endpoint: () => string, headers: () => Readonly<Record<string, string>>): Transport {
  return async ({ method, path, body, key, timeoutMs }) => {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), timeoutMs);
    try {
      const response = await fetch(endpoint() + path, {
        method,
        signal: giveUp.signal,
        cache: 'no-store',
        headers: {
          ...headers(),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch {
      return { status: 0, body: undefined };
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Nobody answered, or somebody on the way said that nobody can at the moment: worth another try. */
export function isUnavailable({ status }: CheckReply): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** `crypto.randomUUID` exists on https and loopback only; the windows of an intranet are often neither. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
