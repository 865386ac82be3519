import { type EventData, type LianxinEvent, repairPublicityLimited, repairRecordGranted, repairRecordRevoked } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findRecords, lockRecords } from './public-record.store.ts';
import { PublicRecordWork, PublicRecordWriter } from './public-record.work.ts';

type Heard = LianxinEvent<EventData<typeof repairRecordGranted | typeof repairRecordRevoked | typeof repairPublicityLimited>>;

/** Hears of repairs of penalties and of entries of abnormal operation: publicity ends (R-5-11), is restored for the rest of its
 * period (R-5-13), or ends earlier than announced because the law says so (R-5-5, R-5-6). */
@Injectable()
export class PublicRecordRepair {
  constructor(
    consumer: EventConsumer,
    private readonly writer: PublicRecordWriter,
    private readonly clock: Clock,
  ) {
    const types = [repairRecordGranted, repairRecordRevoked, repairPublicityLimited];
    consumer.register({ types, handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    for (const event of events)
      if (isEvent(event, repairRecordGranted) || isEvent(event, repairRecordRevoked) || isEvent(event, repairPublicityLimited))
        await this.follow(tx, event);
  }

  private async follow(tx: Transaction, event: Heard): Promise<void> {
    const ids = [event.data.recordId];
    const [seen] = await findRecords(tx, ids);
    await lockLanes(tx, seen?.subject_id == null ? [] : [seen.subject_id]);
    const [row] = await lockRecords(tx, ids);
    if (row === undefined) throw new Error(`修复所指的公示记录 ${event.data.recordId} 不存在`);
    const today = this.clock.today();
    const work = new PublicRecordWork({ actor: event.actor ?? event.source, now: this.clock.now(), today }, event);
    if ('publicUntil' in event.data) {
      const { publicUntil, regime, clause, grade } = event.data;
      work.shorten(row, publicUntil, { regime, clause, grade });
      return this.writer.write(tx, work);
    }
    const { documentNo } = event.data;
    // It may have ended or been taken back by another road meanwhile, or the event came twice: what is over stays over.
    if ('grantedOn' in event.data) {
      if (row.status === 'PUBLISHED') work.stop(row, 'REPAIRED', documentNo, event.data.grantedOn);
    } else if (row.status === 'STOPPED' && row.reason === 'REPAIRED' && (row.public_until === null || row.public_until >= today))
      work.restore(row, documentNo);
    await this.writer.write(tx, work);
  }
}
