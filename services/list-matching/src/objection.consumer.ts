import {
  type EventData,
  type LianxinEvent,
  objectionAccepted,
  objectionDecided,
  objectionWithdrawn,
  ProblemError,
} from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideCorrection } from './correction.rules.ts';
import { withMark, withoutMark } from './dispute.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { type CorrectionOrder, correctInWork, type DisputeEnd, endDisputeInWork } from './entry-correction.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { findDefinitions } from './list-definition.store.ts';
import { bindsAnybody, isInForce } from './list-entry.rules.ts';
import { ListEntryService } from './list-entry.service.ts';
import { findParties } from './list-entry.store.ts';
import { disputedEvent } from './list-entry-life.events.ts';
import { PublicRecordService } from './public-record.service.ts';
import { ReplayAssessor } from './replay.assessor.ts';

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
    private readonly law: ReplayAssessor,
  ) {
    consumer.register({
      types: [objectionAccepted, objectionDecided, objectionWithdrawn],
      handle: async (tx, events) => {
        for (const event of events) await this.hear(tx, event);
      },
    });
  }

  private async hear(tx: Transaction, event: LianxinEvent): Promise<void> {
    if (!isHeard(event) || event.data.target.taskId !== null) return;
    const { id, kind } = event.data.target;
    if (kind === 'PUBLIC_RECORD') return this.hearOfRecord(tx, event, id);
    await this.change(tx, event, id, (work, entry) => {
      if (isEvent(event, objectionAccepted)) {
        const { marks, objectionId, number, acceptedOn: on } = event.data;
        return marks ? mark(work, entry, { objectionId, number, on }) : undefined;
      }
      if (isEvent(event, objectionDecided)) return this.decide(tx, work, entry, event);
      if (!isEvent(event, objectionWithdrawn) || !event.data.wasAccepted) return;
      const { objectionId, stillDisputed, number, withdrawnOn } = event.data;
      unmark(work, entry, { outcome: 'WITHDRAWN', documentNo: number, on: withdrawnOn, objectionId }, stillDisputed);
    });
  }

  /** A public record: marked while it is verified (R-6-5), taken back where the objection was right. */
  private async hearOfRecord(tx: Transaction, event: LianxinEvent, id: string): Promise<void> {
    const by = { actor: event.actor ?? event.source, cause: event };
    if (isEvent(event, objectionAccepted)) {
      const { objectionId, number: documentNo, acceptedOn: on, marks } = event.data;
      if (marks) await this.records.disputeByObjection(tx, id, { objectionId, documentNo, on }, by);
    } else if (isEvent(event, objectionDecided)) {
      const { objectionId, documentNo, decidedOn: on, effect } = event.data;
      const ground = recordGrounds[effect];
      if (ground !== undefined) await this.records.voidByObjection(tx, id, { ground, documentNo, date: on }, by);
      else await this.records.endDisputeByObjection(tx, id, { objectionId, documentNo, on }, 'DISMISSED', by);
    } else if (isEvent(event, objectionWithdrawn)) {
      const { objectionId, number: documentNo, withdrawnOn: on } = event.data;
      await this.records.endDisputeByObjection(tx, id, { objectionId, documentNo, on }, 'WITHDRAWN', by);
    }
  }

  private async decide(tx: Transaction, work: EntryWork, entry: EntryInWork, event: LianxinEvent<Decided>): Promise<void> {
    const { effect, documentNo, decidedOn, stillDisputed, objectionId } = event.data;
    const { row } = entry;
    switch (effect) {
      case 'VOID':
      case 'REVOKE': {
        if (row.status === 'CORRECTED' || row.status === 'REVOKED') return;
        const ground = effect === 'VOID' ? 'DESIGNATION_WRONG' : 'BASIS_REVOKED';
        return this.entries.voidInWork(tx, work, entry, { ground, documentNo, date: decidedOn }, { objectionId }, event);
      }
      case 'AMEND':
        return this.amend(tx, work, entry, event.data);
      case 'KEEP':
        return unmark(work, entry, { outcome: 'DISMISSED', documentNo, on: decidedOn, objectionId }, stillDisputed);
      // What cannot be confirmed keeps its mark: nothing of it is executed, and it is not shown (征信业管理条例 25).
      case 'NOTE':
        if (!mayBind(row)) return;
        work.step(entry, noteOn(row), { documentNo, objectionId, unconfirmed: event.data.number });
        work.patch(entry, { procedure: { ...row.procedure, unconfirmedObjection: event.data.number } });
        if (!row.disputed) mark(work, entry, { objectionId, number: event.data.number, on: decidedOn });
        return;
      case 'UNDO_MEASURE':
        return;
    }
  }

  /**
   * §6.4: the term is computed from the corrected dates; it can only become shorter. What else is to be corrected the unit corrects: until then it is known
   * to be wrong, and the mark stays. What a repair has ended may come back (T23): its whole correction is owed by then.
   */
  private async amend(tx: Transaction, work: EntryWork, entry: EntryInWork, data: Decided): Promise<void> {
    const { row } = entry;
    const { documentNo, decidedOn, validTo, objectionId, stillDisputed, correctedFields, number } = data;
    if (!mayBind(row)) return;
    const shortens = validTo !== null && (row.valid_to === null || validTo < row.valid_to);
    const fields = validTo === null ? [...correctedFields] : correctedFields.filter((field) => field !== 'validTo');
    if (shortens && !isInForce(row.status)) fields.push('validTo');
    const isOwed = fields.length > 0;
    if (shortens && isInForce(row.status)) {
      const to = row.valid_from !== null && validTo < row.valid_from ? row.valid_from : validTo;
      await this.shorten(tx, work, entry, to, { documentNo, on: decidedOn, objectionId: isOwed ? null : objectionId }, { objectionId });
    }
    if (!isOwed) return unmark(work, entry, { outcome: 'PARTLY', documentNo, on: decidedOn, objectionId }, stillDisputed);
    const owed = (row.procedure.owedCorrections ?? []).filter((one) => one.objectionId !== objectionId);
    work.step(entry, noteOn(row), { documentNo, date: decidedOn, objectionId, owed: fields });
    work.patch(entry, {
      procedure: { ...row.procedure, owedCorrections: [...owed, { objectionId, number, documentNo, fields }] },
    });
  }

  private async shorten(
    tx: Transaction,
    work: EntryWork,
    entry: EntryInWork,
    validTo: string,
    order: CorrectionOrder,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const parties = await findParties(tx, [entry.row.id]);
    const versions = await findDefinitions(tx, [entry.row.list_code]);
    const decided = decideCorrection(entry.row, parties, { validTo }, this.law.lawOf(versions));
    if (!decided.ok) throw new ProblemError(decided.faults[0].code, decided.faults[0].detail, decided.faults);
    correctInWork(work, entry, parties, decided, versions, order, detail);
  }

  private async change(
    tx: Transaction,
    event: LianxinEvent,
    entryId: string,
    decide: (work: EntryWork, entry: EntryInWork) => Promise<void> | void,
  ): Promise<void> {
    const work = this.changes.newWork(event.actor ?? event.source, event);
    const [entry] = await this.changes.takeUnderLanes(tx, work, [entryId]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', `异议所指的名单记录 ${entryId} 不存在`);
    await decide(work, entry);
    await this.writer.write(tx, work);
  }
}

type Heard = EventData<typeof objectionAccepted> | Decided | EventData<typeof objectionWithdrawn>;

function isHeard(event: LianxinEvent): event is LianxinEvent<Heard> {
  return [objectionAccepted, objectionDecided, objectionWithdrawn].some(({ type }) => type === event.type);
}

/** In force, or for some persons (T22), or again when a repair is revoked (T23): what is found of objections to it counts. */
function mayBind({ status, parties_continue }: EntryInWork['row']): boolean {
  return isInForce(status) || status === 'REPAIRED' || parties_continue === true;
}

/** The step by which something of an objection is noted. */
function noteOn({ status }: EntryInWork['row']): 'AMEND' | 'NOTE_OBJECTION' {
  return isInForce(status) ? 'AMEND' : 'NOTE_OBJECTION';
}

/** T13; a mark that stands already serves every objection, and each holds it. Of what runs against nobody now it is only kept who would. */
function mark(work: EntryWork, entry: EntryInWork, told: { objectionId: string; number: string; on: string }): void {
  const { row } = entry;
  const { number, on, objectionId } = told;
  const document = { number, date: on };
  if (!bindsAnybody(row)) {
    const known = row.procedure.disputedBy ?? [];
    if (!mayBind(row) || known.includes(objectionId)) return;
    work.step(entry, 'NOTE_OBJECTION', { document, objectionId });
    work.patch(entry, { procedure: { ...row.procedure, disputedBy: [...known, objectionId] } });
    return;
  }
  const disputedBy = withMark(row, objectionId);
  if (disputedBy === undefined) return;
  work.step(entry, 'DISPUTE', { document, objectionId });
  work.patch(entry, { procedure: { ...row.procedure, disputedBy } });
  if (row.disputed) return;
  row.disputed = true;
  work.say(disputedEvent(row, number, on, work.acting));
}

function unmark(work: EntryWork, entry: EntryInWork, end: DisputeEnd & { objectionId: string }, stillDisputed: boolean): void {
  const { row } = entry;
  if (!mayBind(row)) return;
  if (row.status !== 'REPAIRED') {
    const left = withoutMark(row, end.objectionId, stillDisputed);
    if (left !== undefined) endDisputeInWork(work, entry, left, end);
    return;
  }
  const { disputedBy = [] } = row.procedure;
  if (!disputedBy.includes(end.objectionId)) return;
  work.step(entry, 'NOTE_OBJECTION', {
    documentNo: end.documentNo,
    date: end.on,
    objectionId: end.objectionId,
    objectionOver: end.outcome,
  });
  work.patch(entry, { procedure: { ...row.procedure, disputedBy: disputedBy.filter((id) => id !== end.objectionId) } });
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
