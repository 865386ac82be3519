import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** How long a request is tried again while the system is busy or a part of it is starting. */
const patienceMs = 60_000;
const pauseMs = 200;

/** A caller of the public API, like any other; it waits where the answer says "later". */
export class DemoApi {
  constructor(
    private readonly baseUrl: string,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws when the system does not answer for a minute, or the launch is stopped. */
  async call(key: string, method: 'GET' | 'POST', path: string, body?: object, idempotencyKey?: string): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const answer = await this.callOnce(key, method, path, body, idempotencyKey);
      if (answer !== undefined && answer.status !== 429 && answer.status !== 503) return answer;
      if (performance.now() > deadline)
        throw new Error(`${method} ${path}: ${answer === undefined ? 'no answer' : `status ${answer.status}`} for a minute`);
      await delay(pauseMs, undefined, { signal: this.signal });
    }
  }

  /** One attempt; undefined when the connection failed, which is tried again like a 503. */
  private async callOnce(key: string, method: string, path: string, body?: object, idempotencyKey?: string): Promise<Answer | undefined> {
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    try {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers,
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(30_000)]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    } catch (error) {
      if (this.signal.aborted) throw error;
      return undefined;
    }
  }
}

/** Works on all items, at most `limit` at a time. */
export async function inParallel<Item>(items: readonly Item[], limit: number, work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}
