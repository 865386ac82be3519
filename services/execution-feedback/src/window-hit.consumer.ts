import { checkDecided } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { WindowHitService } from './window-hit.service.ts';

/** Hears what windows decided. */
@Injectable()
export class WindowHitConsumer {
  constructor(consumer: EventConsumer, hits: WindowHitService) {
    consumer.register({
      types: [checkDecided],
      handle: (tx, events) =>
        hits.hear(
          tx,
          events.flatMap((event) => (isEvent(event, checkDecided) ? [event] : [])),
        ),
    });
  }
}
