import { eventDefinitions, redeliveryDelivered } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { JournalService } from './journal.service.ts';

/** All but copies of events that are here already, sent again on request. */
const filed = eventDefinitions.filter((definition) => definition.type !== redeliveryDelivered.type);

/** Hears everything there is to hear. */
@Injectable()
export class JournalConsumer {
  constructor(consumer: EventConsumer, journal: JournalService) {
    consumer.register({ types: filed, together: true, handle: (tx, events) => journal.append(tx, events) });
  }
}
