import { type ExitGround, type FieldProblem, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, contentHash, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import type { Acting } from './entry-work.ts';
import { allDefinitions } from './list-definition.store.ts';
import { BatchClock } from './national-batch.clock.ts';
import { BatchIntake, newLine } from './national-batch.intake.ts';
import { BatchReview } from './national-batch.review.ts';
import {
  type BatchDifference,
  type BatchRowRequest,
  batchTerms,
  compareIssues,
  type KeyedRow,
  type OriginFromAbove,
  rowKeyOf,
} from './national-batch.rules.ts';
import {
  addBatchFact,
  type BatchLine,
  type BatchRow,
  findLine,
  findReport,
  findStandingLines,
  insertBatch,
  insertLines,
  lockBatch,
  lockBatchByNumber,
  updateIssue,
  updateLines,
} from './national-batch.store.ts';
import { ListTerms } from './terms.ts';
import { VerificationEffects } from './verification.effects.ts';
import { VerificationService } from './verification.service.ts';

export interface BatchHead {
  readonly batchNo: string;
  readonly origin: OriginFromAbove;
  readonly sourceName: string;
  readonly documentNo: string;
  readonly issuedOn: string;
}
export interface Correction {
  readonly documentNo: string;
  readonly date: string;
}
export interface NewRow extends KeyedRow {
  readonly content: BatchRowRequest;
  readonly line: number;
}
export interface StoredRow extends KeyedRow {
  readonly stored: BatchLine;
}
export type Difference = BatchDifference<StoredRow, NewRow>;
/** What a batch did: nothing when it was known, and how a corrected one differs. */
export interface BatchReceipt {
  readonly batch: BatchRow;
  readonly replayed: boolean;
  readonly difference: Difference | null;
}

/** National and provincial batches (R-2-17): received once, matched, verified by the counties, compared when they are issued again. */
@Injectable()
export class NationalBatchService {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly personalData: PersonalData,
    private readonly intake: BatchIntake,
    private readonly verifications: VerificationService,
    private readonly effects: VerificationEffects,
    private readonly batches: BatchClock,
    private readonly review: BatchReview,
  ) {}

  /**
   * Takes a whole batch. The same again changes nothing; another content under the same number is compared and, with a correction, applied.
   * @throws ProblemError VALIDATION_FAILED, DATE_IN_FUTURE, BATCH_DIFFERS, BATCH_REPORTED
   */
  async receive(
    tx: Transaction,
    principal: Principal,
    head: BatchHead,
    rows: readonly BatchRowRequest[],
    correction?: Correction,
  ): Promise<BatchReceipt> {
    const acting: Acting = { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
    assertStorable({ ...head, ...correction, rows });
    if (head.issuedOn > acting.today) throw refused('/issuedOn', 'DATE_IN_FUTURE', `下发日期不能晚于今天（${acting.today}）`);
    const issued = keyed(rows);
    const hash = batchHash(head, issued);
    const created = await this.begin(tx, acting, head, hash, rows.length);
    if (created === undefined) return this.receiveAgain(tx, acting, head, hash, issued, correction);
    await this.place(tx, acting, created, issued);
    return { batch: created, replayed: false, difference: null };
  }

  /** Begins a batch whose rows follow, with its terms; undefined when it is there already. */
  async begin(tx: Transaction, acting: Acting, head: BatchHead, hash: string, rows: number): Promise<BatchRow | undefined> {
    const terms = batchTerms(acting.today, this.terms.batchOn(acting.today), this.clock.calendar());
    const created = await insertBatch(tx, {
      batch_no: head.batchNo,
      origin: head.origin,
      source_name: head.sourceName,
      document_no: head.documentNo,
      issued_on: head.issuedOn,
      issue: 1,
      content_hash: hash,
      received_at: acting.now,
      received_by: acting.actor,
      match_due_on: terms.matchDueOn,
      due_on: terms.dueOn,
    });
    if (created === undefined) return undefined;
    await addBatchFact(tx, { batchId: created.id, kind: 'RECEIVED', at: acting.now, actor: acting.actor, detail: { rows } });
    await this.batches.begin(tx, created);
    return created;
  }

  private async receiveAgain(
    tx: Transaction,
    acting: Acting,
    head: BatchHead,
    hash: string,
    issued: readonly NewRow[],
    correction: Correction | undefined,
  ): Promise<BatchReceipt> {
    const batch = await lockBatchByNumber(tx, head.batchNo);
    if (batch === undefined) throw new Error('a batch that stood in the way has gone');
    if (batch.content_hash === hash) return { batch, replayed: true, difference: null };
    const difference = compareIssues((await findStandingLines(tx, batch.id)).map(storedRow), issued);
    const { added, changed, removed } = difference;
    if (correction === undefined)
      throw new ProblemError(
        'BATCH_DIFFERS',
        `与已收到的批次相比：新增 ${added.length} 行，变更 ${changed.length} 行，删除 ${removed.length} 行`,
      );
    if (correction.date > acting.today) throw refused('/correction/date', 'DATE_IN_FUTURE', `日期不能晚于今天（${acting.today}）`);
    if (head.origin !== batch.origin) throw refused('/origin', 'BATCH_DIFFERS', `该批次来源为 ${batch.origin}`);
    if ((await findReport(tx, batch.id)) !== undefined) throw new ProblemError('BATCH_REPORTED', '该批次已上报，更正内容请以新批次号下发');
    const next = await this.reissue(tx, acting, batch, { head, hash, correction, difference });
    const withdrawn = [...removed, ...changed.map(({ before }) => before)].map(({ stored }) => stored);
    await this.takeBack(tx, acting, next, withdrawn, correction);
    await this.place(tx, acting, next, [...added, ...changed.map(({ after }) => after)]);
    return { batch: next, replayed: false, difference };
  }

  /** Notes a corrected re-issue; what it takes back and adds follows. The caller holds the batch. */
  async reissue(
    tx: Transaction,
    acting: Acting,
    batch: BatchRow,
    issue: { head: BatchHead; hash: string; correction: Correction; difference: Difference },
  ): Promise<BatchRow> {
    const { head, hash, correction, difference } = issue;
    const next: BatchRow = { ...batch, issue: batch.issue + 1, content_hash: hash, document_no: head.documentNo, reading_job: null };
    await updateIssue(tx, batch.id, { issue: next.issue, contentHash: hash, documentNo: head.documentNo });
    const counts = { added: difference.added.length, changed: difference.changed.length, removed: difference.removed.length };
    await addBatchFact(tx, {
      batchId: batch.id,
      kind: 'REISSUED',
      at: acting.now,
      actor: acting.actor,
      detail: { issue: next.issue, documentNo: correction.documentNo, ...counts },
    });
    return next;
  }

  /** Rows that their source has taken back: what they made is undone first (R-2-6b: removals before additions), then nobody verifies them any more. */
  async takeBack(tx: Transaction, acting: Acting, batch: BatchRow, lines: readonly BatchLine[], correction: Correction): Promise<void> {
    const exit = { ground: 'DESIGNATION_WRONG' as const, documentNo: correction.documentNo, date: correction.date };
    for (const line of lines) {
      // What stood before the batch rests on its own record; only what this row listed goes with it.
      const undone = line.effect === 'LIST' && (await this.effects.release(tx, acting, line, exit));
      line.state = 'WITHDRAWN';
      line.reason = `更正重发 ${correction.documentNo}`;
      if (undone) line.effect = 'RELEASED';
    }
    await updateLines(tx, lines, acting.now);
    await this.review.close(tx, acting, lines, 'WITHDRAWN');
    const standing = new Set((await findStandingLines(tx, batch.id)).map((line) => line.verification_id));
    const orphaned = new Set(lines.map((line) => line.verification_id).filter((id) => id !== null && !standing.has(id)));
    await lockLanes(
      tx,
      lines.flatMap((line) => line.subject_id ?? []),
    );
    for (const id of orphaned) if (id !== null) await this.verifications.cancel(tx, acting, batch, id, correction.documentNo);
  }

  /** Matches new rows, gives them to their counties, puts what is doubtful before a person. @returns the rows as they stand now */
  async place(tx: Transaction, acting: Acting, batch: BatchRow, rows: readonly NewRow[]): Promise<BatchLine[]> {
    const lines = rows.map(({ content: { legalRepresentative, ...content }, ...row }) => {
      const cluesSealed = legalRepresentative === undefined ? null : this.personalData.sealText(JSON.stringify({ legalRepresentative }));
      return newLine(batch.id, content, { ...row, issue: batch.issue, cluesSealed });
    });
    await this.intake.match(tx, acting, batch, lines);
    await this.review.open(tx, acting, batch, lines);
    await this.verifications.request(tx, acting, batch, lines, await allDefinitions(tx));
    await insertLines(tx, lines, acting.now);
    await this.batches.settle(tx, acting, batch);
    return lines;
  }

  /** What the platform above answered to a query (V2) or an objection (V6, V7): removed there, so it ends here; or it stands, so it is looked at again. */
  async noteUpwardAnswer(
    tx: Transaction,
    principal: Principal,
    batchId: string,
    rowId: string,
    answer: { readonly removed: boolean; readonly ground?: ExitGround | undefined; readonly documentNo: string; readonly date: string },
  ): Promise<BatchLine> {
    assertStorable(answer);
    const acting: Acting = { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
    const batch = await lockBatch(tx, batchId);
    const line = batch === undefined ? undefined : await findLine(tx, batchId, rowId);
    if (line === undefined) throw new ProblemError('NOT_FOUND', '没有该批次或该行');
    if (line.upward === null || line.upward_answer !== null) throw new ProblemError('CONFLICT', '该行没有待答复的上报');
    if (answer.date > acting.today) throw refused('/date', 'DATE_IN_FUTURE', `日期不能晚于今天（${acting.today}）`);
    line.upward_answer = { ...answer, by: acting.actor };
    if (answer.removed) {
      const ground = answer.ground ?? (line.upward === 'OBJECTION' ? 'DESIGNATION_WRONG' : 'DUTIES_PERFORMED');
      if (await this.effects.release(tx, acting, line, { ground, documentNo: answer.documentNo, date: answer.date }))
        line.effect = 'RELEASED';
    }
    await updateLines(tx, [line], acting.now);
    const detail = { row: line.line, removed: answer.removed, documentNo: answer.documentNo };
    await addBatchFact(tx, { batchId, kind: 'UPWARD_ANSWERED', at: acting.now, actor: acting.actor, detail });
    // What the source stands by must be verified anew; nobody is listed on a letter alone.
    if (!answer.removed && line.upward === 'OBJECTION' && line.verification_id !== null) {
      await this.verifications.reopen(tx, principal, line.verification_id, `上级答复维持：${answer.documentNo}`);
      line.state = 'VERIFYING';
    }
    return line;
  }
}

/** Tells whether a batch is the same as one that is here: its rows in any order. */
export function batchHash(head: Pick<BatchHead, 'origin' | 'issuedOn'>, rows: readonly KeyedRow[]): string {
  return contentHash([head.origin, head.issuedOn, ...rows.map((row) => [row.rowKey, row.contentHash]).sort()]);
}

/** @throws ProblemError VALIDATION_FAILED for a row that comes twice: which of the two counts would be a matter of chance. */
function keyed(rows: readonly BatchRowRequest[]): NewRow[] {
  const seen = new Map<string, number>();
  const doubles: FieldProblem[] = [];
  const result: NewRow[] = [];
  for (const [index, content] of rows.entries()) {
    const rowKey = rowKeyOf(content);
    const hash = contentHash(content);
    const first = seen.get(rowKey);
    if (first === undefined) {
      seen.set(rowKey, index);
      result.push({ rowKey, contentHash: hash, content, line: index + 1 });
    } else if (contentHash(rows[first]) !== hash)
      doubles.push({ pointer: `/rows/${index}`, code: 'VALIDATION_FAILED', detail: `与第 ${first + 1} 行为同一记录而内容不同` });
  }
  const [fault] = doubles;
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, doubles.slice(0, 50));
  return result;
}

export function storedRow(stored: BatchLine): StoredRow {
  return { rowKey: stored.row_key, contentHash: stored.content_hash, stored };
}

function assertStorable(request: object): void {
  const faults = findUnstorableTexts(request);
  const [fault] = faults;
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, faults.slice(0, 50));
}

function refused(pointer: string, code: 'DATE_IN_FUTURE' | 'BATCH_DIFFERS', detail: string): ProblemError {
  return new ProblemError(code, detail, [{ pointer, code, detail }]);
}
