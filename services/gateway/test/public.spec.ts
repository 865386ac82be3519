import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import { GatewayCity } from './gateway.city.ts';

let city: GatewayCity;
let key: string;
const limit = 4;

beforeAll(async () => {
  city = await GatewayCity.create({ LIANXIN_PUBLIC_RATE_LIMIT_PER_SECOND: String(limit), LIANXIN_TRUSTED_PROXIES: '127.0.0.1,::1' });
  key = await city.register('人社局业务系统', ['DEPT_HANDLER'], ['RSJ']);
});
afterAll(() => city.close());

interface Echo {
  readonly service: string;
  readonly headers: Record<string, string>;
}
const ask = <Body = Echo & ProblemBody>(from: string, who?: string, path = '/api/v1/public/list-entries') =>
  city.call<Body>(who, 'GET', path, undefined, { 'x-forwarded-for': from });

describe('the public face', () => {
  test('is open without a key, and a key that comes along is not handed on', async () => {
    for (const who of [undefined, 'made up', key]) {
      const answer = await ask('198.51.100.1', who);
      expect([answer.status, answer.body.service, answer.body.headers['authorization']]).toEqual([200, 'list-matching', undefined]);
    }
  });

  test('leads to nothing else: a path that the service does not answer to anybody stays shut, and one written otherwise needs a key', async () => {
    for (const path of ['/api/v1/%70ublic/list-entries', '/api/v1/public/%2e%2e/list-entries', '/api/v1/public%2f..%2flist-entries'])
      expect([path, (await ask('198.51.100.2', undefined, path)).status]).toEqual([path, 401]);
    expect((await ask('198.51.100.2', key, '/api/v1/public/nothing')).status).toBe(404);
  });

  test('is counted by address: who asks too often waits, others do not', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask('198.51.100.3')));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.code).toBe('RATE_LIMITED');
    expect((await ask('198.51.100.4')).status).toBe(200);
  });
});
