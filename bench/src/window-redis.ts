import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@lianxin/platform/servers';
import { Redis } from 'ioredis';
import { percentile, report } from './report.ts';
import { withServers } from './servers.ts';
import { openLoop, type Timed, WindowBench } from './window.ts';

/** `npm run bench window-redis [listed subjects] [checks/s]`: Redis is killed, started again empty, emptied and stopped under a steady rate of checks. */
const listed = Number(process.argv[2] ?? 200_000);
const rate = Number(process.argv[3] ?? 500);
/** Second at which each trouble begins, and what is done; between them there is time to see how long it lasts. */
const seconds = 70;
const targetSeconds = 10;

const faults = (
  server: RedisServer,
  redis: Redis,
): readonly { readonly second: number; readonly what: string; readonly act: () => Promise<unknown> }[] => [
  { second: 15, what: 'killed (kill -9)', act: () => server.kill('SIGKILL') },
  { second: 27, what: 'started again, empty', act: () => server.start() },
  { second: 39, what: 'emptied (FLUSHALL)', act: () => redis.flushall() },
  { second: 51, what: 'stopped for 6 s (SIGSTOP)', act: () => pause(server.pid, 6_000) },
];

async function pause(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await delay(ms);
  process.kill(pid, 'SIGCONT');
}

/** Slowest of a hundred in each second. */
function p99BySecond(times: readonly Timed[]): number[] {
  const bySecond = Array.from({ length: seconds }, (): number[] => []);
  for (const { dueMs, tookMs } of times) bySecond[Math.floor(dueMs / 1000)]?.push(tookMs);
  return bySecond.map((one) => percentile(one, 0.99));
}

/** Seconds of the run before the first trouble by which "normal" is told; the first ones warm up. */
const quiet = { from: 5, to: 15 };

/** Seconds from a trouble until p99 stays for three seconds at what it was before: its median of the quiet seconds, half as much again, at least the target. */
function secondsUntilNormal(p99: readonly number[], from: number): number {
  const normal = Math.max(10, 1.5 * percentile(p99.slice(quiet.from, quiet.to), 0.5));
  for (let second = from; second + 3 <= p99.length; second++)
    if (p99.slice(second, second + 3).every((value) => value <= normal)) return second - from;
  return Number.POSITIVE_INFINITY;
}

await withServers({}, async (servers) => {
  const server = await startRedis({
    dataDir: join(servers.folder, 'redis'),
    cacheDir: join(import.meta.dirname, '../../.cache'),
    maximumMegabytes: 512,
  });
  const redis = new Redis(server.url, { retryStrategy: () => 100, maxRetriesPerRequest: 100 });
  redis.on('error', () => undefined);
  // A small cache in the process: nearly every listed subject is looked up in Redis.
  const settings = { LIANXIN_REDIS_URL: server.url, LIANXIN_CHECK_CACHED_SUBJECTS: '100' };
  const bench = await WindowBench.start(servers, { listed, connections: 192, settings });
  try {
    let wrong = 0;
    /** Every second one is listed and must be stopped; nobody else may be. A hundredth of the listed are asked about, so that Redis comes to hold them. */
    const check = async () => {
      const isListed = Math.random() < 0.5;
      const index = isListed ? Math.floor((Math.random() * listed) / 100) : listed + Math.floor(Math.random() * 1_000_000);
      const { cards } = await bench.check(index);
      const isRight = isListed ? cards.length === 1 && cards[0]?.indicator === 'critical' : cards.length === 0;
      if (!isRight) wrong++;
    };
    await openLoop(rate, 10, check);
    const began = performance.now();
    const troubles = faults(server, redis);
    const acting = (async () => {
      for (const { second, act } of troubles) {
        await delay(Math.max(0, second * 1000 - (performance.now() - began)));
        await act();
      }
    })();
    const times = await openLoop(rate, seconds, check);
    await acting;
    const p99 = p99BySecond(times);
    console.log(`p99 by second, ms: ${p99.map((value) => value.toFixed(0)).join(' ')}`);
    report('window-redis', [
      { what: `wrong answers of ${times.length.toLocaleString('en')}, ${rate}/s`, value: wrong, unit: '', target: { atMost: 0 } },
      {
        what: 'p99 of the quiet seconds before',
        value: percentile(p99.slice(quiet.from, quiet.to), 0.5),
        unit: 'ms',
        limit: 'median of ten seconds',
      },
      ...troubles.map(({ second, what }) => ({
        what: `Redis ${what}: p99 back to normal after`,
        value: secondsUntilNormal(p99, second),
        unit: 's',
        target: { atMost: targetSeconds },
        limit: `worst second after it ${Math.max(...p99.slice(second, second + 12)).toFixed(0)} ms`,
      })),
    ]);
  } finally {
    await bench.close();
    redis.disconnect();
    await server.stop();
  }
});
