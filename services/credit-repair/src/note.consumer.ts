import { objectionDecided } from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { saveNotes } from './note.store.ts';

/** Hears which records are kept with a note and not shown (§6.4); where only a measure was disputed, the record is shown as before. */
@Injectable()
export class NoteConsumer {
  constructor(consumer: EventConsumer) {
    consumer.register({
      types: [objectionDecided],
      together: true,
      apart: true,
      handle: async (tx, events) => {
        const decided = events.flatMap((event) => (isEvent(event, objectionDecided) ? [event.data] : []));
        const noted = decided.filter(({ effect, target }) => effect === 'NOTE' && target.taskId === null);
        if (noted.length > 0) await saveNotes(tx, noted);
      },
    });
  }
}
