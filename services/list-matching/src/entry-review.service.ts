import { type Page, type Principal, ProblemError, type ReviewDecisionRequest } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { decideReview, findReview, findReviewPage, type ReviewRow } from './entry-review.store.ts';
import { exitedEvent } from './list-entry.events.ts';
import { isInForce, mayChange } from './list-entry.rules.ts';
import { findEntries } from './list-entry.store.ts';
import { reviewDecidedEvent } from './list-entry-life.events.ts';

const cursorSchema = z.tuple([z.uuid()]);
export type ReviewPageRow = Awaited<ReturnType<typeof findReviewPage>>[number];

/** Honours that their unit has to look at again: a focus entry of the same subject (R-2-10 c), or the yearly re-evaluation. Nothing happens by itself. */
@Injectable()
export class EntryReviewService {
  constructor(
    private readonly clock: Clock,
    private readonly changes: EntryChange,
    private readonly writer: EntryWriter,
  ) {}

  /** The moment at which a page is told: what is overdue then. */
  now(): Date {
    return this.clock.now();
  }

  async list(
    tx: Transaction,
    status: ReviewRow['status'] | undefined,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<ReviewPageRow>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    return pageOf(
      await findReviewPage(tx, status, after, limit + 1),
      limit,
      (row) => [row.id],
      (row) => row,
    );
  }

  /**
   * The unit keeps its honour, or finds the criteria lost and excludes it (T20).
   * @throws ProblemError NOT_FOUND, NOT_DESIGNATING_UNIT, REVIEW_DECIDED, DATE_IN_FUTURE
   */
  async decide(tx: Transaction, principal: Principal, id: string, request: ReviewDecisionRequest): Promise<ReviewRow> {
    const seen = await getReview(tx, id);
    const [row] = await findEntries(tx, [seen.entry_id]);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该复核，或不属于本部门');
    if (!mayChange(principal, { departmentCode: row.department_code, origin: row.origin }))
      throw new ProblemError('NOT_DESIGNATING_UNIT', `该复核由认定单位 ${row.department_code} 处理`);
    const [fault] = findUnstorableTexts(request);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    const work = this.changes.newWork(principal.id);
    const { document, outcome, reasons } = request;
    if (document.date > work.acting.today) {
      const detail = `日期不能晚于今天（${work.acting.today}）`;
      throw new ProblemError('DATE_IN_FUTURE', detail, [{ pointer: '/document/date', code: 'DATE_IN_FUTURE', detail }]);
    }
    await lockLanes(tx, [row.subject_id]);
    const review = await getReview(tx, id);
    if (review.status !== 'OPEN')
      throw new ProblemError(
        'REVIEW_DECIDED',
        `该复核已处理：${review.status}，${review.decided_at?.toISOString() ?? ''}，${review.decided_by ?? ''}`,
      );
    await decideReview(tx, id, { status: outcome, reason: reasons, by: principal.id, at: this.clock.now() });
    const [entry] = (await findEntries(tx, [row.id])).map((current) => work.take(current));
    if (entry === undefined) throw new Error('a review without an entry');
    const about = { reviewId: id, reason: review.reason, byEntryId: review.by_entry_id };
    work.close(entry, 'RED_REVIEW');
    if (outcome === 'EXCLUDED' && isInForce(entry.row.status)) {
      work.step(entry, 'EXCLUDE', { ground: 'CRITERIA_LOST', document, reasons, review: id });
      work.say(reviewDecidedEvent(entry.row, about, outcome, principal.id));
      const exit = { ground: 'CRITERIA_LOST', documentNo: document.number, exitedOn: document.date, byEntryId: null } as const;
      work.say(exitedEvent(entry.row, exit, work.acting));
    } else work.say(reviewDecidedEvent(entry.row, about, outcome, principal.id));
    await this.writer.write(tx, work);
    return getReview(tx, id);
  }
}

async function getReview(tx: Transaction, id: string): Promise<ReviewRow> {
  const row = await findReview(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该复核，或不属于本部门');
  return row;
}
