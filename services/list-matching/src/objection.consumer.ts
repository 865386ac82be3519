import {
  type EventData,
  endOfDayBeijing,
  type LianxinEvent,
  objectionAccepted,
  objectionDecided,
  objectionWithdrawn,
  ProblemError,
} from '@lianxin/contracts';
import { EventConsumer, isEvent, Timers } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EntryWriter, expiryTimer } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { isInForce } from './list-entry.rules.ts';
import { ListEntryService } from './list-entry.service.ts';
import { disputedEvent, disputeEndedEvent } from './list-entry-life.events.ts';
import { PublicRecordService } from './public-record.service.ts';

type Decided = EventData<typeof objectionDecided>;

/**
 * Hears of objections: an accepted one marks the entry and lets its tasks rest (T13), a decided one voids it (T18, T19), corrects its term or takes the
 * mark away. What has moved on meanwhile is left as it is: the same event twice, or late, does no harm.
 */
@Injectable()
export class ObjectionConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly changes: EntryChange,
    private readonly entries: ListEntryService,
    private readonly records: PublicRecordService,
    private readonly writer: EntryWriter,
    private readonly timers: Timers,
  ) {
    consumer.register({
      types: [objectionAccepted, objectionDecided, objectionWithdrawn],
      handle: async (tx, events) => {
        for (const event of events) await this.hear(tx, event);
      },
    });
  }

  private async hear(tx: Transaction, event: LianxinEvent): Promise<void> {
    if (isEvent(event, objectionDecided) && event.data.target.kind === 'PUBLIC_RECORD') return this.decideRecord(tx, event, event.data);
    if (isEvent(event, objectionAccepted) && event.data.marks && event.data.target.kind === 'LIST_ENTRY')
      await this.change(tx, event, event.data.target.id, (work, entry) => mark(work, entry, event));
    else if (isEvent(event, objectionDecided) && event.data.target.taskId === null)
      await this.change(tx, event, event.data.target.id, (work, entry) => this.decide(tx, work, entry, event));
    else if (isEvent(event, objectionWithdrawn) && event.data.target.kind === 'LIST_ENTRY' && event.data.target.taskId === null)
      await this.change(tx, event, event.data.target.id, (work, entry) => {
        if (event.data.stillDisputed) return;
        unmark(work, entry, event, { outcome: 'WITHDRAWN', documentNo: event.data.number, on: event.data.withdrawnOn });
      });
  }

  private async decide(tx: Transaction, work: EntryWork, entry: EntryInWork, event: LianxinEvent<Decided>): Promise<void> {
    const { effect, documentNo, decidedOn, stillDisputed, validTo, objectionId } = event.data;
    const { row } = entry;
    switch (effect) {
      case 'VOID':
      case 'REVOKE': {
        if (row.status === 'CORRECTED' || row.status === 'REVOKED') return;
        const ground = effect === 'VOID' ? 'DESIGNATION_WRONG' : 'BASIS_REVOKED';
        return this.entries.voidInWork(tx, work, entry, { ground, documentNo, date: decidedOn }, { objectionId }, event);
      }
      case 'AMEND':
        if (validTo !== null && isInForce(row.status)) await this.shorten(tx, work, entry, validTo, { documentNo, objectionId });
        return stillDisputed ? undefined : unmark(work, entry, event, { outcome: 'PARTLY', documentNo, on: decidedOn });
      case 'KEEP':
        return stillDisputed ? undefined : unmark(work, entry, event, { outcome: 'DISMISSED', documentNo, on: decidedOn });
      // What cannot be confirmed keeps its mark: nothing of it is executed, and it is not shown (征信业管理条例 25).
      case 'NOTE':
        if (!isInForce(row.status)) return;
        work.step(entry, 'AMEND', { documentNo, objectionId, unconfirmed: event.data.number });
        work.patch(entry, { procedure: { ...row.procedure, unconfirmedObjection: event.data.number } });
        return;
      case 'UNDO_MEASURE':
        return;
    }
  }

  /** §6.4: the term is computed from the corrected dates; it can only become shorter. */
  private async shorten(
    tx: Transaction,
    work: EntryWork,
    entry: EntryInWork,
    validTo: string,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { row } = entry;
    if (row.valid_to !== null && row.valid_to <= validTo) return;
    work.step(entry, 'AMEND', { ...detail, validTo: { from: row.valid_to, to: validTo } });
    work.patch(entry, { valid_to: validTo });
    await this.timers.set(tx, expiryTimer, [{ reference: row.id, dueAt: endOfDayBeijing(validTo) }]);
  }

  private async decideRecord(tx: Transaction, event: LianxinEvent, data: Decided): Promise<void> {
    const ground = recordGrounds[data.effect];
    if (ground === undefined) return;
    const by = { actor: event.actor ?? event.source, cause: event };
    await this.records.voidByObjection(tx, data.target.id, { ground, documentNo: data.documentNo, date: data.decidedOn }, by);
  }

  private async change(
    tx: Transaction,
    event: LianxinEvent,
    entryId: string,
    decide: (work: EntryWork, entry: EntryInWork) => Promise<void> | void,
  ): Promise<void> {
    const work = this.changes.newWork(event.actor ?? event.source);
    const [entry] = await this.changes.takeUnderLanes(tx, work, [entryId]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', `异议所指的名单记录 ${entryId} 不存在`);
    await decide(work, entry);
    await this.writer.write(tx, work);
  }
}

/** T13; a mark that stands already serves every objection. */
function mark(work: EntryWork, entry: EntryInWork, event: LianxinEvent<EventData<typeof objectionAccepted>>): void {
  const { row } = entry;
  if (!isInForce(row.status) || row.disputed) return;
  const { number, acceptedOn } = event.data;
  work.step(entry, 'DISPUTE', { document: { number, date: acceptedOn }, objectionId: event.data.objectionId });
  row.disputed = true;
  work.say({ ...disputedEvent(row, number, acceptedOn, work.acting), cause: event });
}

function unmark(
  work: EntryWork,
  entry: EntryInWork,
  event: LianxinEvent,
  end: { outcome: 'DISMISSED' | 'PARTLY' | 'WITHDRAWN'; documentNo: string; on: string },
): void {
  const { row } = entry;
  if (!isInForce(row.status) || !row.disputed) return;
  work.step(entry, 'END_DISPUTE', { document: { number: end.documentNo, date: end.on }, outcome: end.outcome });
  row.disputed = false;
  work.say({ ...disputeEndedEvent(row, end, work.acting), cause: event });
}

/**
 * Why a public record goes (§6.4). One that is to be corrected comes anew from its unit (source error), one that can be neither confirmed nor refuted is not
 * shown (征信业管理条例 25): a record, unlike an entry, has nothing that would run on meanwhile.
 */
const recordGrounds: Partial<Record<Decided['effect'], 'RECORD_WRONG' | 'DECISION_REVOKED' | 'DECISION_CHANGED'>> = {
  VOID: 'RECORD_WRONG',
  REVOKE: 'DECISION_REVOKED',
  AMEND: 'DECISION_CHANGED',
  NOTE: 'RECORD_WRONG',
};
