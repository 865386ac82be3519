import { type LianxinEvent, type ReplayApproved, type ReplayAssessed, replayApproved, replayAssessed } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayCarrier } from './replay.carrier.ts';
import { ReplayService } from './replay.service.ts';

/** Hears what measure-decomposition has found about the cases of replays, and what was approved. */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly replays: ReplayService,
    private readonly carrier: ReplayCarrier,
  ) {
    consumer.register({
      types: [replayAssessed, replayApproved],
      together: true,
      // Thousands of cases hold up no flag and no grant.
      apart: true,
      lanes: (tx, events) => carrier.lanes(tx, approvedAmong(events)),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.replays.assess(
      tx,
      events.filter((event): event is LianxinEvent<ReplayAssessed> => isEvent(event, replayAssessed)),
    );
    const approved = approvedAmong(events);
    if (approved.length > 0) await this.carrier.carryOut(tx, approved);
  }
}

function approvedAmong(events: readonly LianxinEvent[]): LianxinEvent<ReplayApproved>[] {
  return events.filter((event): event is LianxinEvent<ReplayApproved> => isEvent(event, replayApproved));
}
