import { type ExitGround, type FieldProblem, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import type { Acting } from './entry-work.ts';
import { allDefinitions } from './list-definition.store.ts';
import { BatchClock } from './national-batch.clock.ts';
import { BatchIntake, identityOfSubject, newLine } from './national-batch.intake.ts';
import {
  type BatchDifference,
  type BatchRowContent,
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
import { findByIdentity } from './subject.store.ts';
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
interface NewRow extends KeyedRow {
  readonly content: BatchRowContent;
  readonly line: number;
}
interface StoredRow extends KeyedRow {
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
    private readonly config: ListConfig,
    private readonly intake: BatchIntake,
    private readonly verifications: VerificationService,
    private readonly effects: VerificationEffects,
    private readonly batches: BatchClock,
  ) {}

  /**
   * Takes a whole batch. The same again changes nothing; another content under the same number is compared and, with a correction, applied.
   * @throws ProblemError VALIDATION_FAILED, DATE_IN_FUTURE, BATCH_DIFFERS, BATCH_REPORTED
   */
  async receive(
    tx: Transaction,
    principal: Principal,
    head: BatchHead,
    rows: readonly BatchRowContent[],
    correction?: Correction,
  ): Promise<BatchReceipt> {
    const acting: Acting = { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
    assertStorable({ ...head, ...correction, rows });
    if (head.issuedOn > acting.today) throw refused('/issuedOn', 'DATE_IN_FUTURE', `下发日期不能晚于今天（${acting.today}）`);
    const issued = keyed(rows);
    const hash = contentHash([head.origin, head.issuedOn, ...issued.map((row) => [row.rowKey, row.contentHash]).sort()]);
    const terms = batchTerms(acting.today, this.config.batches, this.clock.calendar());
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
    if (created === undefined) return this.receiveAgain(tx, acting, head, hash, issued, correction);
    await addBatchFact(tx, { batchId: created.id, kind: 'RECEIVED', at: acting.now, actor: acting.actor, detail: { rows: rows.length } });
    await this.batches.begin(tx, created);
    await this.place(tx, acting, created, issued);
    return { batch: created, replayed: false, difference: null };
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
    const next: BatchRow = { ...batch, issue: batch.issue + 1, content_hash: hash, document_no: head.documentNo };
    await updateIssue(tx, batch.id, { issue: next.issue, contentHash: hash, documentNo: head.documentNo });
    const withdrawn = [...removed, ...changed.map(({ before }) => before)].map(({ stored }) => stored);
    await this.takeBack(tx, acting, next, withdrawn, correction);
    await this.place(tx, acting, next, [...added, ...changed.map(({ after }) => after)]);
    const counts = { added: added.length, changed: changed.length, removed: removed.length };
    await addBatchFact(tx, {
      batchId: batch.id,
      kind: 'REISSUED',
      at: acting.now,
      actor: acting.actor,
      detail: { issue: next.issue, documentNo: correction.documentNo, ...counts },
    });
    return { batch: next, replayed: false, difference };
  }

  /** Rows that their source has taken back: what they made is undone first (R-2-6b: removals before additions), then nobody verifies them any more. */
  private async takeBack(
    tx: Transaction,
    acting: Acting,
    batch: BatchRow,
    lines: readonly BatchLine[],
    correction: Correction,
  ): Promise<void> {
    const exit = { ground: 'DESIGNATION_WRONG' as const, documentNo: correction.documentNo, date: correction.date };
    for (const line of lines) {
      // What stood before the batch rests on its own record; only what this row listed goes with it.
      const undone = line.effect === 'LIST' && (await this.effects.release(tx, acting, line, exit));
      line.state = 'WITHDRAWN';
      line.reason = `更正重发 ${correction.documentNo}`;
      if (undone) line.effect = 'RELEASED';
    }
    await updateLines(tx, lines, acting.now);
    const standing = new Set((await findStandingLines(tx, batch.id)).map((line) => line.verification_id));
    const orphaned = new Set(lines.map((line) => line.verification_id).filter((id) => id !== null && !standing.has(id)));
    await lockLanes(
      tx,
      lines.flatMap((line) => line.subject_id ?? []),
    );
    for (const id of orphaned) if (id !== null) await this.verifications.cancel(tx, acting, batch, id, correction.documentNo);
  }

  private async place(tx: Transaction, acting: Acting, batch: BatchRow, rows: readonly NewRow[]): Promise<void> {
    const lines = rows.map((row) => newLine(batch.id, row.content, { ...row, issue: batch.issue }));
    await this.intake.match(tx, acting, batch, lines);
    await this.verifications.request(tx, acting, batch, lines, await allDefinitions(tx));
    await insertLines(tx, lines, acting.now);
    await this.batches.settle(tx, acting, batch);
  }

  /** R-11-1: a named person of the credit office says whom a row means, or that it means nobody here. */
  async decideMatch(
    tx: Transaction,
    principal: Principal,
    batchId: string,
    rowId: string,
    decision: { readonly same: boolean; readonly usccCode?: string | undefined; readonly reason: string },
  ): Promise<BatchLine> {
    assertStorable(decision);
    const acting: Acting = { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
    const { batch, line } = await this.getRow(tx, batchId, rowId);
    if (line.state !== 'REVIEW') throw new ProblemError('CONFLICT', `该行已处理：${line.state}`);
    line.matched_by = principal.id;
    line.reason = decision.reason;
    if (decision.same) await this.confirm(tx, acting, batch, line, decision.usccCode);
    else {
      line.state = 'DISMISSED';
      line.subject_id = null;
    }
    await updateLines(tx, [line], acting.now);
    const detail = { row: line.line, decision: line.state, reason: decision.reason };
    await addBatchFact(tx, { batchId, kind: 'MATCH_DECIDED', at: acting.now, actor: acting.actor, detail });
    await this.batches.settle(tx, acting, batch);
    return line;
  }

  private async confirm(tx: Transaction, acting: Acting, batch: BatchRow, line: BatchLine, usccCode: string | undefined): Promise<void> {
    const code = usccCode?.trim().toUpperCase() ?? line.content.usccCode?.trim().toUpperCase();
    const [subject] = code === undefined ? [] : await findByIdentity(tx, [code], []);
    if (subject === undefined || subject.kind === 'PERSON')
      throw refused('/usccCode', 'IDENTIFIER_REQUIRED', '请填写已登记主体的统一社会信用代码');
    const definitions = await allDefinitions(tx);
    const fault = this.intake.findFault(batch, line.content, identityOfSubject(subject, line.content), definitions);
    line.subject_id = subject.id;
    line.state = fault === undefined ? 'VERIFYING' : 'REFUSED';
    line.reason = fault ?? line.reason;
    if (fault === undefined) await this.verifications.request(tx, acting, batch, [line], definitions);
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
    const { line } = await this.getRow(tx, batchId, rowId);
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

  private async getRow(tx: Transaction, batchId: string, rowId: string): Promise<{ batch: BatchRow; line: BatchLine }> {
    const batch = await lockBatch(tx, batchId);
    const line = batch === undefined ? undefined : await findLine(tx, batchId, rowId);
    if (batch === undefined || line === undefined) throw new ProblemError('NOT_FOUND', '没有该批次或该行');
    return { batch, line };
  }
}

/** @throws ProblemError VALIDATION_FAILED for a row that comes twice: which of the two counts would be a matter of chance. */
function keyed(rows: readonly BatchRowContent[]): NewRow[] {
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

function storedRow(stored: BatchLine): StoredRow {
  return { rowKey: stored.row_key, contentHash: stored.content_hash, stored };
}

function assertStorable(request: object): void {
  const faults = findUnstorableTexts(request);
  const [fault] = faults;
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, faults.slice(0, 50));
}

function refused(pointer: string, code: 'DATE_IN_FUTURE' | 'BATCH_DIFFERS' | 'IDENTIFIER_REQUIRED', detail: string): ProblemError {
  return new ProblemError(code, detail, [{ pointer, code, detail }]);
}
