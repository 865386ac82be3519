import { setTimeout as delay } from 'node:timers/promises';

/** Doubles from 100 ms to 5 s. */
export function backoffMs(attempt: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(attempt, 6));
}

/**
 * A background loop that works while there is work, sleeps while there is none, and can be woken.
 * A turn that throws is told to `onError` and tried again after a growing pause; nothing is ever given up.
 */
export class Loop {
  private readonly stopping = new AbortController();
  private wakeUp: AbortController = new AbortController();
  private running: Promise<void> | undefined;
  private woken = false;

  constructor(
    private readonly options: {
      /** Returns true when there may be more to do at once. */
      turn: () => Promise<boolean>;
      idleMs: number;
      onError: (error: unknown) => void;
    },
  ) {}

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  start(): void {
    this.running ??= this.run();
  }

  wake(): void {
    this.woken = true;
    this.wakeUp.abort();
  }

  /** Resolves when the turn under way is over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isStopping) {
      this.woken = false;
      let pauseMs = this.options.idleMs;
      try {
        const more = await this.options.turn();
        failures = 0;
        if (more) continue;
      } catch (error) {
        if (this.isStopping) return;
        this.options.onError(error);
        pauseMs = backoffMs(failures++);
      }
      if (this.woken && failures === 0) continue;
      await this.sleep(pauseMs);
    }
  }

  private async sleep(milliseconds: number): Promise<void> {
    this.wakeUp = new AbortController();
    if (this.isStopping) return;
    await delay(milliseconds, undefined, { signal: this.wakeUp.signal, ref: true }).catch(() => undefined);
  }
}
