import { type LianxinEvent, type ReplayAssessed, replayAssessed } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayService } from './replay.service.ts';

/** Hears what measure-decomposition has found about the cases of replays. */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly replays: ReplayService,
  ) {
    consumer.register({ types: [replayAssessed], together: true, handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const assessed = events.filter((event): event is LianxinEvent<ReplayAssessed> => isEvent(event, replayAssessed));
    await this.replays.assess(tx, assessed);
  }
}
