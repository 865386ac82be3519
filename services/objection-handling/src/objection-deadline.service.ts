import { addDays, endOfDayBeijing, objectionDeadlineKindSchema } from '@lianxin/contracts';
import { lockLanes, type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { overdueEvent } from './objection.events.ts';
import { ObjectionStore } from './objection.store.ts';
import { deadlineTimer } from './objection.work.ts';
import { stoppable } from './objection-deadline.rules.ts';

/** A limit of §6.3 that passes undone is told once; nothing is decided by the lapse of time. */
@Injectable()
export class ObjectionDeadlineService {
  constructor(
    private readonly store: ObjectionStore,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {
    timers.register(deadlineTimer, (tx, references) => this.lapse(tx, references));
  }

  private async lapse(tx: Transaction, references: readonly string[]): Promise<void> {
    const events: NewEvent[] = [];
    for (const reference of references.toSorted()) {
      const [objectionId = '', name] = reference.split('|');
      const kind = objectionDeadlineKindSchema.parse(name);
      const before = await this.store.find(tx, objectionId);
      if (before === undefined) continue;
      await lockLanes(tx, [before.subject_key]);
      const row = await this.store.find(tx, objectionId);
      const deadline = (await this.store.findDeadlines(tx, [objectionId])).find((one) => one.kind === kind);
      if (row === undefined || deadline === undefined || deadline.met_on !== null || deadline.missed_on !== null) continue;
      if (row.clock_stopped_on !== null && stoppable.includes(kind)) {
        // The clock stands: it is looked at again, and moved when it starts.
        await this.timers.set(tx, deadlineTimer, [{ reference, dueAt: endOfDayBeijing(addDays(this.clock.today(), 1)) }]);
        continue;
      }
      if (endOfDayBeijing(deadline.due_on) > this.clock.now()) {
        await this.timers.set(tx, deadlineTimer, [{ reference, dueAt: endOfDayBeijing(deadline.due_on) }]);
        continue;
      }
      await this.store.missDeadline(tx, objectionId, kind, this.clock.today());
      events.push(overdueEvent(row, kind, deadline.due_on));
    }
    await this.outbox.publish(tx, events);
  }
}
