import { eventDefinitions } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { JournalService } from './journal.service.ts';

/** Hears everything there is to hear. */
@Injectable()
export class JournalConsumer {
  constructor(consumer: EventConsumer, journal: JournalService) {
    consumer.register({ types: eventDefinitions, together: true, handle: (tx, events) => journal.append(tx, events) });
  }
}
