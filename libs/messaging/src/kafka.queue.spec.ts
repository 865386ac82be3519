import { afterEach, describe, expect, test } from '@jest/globals';
import { quietenRequestQueues, type RequestQueue, requestQueue } from './kafka.queue.ts';

quietenRequestQueues();

const silent = { debug: () => undefined, warn: () => undefined };
const queues: RequestQueue[] = [];
function queueOf(maxInFlightRequests: number | null) {
  const queue = new requestQueue({
    maxInFlightRequests,
    requestTimeout: 5_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'b:1',
    logger: silent,
  });
  queues.push(queue);
  const sent: number[] = [];
  return {
    queue,
    sent,
    send: (correlationId: number) =>
      queue.push({ entry: { correlationId, resolve: () => undefined }, expectResponse: true, sendRequest: () => sent.push(correlationId) }),
    answer: (correlationId: number) => queue.fulfillRequest({ correlationId, payload: null, size: 0 }),
  };
}
afterEach(() => {
  for (const queue of queues.splice(0)) queue.destroy();
});

describe('a connection to Kafka', () => {
  test('sets no timer where no request waits', () => {
    const { queue, send, answer, sent } = queueOf(null);
    send(1);
    answer(1);
    queue.checkPendingRequests();
    expect([sent, queue.throttleCheckTimeoutId]).toEqual([[1], null]);
  });

  test('sends what had to wait for a place as soon as one is free', () => {
    const { queue, send, answer, sent } = queueOf(1);
    send(1);
    send(2);
    expect([sent, queue.pending.length, queue.throttleCheckTimeoutId === null]).toEqual([[1], 1, false]);
    answer(1);
    expect([sent, queue.pending.length]).toEqual([[1, 2], 0]);
  });

  test('sends what a broker has slowed down when the time has come', async () => {
    const { queue, send, sent } = queueOf(null);
    queue.maybeThrottle(30);
    send(1);
    expect([sent, queue.throttleCheckTimeoutId === null]).toEqual([[], false]);
    const end = Date.now() + 5_000;
    while (sent.length === 0 && Date.now() < end) await new Promise(setImmediate);
    expect([sent, queue.throttleCheckTimeoutId]).toEqual([[1], null]);
  });
});
