import { randomUUIDv7 } from 'node:crypto';
import {
  type CheckAnswer,
  type CheckFeedback,
  checkDecided,
  checkOverridden,
  type OverrideReason,
  type Principal,
  ProblemError,
} from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CatalogueCopy } from './catalogue.copy.ts';
import { type CheckRow, CheckStore } from './check.store.ts';
import { answerOf } from './check.work.ts';
import { type CardDecision, type KeptCard, readDecisions } from './check-feedback.rules.ts';
import { CheckIncidentStore, type IncidentCause, type NewIncident } from './check-incident.store.ts';
import { WindowDoubtStore } from './window-doubt.store.ts';

/** The clerk's decisions on the cards of a check: kept, and told to whoever must act on them (product §B.9). */
@Injectable()
export class CheckFeedbackService {
  constructor(
    private readonly checks: CheckStore,
    private readonly catalogue: CatalogueCopy,
    private readonly incidents: CheckIncidentStore,
    private readonly doubts: WindowDoubtStore,
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
    await this.incidents.insert(tx, this.incidentsOf(check, read.decisions, principal.id));
    await this.followDoubts(tx, check, read.decisions, principal.id);
    const events = [...bySubject].flatMap(([subjectId, decisions]) => this.eventsOf(check, subjectId, decisions, principal.id));
    await this.outbox.publish(tx, events);
    return answerOf(withAnswers(check, await this.checks.findDecisions(tx, checkId)));
  }

  /** "Not the same subject" is remembered until a person has looked; another word about the same prompt takes it back. */
  private async followDoubts(tx: Transaction, check: CheckRow, decisions: readonly CardDecision[], actor: string): Promise<void> {
    const at = this.clock.now();
    const others = decisions.filter(({ reason }) => reason !== 'not_same_subject').map(({ kept }) => kept.card.uuid);
    const takenBack = await this.doubts.takeBack(tx, others, { id: actor, at });
    const reported = decisions.flatMap(({ kept: { card, subjectId }, reason }) => {
      if (reason !== 'not_same_subject' || card.entryId === null || card.indicator === 'info') return [];
      const who = { departmentCode: check.department_code, reportedBy: actor, reportedAt: at };
      return [{ ...who, subjectId, entryId: card.entryId, promptId: card.uuid }];
    });
    await this.doubts.report(tx, reported);
    await this.doubts.revise(tx, [...takenBack, ...reported.map((doubt) => doubt.subjectId)]);
  }

  /** An override that says the record itself is wrong is put before the credit office (product §B.9). */
  private incidentsOf(check: CheckRow, decisions: readonly CardDecision[], actor: string): NewIncident[] {
    return decisions.flatMap(({ kept, reason, comment }) => {
      const cause = reason === null ? undefined : causes[reason];
      return cause === undefined ? [] : [incidentOf(check, kept, { cause, comment, by: actor, at: this.clock.now() })];
    });
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
        ...(check.case_no === null ? {} : { caseNo: check.case_no }),
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

const causes: Readonly<Partial<Record<OverrideReason, IncidentCause>>> = {
  not_same_subject: 'NOT_SAME_SUBJECT',
  repaired_pending_sync: 'REPAIRED_PENDING_SYNC',
};

/** What a card of a check showed to be wrong. */
export function incidentOf(
  check: CheckRow,
  kept: KeptCard,
  raised: { cause: IncidentCause; comment: string | null; by: string; at: Date },
): NewIncident {
  return {
    id: randomUUIDv7(),
    cause: raised.cause,
    prompt_id: kept.card.uuid,
    check_id: check.id,
    check_number: check.number,
    matter_code: check.matter_code,
    case_no: check.case_no,
    subject_id: kept.subjectId,
    entry_id: kept.card.entryId ?? kept.planId,
    department_code: check.department_code,
    comment: raised.comment,
    raised_by: raised.by,
    raised_at: raised.at,
  };
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
