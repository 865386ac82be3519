import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import { followEvents, type StreamState } from '../src/event-stream.ts';

const times = { silenceMs: 300, firstRetryMs: 10, longestRetryMs: 50 };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
const leave: AbortController[] = [];

afterEach(async () => {
  for (const reader of leave.splice(0)) reader.abort();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that answers its first callers one after the other as told, the last way ever after. */
async function serve(...answers: Answer[]) {
  const heads: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    heads.push(request.headers);
    answers[Math.min(heads.length, answers.length) - 1]?.(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { heads, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

function follow(url: string) {
  const seen = { messages: [] as string[], states: [] as StreamState[], begun: 0, ended: false };
  const reader = new AbortController();
  leave.push(reader);
  const listener = {
    onMessage: (data: string) => seen.messages.push(data),
    onState: (state: StreamState) => seen.states.push(state),
    onBegin: () => {
      seen.begun += 1;
    },
  };
  void followEvents(url, 'lx_test_key', listener, reader.signal, times).then(() => {
    seen.ended = true;
  });
  return seen;
}

const open =
  (text: string): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  };
const refuse =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status).end('{}');
const cut =
  (text: string): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => response.destroy());
  };

describe('the stream of events in the browser', () => {
  test('brings the key with it, and comes back after a break with the last id, neither losing nor doubling', async () => {
    const { heads, url } = await serve(cut('retry: 10\nid: 7\n\nid: 8\nevent: x\ndata: a\n\n'), open('id: 9\nevent: x\ndata: b\n\n'));
    const seen = follow(url);
    await eventually('both events are there', () => seen.messages.length === 2);
    expect(seen.messages).toEqual(['a', 'b']);
    expect(heads.map((head) => [head.authorization, head['last-event-id']])).toEqual([
      ['Bearer lx_test_key', undefined],
      ['Bearer lx_test_key', '8'],
    ]);
    expect(seen.states.map((state) => state.kind)).toEqual(['CONNECTING', 'LIVE', 'WAITING', 'LIVE']);
    expect(seen.begun).toBe(1);
  });

  test('keeps its place from the first moment, before anything has happened', async () => {
    const { heads, url } = await serve(cut('id: start\n\n'), open(''));
    follow(url);
    await eventually('it has come back', () => heads.length === 2);
    expect(heads[1]?.['last-event-id']).toBe('start');
  });

  test('begins again, and says so, where its place is no longer kept', async () => {
    for (const status of [400, 410]) {
      const { heads, url } = await serve(cut('id: old\n\n'), refuse(status), open('id: new\n\ndata: c\n\n'));
      const seen = follow(url);
      await eventually('it has begun again', () => seen.messages.length === 1);
      expect(seen.begun).toBe(2);
      expect(heads.map((head) => head['last-event-id'])).toEqual([undefined, 'old', undefined]);
    }
  });

  test('stops where the server refuses the caller, and waits where it is only busy', async () => {
    const refused = follow((await serve(refuse(401))).url);
    await eventually('it has stopped', () => refused.ended);
    expect(refused.states.at(-1)).toEqual({ kind: 'REFUSED', status: 401 });
    const busy = follow((await serve(refuse(503), refuse(429), open('id: 1\n\n'))).url);
    await eventually('it is live', () => busy.states.at(-1)?.kind === 'LIVE');
    expect(busy.states.filter((state) => state.kind === 'WAITING')).toHaveLength(2);
  });

  test('takes silence for a dead connection', async () => {
    const { heads, url } = await serve(open('id: 1\n\n'));
    follow(url);
    await eventually('it has come back by itself', () => heads.length > 1);
    expect(heads[1]?.['last-event-id']).toBe('1');
  });

  test('does not rush a server that ends every stream at once', async () => {
    const { heads, url } = await serve((_request, response) => response.writeHead(200).end());
    const seen = follow(url);
    await eventually('it waits longer and longer', () => seen.states.some((state) => state.kind === 'WAITING' && state.attempt >= 4));
    expect(heads.length).toBeLessThanOrEqual(6);
  });

  test('is gone for good once the reader leaves', async () => {
    const { heads, url } = await serve(cut('id: 1\n\n'));
    const seen = follow(url);
    await eventually('it is under way', () => heads.length > 1);
    for (const reader of leave) reader.abort();
    await eventually('it has ended', () => seen.ended);
  });
});
