import { createParser } from 'eventsource-parser';

/** What a reader may know of its connection. */
export type StreamState =
  | { readonly kind: 'CONNECTING' }
  | { readonly kind: 'LIVE' }
  /** Broken; the next try comes by itself. */
  | { readonly kind: 'WAITING'; readonly attempt: number }
  /** The server refuses: another try would change nothing. */
  | { readonly kind: 'REFUSED'; readonly status: number };

export interface StreamListener {
  /** One message: JSON of a CloudEvent. Resumption may not double or lose any. */
  readonly onMessage: (data: string) => void;
  readonly onState: (state: StreamState) => void;
  /** The stream begins here and now, at first or because its place was lost: whatever happened before must be read from the API. */
  readonly onBegin: () => void;
}

/** Milliseconds. The server sends a comment every 15 s; silence for three of those is a dead connection. */
export interface StreamTimes {
  readonly silenceMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}
const defaultTimes: StreamTimes = { silenceMs: 45_000, firstRetryMs: 1_000, longestRetryMs: 15_000 };

/** An event with its list of tasks stays under 64 KiB on the log; more in one message is no message of ours. */
const maxMessageCharacters = 1_000_000;

/**
 * Reads `text/event-stream` for as long as `signal` lets it, coming back with Last-Event-ID after every break. EventSource would not do: it sends no
 * Authorization header.
 */
export async function followEvents(
  url: string,
  apiKey: string,
  listener: StreamListener,
  signal: AbortSignal,
  times = defaultTimes,
): Promise<void> {
  let lastEventId: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    if (failures === 0) listener.onState({ kind: 'CONNECTING' });
    const connection = new AbortController();
    const stop = () => connection.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const response = await fetch(url, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${apiKey}`,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
        cache: 'no-store',
        signal: connection.signal,
      });
      if (response.ok && response.body !== null) {
        listener.onState({ kind: 'LIVE' });
        if (lastEventId === undefined) listener.onBegin();
        // A server that ends its streams before they say anything is broken, too.
        failures += 1;
        await readAll(response.body, times.silenceMs, connection, {
          onId: (id) => {
            lastEventId = id;
            failures = 0;
          },
          onMessage: listener.onMessage,
        });
      } else if (lastEventId !== undefined && (response.status === 400 || response.status === 410)) {
        // The place is gone (CURSOR_INVALID, CURSOR_EXPIRED): begin again.
        lastEventId = undefined;
      } else if (response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408) {
        listener.onState({ kind: 'REFUSED', status: response.status });
        return;
      } else {
        failures += 1;
      }
    } catch {
      // A break of the connection, on whichever side, is what the next round is for.
      failures += 1;
    } finally {
      signal.removeEventListener('abort', stop);
      connection.abort();
    }
    if (signal.aborted) return;
    if (failures > 0) {
      listener.onState({ kind: 'WAITING', attempt: failures });
      await pause(Math.min(times.longestRetryMs, times.firstRetryMs * 2 ** (failures - 1)), signal);
    }
  }
}

/** Resolves at the end of the stream; rejects when it breaks or falls silent. */
async function readAll(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
  connection: AbortController,
  take: { onId: (id: string) => void; onMessage: (data: string) => void },
): Promise<void> {
  const parser = createParser({
    onId: take.onId,
    onEvent: (message) => take.onMessage(message.data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') connection.abort();
    },
    maxBufferSize: maxMessageCharacters,
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const silence = setTimeout(() => connection.abort(), silenceMs);
    try {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
    } finally {
      clearTimeout(silence);
    }
  }
}

/** Waits; ends early when the reader leaves. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
  });
}
