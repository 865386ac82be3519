/** @own-process: it watches every connection of the process. */
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningService } from '@lianxin/platform';
import { eventually, principalOf, TestCity, testServer } from '@lianxin/testing';
import { followerService, originService } from './telemetry.fixture.ts';

const tried = new Set<string>();

/** Every connection that this process tries to open, whether or not somebody is there. */
function watchConnections(message: unknown): void {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string, port: number) => tried.add(`${address}:${port}`));
}

let city: TestCity;
let origin: RunningService;
let follower: RunningService;

beforeAll(async () => {
  city = await TestCity.create('postgres', ['trace-origin', 'trace-follower']);
  diagnostics.subscribe('net.client.socket', watchConnections);
  origin = await city.boot(originService);
  follower = await city.boot(followerService);
});
afterAll(async () => {
  diagnostics.unsubscribe('net.client.socket', watchConnections);
  await city.close();
});

test('without a collector the trace runs through both services all the same, and nothing is reached but the database', async () => {
  const traceId = randomBytes(16).toString('hex');
  const subjectId = randomUUIDv7();
  const answer = await city.call(origin, principalOf(['DEPT_HANDLER'], ['RSJ']), 'POST', '/api/v1/registrations', {
    body: { subjectId, note: 'x' },
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  expect([answer.status, answer.headers.get('traceparent')?.split('-')[1]]).toEqual([201, traceId]);
  const rows = () => city.query<{ traceparent: string }>('SELECT traceparent FROM trace_origin.heard WHERE subject_id = $1', [subjectId]);
  const [event] = await eventually('the answer has come back', async () => {
    const found = await rows();
    return found.length === 1 && found;
  });
  expect(event?.traceparent.split('-')[1]).toBe(traceId);
  // The end of a service is when whatever it kept back would be sent.
  await origin.close();
  await follower.close();
  const database = new URL(testServer('POSTGRES_URL')).port;
  const service = new URL(origin.url).port;
  expect([...tried].map((address) => address.split(':').at(-1)).sort()).toEqual([database, service].sort());
});

test('a wrong address of a collector is refused at the start', async () => {
  await expect(city.boot(originService, { LIANXIN_OTLP_ENDPOINT: 'collector:4317' })).rejects.toThrow('LIANXIN_OTLP_ENDPOINT');
});

test('a collector that is gone costs spans and nothing else', async () => {
  const orphan = await city.boot(originService, { LIANXIN_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const answer = await city.call(orphan, principalOf(['DEPT_HANDLER'], ['RSJ']), 'POST', '/api/v1/registrations', {
    body: { subjectId: randomUUIDv7(), note: 'x' },
  });
  expect(answer.status).toBe(201);
  const before = performance.now();
  await orphan.close();
  expect(performance.now() - before).toBeLessThan(10_000);
});
