import { checkDecided, type LianxinEvent } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { WindowHitService } from './window-hit.service.ts';

/** Hears what windows decided. */
@Injectable()
export class WindowHitConsumer {
  constructor(consumer: EventConsumer, hits: WindowHitService) {
    const decided = (events: readonly LianxinEvent[]) => events.flatMap((event) => (isEvent(event, checkDecided) ? [event] : []));
    consumer.register({
      types: [checkDecided],
      together: true,
      apart: true,
      lanes: (tx, events) => hits.lanes(tx, decided(events)),
      handle: (tx, events) => hits.hear(tx, decided(events)),
    });
  }
}
