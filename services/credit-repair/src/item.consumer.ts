import { type EventData, type LianxinEvent, listEntryPublicationConfirmed, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { changeOf, entryEvents, foldChanges, recordEvents } from './item.rules.ts';
import { ItemStore } from './item.store.ts';
import { LiftingStore } from './lifting.store.ts';
import { receiptOfChannel } from './policy.data.ts';
import { PublicityService } from './publicity.service.ts';
import { SyncService } from './sync.service.ts';

/** Keeps the copy of records and subjects by events. */
@Injectable()
export class ItemConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly store: ItemStore,
    private readonly lifting: LiftingStore,
    private readonly sync: SyncService,
    private readonly publicity: PublicityService,
  ) {
    consumer.register({
      types: [...entryEvents, ...recordEvents, listEntryPublicationConfirmed, subjectRegistered, subjectChanged],
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    if (subjects.length > 0) await this.store.saveSubjects(tx, subjects);
    const others = [subjectRegistered.type, subjectChanged.type, listEntryPublicationConfirmed.type] as readonly string[];
    const told = events.filter((event) => !others.includes(event.type));
    const confirmed = events.filter((event) => isEvent(event, listEntryPublicationConfirmed));
    if (confirmed.length > 0) await this.takenDown(tx, confirmed);
    const changes = foldChanges(told.flatMap((event) => changeOf(event) ?? []));
    if (changes.length === 0) return;
    // Under the lanes of their subjects: an application that is being received sees the change, or is seen by it.
    await lockLanes(
      tx,
      changes.flatMap((change) => [change.laneKey, change.subjectId]),
    );
    await this.store.save(tx, changes);
    await this.publicity.judge(
      tx,
      changes.filter((change) => change.kind === 'PENALTY' && change.body !== null).map((change) => change.id),
    );
    const ended = changes.filter((change) => change.endGround !== null).map((change) => change.id);
    await this.sync.heard(tx, ended);
  }

  /** A channel shows an entry no longer: one receipt of its repair (S6, S7). */
  private async takenDown(
    tx: Transaction,
    events: readonly LianxinEvent<EventData<typeof listEntryPublicationConfirmed>>[],
  ): Promise<void> {
    const rows = events.flatMap(({ data, time }) => {
      const receipt = receiptOfChannel.get(data.channel);
      const isTakenDown = data.action === 'WITHDRAW' && data.outcome === 'DONE';
      return receipt === undefined || !isTakenDown ? [] : [{ entryId: data.entryId, receipt, at: time, receiptNo: data.receiptNo }];
    });
    if (rows.length === 0) return;
    await this.lifting.saveChannelReceipts(tx, rows);
    await this.sync.heard(tx, [...new Set(rows.map((row) => row.entryId))]);
  }
}
