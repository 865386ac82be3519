import { type LianxinEvent, listEntryPublicationConfirmed, subjectChanged, subjectRegistered } from '@lianxin/contracts';
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
const endedIn = (changes: readonly ItemChange[]) => changes.filter((change) => change.endGround !== null).map((change) => change.id);

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
      lanes: (tx, events) => this.lanesOf(tx, events),
      handle: (tx, events) => this.handle(tx, events),
    });
  }

  /** Those of the records, and of the applications about what has ended or is shown no longer. */
  private async lanesOf(tx: Transaction, events: readonly LianxinEvent[]): Promise<string[]> {
    const changes = changesIn(events);
    const takenDown = takenDownIn(events);
    const waitedFor = [...endedIn(changes), ...takenDown.map(({ entryId }) => entryId)];
    const own = [...changes.flatMap((change) => [change.laneKey, change.subjectId]), ...takenDown.map(({ subjectId }) => subjectId)];
    return [...own, ...(await this.sync.lanesOf(tx, waitedFor))];
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    // Once and before anything else: an application that is being received sees the change, or is seen by it, and no two batches wait crosswise.
    await lockLanes(tx, await this.lanesOf(tx, events));
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    if (subjects.length > 0) await this.store.saveSubjects(tx, subjects);
    const takenDown = takenDownIn(events);
    if (takenDown.length > 0) await this.lifting.saveChannelReceipts(tx, takenDown);
    const changes = changesIn(events);
    if (changes.length > 0) await this.store.save(tx, changes);
    await this.publicity.judge(
      tx,
      changes.filter((change) => change.kind === 'PENALTY' && change.body !== null).map((change) => change.id),
    );
    await this.sync.heard(tx, [...new Set([...takenDown.map(({ entryId }) => entryId), ...endedIn(changes)])]);
  }
}

/** A channel shows an entry no longer: one receipt of its repair (S6, S7). */
function takenDownIn(events: readonly LianxinEvent[]) {
  return events.flatMap((event) => {
    if (!isEvent(event, listEntryPublicationConfirmed)) return [];
    const { data, time } = event;
    const receipt = receiptOfChannel.get(data.channel);
    const isTakenDown = data.action === 'WITHDRAW' && data.outcome === 'DONE';
    return receipt === undefined || !isTakenDown
      ? []
      : [{ entryId: data.entryId, subjectId: data.subjectId, receipt, at: time, receiptNo: data.receiptNo }];
  });
}
