import { type LianxinEvent, taskLifted, taskLifting } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { LiftingStore } from './lifting.store.ts';
import { SyncService } from './sync.service.ts';

const entriesOf = (events: readonly LianxinEvent[]) =>
  events.flatMap((event) => {
    if (isEvent(event, taskLifting)) return [event.data.entryId];
    return isEvent(event, taskLifted) ? event.data.entryIds : [];
  });

/** Receipts: what has to be lifted, and the proof that it is. Right whichever of the two comes first. */
@Injectable()
export class LiftingConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly store: LiftingStore,
    private readonly sync: SyncService,
  ) {
    consumer.register({
      types: [taskLifting, taskLifted],
      together: true,
      apart: true,
      lanes: (tx, events) => this.lanesOf(tx, events),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async lanesOf(tx: Transaction, events: readonly LianxinEvent[]): Promise<string[]> {
    const entries = entriesOf(events);
    return [...entries, ...(await this.sync.lanesOf(tx, entries))];
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const lifting = events.filter((event) => isEvent(event, taskLifting));
    const lifted = events.filter((event) => isEvent(event, taskLifted));
    // A receipt and the step that asks for it may be handled side by side, for a party may be another subject: under the entry's lane one sees the other.
    await lockLanes(tx, await this.lanesOf(tx, events));
    if (lifting.length > 0) await this.store.saveLifting(tx, lifting);
    if (lifted.length > 0) await this.store.saveLifted(tx, lifted);
    const known = await this.store.findEntriesOf(
      tx,
      lifted.map((event) => event.data.taskId),
    );
    await this.sync.heard(tx, [...new Set([...lifting.map((event) => event.data.entryId), ...known])]);
  }
}
