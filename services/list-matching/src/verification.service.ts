import { addWorkingDays, endOfDayBeijing, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findCountyOffices } from './department.store.ts';
import type { Acting } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { BatchClock } from './national-batch.clock.ts';
import { definitionOfLine, identityOfSubject } from './national-batch.intake.ts';
import {
  type BatchLine,
  type BatchRow,
  findBatches,
  findLinesOfVerifications,
  takeVerificationNumbers,
  updateLines,
} from './national-batch.store.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { findSubjects } from './subject.store.ts';
import { ListTerms } from './terms.ts';
import { VerificationEffects } from './verification.effects.ts';
import { cancelledEvent, concludedEvent, requestedEvent, transferredEvent } from './verification.events.ts';
import {
  assertOfDepartment,
  assertStorable,
  type Detail,
  departmentOf,
  factOf,
  getBatchLocked,
  getLocked,
  getVerification,
  newVerification,
  unclaim,
} from './verification.parts.ts';
import {
  decideVerification,
  findAnswerFaults,
  upwardOf,
  type VerificationAction,
  type VerificationAnswer,
  verifierOf,
} from './verification.rules.ts';
import {
  findVerificationsOfBatch,
  insertVerificationFacts,
  insertVerifications,
  updateVerification,
  type VerificationRow,
} from './verification.store.ts';

/** Kind of the timer that says that a verification is late. Its reference is the verification. */
export const verificationTimer = 'verification-due';

/** Verification tasks of national batches: one per subject, answered by its county, approved by a second person (R-2-17). */
@Injectable()
export class VerificationService {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly effects: VerificationEffects,
    private readonly batches: BatchClock,
  ) {}

  /** Gives each subject of matched rows to its county; rows of a subject that has one already join it. */
  async request(
    tx: Transaction,
    acting: Acting,
    batch: BatchRow,
    lines: readonly BatchLine[],
    definitions: readonly ListDefinition[],
  ): Promise<void> {
    const bySubject = Map.groupBy(
      lines.filter((line) => line.state === 'VERIFYING'),
      (line) => line.subject_id ?? '',
    );
    if (bySubject.size === 0) return;
    await lockLanes(tx, [...bySubject.keys()]);
    const known = new Map((await findVerificationsOfBatch(tx, batch.id)).map((row) => [row.subject_id, row]));
    const subjects = new Map((await findSubjects(tx, [...bySubject.keys()])).map((row) => [row.id, row]));
    const offices = await findCountyOffices(tx);
    const dueOn = addWorkingDays(this.clock.calendar(), acting.today, this.terms.batchOn(acting.today).verifyWorkdays).date;
    const fresh: { row: VerificationRow; listCodes: string[] }[] = [];
    for (const [subjectId, ofSubject] of bySubject) {
      const [first] = ofSubject;
      const subject = subjects.get(subjectId);
      if (first === undefined || subject === undefined) throw new Error('a matched row without a subject');
      const verification = known.get(subjectId);
      if (verification !== undefined) {
        for (const line of ofSubject) line.verification_id = verification.id;
        if (verification.status === 'CONCLUDED') await this.reopenFor(tx, acting, verification);
        continue;
      }
      const industry = definitionOfLine(first, definitions).designatingDepartments[0] ?? '';
      const department = verifierOf(identityOfSubject(subject, first.content).regionCode, offices, industry);
      const row = newVerification(batch, subjectId, { department, industry }, dueOn, acting);
      for (const line of ofSubject) line.verification_id = row.id;
      fresh.push({ row, listCodes: [...new Set(ofSubject.map((line) => definitionOfLine(line, definitions).code))] });
    }
    await this.save(tx, acting, batch, fresh);
  }

  private async save(
    tx: Transaction,
    acting: Acting,
    batch: BatchRow,
    fresh: readonly { row: VerificationRow; listCodes: readonly string[] }[],
  ): Promise<void> {
    if (fresh.length === 0) return;
    const numbers = await takeVerificationNumbers(tx, fresh.length, acting.today.slice(0, 4));
    const rows = fresh.map(({ row }, place) => ({ ...row, number: numbers[place] ?? '' }));
    await insertVerifications(tx, rows);
    await insertVerificationFacts(
      tx,
      rows.map((row) => factOf(row, 'REQUEST', null, acting, null, { batchNo: batch.batch_no })),
    );
    await this.timers.set(
      tx,
      verificationTimer,
      rows.map((row) => ({ reference: row.id, dueAt: endOfDayBeijing(row.due_on) })),
    );
    await this.outbox.publish(
      tx,
      rows.map((row, place) => requestedEvent(row, batch, [...(fresh[place]?.listCodes ?? [])], acting)),
    );
  }

  /** A new row of the same subject came after its result: it must be looked at again. */
  private async reopenFor(tx: Transaction, acting: Acting, row: VerificationRow): Promise<void> {
    await this.step(tx, acting, row, 'REOPEN', null, { reason: 'BATCH_REISSUED' }, (next) => this.restart(next, acting));
    await this.timers.set(tx, verificationTimer, [{ reference: row.id, dueAt: endOfDayBeijing(row.due_on) }]);
  }

  claim(tx: Transaction, principal: Principal, id: string): Promise<VerificationRow> {
    return this.act(tx, principal, id, 'CLAIM', {}, (row) => {
      row.claimed_by = principal.id;
      row.claimed_department = departmentOf(principal, row);
    });
  }

  release(tx: Transaction, principal: Principal, id: string): Promise<VerificationRow> {
    return this.act(tx, principal, id, 'RELEASE', {}, (row) => {
      assertOfDepartment(principal, row);
      row.claimed_by = null;
      row.claimed_department = null;
    });
  }

  /** A remark of the other participant, usually the industry department; it changes no state. */
  async opine(tx: Transaction, principal: Principal, id: string, opinion: { text: string }): Promise<VerificationRow> {
    assertStorable(opinion);
    const acting = this.acting(principal);
    const row = await getLocked(tx, id);
    const department = departmentOf(principal, row);
    if (row.status === 'CONCLUDED' || row.status === 'CANCELLED') throw new ProblemError('VERIFICATION_STATE', `任务已结束：${row.status}`);
    row.version += 1;
    await updateVerification(tx, row);
    await insertVerificationFacts(tx, [factOf(row, 'OPINION', row.status, acting, department, opinion)]);
    return row;
  }

  /** @throws ProblemError VERIFICATION_STATE, EVIDENCE_REQUIRED, VERIFICATION_INCOMPLETE … with each field */
  async submit(tx: Transaction, principal: Principal, id: string, answer: VerificationAnswer): Promise<VerificationRow> {
    assertStorable(answer);
    const seen = await getVerification(tx, id);
    const [batch] = await findBatches(tx, [seen.batch_id]);
    const [first, ...others] = findAnswerFaults(answer, batch?.issued_on ?? '', this.clock.today());
    if (first !== undefined) throw new ProblemError(first.code, first.detail, [first, ...others]);
    return this.act(tx, principal, id, 'SUBMIT', { result: answer.result }, (row) => {
      if (row.claimed_by !== principal.id) throw new ProblemError('VERIFICATION_STATE', '任务由他人认领，请先由认领人退回');
      row.submitted_by = principal.id;
      row.answer = answer;
    });
  }

  returnAnswer(tx: Transaction, principal: Principal, id: string, reason: string): Promise<VerificationRow> {
    assertStorable({ reason });
    return this.act(tx, principal, id, 'RETURN', { reason }, (row) => {
      assertOfDepartment(principal, row);
      row.submitted_by = null;
      row.answer = null;
    });
  }

  /** The second person: the result counts, and does what R-2-17 says to list entries. */
  async approve(tx: Transaction, principal: Principal, id: string): Promise<VerificationRow> {
    const acting = this.acting(principal);
    const seen = await getVerification(tx, id);
    const batch = await getBatchLocked(tx, seen.batch_id);
    await lockLanes(tx, [seen.subject_id]);
    const row = await getLocked(tx, id);
    assertOfDepartment(principal, row);
    if (row.submitted_by === principal.id) throw new ProblemError('SAME_PERSON', '核实结果由本单位另一人审核');
    const answer = row.answer;
    await this.step(tx, acting, row, 'APPROVE', departmentOf(principal, row), { ...answer }, (next) => {
      next.result = answer?.result ?? null;
      next.concluded_at = acting.now;
    });
    if (answer === null) throw new Error('a submitted verification without an answer');
    await this.timers.clear(tx, verificationTimer, [row.id]);
    const lines = await acrossDepartments(tx, () => findLinesOfVerifications(tx, [row.id]));
    await this.effects.apply(tx, acting, batch, row, answer, lines);
    for (const line of lines) {
      line.state = 'SETTLED';
      line.upward = upwardOf(answer.result);
      line.upward_opened_on = line.upward === null ? null : acting.today;
      line.upward_answer = null;
    }
    await acrossDepartments(tx, () => updateLines(tx, lines, acting.now));
    await this.outbox.publish(tx, [concludedEvent(row, batch, answer, acting)]);
    await acrossDepartments(tx, () => this.batches.settle(tx, acting, batch));
    return row;
  }

  /** V7 within this city: another county answers; the term goes on. */
  async transfer(
    tx: Transaction,
    principal: Principal,
    id: string,
    to: { departmentCode: string; reason: string },
  ): Promise<VerificationRow> {
    assertStorable(to);
    const acting = this.acting(principal);
    const seen = await getVerification(tx, id);
    await lockLanes(tx, [seen.subject_id]);
    const row = await getLocked(tx, id);
    const offices = [...(await findCountyOffices(tx)).values(), row.industry_department];
    if (!offices.includes(to.departmentCode) || to.departmentCode === row.department_code) {
      const detail = `可移交：${offices.filter((code) => code !== row.department_code).join('、')}`;
      throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/departmentCode', code: 'VALIDATION_FAILED', detail }]);
    }
    const from = row.department_code;
    const [batch] = await findBatches(tx, [row.batch_id]);
    if (batch === undefined) throw new Error('a verification without a batch');
    await acrossDepartments(tx, () =>
      this.step(tx, acting, row, 'TRANSFER', departmentOf(principal, row, true), { ...to, from }, (next) => {
        next.department_code = to.departmentCode;
        next.participants = [...new Set([...next.participants, to.departmentCode])];
        unclaim(next);
      }),
    );
    await this.outbox.publish(tx, [transferredEvent(row, batch, from, to.reason, acting)]);
    return row;
  }

  /** The credit office sends a finished verification back: the platform above stands by its record, or something new has come to light. */
  async reopen(tx: Transaction, principal: Principal, id: string, reason: string): Promise<VerificationRow> {
    assertStorable({ reason });
    const acting = this.acting(principal);
    const seen = await getVerification(tx, id);
    const batch = await getBatchLocked(tx, seen.batch_id);
    await lockLanes(tx, [seen.subject_id]);
    const row = await getLocked(tx, id);
    await this.step(tx, acting, row, 'REOPEN', null, { reason }, (next) => this.restart(next, acting));
    const lines = await findLinesOfVerifications(tx, [row.id]);
    for (const line of lines) line.state = 'VERIFYING';
    await updateLines(tx, lines, acting.now);
    await this.timers.set(tx, verificationTimer, [{ reference: row.id, dueAt: endOfDayBeijing(row.due_on) }]);
    await this.batches.settle(tx, acting, batch);
    return row;
  }

  /** A corrected re-issue names the subject no more, or in another way: nobody need verify it. The caller holds batch and lane. */
  async cancel(tx: Transaction, acting: Acting, batch: BatchRow, id: string, documentNo: string): Promise<void> {
    const row = await getLocked(tx, id);
    if (row.status === 'CANCELLED') return;
    await this.step(tx, acting, row, 'CANCEL', null, { documentNo }, () => undefined);
    await this.timers.clear(tx, verificationTimer, [id]);
    await this.outbox.publish(tx, [cancelledEvent(row, batch, documentNo, acting)]);
  }

  private restart(row: VerificationRow, acting: Acting): void {
    unclaim(row);
    row.result = null;
    row.concluded_at = null;
    row.overdue_at = null;
    row.due_on = addWorkingDays(this.clock.calendar(), acting.today, this.terms.batchOn(acting.today).verifyWorkdays).date;
  }

  private acting(principal: Principal): Acting {
    return { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
  }

  /** One step of one person for a participant. */
  private async act(
    tx: Transaction,
    principal: Principal,
    id: string,
    action: VerificationAction,
    detail: Detail,
    change: (row: VerificationRow) => void,
  ): Promise<VerificationRow> {
    const row = await getLocked(tx, id);
    const department = departmentOf(principal, row);
    await this.step(tx, this.acting(principal), row, action, department, detail, change);
    return row;
  }

  private async step(
    tx: Transaction,
    acting: Acting,
    row: VerificationRow,
    action: VerificationAction,
    department: string | null,
    detail: Detail,
    change: (row: VerificationRow) => void,
  ): Promise<void> {
    const decided = decideVerification(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, `${row.number}：${decided.detail}`);
    const before = row.status;
    change(row);
    row.status = decided.to;
    row.version += 1;
    await updateVerification(tx, row);
    await insertVerificationFacts(tx, [factOf(row, action, before, acting, department, detail)]);
  }
}
