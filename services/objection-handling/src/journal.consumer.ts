import { eventDefinitions, redeliveryDelivered } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { JournalService } from './journal.service.ts';
import { ReplayGate } from './replay.gate.ts';

/** All but copies of events that are here already, sent again on request. */
const filed = eventDefinitions.filter((definition) => definition.type !== redeliveryDelivered.type);

/** Hears everything there is to hear. */
@Injectable()
export class JournalConsumer {
  /** @param _gate goes first: handlers are called in the order in which they were registered. */
  constructor(consumer: EventConsumer, journal: JournalService, _gate: ReplayGate) {
    consumer.register({ types: filed, together: true, apart: true, handle: (tx, events) => journal.append(tx, events) });
  }
}
