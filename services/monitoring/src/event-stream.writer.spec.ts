import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import { EventStreamWriter } from './event-stream.writer.ts';

const events = 400;
const json = JSON.stringify({ data: 'x'.repeat(60_000) });
let server: Server;
let client: Socket;
let response: ServerResponse | undefined;
let sent = 0;
let ended = false;

/** A service that has more to tell than fits into any buffer of the system. */
beforeEach(async () => {
  [sent, ended] = [0, false];
  server = createServer((_request, answer) => {
    response = answer;
    const gone = new AbortController();
    answer.once('close', () => gone.abort());
    const writer = new EventStreamWriter(answer, gone.signal);
    const tell = async () => {
      await writer.open('start', 1000);
      while (sent < events && !gone.signal.aborted) {
        await writer.event(String(sent), 'lianxin.test.told.v1', json);
        sent++;
      }
      writer.end();
      ended = true;
    };
    void tell();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually('the client takes no more', () => response?.writableNeedDrain);
});
afterEach(() => {
  client.destroy();
  server.close();
});

test('a slow client holds its stream back: little of what waits is kept in memory, and all of it comes in the end', async () => {
  expect(sent).toBeLessThan(events);
  expect(response?.writableLength).toBeLessThan(200_000);
  let received = 0;
  client.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  client.resume();
  await eventually('all has come', () => ended && received > events * json.length);
  expect(sent).toBe(events);
});

test('a client that leaves in the middle frees its stream at once', async () => {
  client.destroy();
  await eventually('the stream has ended', () => ended);
  expect(sent).toBeLessThan(events);
});
