import {
  eventDefinitions,
  isEvent as is,
  type LianxinEvent,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntrySuperseded,
  type ObjectionStatus,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordWithdrawn,
} from '@lianxin/contracts';
import { EventConsumer, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { disputableOf, foldDisputables } from './disputable.rules.ts';
import { DisputableStore } from './disputable.store.ts';
import { FindingService } from './finding.service.ts';
import { markedEvent } from './objection.events.ts';
import { isOpen, isOwed } from './objection.rules.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { ObjectionWork } from './objection.work.ts';

const watched = eventDefinitions.filter(({ topic }) => topic === 'lianxin.list_entry' || topic === 'lianxin.public_record');

/** Hears what the owners of records did: the mark that stands, the correction that is made. */
@Injectable()
export class ObjectionConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly store: ObjectionStore,
    private readonly disputables: DisputableStore,
    private readonly findings: FindingService,
    private readonly work: ObjectionWork,
  ) {
    consumer.register({ types: watched, together: true, apart: true, handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const heard = events.flatMap((event) => disputableOf(event) ?? []);
    // An objection is taken in, accepted and decided under the lane of what it disputes: what is heard of it waits for that, and the other way round.
    await lockLanes(
      tx,
      heard.map((one) => one.subjectKey),
    );
    for (const kind of ['LIST_ENTRY', 'PUBLIC_RECORD'] as const) {
      const ofKind = heard.filter((one) => one.kind === kind);
      if (ofKind.length === 0) continue;
      const ids = [...new Set(ofKind.map((one) => one.id))];
      const known = await this.disputables.findMany(tx, kind, ids);
      await this.disputables.save(tx, foldDisputables(known, ofKind));
      const objections = (await this.store.findByTarget(tx, kind, ids)).filter((row) => !isOver(row.status));
      if (objections.length === 0) continue;
      // What was heard before says nothing of an objection that came later: an old mark that comes again is not the new one.
      const isNews = (event: LianxinEvent) => {
        const told = disputableOf(event);
        return told?.kind === kind && told.version > (known.get(told.id)?.version ?? 0);
      };
      await this.follow(tx, objections, events.filter(isNews));
    }
  }

  /** What each event shows of the objections to its record, in their order. */
  private async follow(tx: Transaction, objections: readonly ObjectionRow[], events: readonly LianxinEvent[]): Promise<void> {
    for (const event of events) {
      const told = disputableOf(event);
      if (told === undefined) continue;
      for (const row of objections) {
        if (row.target_kind !== told.kind || row.target_id !== told.id) continue;
        if (is(event, listEntryDisputed) || is(event, publicRecordDisputed)) await this.marked(tx, row, event, event.data.disputedOn);
        else if (isEnd(event) && isWaitedFor(row, event)) await this.executed(tx, row, event);
      }
    }
  }

  private async marked(tx: Transaction, row: ObjectionRow, event: LianxinEvent, markedOn: string): Promise<void> {
    if (!isOpen(row.status) || row.marked_on !== null || row.task_id !== null) return;
    const actor = { id: event.source, unit: null };
    await this.work.step(tx, row, 'MARK', actor, { eventId: event.id });
    const due = (await this.store.findDeadlines(tx, [row.id])).find((one) => one.kind === 'MARK');
    row.marked_on = markedOn;
    await this.work.clocks(tx, row, 'MARKED', markedOn);
    const onTime = due === undefined || markedOn <= due.due_on;
    await this.work.save(tx, row, [markedEvent(row, markedOn, onTime, { cause: event, actor: actor.id })]);
  }

  private async executed(tx: Transaction, row: ObjectionRow, event: LianxinEvent): Promise<void> {
    const actor = { id: event.source, unit: null };
    await this.work.save(tx, row, await this.findings.execute(tx, row, actor, { cause: event, actor: actor.id }));
  }
}

function isOver(status: ObjectionStatus): boolean {
  return ['CLOSED', 'REFUSED', 'WITHDRAWN', 'EXECUTED'].includes(status);
}

function isEnd(event: LianxinEvent): boolean {
  return [
    listEntryExited,
    listEntryCorrected,
    listEntryDisputeEnded,
    listEntrySuperseded,
    publicRecordDisputeEnded,
    publicRecordWithdrawn,
  ].some(({ type }) => type === event.type);
}

/**
 * Whether an event shows that a decision has been done: what is void must be void; of what stays the mark must be gone, and where the unit was to correct
 * it, it must be corrected for this objection.
 */
function isWaitedFor(row: ObjectionRow, event: LianxinEvent): boolean {
  const { decision, status } = row;
  if (decision === null || !['UPHELD', 'PARTLY_UPHELD', 'DISMISSED'].includes(status)) return false;
  if (is(event, listEntryCorrected)) return decision.effect === 'AMEND' && event.data.objectionId === row.id;
  if (row.target_kind === 'PUBLIC_RECORD') return decision.effect === 'KEEP' || is(event, publicRecordWithdrawn);
  if (decision.effect === 'AMEND') return !isOwed(decision) || !is(event, listEntryDisputeEnded);
  if (decision.effect === 'KEEP') return true;
  return is(event, listEntryExited) && (event.data.status === 'CORRECTED' || event.data.status === 'REVOKED');
}
