import {
  type EventData,
  type LianxinEvent,
  repairPublicityLimited,
  repairRecordGranted,
  repairRecordRevoked,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
} from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findRecords, lockRecords, type PublicRecordRow } from './public-record.store.ts';
import { PublicRecordWork, PublicRecordWriter } from './public-record.work.ts';

const types = [
  repairRecordGranted,
  repairRecordRevoked,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairPublicityLimited,
] as const;
type Heard = LianxinEvent<EventData<(typeof types)[number]>>;

/** Hears of repairs of penalties and of entries of abnormal operation: publicity ends (R-5-11), is restored for the rest of its
 * period (R-5-13), is not shown while a reorganisation plan is carried out (R-5-14), or ends earlier than announced because the law
 * says so (R-5-5, R-5-6). */
@Injectable()
export class PublicRecordRepair {
  constructor(
    consumer: EventConsumer,
    private readonly writer: PublicRecordWriter,
    private readonly clock: Clock,
  ) {
    consumer.register({
      types: [...types],
      handle: async (tx, events) => {
        for (const event of events) if (types.some((type) => isEvent(event, type))) await this.follow(tx, event as Heard);
      },
    });
  }

  private async follow(tx: Transaction, event: Heard): Promise<void> {
    const ids = [event.data.recordId];
    const [seen] = await findRecords(tx, ids);
    await lockLanes(tx, seen?.subject_id == null ? [] : [seen.subject_id]);
    const [row] = await lockRecords(tx, ids);
    if (row === undefined) throw new Error(`修复所指的公示记录 ${event.data.recordId} 不存在`);
    const today = this.clock.today();
    const work = new PublicRecordWork({ actor: event.actor ?? event.source, now: this.clock.now(), today }, event);
    decide(work, row, event.data, today);
    await this.writer.write(tx, work);
  }
}

/** It may have ended or been taken back by another road meanwhile, or the event came twice: what is over stays over. */
function decide(work: PublicRecordWork, row: PublicRecordRow, data: Heard['data'], today: string): void {
  if ('publicUntil' in data) {
    const { publicUntil, regime, clause, grade } = data;
    work.shorten(row, publicUntil, { regime, clause, grade });
    return;
  }
  const { repairId, documentNo } = data;
  const isRestorable = row.status === 'STOPPED' && row.reason === 'REPAIRED' && (row.public_until === null || row.public_until >= today);
  if ('restoredOn' in data) work.hide(row, repairId, documentNo);
  else if ('endedOn' in data) work.unhide(row, repairId, documentNo);
  else if ('grantedOn' in data) {
    work.unhide(row, repairId, documentNo);
    if (row.status === 'PUBLISHED') work.stop(row, 'REPAIRED', documentNo, data.grantedOn);
  } else if (isRestorable) work.restore(row, documentNo);
}
