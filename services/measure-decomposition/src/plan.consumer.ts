import {
  type LianxinEvent,
  type ListEntryCorrected,
  listEntryActivated,
  listEntryConfirmed,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
  listEntryUnconfirmed,
} from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CorrectionService } from './correction.service.ts';
import { PlanService } from './plan.service.ts';

/** Hears what becomes of list entries. */
@Injectable()
export class PlanConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly plans: PlanService,
    private readonly corrections: CorrectionService,
  ) {
    consumer.register({
      types: [
        listEntryActivated,
        listEntrySuspended,
        listEntryResumed,
        listEntryExited,
        listEntryNarrowed,
        listEntryRecognised,
        listEntryRecognitionEnded,
        listEntryUnconfirmed,
        listEntryConfirmed,
        listEntryDisputed,
        listEntryDisputeEnded,
        listEntrySuperseded,
        listEntryCorrected,
      ],
      together: true,
      lanes: async (_tx, events) => events.map((event) => event.key),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  /** Corrected facts change what a plan is made of, the others what becomes of it: each by a version of its own, so that their order does not matter. */
  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const corrected = events.filter((event): event is LianxinEvent<ListEntryCorrected> => isEvent(event, listEntryCorrected));
    const others = events.filter((event) => !isEvent(event, listEntryCorrected));
    if (others.length > 0) await this.plans.follow(tx, others);
    await this.corrections.correctEntries(tx, corrected);
  }
}
