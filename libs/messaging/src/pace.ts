import { setTimeout as delay } from 'node:timers/promises';

const machine = {
  now: () => performance.now(),
  pause: (milliseconds: number, signal: AbortSignal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
};

/**
 * How often somebody who is in no hurry asks the log: its questions stand open until something is there, and after what came first the next is asked only
 * `gatherMs` later, so that much comes in few answers. A backlog is read without pauses, and who ends waits for none.
 */
export class Pace {
  private readonly ended = new AbortController();
  private underWay = 0;
  private nextAt = 0;

  constructor(
    private readonly gatherMs: number,
    private readonly time = machine,
  ) {}

  /** Does the work on one batch and then keeps the log waiting. Batches that are worked on at the same time are of one answer, and wait once together. */
  async during(work: () => Promise<void>, isBacklog: boolean): Promise<void> {
    if (this.underWay === 0) this.nextAt = this.time.now() + this.gatherMs;
    this.underWay++;
    try {
      await work();
      if (isBacklog) this.nextAt = 0;
      const pauseMs = this.nextAt - this.time.now();
      if (pauseMs > 0) await this.time.pause(pauseMs, this.ended.signal);
    } finally {
      this.underWay--;
    }
  }

  end(): void {
    this.ended.abort();
  }
}
