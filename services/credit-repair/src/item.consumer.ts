import { type EventData, type LianxinEvent, listEntryPublicationConfirmed, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { changeOf, entryEvents, foldChanges, type ItemChange, recordEvents } from './item.rules.ts';
import { ItemStore } from './item.store.ts';
import { LiftingStore } from './lifting.store.ts';
import { receiptOfChannel } from './policy.data.ts';
import { PublicityService } from './publicity.service.ts';
import { SyncService } from './sync.service.ts';

const ofOthers: readonly string[] = [subjectRegistered.type, subjectChanged.type, listEntryPublicationConfirmed.type];
const changesIn = (events: readonly LianxinEvent[]) =>
  foldChanges(events.filter((event) => !ofOthers.includes(event.type)).flatMap((event) => changeOf(event) ?? []));
const lanesOf = (changes: readonly ItemChange[]) => changes.flatMap((change) => [change.laneKey, change.subjectId]);

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
      together: true,
      apart: true,
      lanes: async (_tx, events) => lanesOf(changesIn(events)),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    if (subjects.length > 0) await this.store.saveSubjects(tx, subjects);
    const confirmed = events.filter((event) => isEvent(event, listEntryPublicationConfirmed));
    if (confirmed.length > 0) await this.takenDown(tx, confirmed);
    const changes = changesIn(events);
    if (changes.length === 0) return;
    // Under the lanes of their subjects: an application that is being received sees the change, or is seen by it.
    await lockLanes(tx, lanesOf(changes));
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
