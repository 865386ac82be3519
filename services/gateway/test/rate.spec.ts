import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import { CuttableWire, eventually, testServer } from '@lianxin/testing';
import { GatewayCity } from './gateway.city.ts';

let city: GatewayCity;
let key: string;
let wire: CuttableWire;
const limit = 6;
/** So many that some are beyond the limit even on a machine that is busy with other things. */
const flood = 60;

beforeAll(async () => {
  wire = new CuttableWire(testServer('REDIS_URL'));
  await wire.open();
  city = await GatewayCity.create({ LIANXIN_RATE_LIMIT_PER_SECOND: String(limit), LIANXIN_REDIS_URL: `redis://127.0.0.1:${wire.port}` });
  key = await city.register('勤快系统', ['DEPT_HANDLER'], ['RSJ']);
});
afterAll(async () => {
  await city.close();
  await wire.cut();
});

const burst = (count: number, who = key) =>
  Promise.all(Array.from({ length: count }, () => city.call<ProblemBody>(who, 'GET', '/api/v1/tasks')));
const statuses = async (count: number, who = key) => (await burst(count, who)).map((answer) => answer.status);

describe('the rate limit', () => {
  afterEach(async () => {
    await eventually('the second is over', async () => (await city.call(key, 'GET', '/api/v1/tasks')).status === 200);
  });

  test('answers 429 with Retry-After to a client that asks too often, and to nobody else', async () => {
    const answers = await burst(flood);
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.body).toMatchObject({ code: 'RATE_LIMITED', status: 429, retryable: true });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const other = await city.register('另一系统', ['DEPT_HANDLER'], ['HG']);
    expect((await city.call(other, 'GET', '/api/v1/tasks')).status).toBe(200);
  });

  test('tells how much is left', async () => {
    const answer = await city.call(key, 'GET', '/api/v1/tasks');
    expect(answer.headers.get('ratelimit-policy')).toBe(`"default";q=${limit};w=1`);
    expect(answer.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=1$/);
  });

  test('costs no request when Redis does not answer any more', async () => {
    const calm = await city.register('平稳系统', ['DEPT_HANDLER'], ['ZJJ']);
    await countsInRedis();
    wire.stopAnswers();
    const began = performance.now();
    expect(await statuses(limit / 2, calm)).toEqual(Array(limit / 2).fill(200));
    expect(performance.now() - began).toBeLessThan(2_000);
    // By now each process counts for itself: the limit holds all the same.
    expect(await statuses(flood, calm)).toContain(429);
  });

  test('costs no request when Redis is gone, and counts there again when it is back', async () => {
    await wire.cut();
    const state = await statuses(flood);
    expect(state.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(state.every((status) => status === 200 || status === 429)).toBe(true);
    await wire.open();
    await countsInRedis();
  });
});

/** Counters live for a second: one that is there was counted just now. */
function countsInRedis(): Promise<unknown> {
  return eventually('requests are counted in Redis', async () => {
    await city.call(key, 'GET', '/api/v1/tasks');
    return (await redisKeys()).length > 0;
  });
}

/** The keys in Redis, asked past the wire. */
function redisKeys(): Promise<string[]> {
  const target = new URL(testServer('REDIS_URL'));
  return new Promise((resolve, reject) => {
    const socket = connect(Number(target.port), target.hostname, () => socket.write('KEYS lianxin:rate:*\r\n'));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(
        data
          .toString()
          .split('\r\n')
          .filter((line) => line.startsWith('lianxin:')),
      );
    });
  });
}
