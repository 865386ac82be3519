import {
  type EventData,
  endOfDayBeijing,
  type LianxinEvent,
  ProblemError,
  repairGranted,
  repairRevoked,
  repairTemporarilyRestored,
  repairTemporaryEnded,
} from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { standUp } from './activation.ts';
import { isStillDisputed } from './dispute.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { allowedGrounds } from './exit.rules.ts';
import { findAbolished } from './list-abolition.store.ts';
import { exitedEvent, resumedEvent, suspendedEvent } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';
import { findFacts } from './list-entry.store.ts';
import { disputedEvent } from './list-entry-life.events.ts';
import { doubtedOf, holdInDoubt } from './register.doubt.ts';
import { closeForEnded } from './register.endings.ts';
import { holdWhileUnconfirmed } from './source-question.service.ts';
import { findSubjects } from './subject.store.ts';

/**
 * Hears of repairs: a granted one ends the entry (T17), a revoked one brings it back for its remaining term (T23), one for the time of a bankruptcy plan
 * suspends it (T14) and lets it run again when the plan fails (T15, R-5-14).
 */
@Injectable()
export class RepairConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly changes: EntryChange,
    private readonly writer: EntryWriter,
    private readonly clock: Clock,
  ) {
    const types = [repairGranted, repairRevoked, repairTemporarilyRestored, repairTemporaryEnded];
    consumer.register({ types, handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    for (const event of events) {
      if (isEvent(event, repairGranted)) await this.repaired(tx, event);
      else if (isEvent(event, repairRevoked)) await this.revoked(tx, event);
      else if (isEvent(event, repairTemporarilyRestored)) await this.suspended(tx, event);
      else if (isEvent(event, repairTemporaryEnded)) await this.resumed(tx, event);
    }
  }

  /** @throws ProblemError GROUND_NOT_ALLOWED for a list that knows no repair (R-5-3a): the event is parked, a person has to look */
  private async repaired(tx: Transaction, event: LianxinEvent<ReturnType<typeof repairGranted.data.parse>>): Promise<void> {
    const { entryId, repairId, documentNo, grantedOn } = event.data;
    await this.change(tx, event, entryId, async (work, entry) => {
      const { row } = entry;
      // It may have left by another road meanwhile, or the event came twice: what is over is not ended again.
      if (!isInForce(row.status)) return;
      const { definition } = await this.changes.surroundingsOf(tx, work, entry);
      if (!allowedGrounds(definition).includes('REPAIRED'))
        throw new ProblemError('GROUND_NOT_ALLOWED', `名单 ${row.list_code} 不适用信用修复`);
      work.step(entry, 'REPAIR', { ground: 'REPAIRED', documentNo, date: grantedOn, repairId });
      row.disputed = false;
      work.say({
        ...exitedEvent(row, { ground: 'REPAIRED', documentNo, exitedOn: grantedOn, byEntryId: null }, work.acting),
        cause: event,
      });
    });
  }

  private async revoked(tx: Transaction, event: LianxinEvent<ReturnType<typeof repairRevoked.data.parse>>): Promise<void> {
    const { entryId, repairId, documentNo, revokedOn, ground } = event.data;
    await this.change(tx, event, entryId, async (work, entry) => {
      const { row } = entry;
      if (row.status !== 'REPAIRED') return;
      const detail = { documentNo, date: revokedOn, repairId, fraud: ground };
      const isOver = row.valid_to !== null && endOfDayBeijing(row.valid_to) <= work.acting.now;
      if (isOver || (await findAbolished(tx, [row.list_code])).size > 0) {
        // Nothing of the term, or nothing of the list, is left to restore; the fraud stays on record.
        work.step(entry, 'RECORD_FRAUD', detail);
        return;
      }
      row.activation_no += 1;
      row.activated_on = work.acting.today;
      work.step(entry, 'REVOKE_REPAIR', detail);
      const { parties, definition, standing } = await this.changes.surroundingsOf(tx, work, entry);
      standUp(work, entry, parties, definition, standing);
      if (isStillDisputed(row.procedure)) {
        work.step(entry, 'DISPUTE', { document: { number: documentNo, date: revokedOn }, disputedBy: row.procedure.disputedBy ?? [] });
        row.disputed = true;
        work.say(disputedEvent(row, documentNo, revokedOn, work.acting));
      }
      // Whoever has died, been deregistered or become doubtful meanwhile is met as by any other entry that comes into force.
      const [subject] = await findSubjects(tx, [row.subject_id]);
      if (subject !== undefined) await closeForEnded(tx, work, subject);
      if (isInForce(row.status) && (await doubtedOf(tx, [row.subject_id])).size > 0) holdInDoubt(work, [entry], this.clock.calendar());
    });
  }

  private async suspended(tx: Transaction, event: LianxinEvent<EventData<typeof repairTemporarilyRestored>>): Promise<void> {
    const { entryId, repairId, documentNo, restoredOn: date } = event.data;
    await this.change(tx, event, entryId, async (work, entry) => {
      // Stopped by a court before: it stays stopped for that reason.
      if (entry.row.status !== 'ACTIVE') return;
      const order = { ground: 'BANKRUPTCY' as const, documentNo, date };
      work.step(entry, 'SUSPEND', { ...order, repairId });
      work.say({ ...suspendedEvent(entry.row, order, work.acting), cause: event });
    });
  }

  /** Only what this repair has stopped runs again. */
  private async resumed(tx: Transaction, event: LianxinEvent<EventData<typeof repairTemporaryEnded>>): Promise<void> {
    const { entryId, repairId, documentNo, endedOn: date } = event.data;
    await this.change(tx, event, entryId, async (work, entry) => {
      const stops = (await findFacts(tx, [entryId])).filter((fact) => fact.transition === 'T14');
      if (entry.row.status !== 'SUSPENDED' || stops.at(-1)?.detail['repairId'] !== repairId) return;
      work.step(entry, 'RESUME', { documentNo, date, repairId });
      work.say({ ...resumedEvent(entry.row, { documentNo, date }, work.acting), cause: event });
      await holdWhileUnconfirmed(tx, work, entry, this.clock.calendar());
    });
  }

  private async change(
    tx: Transaction,
    event: LianxinEvent,
    entryId: string,
    decide: (work: EntryWork, entry: EntryInWork) => Promise<void>,
  ): Promise<void> {
    const work = this.changes.newWork(event.actor ?? event.source);
    const [entry] = await this.changes.takeUnderLanes(tx, work, [entryId]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', `修复所指的名单记录 ${entryId} 不存在`);
    await decide(work, entry);
    await this.writer.write(tx, work);
  }
}
