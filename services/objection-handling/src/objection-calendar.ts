import { CalendarCopy } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { deadlineTimer } from './objection.work.ts';
import { ObjectionTermStore } from './objection-term.store.ts';

/** Limits of §6.3 are computed again when the working-day table of a year has been loaded (R-7-3). */
@Injectable()
export class ObjectionCalendar {
  constructor(calendars: CalendarCopy, store: ObjectionTermStore) {
    calendars.recount('objection_deadline', {
      timer: deadlineTimer,
      read: (tx, from, after, limit) => store.read(tx, from, after, limit),
      move: (tx, moves, at) => store.move(tx, moves, at),
    });
  }
}
