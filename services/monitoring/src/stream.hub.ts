import { Loop } from '@lianxin/messaging';
import { Database, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { StreamStore } from './stream.store.ts';

/** How often the heads are looked up while somebody waits; what this process writes itself is told at once. */
const lookMs = 250;

interface Waiter {
  readonly after: number;
  readonly wake: () => void;
}

/** Wakes readers when their stream has grown. However many wait, one look at a time goes to the database. */
@Injectable()
export class StreamHub implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly waiters = new Map<string, Set<Waiter>>();
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly store: StreamStore,
    context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs: lookMs,
      turn: () => this.look(),
      onError: (error) => context.logger.warn({ err: error }, 'the heads of the streams will be looked up again'),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Resolves when the stream has gone past `after`, when the time is over or when the signal aborts; the reader looks for itself what there is. */
  async waitBeyond(receiver: string, after: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || timeoutMs <= 0) return;
    await new Promise<void>((resolve) => {
      const own = this.waiters.get(receiver) ?? new Set<Waiter>();
      this.waiters.set(receiver, own);
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        own.delete(waiter);
        if (own.size === 0 && this.waiters.get(receiver) === own) this.waiters.delete(receiver);
        resolve();
      };
      const waiter: Waiter = { after, wake: finish };
      const timer = setTimeout(finish, timeoutMs);
      signal.addEventListener('abort', finish, { once: true });
      own.add(waiter);
    });
  }

  /** Tells how far streams reach now. */
  announce(heads: ReadonlyMap<string, number>): void {
    for (const [receiver, lastSequence] of heads) {
      for (const waiter of [...(this.waiters.get(receiver) ?? [])]) if (lastSequence > waiter.after) waiter.wake();
    }
  }

  private async look(): Promise<boolean> {
    if (this.waiters.size === 0) return false;
    const heads = await this.database.consumerTransaction((tx) => this.store.findHeads(tx, [...this.waiters.keys()]));
    this.announce(new Map(heads.map((head) => [head.receiver, head.lastSequence])));
    return false;
  }
}
