import { addWorkingDays, endOfDayBeijing, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import {
  type CandidateRow,
  decideCandidates,
  findCandidate,
  findCandidatesOfRecord,
  insertCandidates,
  isOpen,
  type NewCandidate,
} from './match-candidate.store.ts';
import { matchDecidedEvent, reviewRequestedEvent } from './match-review.events.ts';
import { ReviewSources } from './match-review.sources.ts';
import { answerQuestion, askQuestion, insertConfirmation, rememberDifferent } from './match-review.store.ts';

const questionTimer = 'match-question';
/** R-11-3: the source unit has so many working days to answer. */
const answerWorkdays = 3;

export interface Verdict {
  readonly reason: string;
  readonly evidence?: readonly { readonly kind: string; readonly reference: string }[] | undefined;
}

/**
 * The review of everything below EXACT: nothing rests on it until a named person has decided (R-11-1). What follows from an answer is the business
 * of the record's own source.
 */
@Injectable()
export class MatchReviewService {
  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly sources: ReviewSources,
    private readonly timers: Timers,
  ) {
    timers.register(questionTimer, (tx, ids) => this.escalate(tx, ids));
  }

  /** Puts records before a person; those that wait already are passed over. The caller holds the lanes of their subjects, or of the record's own. */
  async open(tx: Transaction, candidates: readonly NewCandidate[], actor: string): Promise<CandidateRow[]> {
    const opened = await insertCandidates(tx, candidates);
    await this.outbox.publish(
      tx,
      opened.map((row) => reviewRequestedEvent(row, actor)),
    );
    return opened;
  }

  /** SAME: the record means this subject; all others it might have meant are out. */
  async same(tx: Transaction, principal: Principal, id: string, verdict: Verdict): Promise<void> {
    const candidate = await this.takeOpen(tx, id, verdict);
    const decision = { principal, reason: verdict.reason };
    await decideCandidates(tx, [id], { status: 'CONFIRMED', reason: verdict.reason, by: principal.id, at: this.clock.now() });
    await insertConfirmation(tx, candidate, 'SAME', decision, verdict.evidence ?? []);
    const others = (await findCandidatesOfRecord(tx, candidate.source_kind, candidate.record_id)).filter(
      (row) => row.id !== id && isOpen(row),
    );
    await decideCandidates(
      tx,
      others.map((row) => row.id),
      { status: 'DISMISSED', reason: 'OTHER_CONFIRMED', by: principal.id, at: this.clock.now() },
    );
    await this.sources.get(candidate.source_kind).same(tx, candidate, decision);
    await this.tellDecided(tx, [candidate], 'SAME', principal.id);
    await this.tellDecided(tx, others, 'NOT_NEEDED', principal.id);
  }

  /** DIFFERENT: remembered, so that nobody is asked again unless the record or the subject changes. */
  async different(tx: Transaction, principal: Principal, id: string, verdict: Verdict): Promise<void> {
    const candidate = await this.takeOpen(tx, id, verdict);
    const decision = { principal, reason: verdict.reason };
    await decideCandidates(tx, [id], { status: 'DISMISSED', reason: verdict.reason, by: principal.id, at: this.clock.now() });
    await insertConfirmation(tx, candidate, 'DIFFERENT', decision, verdict.evidence ?? []);
    await rememberDifferent(tx, candidate, principal.id);
    const stillOpen = (await findCandidatesOfRecord(tx, candidate.source_kind, candidate.record_id)).filter(isOpen);
    await this.sources.get(candidate.source_kind).different(tx, candidate, decision, stillOpen);
    await this.tellDecided(tx, [candidate], 'DIFFERENT', principal.id);
  }

  /** NEED_INFO: the source unit is asked and has three working days (R-11-3). */
  async ask(tx: Transaction, principal: Principal, id: string, question: string): Promise<void> {
    const candidate = await this.takeOpen(tx, id, { reason: question });
    const due = addWorkingDays(this.clock.calendar(), this.clock.today(), answerWorkdays).date;
    const dueAt = endOfDayBeijing(due);
    await askQuestion(tx, candidate.id, { question, by: principal.id, dueAt });
    await this.timers.set(tx, questionTimer, [{ reference: id, dueAt }]);
  }

  /** The unit that the record came from answers; the question goes back to the reviewer. */
  async answer(tx: Transaction, principal: Principal, id: string, answer: string): Promise<void> {
    const candidate = await this.takeOpen(tx, id, { reason: answer });
    if (candidate.status !== 'NEED_INFO') throw new ProblemError('CONFLICT', '该比对没有待答复的查询');
    await answerQuestion(tx, id, answer, principal.id);
    await this.timers.clear(tx, questionTimer, [id]);
  }

  /** R-11-4: a confirmed match was wrong. What rests on it is corrected as an error of the platform. */
  async undo(tx: Transaction, principal: Principal, id: string, verdict: Verdict): Promise<void> {
    assertStorable(verdict);
    const candidate = await this.lockAndGet(tx, id);
    if (candidate.status !== 'CONFIRMED') throw new ProblemError('CONFLICT', `只有已确认的比对可以撤销；当前：${candidate.status}`);
    const decision = { principal, reason: verdict.reason };
    await insertConfirmation(tx, candidate, 'UNDONE', decision, verdict.evidence ?? []);
    await rememberDifferent(tx, candidate, principal.id);
    await this.sources.get(candidate.source_kind).undo(tx, candidate, decision);
    await this.tellDecided(tx, [candidate], 'DIFFERENT', principal.id);
  }

  private async tellDecided(
    tx: Transaction,
    candidates: readonly CandidateRow[],
    verdict: 'SAME' | 'DIFFERENT' | 'NOT_NEEDED',
    decidedBy: string,
  ): Promise<void> {
    await this.outbox.publish(
      tx,
      candidates.map((row) => matchDecidedEvent(row, verdict, decidedBy)),
    );
  }

  /** Locks the lanes that a decision may touch, then takes the candidate as it is now. */
  private async takeOpen(tx: Transaction, id: string, verdict: Verdict): Promise<CandidateRow> {
    assertStorable(verdict);
    const candidate = await this.lockAndGet(tx, id);
    if (!isOpen(candidate)) throw new ProblemError('CONFLICT', `该比对已处理：${candidate.status}`);
    return candidate;
  }

  private async lockAndGet(tx: Transaction, id: string): Promise<CandidateRow> {
    const seen = await getCandidate(tx, id);
    await lockLanes(tx, [seen.subject_id, ...(await this.sources.get(seen.source_kind).lanesOf(tx, seen))]);
    return getCandidate(tx, id);
  }

  /** Nobody answered in time: the reviewer sees the question as open again. */
  private async escalate(tx: Transaction, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const candidate = await findCandidate(tx, id);
      if (candidate?.status === 'NEED_INFO') await answerQuestion(tx, id, null, 'timer:match-question');
    }
  }
}

/** @throws ProblemError NOT_FOUND, also for a record of another department */
export async function getCandidate(tx: Transaction, id: string): Promise<CandidateRow> {
  const row = await findCandidate(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该比对记录，或不属于本部门');
  return row;
}

export function assertStorable(request: object): void {
  const [fault, ...others] = findUnstorableTexts(request);
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
}
