import { randomUUID } from 'node:crypto';
import {
  type BeginReviewRequest,
  type EndReviewRequest,
  type Page,
  type Principal,
  ProblemError,
  type PublicRecordQuery,
  type PublicRecordRequest,
  type PublicRecordStop,
  type PublicRecordView,
  type PublicRecordWithdraw,
} from '@lianxin/contracts';
import { lockLanes, type NewEvent, Timers } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { endedAccessOf, mayReadRecord } from './ended-entry.rules.ts';
import type { Acting } from './entry-work.ts';
import type { CandidateRow } from './match-candidate.store.ts';
import { assertStorable } from './match-review.service.ts';
import { type ReviewDecision, type ReviewSource, ReviewSources, type SourceView } from './match-review.sources.ts';
import { PublicRecordIntake } from './public-record.intake.ts';
import { withdrawTerm } from './public-record.rules.ts';
import {
  findRecordFacts,
  findRecordPage,
  findRecords,
  lockRecords,
  type PublicRecordFactRow,
  type PublicRecordRow,
} from './public-record.store.ts';
import { publicRecordViewOf } from './public-record.view.ts';
import { type HeardObjection, PublicRecordWork, PublicRecordWriter, publicPeriodTimer, publicRecordSource } from './public-record.work.ts';
import { PublicRecordReports } from './public-record-report.ts';
import { findSubjects } from './subject.store.ts';

const cursorSchema = z.tuple([z.uuid()]);
type Change = (work: PublicRecordWork, row: PublicRecordRow, facts: readonly PublicRecordFactRow[]) => void;
/** The event of an objection that brings something about. */
interface HeardFrom {
  readonly actor: string;
  readonly cause: NonNullable<NewEvent['cause']>;
}

/** Use cases of public records: reading, taking in, stopping, withdrawing, what follows from a review, and the end of their period. */
@Injectable()
export class PublicRecordService implements ReviewSource {
  readonly kind = publicRecordSource;

  constructor(
    private readonly clock: Clock,
    private readonly intake: PublicRecordIntake,
    private readonly writer: PublicRecordWriter,
    private readonly reports: PublicRecordReports,
    sources: ReviewSources,
    timers: Timers,
  ) {
    sources.register(this);
    timers.register(publicPeriodTimer, (tx, ids) => this.endPeriods(tx, ids));
  }

  /** @throws ProblemError VALIDATION_FAILED and others with every fault of the record */
  async create(tx: Transaction, principal: Principal, request: PublicRecordRequest): Promise<{ view: PublicRecordView; isNew: boolean }> {
    const [answer] = await this.intake.receive(tx, principal, [request]);
    if (answer === undefined) throw new Error('a record without an answer');
    if (!answer.ok) {
      const [first] = answer.errors;
      if (first === undefined) throw new Error('a refusal without a fault');
      throw new ProblemError(
        first.code,
        answer.errors
          .map((error) => error.detail)
          .join('；')
          .slice(0, 2000),
        answer.errors,
      );
    }
    const { kind } = request;
    await this.reports.tell(tx, principal, { id: randomUUID(), version: 1, kind, channel: 'REQUEST', received: 1, valid: 1 });
    return { view: await this.get(tx, principal, answer.row.id), isNew: answer.effect === 'CREATED' };
  }

  /** @throws ProblemError NOT_FOUND, also for a record of another department */
  async get(tx: Transaction, principal: Principal, id: string): Promise<PublicRecordView> {
    const [row] = await findRecords(tx, [id]);
    if (row === undefined || !mayReadRecord(endedAccessOf(principal), row))
      throw new ProblemError('NOT_FOUND', '没有该公示记录，或不属于本部门');
    return publicRecordViewOf(row, await findRecordFacts(tx, [id]), this.clock.today());
  }

  async list(tx: Transaction, principal: Principal, query: PublicRecordQuery): Promise<Page<PublicRecordView>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor)[0];
    const today = this.clock.today();
    const rows = await findRecordPage(tx, query, today, endedAccessOf(principal), before, query.limit + 1);
    const facts = Map.groupBy(
      await findRecordFacts(
        tx,
        rows.map((row) => row.id),
      ),
      (fact) => fact.record_id,
    );
    return pageOf(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => publicRecordViewOf(row, facts.get(row.id) ?? [], today),
    );
  }

  /** 行政处罚法 48: what was changed or revoked is taken back, with document and public reason. */
  withdraw(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    order: PublicRecordWithdraw,
  ): Promise<PublicRecordView> {
    return this.change(tx, principal, id, version, order, (work, row) => {
      this.assertDates(row, order.documentDate);
      const { ground, documentNo, documentDate, reason } = order;
      work.withdraw(row, ground, documentNo, withdrawTerm(this.clock.calendar(), documentDate), { documentDate, reason });
    });
  }

  /** An objection was upheld: the record is taken back, unless it has been already. */
  voidByObjection(
    tx: Transaction,
    id: string,
    order: {
      readonly ground: 'RECORD_WRONG' | 'DECISION_REVOKED' | 'DECISION_CHANGED';
      readonly documentNo: string;
      readonly date: string;
    },
    by: HeardFrom,
  ): Promise<void> {
    return this.byObjection(tx, id, by, (work, row) => {
      if (row.status === 'WITHDRAWN') return;
      work.withdraw(row, order.ground, order.documentNo, withdrawTerm(this.clock.calendar(), order.date), { documentDate: order.date });
    });
  }

  /** An objection was accepted: it is marked (R-6-5). */
  disputeByObjection(tx: Transaction, id: string, objection: HeardObjection, by: HeardFrom): Promise<void> {
    return this.byObjection(tx, id, by, (work, row, facts) => work.dispute(row, facts, objection));
  }

  /** An objection was dismissed or withdrawn: its mark goes, unless another objection holds it. */
  endDisputeByObjection(
    tx: Transaction,
    id: string,
    objection: HeardObjection,
    outcome: 'DISMISSED' | 'WITHDRAWN',
    by: HeardFrom,
  ): Promise<void> {
    return this.byObjection(tx, id, by, (work, row, facts) => work.endDispute(row, facts, objection, outcome));
  }

  private async byObjection(
    tx: Transaction,
    id: string,
    by: HeardFrom,
    decide: (work: PublicRecordWork, row: PublicRecordRow, facts: readonly PublicRecordFactRow[]) => void,
  ): Promise<void> {
    const seen = await findRecords(tx, [id]);
    await lockLanes(
      tx,
      seen.flatMap((row) => row.subject_id ?? []),
    );
    const work = new PublicRecordWork(this.actingOf(by.actor), by.cause);
    for (const row of await lockRecords(tx, [id])) decide(work, row, await findRecordFacts(tx, [id]));
    await this.writer.write(tx, work);
  }

  /** Publication ends: repaired, taken off the list of abnormal operation, or its period is over. */
  stop(tx: Transaction, principal: Principal, id: string, version: number | undefined, order: PublicRecordStop): Promise<PublicRecordView> {
    return this.change(tx, principal, id, version, order, (work, row) => {
      this.assertDates(row, order.date);
      work.stop(row, order.ground, order.documentNo, order.date);
    });
  }

  /** R-6-6: a reconsideration or lawsuit about it is pending; it is marked, and public as before. */
  beginReview(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: BeginReviewRequest,
  ): Promise<PublicRecordView> {
    return this.change(tx, principal, id, version, request, (work, row, facts) => {
      this.assertDates(row, request.document.date);
      work.beginReview(row, facts, request);
    });
  }

  /** The case is over: the mark goes. A decision that was revoked or changed by it is withdrawn by a step of its own. */
  endReview(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: EndReviewRequest,
  ): Promise<PublicRecordView> {
    return this.change(tx, principal, id, version, request, (work, row, facts) => {
      this.assertDates(row, request.document.date);
      work.endReview(row, facts, request);
    });
  }

  /** Takes back what an import made, as never rightly received; the caller has made sure that nothing has moved on. */
  async takeBack(tx: Transaction, principal: Principal, ids: readonly string[], documentNo: string): Promise<void> {
    const seen = await findRecords(tx, ids);
    await lockLanes(
      tx,
      seen.flatMap((row) => row.subject_id ?? []),
    );
    const work = new PublicRecordWork(this.actingOf(principal.id));
    const due = { date: work.acting.today, provisional: false };
    for (const row of await lockRecords(tx, ids)) work.withdraw(row, 'IMPORT_UNDONE', documentNo, due, {});
    await this.writer.write(tx, work);
  }

  async lanesOf(tx: Transaction, candidate: CandidateRow): Promise<readonly string[]> {
    return (await findRecords(tx, [candidate.source_id])).flatMap((row) => row.subject_id ?? []);
  }

  /** The record means this subject and is shown from now on. */
  async same(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    const [subject] = await findSubjects(tx, [candidate.subject_id]);
    await this.decided(tx, candidate, principal, (work, row) => {
      row.subject_id = subject?.merged_into ?? candidate.subject_id;
      work.show(row, { identity: 'CONFIRMED', candidate: candidate.id });
    });
  }

  /** It means somebody else: it is taken back without ever having been shown. */
  async different(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    await this.decided(tx, candidate, principal, (work, row) =>
      work.withdraw(row, 'IDENTITY_FAILED', null, { date: work.acting.today, provisional: false }, { candidate: candidate.id }),
    );
  }

  /** R-11-4: it stood under the wrong name and is taken back at once. */
  async undo(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    await this.decided(tx, candidate, principal, (work, row) => {
      if (row.status !== 'WITHDRAWN')
        work.withdraw(row, 'MATCH_WRONG', null, withdrawTerm(this.clock.calendar(), work.acting.today), { candidate: candidate.id });
    });
  }

  async describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    const rows = new Map((await findRecords(tx, [...new Set(candidates.map((row) => row.source_id))])).map((row) => [row.id, row]));
    return new Map(candidates.map((row) => [row.id, { number: rows.get(row.source_id)?.number ?? '', listCode: null, partyRole: null }]));
  }

  private async decided(tx: Transaction, candidate: CandidateRow, principal: Principal, change: Change): Promise<void> {
    const [row] = await lockRecords(tx, [candidate.source_id]);
    if (row === undefined) throw new Error('a candidate without a public record');
    const work = new PublicRecordWork(this.actingOf(principal.id));
    change(work, row, await findRecordFacts(tx, [row.id]));
    await this.writer.write(tx, work);
  }

  /** Publication ends by itself at 24:00 of its last day, once, whichever replica does it. */
  private async endPeriods(tx: Transaction, ids: readonly string[]): Promise<void> {
    const seen = await findRecords(tx, ids);
    await lockLanes(
      tx,
      seen.flatMap((row) => row.subject_id ?? []),
    );
    const work = new PublicRecordWork(this.actingOf(`timer:${publicPeriodTimer}`));
    for (const row of await lockRecords(tx, ids))
      if (row.status === 'PUBLISHED') work.stop(row, 'PERIOD_ENDED', null, row.public_until ?? work.acting.today);
    await this.writer.write(tx, work);
  }

  /** @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, CONFLICT */
  private async change(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    order: object,
    change: Change,
  ): Promise<PublicRecordView> {
    const [seen] = await findRecords(tx, [id]);
    if (seen === undefined) throw new ProblemError('NOT_FOUND', '没有该公示记录，或不属于本部门');
    if (!principal.departments.includes(seen.department_code))
      throw new ProblemError('FORBIDDEN', '公示记录由报送部门撤回、停止公示或标注');
    assertStorable(order);
    await lockLanes(tx, seen.subject_id === null ? [] : [seen.subject_id]);
    const [row] = await lockRecords(tx, [id]);
    if (row === undefined) throw new Error('a public record has gone');
    if (version !== undefined && version !== row.version)
      throw new ProblemError('STALE', `记录已变动：当前版本 ${row.version}，状态 ${row.status}`);
    const work = new PublicRecordWork(this.actingOf(principal.id));
    change(work, row, await findRecordFacts(tx, [id]));
    await this.writer.write(tx, work);
    return this.get(tx, principal, id);
  }

  private assertDates(row: PublicRecordRow, date: string): void {
    const today = this.clock.today();
    if (date > today) throw new ProblemError('DATE_IN_FUTURE', '日期不能晚于今天');
    if (date < row.decided_on) throw new ProblemError('DATE_ORDER', `日期不能早于原决定日期 ${row.decided_on}`);
  }

  private actingOf(actor: string): Acting {
    return { actor, now: this.clock.now(), today: this.clock.today() };
  }
}
