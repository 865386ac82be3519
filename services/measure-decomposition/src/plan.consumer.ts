import {
  listEntryActivated,
  listEntryConfirmed,
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
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { PlanService } from './plan.service.ts';

/** Hears what becomes of list entries. */
@Injectable()
export class PlanConsumer {
  constructor(consumer: EventConsumer, plans: PlanService) {
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
      ],
      together: true,
      handle: (tx, events) => plans.follow(tx, events),
    });
  }
}
