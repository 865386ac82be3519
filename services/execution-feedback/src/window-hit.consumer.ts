import { checkDecided, checkPerformed, type LianxinEvent } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { WindowHitService } from './window-hit.service.ts';
import { WindowServedStore } from './window-served.store.ts';

/** Hears what windows asked and what they decided. */
@Injectable()
export class WindowHitConsumer {
  constructor(consumer: EventConsumer, hits: WindowHitService, served: WindowServedStore) {
    const decided = (events: readonly LianxinEvent[]) => events.flatMap((event) => (isEvent(event, checkDecided) ? [event] : []));
    consumer.register({
      types: [checkPerformed, checkDecided],
      together: true,
      apart: true,
      lanes: (tx, events) => hits.lanes(tx, decided(events)),
      handle: async (tx, events) => {
        const performed = events.flatMap((event) => (isEvent(event, checkPerformed) ? [event] : []));
        await hits.hear(tx, decided(events));
        // After the lanes: another replica that waits for these rows then holds nothing that is needed here.
        if (performed.length > 0) await served.note(tx, performed);
      },
    });
  }
}
