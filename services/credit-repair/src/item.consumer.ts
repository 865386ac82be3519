import { type LianxinEvent, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { changeOf, entryEvents, foldChanges, recordEvents } from './item.rules.ts';
import { ItemStore } from './item.store.ts';
import { SyncService } from './sync.service.ts';

/** Keeps the copy of records and subjects by events. */
@Injectable()
export class ItemConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly store: ItemStore,
    private readonly sync: SyncService,
  ) {
    consumer.register({
      types: [...entryEvents, ...recordEvents, subjectRegistered, subjectChanged],
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    if (subjects.length > 0) await this.store.saveSubjects(tx, subjects);
    const told = events.filter((event) => !isEvent(event, subjectRegistered) && !isEvent(event, subjectChanged));
    const changes = foldChanges(told.flatMap((event) => changeOf(event) ?? []));
    if (changes.length === 0) return;
    // Under the lanes of their subjects: an application that is being received sees the change, or is seen by it.
    await lockLanes(
      tx,
      changes.flatMap((change) => [change.laneKey, change.subjectId]),
    );
    await this.store.save(tx, changes);
    const ended = changes.filter((change) => change.endGround !== null).map((change) => change.id);
    await this.sync.heard(tx, ended);
  }
}
