import type { ServerResponse } from 'node:http';

/** A client that takes nothing for this long is gone. */
const stuckAfterMs = 60_000;

/** One open `text/event-stream` answer. Holds back its writer while the client is slow, so that nothing piles up here. */
export class EventStreamWriter {
  constructor(
    private readonly response: ServerResponse,
    /** Aborts when the client is gone or the stream shall end. */
    private readonly signal: AbortSignal,
  ) {}

  open(cursor: string, retryMs: number): Promise<void> {
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // An id without data is not shown to the client's code, but is what it comes back with: nothing is missed before the first event.
    return this.write(`retry: ${retryMs}\nid: ${cursor}\n\n`);
  }

  event(cursor: string, type: string, json: string): Promise<void> {
    return this.write(`id: ${cursor}\nevent: ${type}\ndata: ${json}\n\n`);
  }

  heartbeat(): Promise<void> {
    return this.write(': heartbeat\n\n');
  }

  end(): void {
    if (!this.response.writableEnded) this.response.end();
  }

  /** Resolves when the client can take more, or is gone. */
  private async write(text: string): Promise<void> {
    if (this.signal.aborted || this.response.destroyed || this.response.write(text)) return;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', finish);
        this.response.off('drain', finish).off('close', finish);
        resolve();
      };
      const timer = setTimeout(() => this.response.destroy(), stuckAfterMs);
      this.signal.addEventListener('abort', finish, { once: true });
      this.response.once('drain', finish).once('close', finish);
    });
  }
}
