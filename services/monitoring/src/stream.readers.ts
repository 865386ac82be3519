import { ProblemError } from '@lianxin/contracts';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { StreamSettings } from './stream.settings.ts';

/** Counts who reads or waits, and lets them go before the service stops taking requests. */
@Injectable()
export class StreamReaders implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private open = 0;

  constructor(private readonly settings: StreamSettings) {}

  /**
   * Runs `work` as one of the readers. Its signal aborts when the client is gone or the service stops.
   * @throws ProblemError UNAVAILABLE when there are too many.
   */
  async run<Result>(client: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.open >= this.settings.limits.maxReaders) throw new ProblemError('UNAVAILABLE', '打开的事件流已达上限，请稍后重试');
    this.open++;
    try {
      return await work(AbortSignal.any([client, this.stopping.signal]));
    } finally {
      this.open--;
    }
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }
}
