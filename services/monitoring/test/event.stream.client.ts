import type { Principal } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { MonitoredCity } from './monitored.city.ts';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly event: { id: string; type: string; data: Record<string, unknown> };
}

/** A client of the stream as a department would write it: reads the open answer, keeps its last id. */
export class StreamClient {
  readonly received: Received[] = [];
  readonly comments: string[] = [];
  lastId: string | undefined;
  retryMs: number | undefined;
  ended = false;
  headers: Headers | undefined;
  private readonly abort = new AbortController();
  private pending = '';

  /** Opens the stream; resolves when the answer has begun. */
  static async open(city: MonitoredCity, principal: Principal, query = '', lastEventId?: string): Promise<StreamClient> {
    const client = new StreamClient();
    const response = await fetch(`${city.running.url}/api/v1/events/stream${query}`, {
      headers: {
        authorization: `Bearer ${await city.token(principal)}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: client.abort.signal,
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    client.headers = response.headers;
    void client.listen(response);
    await eventually('the stream has begun', () => client.lastId !== undefined);
    return client;
  }

  close(): void {
    this.abort.abort();
  }

  private async listen(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        this.pending += decoder.decode(chunk as Uint8Array, { stream: true });
        const blocks = this.pending.split('\n\n');
        this.pending = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // Broken off: by the server's end or by our own close.
    }
    this.ended = true;
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments.push(line);
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    this.lastId = fields.get('id') ?? this.lastId;
    if (fields.has('retry')) this.retryMs = Number(fields.get('retry'));
    const data = fields.get('data');
    if (data !== undefined)
      this.received.push({ id: fields.get('id') ?? '', type: fields.get('event') ?? '', event: JSON.parse(data) as Received['event'] });
  }
}
