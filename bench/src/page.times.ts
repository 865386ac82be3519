import type { Principal } from '@lianxin/contracts';
import type { TestCity } from '@lianxin/testing';
import { percentile } from './report.ts';

/** A page that somebody opens, and as whom. */
export interface PageView {
  readonly what: string;
  readonly principal: Principal | undefined;
  /** One address, or one drawn anew for each request. */
  readonly path: string | (() => string);
}

export interface PageTimes {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Asks for each page `requests` times, one request after the other, each with its own sign-in as the gateway would send it. The pages take turns, so
 * that a noisy moment of the machine falls on all of them.
 * @throws Error when a page is refused or empty where it must not be.
 */
export async function timePages(
  city: TestCity,
  service: { readonly url: string },
  pages: readonly PageView[],
  requests: number,
): Promise<PageTimes[]> {
  const times = pages.map((): number[] => []);
  for (let round = -3; round < requests; round++) {
    for (const [index, page] of pages.entries()) {
      const path = typeof page.path === 'string' ? page.path : page.path();
      const started = performance.now();
      const answer = await city.call(service, page.principal, 'GET', path);
      const took = performance.now() - started;
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      // The first rounds warm up connections and plans.
      if (round >= 0) times[index]?.push(took);
    }
  }
  return pages.map(({ what }, index) => ({ what, p50: percentile(times[index] ?? [], 0.5), p99: percentile(times[index] ?? [], 0.99) }));
}

/** The page whose 99th percentile is the longest. */
export function slowest(times: readonly PageTimes[]): PageTimes {
  const [first] = [...times].sort((a, b) => b.p99 - a.p99);
  if (first === undefined) throw new Error('no page was asked for');
  return first;
}

/** Does something `times` times, one after the other, after one that warms up. */
export async function percentileTimes(what: string, times: number, ask: () => Promise<void>): Promise<PageTimes> {
  const took: number[] = [];
  for (let round = -1; round < times; round++) {
    const started = performance.now();
    await ask();
    if (round >= 0) took.push(performance.now() - started);
  }
  return { what, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
