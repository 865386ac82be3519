import {
  type BeginReviewRequest,
  type EndReviewRequest,
  type EventData,
  endOfDayBeijing,
  ProblemError,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordPublished,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordStopped,
  publicRecordWithdrawn,
  reviewZh,
} from '@lianxin/contracts';
import { type NewEvent, newEvent, Outbox, Timers } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Acting } from './entry-work.ts';
import { decideCandidates, findCandidatesOfRecord, isOpen } from './match-candidate.store.ts';
import { penaltyFieldLaws } from './penalty-field.data.ts';
import { penaltyFieldsOf } from './penalty-field.rules.ts';
import { decidePublicRecordStep, firstActionOf, type PublicRecordAction, type Term } from './public-record.rules.ts';
import { insertRecordFacts, insertRecords, type PublicRecordFactRow, type PublicRecordRow, updateRecords } from './public-record.store.ts';
import { objectionsTo, reviewOfRecord } from './public-record-publication.rules.ts';
import { touchedBy } from './public-sheet.rules.ts';
import { touchSheets } from './public-sheet.store.ts';

/** `source_kind` of its candidates in the review queue. */
export const publicRecordSource = 'PUBLIC_RECORD';
/** Kind of the timer that ends publication at 24:00 of its last day; its reference is the record. */
export const publicPeriodTimer = 'public-record-period';
type StopGround = EventData<typeof publicRecordStopped>['ground'];
type WithdrawGround = EventData<typeof publicRecordWithdrawn>['ground'] | 'IDENTITY_FAILED';

/** What is heard of an objection to a record. */
export interface HeardObjection {
  readonly objectionId: string;
  readonly documentNo: string;
  readonly on: string;
}

/** What one use case does to public records, gathered in memory and written once; decided under the lanes of their subjects. */
export class PublicRecordWork {
  readonly created = new Set<PublicRecordRow>();
  readonly changed = new Set<PublicRecordRow>();
  readonly facts: PublicRecordFactRow[] = [];
  readonly events: NewEvent[] = [];

  /** @param cause the event of another service that brings it about */
  constructor(
    readonly acting: Acting,
    private readonly cause?: NewEvent['cause'],
  ) {}

  /** A new record waits until it is certain whom it means. */
  begin(row: PublicRecordRow, detail: Readonly<Record<string, unknown>>): void {
    this.created.add(row);
    this.note(row, 'RECEIVE', null, detail);
  }

  /** Its subject is certain: it becomes public, or is kept as past where its own period was over before it came. */
  show(row: PublicRecordRow, detail: Readonly<Record<string, unknown>>): void {
    const { subject_id: subjectId } = row;
    if (subjectId === null) throw new Error('a record of nobody cannot be shown');
    const action = firstActionOf(row.public_until, this.acting.today);
    this.step(row, action, detail);
    row.reason = action === 'ARCHIVE' ? 'PERIOD_ENDED' : null;
    if (action === 'ARCHIVE') return;
    row.published_on = this.acting.today;
    this.sayPublished(row, subjectId, row.published_on);
  }

  /** R-5-13: publicity is restored for the rest of its period. */
  restore(row: PublicRecordRow, documentNo: string): void {
    this.step(row, 'RESTORE', { documentNo, ground: 'REPAIR_REVOKED' });
    row.reason = null;
    this.sayPublished(row, subjectOf(row), row.published_on ?? this.acting.today);
  }

  private sayPublished(row: PublicRecordRow, subjectId: string, publishedOn: string): void {
    const data = {
      ...headOf(row, subjectId),
      documentNo: row.document_number,
      decidedOn: row.decided_on,
      grade: row.grade,
      categories: row.content.penalty?.categories ?? [],
      ...(row.kind === 'PENALTY' ? { fields: penaltyFieldsOf(penaltyFieldLaws, row.content.penalty?.basis) } : {}),
      fineWan: row.content.penalty?.fineWan ?? null,
      publicUntil: row.public_until,
      publishedOn,
      publishDueOn: row.publish_due_on,
    };
    this.events.push(newEvent({ definition: publicRecordPublished, key: subjectId, data, cause: this.cause, actor: this.acting.actor }));
  }

  /** R-5-5, R-5-6: the law ends its publicity earlier than announced. Never later: what was announced and is shorter stays. */
  shorten(row: PublicRecordRow, publicUntil: string, detail: Readonly<Record<string, unknown>>): void {
    if (row.status === 'WITHDRAWN' || (row.public_until !== null && row.public_until <= publicUntil)) return;
    this.changed.add(row);
    this.note(row, 'SHORTEN', row.status, { ...detail, announcedUntil: row.public_until, publicUntil });
    row.public_until = publicUntil;
    if (row.status === 'PUBLISHED' && publicUntil < this.acting.today) this.stop(row, 'PERIOD_ENDED', null, publicUntil);
  }

  /** R-5-14: not shown while a reorganisation plan is carried out. What another repair hides stays hidden for that one. */
  hide(row: PublicRecordRow, repairId: string, documentNo: string): void {
    if (row.status !== 'PUBLISHED' || row.hidden_by !== null) return;
    row.hidden_by = repairId;
    this.changed.add(row);
    this.note(row, 'HIDE', row.status, { repairId, documentNo });
  }

  /** The plan has failed, or the repair is final: this repair hides it no more. */
  unhide(row: PublicRecordRow, repairId: string, documentNo: string): void {
    if (row.hidden_by !== repairId) return;
    row.hidden_by = null;
    this.changed.add(row);
    this.note(row, 'UNHIDE', row.status, { repairId, documentNo });
  }

  stop(row: PublicRecordRow, ground: StopGround, documentNo: string | null, stoppedOn: string): void {
    this.step(row, 'STOP', { ground, documentNo, date: stoppedOn });
    row.reason = ground;
    const data = { ...headOf(row, subjectOf(row)), ground, documentNo, stoppedOn };
    this.events.push(newEvent({ definition: publicRecordStopped, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }));
  }

  /** @param due the end of the term to withdraw; nobody is told of a record that nobody has seen */
  withdraw(
    row: PublicRecordRow,
    ground: WithdrawGround,
    documentNo: string | null,
    due: Term,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const wasPublic = row.published_on !== null;
    this.step(row, 'WITHDRAW', { ground, documentNo, ...detail });
    row.reason = ground;
    row.withdrawn_on = this.acting.today;
    row.withdraw_due_on = due.date;
    if (!wasPublic || ground === 'IDENTITY_FAILED') return;
    const data = { ...headOf(row, subjectOf(row)), ground, documentNo, withdrawnOn: row.withdrawn_on, withdrawDueOn: due.date };
    this.events.push(
      newEvent({ definition: publicRecordWithdrawn, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }),
    );
  }

  /**
   * R-6-5: an objection to it was accepted. A mark that stands already serves every objection, and each holds it.
   * @param facts those of the record so far
   */
  dispute(row: PublicRecordRow, facts: readonly PublicRecordFactRow[], objection: HeardObjection): void {
    const holding = objectionsTo(facts);
    if (row.status !== 'PUBLISHED' || holding.includes(objection.objectionId)) return;
    this.changed.add(row);
    this.note(row, 'DISPUTE', row.status, { ...objection });
    if (holding.length > 0) return;
    const data = { ...headOf(row, subjectOf(row)), documentNo: objection.documentNo, disputedOn: objection.on };
    this.events.push(
      newEvent({ definition: publicRecordDisputed, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }),
    );
  }

  /** The objection is over and the record stands; the mark goes with the last that holds it. One that was never accepted takes nothing away. */
  endDispute(
    row: PublicRecordRow,
    facts: readonly PublicRecordFactRow[],
    objection: HeardObjection,
    outcome: EventData<typeof publicRecordDisputeEnded>['outcome'],
  ): void {
    const holding = objectionsTo(facts);
    if (row.status === 'WITHDRAWN' || !holding.includes(objection.objectionId)) return;
    this.changed.add(row);
    this.note(row, 'END_DISPUTE', row.status, { ...objection, outcome });
    if (holding.length > 1) return;
    const data = { ...headOf(row, subjectOf(row)), outcome, documentNo: objection.documentNo, endedOn: objection.on };
    this.events.push(
      newEvent({ definition: publicRecordDisputeEnded, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }),
    );
  }

  /**
   * R-6-6: a reconsideration or lawsuit is pending. It is marked and stays public.
   * @param facts those of the record so far
   * @throws ProblemError CONFLICT where it is not public, STEP_NOT_READY where one is pending already
   */
  beginReview(row: PublicRecordRow, facts: readonly PublicRecordFactRow[], { kind, body, document }: BeginReviewRequest): void {
    if (row.status !== 'PUBLISHED') throw new ProblemError('CONFLICT', `公示记录当前状态为 ${row.status}，公示中的记录才能标注复议或诉讼`);
    const pending = reviewOfRecord(facts);
    if (pending !== null) throw new ProblemError('STEP_NOT_READY', `已标注${reviewZh[pending.kind]}（${pending.caseNo}），先登记其结果`);
    this.changed.add(row);
    const review = { kind, body, caseNo: document.number, since: document.date };
    this.note(row, 'BEGIN_REVIEW', row.status, { review, documentName: document.name });
    const data = { ...headOf(row, subjectOf(row)), reviewKind: kind, documentNo: document.number, begunOn: document.date };
    this.events.push(
      newEvent({ definition: publicRecordReviewBegun, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }),
    );
  }

  /**
   * It is over: the mark goes, also from a record whose publicity has ended meanwhile.
   * @throws ProblemError STEP_NOT_READY where none is pending, DATE_ORDER for a result from before the case began
   */
  endReview(row: PublicRecordRow, facts: readonly PublicRecordFactRow[], { outcome, document }: EndReviewRequest): void {
    const pending = reviewOfRecord(facts);
    if (pending === null) throw new ProblemError('STEP_NOT_READY', '没有复议或诉讼标注');
    if (document.date < pending.since) throw new ProblemError('DATE_ORDER', `结果的日期不能早于受理日期 ${pending.since}`);
    this.changed.add(row);
    this.note(row, 'END_REVIEW', row.status, { outcome, caseNo: pending.caseNo, documentNo: document.number, documentName: document.name });
    const data = { ...headOf(row, subjectOf(row)), outcome, documentNo: document.number, endedOn: document.date };
    this.events.push(
      newEvent({ definition: publicRecordReviewEnded, key: data.subjectId, data, cause: this.cause, actor: this.acting.actor }),
    );
  }

  /** @throws ProblemError CONFLICT, naming the state and what is allowed */
  private step(row: PublicRecordRow, action: PublicRecordAction, detail: Readonly<Record<string, unknown>>): void {
    const decided = decidePublicRecordStep(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
    const from = row.status;
    row.status = decided.to;
    if (!this.created.has(row)) this.changed.add(row);
    this.note(row, action, from, detail);
  }

  private note(
    row: PublicRecordRow,
    what: string,
    from: PublicRecordRow['status'] | null,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    row.version++;
    const { id, version, status, department_code } = row;
    const { now, actor } = this.acting;
    this.facts.push({ record_id: id, version, what, from_status: from, to_status: status, at: now, actor, detail, department_code });
  }
}

/** Rows, facts, timers and events of a piece of work, set-based, in the transaction that decided it. */
@Injectable()
export class PublicRecordWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly timers: Timers,
  ) {}

  /** @param before events that go out ahead of those of the records (subjects that were registered) */
  async write(tx: Transaction, work: PublicRecordWork, before: readonly NewEvent[] = []): Promise<void> {
    await insertRecords(tx, [...work.created]);
    await updateRecords(tx, [...work.changed]);
    await insertRecordFacts(tx, work.facts);
    await touchSheets(tx, touchedBy(work.created, work.changed));
    const all = [...work.created, ...work.changed];
    const running = all.flatMap((row) =>
      row.status === 'PUBLISHED' && row.public_until !== null ? [{ reference: row.id, dueAt: endOfDayBeijing(row.public_until) }] : [],
    );
    if (running.length > 0) await this.timers.set(tx, publicPeriodTimer, running);
    const over = [...work.changed].filter((row) => row.status !== 'PUBLISHED').map((row) => row.id);
    if (over.length > 0) await this.timers.clear(tx, publicPeriodTimer, over);
    await this.closeReviews(tx, work);
    await this.outbox.publish(tx, [...before, ...work.events]);
  }

  /** Nobody need say any more whom a withdrawn record means. */
  private async closeReviews(tx: Transaction, work: PublicRecordWork): Promise<void> {
    for (const row of work.changed) {
      if (row.status !== 'WITHDRAWN' || row.subject_id !== null) continue;
      const open = (await findCandidatesOfRecord(tx, publicRecordSource, row.id)).filter(isOpen).map((candidate) => candidate.id);
      const { actor, now } = work.acting;
      if (open.length > 0) await decideCandidates(tx, open, { status: 'DISMISSED', reason: 'RECORD_WITHDRAWN', by: actor, at: now });
    }
  }
}

function subjectOf(row: PublicRecordRow): string {
  if (row.subject_id === null) throw new Error('a public record without a subject');
  return row.subject_id;
}

function headOf(row: PublicRecordRow, subjectId: string) {
  return {
    recordId: row.id,
    recordVersion: row.version,
    number: row.number,
    kind: row.kind,
    subjectId,
    subjectKind: row.subject_kind,
    departmentCode: row.department_code,
    status: row.status,
  };
}
