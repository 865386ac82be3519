import { type LianxinEvent, replayAssessed, replayRequested } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayAssessor } from './replay.assessor.ts';

type Requested = LianxinEvent<ReturnType<typeof replayRequested.data.parse>>;

/** Hears of replays (design §7): says from stored facts what would be otherwise, and changes nothing by that. */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly assessor: ReplayAssessor,
    private readonly outbox: Outbox,
  ) {
    consumer.register({ types: [replayRequested], handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const requested = events.filter((event): event is Requested => isEvent(event, replayRequested));
    await this.assess(tx, requested);
  }

  /** Entries are read without their lanes: an answer that is out of date when it arrives is found by its versions. Only what is said needs its key's turn. */
  private async assess(tx: Transaction, requested: readonly Requested[]): Promise<void> {
    const answers = await this.assessor.assess(
      tx,
      requested.map((event) => event.data),
    );
    await lockLanes(
      tx,
      requested.map((event) => event.key),
    );
    await this.outbox.publish(
      tx,
      answers.map((data, index) =>
        newEvent({ definition: replayAssessed, key: requested[index]?.key ?? '', data, cause: requested[index] }),
      ),
    );
  }
}
