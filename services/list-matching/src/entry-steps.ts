import {
  ProblemError,
  problems,
  type ReviewDefenceRequest,
  type ServeDecisionRequest,
  type ServeNoticeRequest,
  type SignDecisionRequest,
  type StepDocument,
} from '@lianxin/contracts';
import { bringIntoForce, meetsBlack } from './activation.ts';
import { decideServe, decideSign } from './decision.rules.ts';
import { decisionKey } from './designation.intake.ts';
import type { EntrySurroundings } from './entry-change.service.ts';
import type { Acting, EntryInWork, EntryWork } from './entry-work.ts';
import { receivedEvent } from './list-entry.events.ts';
import { decideStep } from './list-entry.rules.ts';
import { decisionOf, type PartyRow } from './list-entry.store.ts';
import { advancedEvent } from './list-entry-life.events.ts';
import { ruleOfList } from './list-rule.data.ts';
import { decideDefenceReview, decideEndOfDefence, decideEndOfPublicNotice, type StepContext, type StepOutcome } from './procedure.rules.ts';

/**
 * Takes a step that its rule allows: fact, patch, time limits, event. The table of states speaks first, so that a step in a wrong state is told as such.
 * @throws ProblemError with every fault that the rule found
 */
export function take(work: EntryWork, entry: EntryInWork, outcome: StepOutcome, documentNo: string | null): void {
  if (!outcome.ok) {
    const [first, ...others] = outcome.faults;
    const more = others.length === 0 ? '' : `（另有 ${others.length} 处问题，见 errors）`;
    throw new ProblemError(first.code, `${problems[first.code].titleZh}：${first.detail}${more}`, outcome.faults);
  }
  work.step(entry, outcome.action, outcome.detail);
  follow(work, entry, outcome);
  work.say(advancedEvent(entry, documentNo, work.acting));
}

function follow(work: EntryWork, entry: EntryInWork, outcome: Extract<StepOutcome, { ok: true }>): void {
  work.patch(entry, outcome.patch);
  work.close(entry, ...outcome.close);
  work.deadlines.push(...outcome.open.map((deadline) => ({ ...deadline, entry })));
}

/** @throws ProblemError TRANSITION_NOT_ALLOWED before any other fault is looked for. */
export function assertInState(entry: EntryInWork, action: Parameters<typeof decideStep>[1]): void {
  const decided = decideStep(entry.row.status, action, entry.row.list_type);
  if (!decided.ok) throw new ProblemError(decided.code, `${entry.row.number}：${decided.detail}`);
}

/** T8, T9. An upheld defence ends the designation. */
export function reviewDefence(work: EntryWork, entry: EntryInWork, request: ReviewDefenceRequest, context: StepContext): void {
  take(work, entry, decideDefenceReview(entry.row, request, context), request.document.number);
  if (entry.row.status === 'NOT_DESIGNATED') turnDown(work, entry, 'DEFENCE_UPHELD');
}

/** An entry that will not be designated: it is told, and what was typed of it goes. */
export function turnDown(work: EntryWork, entry: EntryInWork, reason: string): void {
  entry.row.reason = reason;
  entry.row.draft_sealed = null;
  work.say(receivedEvent(entry.row, work.acting));
}

/** T7 by the end of the period; does nothing while it runs. */
export function endDefence(work: EntryWork, entry: EntryInWork): boolean {
  const outcome = decideEndOfDefence(entry.row, work.acting.today);
  if (outcome === undefined) return false;
  take(work, entry, outcome, null);
  return true;
}

/** T10 with the black check of the last day (R-2-10 a); does nothing while the notice runs or an objection waits. T11 is told as its end. */
export function endPublicNotice(work: EntryWork, entry: EntryInWork, standing: readonly EntryInWork[]): boolean {
  if (entry.row.status === 'NOT_DESIGNATED') {
    turnDown(work, entry, 'OBJECTION_UPHELD');
    return true;
  }
  const outcome = decideEndOfPublicNotice(entry.row, work.acting.today);
  if (outcome === undefined) return false;
  if (meetsBlack(work, entry, standing)) return true;
  take(work, entry, outcome, null);
  return true;
}

/** The decision is signed; the same decision is not listed twice (R-2-14). */
export function sign(
  work: EntryWork,
  entry: EntryInWork,
  request: SignDecisionRequest,
  signer: { readonly id: string; readonly mayApprove: boolean },
  standing: readonly EntryInWork[],
  context: StepContext,
): void {
  assertInState(entry, 'SIGN_DECISION');
  const { row } = entry;
  const number = row.procedure.prepared?.number;
  const key = number === undefined ? null : decisionKey(number);
  const same = standing.find(
    (other) =>
      other.row.list_code === row.list_code &&
      other.row.decision_key === key &&
      !['NOT_DESIGNATED', 'EXCLUDED', 'CORRECTED'].includes(other.row.status),
  );
  if (key !== null && same !== undefined) throw new ProblemError('DUPLICATE_DECISION', `同一决定已列入：${same.row.number}`);
  take(work, entry, decideSign(row, request, signer, context), number ?? null);
  row.decision_key = key;
}

/** T12, now or on the day from which service counts. An honour meets the black lists once more. */
export function serve(
  work: EntryWork,
  entry: EntryInWork,
  request: ServeDecisionRequest,
  world: EntrySurroundings,
  context: StepContext,
  notice: { readonly sha256: string } | undefined,
): void {
  assertInState(entry, 'SERVE');
  const { row } = entry;
  const rule = ruleOfList(row.list_code, row.decision_date ?? context.today);
  const decided = decideServe(row, request, world.definition, rule, context);
  // Which documents were served: their hash stands with the fact (R-5-9).
  const outcome = decided.ok ? { ...decided, detail: { ...decided.detail, noticeSha256: notice?.sha256 ?? null } } : decided;
  if (!outcome.ok || outcome.action === 'RECORD_SERVICE') {
    take(work, entry, outcome, row.decision_number);
    return;
  }
  if (meetsBlack(work, entry, world.standing)) return;
  work.patch(entry, outcome.patch);
  bringIntoForce(work, entry, world.parties, world.definition, world.standing, outcome.detail);
}

/** T12 on the day from which the service counts, or the release (R-2-6a, R-2-13). */
export function takeEffect(work: EntryWork, entry: EntryInWork, world: EntrySurroundings): boolean {
  const { row } = entry;
  const { effectiveOn } = row.procedure;
  if (row.status !== 'DESIGNATED' || effectiveOn === undefined || effectiveOn > work.acting.today || row.decision_date === null)
    return false;
  if (meetsBlack(work, entry, world.standing)) return true;
  bringIntoForce(work, entry, world.parties, world.definition, world.standing, {
    ...row.service,
    effectiveOn,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  });
  return true;
}

/** A named person with the proofs that the entry's steps have brought: executed against only with both (R-2-15). */
export function provedParty(party: PartyRow, proofs: ServeDecisionRequest['parties']): PartyRow {
  const proof = proofs.find((candidate) => candidate.partyId === party.id);
  if (proof === undefined || party.role === 'SUBJECT') return party;
  const served = party.named && party.notice_served_on !== null;
  return { ...party, decision_served_on: proof.decisionServedOn, served };
}

/** @throws ProblemError VALIDATION_FAILED for somebody who is no party of the entry */
export function notifiedParties(parties: readonly PartyRow[], proofs: ServeNoticeRequest['parties']): PartyRow[] {
  return proofs.map((proof, index) => {
    const party = parties.find((candidate) => candidate.id === proof.partyId && candidate.role !== 'SUBJECT');
    if (party !== undefined) return { ...party, notice_served_on: proof.noticeServedOn };
    const detail = '该记录没有此当事人';
    throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: `/parties/${index}/partyId`, code: 'VALIDATION_FAILED', detail }]);
  });
}

/** @throws ProblemError DATE_IN_FUTURE, DATE_ORDER: a document about a decision is not older than it, nor of tomorrow */
export function assertDocument(document: StepDocument, entry: EntryInWork, acting: Acting): void {
  const fail = (code: 'DATE_IN_FUTURE' | 'DATE_ORDER', detail: string) => {
    throw new ProblemError(code, detail, [{ pointer: '/document/date', code, detail }]);
  };
  if (document.date > acting.today) fail('DATE_IN_FUTURE', `日期不能晚于今天（${acting.today}）`);
  const decided = decisionOf(entry.row).date;
  if (document.date < decided) fail('DATE_ORDER', `文书日期早于认定决定日期（${decided}）`);
}
