import { randomUUIDv7 } from 'node:crypto';
import { type CheckAnswer, type CheckFeedback, checkDecided, checkOverridden, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CatalogueCopy } from './catalogue.copy.ts';
import { type CheckRow, CheckStore } from './check.store.ts';
import { answerOf } from './check.work.ts';
import { type CardDecision, type KeptCard, readDecisions } from './check-feedback.rules.ts';

/** The clerk's decisions on the cards of a check: kept, and told to whoever must act on them (product §B.9). */
@Injectable()
export class CheckFeedbackService {
  constructor(
    private readonly checks: CheckStore,
    private readonly catalogue: CatalogueCopy,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps the decisions; a card may be decided again, the last word counts.
   * @throws ProblemError NOT_FOUND; VALIDATION_FAILED with every fault; nothing is kept then.
   */
  async decide(tx: Transaction, principal: Principal, checkId: string, feedback: CheckFeedback): Promise<CheckAnswer> {
    const check = await this.checks.find(tx, checkId);
    if (check === undefined) throw new ProblemError('NOT_FOUND', '没有该核查记录，或不属于本部门');
    const read = readDecisions(check.cards, feedback, this.clock.now());
    if (!read.ok) throw new ProblemError('VALIDATION_FAILED', read.faults.map((fault) => fault.detail).join('；'), [...read.faults]);
    await this.catalogue.refresh(tx);
    const bySubject = Map.groupBy(read.decisions, (decision) => decision.kept.subjectId);
    await lockLanes(tx, [...bySubject.keys()]);
    await this.checks.insertDecisions(
      tx,
      read.decisions.map((decision) => ({
        id: randomUUIDv7(),
        checkId,
        promptId: decision.kept.card.uuid,
        promptKey: decision.kept.key,
        caseNo: check.case_no,
        matterCode: check.matter_code,
        departmentCode: check.department_code,
        outcome: decision.outcome,
        appliedMeasureCodes: decision.appliedMeasureCodes,
        reason: decision.reason,
        comment: decision.comment,
        decidedBy: principal.id,
        decidedAt: decision.decidedAt,
      })),
    );
    const events = [...bySubject].flatMap(([subjectId, decisions]) => this.eventsOf(check, subjectId, decisions, principal.id));
    await this.outbox.publish(tx, events);
    return answerOf(withAnswers(check, await this.checks.findDecisions(tx, checkId)));
  }

  private eventsOf(check: CheckRow, subjectId: string, decisions: readonly CardDecision[], actor: string): NewEvent[] {
    const head = {
      checkId: check.id,
      number: check.number,
      matterCode: check.matter_code,
      matterDepartment: this.catalogue.findMatter(check.matter_code)?.departmentCode ?? check.department_code,
      departmentCode: check.department_code,
    };
    const decided = newEvent({
      definition: checkDecided,
      key: subjectId,
      actor,
      data: {
        ...head,
        decisions: decisions.map(({ kept, outcome, appliedMeasureCodes, decidedAt }) => ({
          ...promptOf(kept),
          outcome,
          appliedMeasureCodes: [...appliedMeasureCodes],
          decidedAt: decidedAt.toISOString(),
        })),
      },
    });
    const overridden = decisions.flatMap(({ kept, reason, comment }) =>
      reason === null
        ? []
        : [
            newEvent({
              definition: checkOverridden,
              key: subjectId,
              actor,
              data: { ...head, prompt: promptOf(kept), reason, hasComment: comment !== null },
            }),
          ],
    );
    return [decided, ...overridden];
  }
}

/** The card's strongest level comes first in its suggestions. */
function promptOf({ card, subjectId, planId, planVersion }: KeptCard) {
  const measureCodes = card.suggestions.map((suggestion) => suggestion.measureId);
  if (card.entryId === null) throw new Error('a prompt without an entry');
  const level = card.suggestions[0]?.level ?? 'INFO';
  return { promptId: card.uuid, subjectId, entryId: card.entryId, planId, planVersion, level, measureCodes };
}

/** The check with what has been decided about its cards. */
export function withAnswers(
  check: CheckRow,
  decisions: readonly { prompt_id: string; outcome: 'accepted' | 'overridden'; decided_at: Date }[],
): CheckRow {
  const last = new Map(
    decisions.map((decision) => [decision.prompt_id, { outcome: decision.outcome, at: decision.decided_at.toISOString() }]),
  );
  return {
    ...check,
    cards: check.cards.map((kept) => ({ ...kept, card: { ...kept.card, answered: last.get(kept.card.uuid) ?? kept.card.answered } })),
  };
}
