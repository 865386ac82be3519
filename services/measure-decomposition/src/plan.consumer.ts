import {
  listEntryActivated,
  listEntryExited,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuspended,
} from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { PlanService } from './plan.service.ts';

/** Hears what becomes of list entries. */
@Injectable()
export class PlanConsumer {
  constructor(consumer: EventConsumer, plans: PlanService) {
    consumer.register({
      types: [listEntryActivated, listEntrySuspended, listEntryResumed, listEntryExited, listEntryRecognised, listEntryRecognitionEnded],
      together: true,
      handle: (tx, events) => plans.follow(tx, events),
    });
  }
}
