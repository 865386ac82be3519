import { Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { StreamService } from './stream.service.ts';

const kind = 'stream-retention';
const batch = 10_000;
const dayMs = 86_400_000;

/** Once a day, what is past the retention leaves the streams, in portions so that nobody waits long for the writer's lock. */
@Injectable()
export class StreamRetention implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly stream: StreamService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    timers.register(kind, (tx) => this.removeOld(tx));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.schedule(tx, 0));
  }

  private async removeOld(tx: Transaction): Promise<void> {
    const gone = await this.stream.removeOld(tx, batch);
    await this.schedule(tx, gone === batch ? 0 : dayMs);
  }

  private schedule(tx: Transaction, delayMs: number): Promise<void> {
    return this.timers.set(tx, kind, [{ reference: 'daily', dueAt: new Date(this.clock.now().getTime() + delayMs) }]);
  }
}
