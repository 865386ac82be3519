import { type CorrectionRequest, type ListEntryView, type Principal, ProblemError, problems } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type CorrectionDecision, decideCorrection } from './correction.rules.ts';
import { withoutMark } from './dispute.rules.ts';
import { EntryChange } from './entry-change.service.ts';
import { correctInWork, endDisputeInWork } from './entry-correction.ts';
import { assertDocument, assertInState } from './entry-steps.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { findDefinitions } from './list-definition.store.ts';
import { findParties, type PartyRow } from './list-entry.store.ts';
import { factsOwed, owedAfter } from './owed-correction.rules.ts';
import type { OwedCorrection } from './procedure.rules.ts';
import { ReplayAssessor } from './replay.assessor.ts';

type Args<Request> = readonly [tx: Transaction, principal: Principal, id: string, version: number | undefined, request: Request];
type Decided = Extract<CorrectionDecision, { ok: true }>;

/**
 * Corrections by the designating unit (§6.4): proposed by one, made by another. Nothing that binds harder than what was decided is made this way: that takes
 * a new designation with its notice, its defence and its service.
 */
@Injectable()
export class EntryCorrectionService {
  constructor(
    private readonly changes: EntryChange,
    private readonly law: ReplayAssessor,
  ) {}

  /** @throws ProblemError STEP_NOT_READY, CORRECTION_HARDENS and every fault of the corrected facts */
  propose(...[tx, principal, id, version, request]: Args<CorrectionRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      assertInState(entry, 'PROPOSE_CORRECTION');
      const { row } = entry;
      if (row.procedure.correction != null) throw new ProblemError('STEP_NOT_READY', '已有待审批的更正，先审批或退回');
      const { document, reason, facts, objectionId } = request;
      assertDocument(document, entry, work.acting);
      const { decided } = await this.decide(tx, entry, facts, getOwed(entry, objectionId));
      const proposed = { document, reason, facts, objectionId: objectionId ?? null, by: principal.id };
      work.step(entry, 'PROPOSE_CORRECTION', { document, reason, objectionId: objectionId ?? null, proposed: decided.changes });
      work.patch(entry, { procedure: { ...row.procedure, correction: proposed } });
    });
  }

  returnProposal(...[tx, principal, id, version, request]: Args<{ readonly reason: string }>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'RETURN_CORRECTION');
      const { row } = entry;
      if (row.procedure.correction == null) throw new ProblemError('STEP_NOT_READY', '没有待审批的更正');
      work.step(entry, 'RETURN_CORRECTION', { reason: request.reason, document: row.procedure.correction.document });
      work.patch(entry, { procedure: { ...row.procedure, correction: null } });
    });
  }

  /** The second person makes it; what has changed since it was proposed is judged again. @throws ProblemError FOUR_EYES_REQUIRED */
  approve(tx: Transaction, principal: Principal, id: string, version: number | undefined): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, {}, async (_tx, work, entry) => {
      assertInState(entry, 'AMEND');
      const { row } = entry;
      const { correction } = row.procedure;
      if (correction == null) throw new ProblemError('STEP_NOT_READY', '没有待审批的更正');
      if (correction.by === principal.id) throw new ProblemError('FOUR_EYES_REQUIRED', '提出更正的人不得审批该更正');
      const { document, reason, objectionId, by } = correction;
      const named = getOwed(entry, objectionId ?? undefined);
      const { decided, parties, versions } = await this.decide(tx, entry, correction.facts, named);
      const owed = owedAfter(row.procedure.owedCorrections ?? [], Object.keys(decided.changes));
      // It is carried out when nothing of what it named is as it was; until then the mark stays.
      const settled = owed.find((one) => one.objectionId === named?.objectionId && factsOwed(one).length === 0);
      work.patch(entry, { procedure: { ...row.procedure, correction: null, owedCorrections: owed.filter((one) => one !== settled) } });
      const order = { documentNo: document.number, on: work.acting.today, objectionId: settled?.objectionId ?? null };
      const byDocument = settled?.fields ?? [];
      correctInWork(work, entry, parties, decided, versions, order, { document, reason, proposedBy: by, objectionId, byDocument });
      if (settled !== undefined) this.settle(work, entry, settled.objectionId, document.number);
    });
  }

  /** What a decided objection demanded has been done: the mark goes with it, unless another objection holds it. */
  private settle(work: EntryWork, entry: EntryInWork, objectionId: string, documentNo: string): void {
    const left = withoutMark(entry.row, objectionId, false);
    if (left !== undefined) endDisputeInWork(work, entry, left, { outcome: 'PARTLY', documentNo, on: work.acting.today, objectionId });
  }

  private async decide(
    tx: Transaction,
    entry: EntryInWork,
    facts: CorrectionRequest['facts'],
    owed: OwedCorrection | undefined,
  ): Promise<{ decided: Decided; parties: PartyRow[]; versions: ListDefinition[] }> {
    const parties = await findParties(tx, [entry.row.id]);
    const versions = await findDefinitions(tx, [entry.row.list_code]);
    if (Object.keys(facts).length === 0) {
      assertByDocument(owed);
      return { decided: { ok: true, facts: {}, changes: {}, patch: {}, parties: [], hardens: [] }, parties, versions };
    }
    const decided = decideCorrection(entry.row, parties, facts, this.law.lawOf(versions));
    if (!decided.ok) {
      const [first, ...others] = decided.faults;
      const more = others.length === 0 ? '' : `（另有 ${others.length} 处问题，见 errors）`;
      const faults = decided.faults.map((fault) => ({ ...fault, pointer: `/facts${fault.pointer}` }));
      throw new ProblemError(first.code, `${problems[first.code].titleZh}：${first.detail}${more}`, faults);
    }
    if (Object.keys(decided.changes).length === 0) {
      const detail = '所填内容与现有记录相同，没有可更正的内容';
      throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/facts', code: 'VALIDATION_FAILED', detail }]);
    }
    if (decided.hardens.length > 0) {
      const faults = decided.hardens.map((name) => {
        return {
          pointer: `/facts/${name}`,
          code: 'CORRECTION_HARDENS' as const,
          detail: '比原决定更重，须另行认定（告知、申辩、决定、送达）',
        };
      });
      throw new ProblemError('CORRECTION_HARDENS', `更正不得加重：${decided.hardens.join('、')}`, faults);
    }
    return { decided, parties, versions };
  }
}

/** @throws ProblemError VALIDATION_FAILED for an objection that demands no correction of this entry */
function getOwed(entry: EntryInWork, objectionId: string | undefined): OwedCorrection | undefined {
  if (objectionId === undefined) return undefined;
  const owed = entry.row.procedure.owedCorrections?.find((one) => one.objectionId === objectionId);
  if (owed !== undefined) return owed;
  const detail = '该异议没有要求更正本记录的决定，或已更正';
  throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/objectionId', code: 'VALIDATION_FAILED', detail }]);
}

/** @throws ProblemError VALIDATION_FAILED where the objection demands facts to be corrected, which no document does by itself */
function assertByDocument(owed: OwedCorrection | undefined): void {
  const open = owed === undefined ? [] : factsOwed(owed);
  if (owed !== undefined && open.length === 0) return;
  const detail = `该异议决定要求更正 ${open.join('、')}，须在 facts 中填写`;
  throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/facts', code: 'VALIDATION_FAILED', detail }]);
}
