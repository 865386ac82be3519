import { type LianxinEvent, type ReplayApproved, type ReplayAssessed, replayApproved, replayAssessed } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CorrectionService } from './correction.service.ts';
import { ReplayService } from './replay.service.ts';

/** Hears what list-matching has found about the cases of replays, and what was approved. */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly replays: ReplayService,
    private readonly corrections: CorrectionService,
  ) {
    consumer.register({
      types: [replayAssessed, replayApproved],
      together: true,
      // Thousands of cases hold up no flag and no grant.
      apart: true,
      lanes: async (_tx, events) => approvedAmong(events).map((event) => event.key),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.replays.assess(
      tx,
      events.filter((event): event is LianxinEvent<ReplayAssessed> => isEvent(event, replayAssessed)),
    );
    await this.corrections.carryOut(tx, approvedAmong(events));
  }
}

function approvedAmong(events: readonly LianxinEvent[]): LianxinEvent<ReplayApproved>[] {
  return events.filter((event): event is LianxinEvent<ReplayApproved> => isEvent(event, replayApproved));
}
