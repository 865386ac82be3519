import {
  type Principal,
  ProblemError,
  repairGranted,
  repairRecordGranted,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairTemporarilyRestored,
  repairTemporaryEnded,
} from '@lianxin/contracts';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { askAgencies } from './agency.store.ts';
import { decideGrant, decideTemporary } from './application.rules.ts';
import { invalidateCertificate } from './certificate.store.ts';
import { syncDues } from './deadline.rules.ts';
import { EligibilityService } from './eligibility.service.ts';
import { ItemStore } from './item.store.ts';
import type { DecisionBody, ProposalBody } from './repair.api.ts';
import { allowedProposals } from './repair.rules.ts';
import { namedItem, RepairService } from './repair.service.ts';
import { findMaterials, type Proposal, type RepairRow } from './repair.store.ts';
import { type RepairWork, RepairWriter } from './repair.work.ts';
import { bindActivations, insertFraud } from './repair.write.store.ts';
import { RepairStepService, sayRefused, usualRemedyZh } from './repair-step.service.ts';
import { sayRevoked } from './revocation.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { RepairSettings } from './terms.ts';

/** The unit's decision, by two people: a handler proposes, an approver decides (S5); and what follows from it. */
@Injectable()
export class DecisionService {
  constructor(
    private readonly clock: Clock,
    private readonly settings: RepairSettings,
    private readonly items: ItemStore,
    private readonly eligibility: EligibilityService,
    private readonly repairs: RepairService,
    private readonly steps: RepairStepService,
    private readonly writer: RepairWriter,
  ) {}

  /** @throws ProblemError REPAIR_STATE with what can be proposed now, REPAIR_CONDITIONS_OPEN with what is missing, VALIDATION_FAILED */
  propose(tx: Transaction, principal: Principal, id: string, version: number | undefined, body: ProposalBody): Promise<RepairRow> {
    return this.steps.change(tx, principal, id, version, async (work) => {
      const { row, acting } = work;
      if (row.proposal !== null) throw new ProblemError('REPAIR_STATE', `已有待审批的意见：${row.proposal.action}`);
      const allowed = allowedProposals(row.status, row.category);
      if (!allowed.includes(body.action))
        throw new ProblemError('REPAIR_STATE', `申请当前状态为 ${row.status}，不能拟 ${body.action}；可拟：${allowed.join('、') || '无'}`);
      if (body.action === 'REVOKE' && body.ground === undefined)
        throw new ProblemError('VALIDATION_FAILED', '撤销修复须说明情形', [
          { pointer: '/ground', code: 'VALIDATION_FAILED', detail: 'FALSE_MATERIAL（虚假材料）或 COMMITMENT_BROKEN（违反承诺），R-5-13' },
        ]);
      row.duties_performed_on = body.dutiesPerformedOn ?? row.duties_performed_on;
      row.duties_document_no = body.dutiesDocumentNo ?? row.duties_document_no;
      await this.assertPossible(tx, work, body.action);
      row.proposal = {
        action: body.action,
        by: principal.id,
        at: acting.now.toISOString(),
        documentNo: body.documentNo,
        reason: body.reason,
        remedy: body.remedy ?? null,
        ground: body.ground ?? null,
      };
      work.step('PROPOSE', { ...row.proposal });
    });
  }

  /** @throws ProblemError REPAIR_STATE without a proposal, SAME_PERSON, REPAIR_CONDITIONS_OPEN, REASON_REQUIRED */
  decide(tx: Transaction, principal: Principal, id: string, version: number | undefined, body: DecisionBody): Promise<RepairRow> {
    return this.steps.change(tx, principal, id, version, async (work) => {
      const { proposal } = work.row;
      if (proposal === null) throw new ProblemError('REPAIR_STATE', '没有待审批的意见：先由经办人拟意见');
      if (body.outcome === 'RETURN') {
        if (body.reason === undefined) throw new ProblemError('REASON_REQUIRED', '退回须说明原因');
        work.row.proposal = null;
        work.step('RETURN_PROPOSAL', { reason: body.reason });
        return;
      }
      if (proposal.by === principal.id) throw new ProblemError('SAME_PERSON', '拟意见的人不能审批自己的意见');
      await this.assertPossible(tx, work, proposal.action);
      work.row.proposal = null;
      await this.apply(tx, work, proposal);
    });
  }

  private async apply(tx: Transaction, work: RepairWork, proposal: Proposal): Promise<void> {
    switch (proposal.action) {
      case 'GRANT':
        return this.grant(tx, work, proposal);
      case 'GRANT_TEMPORARY':
        return this.restoreForNow(work, proposal);
      case 'FAIL_PLAN':
        return this.endTemporary(work, proposal);
      case 'REFUSE':
        return this.refuse(work, proposal);
      case 'REVOKE':
        return this.revoke(tx, work, proposal);
    }
  }

  /** R-5-1, R-5-11: publicity, sharing and measures end together; everybody's receipts are awaited from now on. */
  private async grant(tx: Transaction, work: RepairWork, { documentNo, reason }: Proposal): Promise<void> {
    const { row, acting, pending: items } = work;
    row.decision_document_no = documentNo;
    row.granted_on = acting.today;
    row.granted_at = acting.now;
    work.close('RESULT');
    work.step('GRANT', { documentNo, reason });
    for (const item of items) {
      const head = {
        repairId: row.id,
        number: row.number,
        subjectId: row.subject_id,
        decidingDepartment: row.department_code,
        documentNo,
        grantedOn: acting.today,
      };
      if (item.kind === 'LIST_ENTRY') work.say(repairGranted, { ...head, entryId: item.item_id }, item.lane_key);
      else work.say(repairRecordGranted, { ...head, recordId: item.item_id, recordKind: item.kind }, item.lane_key);
    }
    await bindActivations(tx, row.id);
    const dues = syncDues({ calendar: this.clock.calendar(), terms: this.settings.on(acting.today) }, acting.today);
    work.due(...dues);
    work.step('SYNC');
    const [first] = dues;
    if (first !== undefined) await this.writer.chaseAt(tx, row.id, first.dueOn);
    const lift = dues.find((due) => due.kind === 'LIFT');
    // S8, R-5-15: third parties update what they show. They follow 信用中国 alone; a focus list was never there.
    const isPublic = items.some((item) => item.list_type !== 'FOCUS');
    if (lift !== undefined && isPublic) await askAgencies(tx, row.id, lift.dueOn);
    await this.openLinked(tx, work);
  }

  /** R-5-11: entries that rest on a repaired penalty are hinted to their own unit. */
  private async openLinked(tx: Transaction, work: RepairWork): Promise<void> {
    const penalties = work.pending.filter((item) => item.kind === 'PENALTY').map((item) => item.item_id);
    if (penalties.length === 0) return;
    const named = new Set(work.items.map((item) => item.item_id));
    await acrossDepartments(tx, async () => {
      const entries = (await this.items.findEntriesOn(tx, penalties)).filter((entry) => !named.has(entry.id));
      await this.repairs.openLinked(tx, work.acting.actor, work.row, entries);
    });
  }

  /** R-5-14: an entry is suspended and its measures are held; a penalty or an entry of abnormal operation is not shown. */
  private restoreForNow(work: RepairWork, { documentNo, reason }: Proposal): void {
    work.row.decision_document_no = documentNo;
    work.close('RESULT');
    work.step('GRANT_TEMPORARY', { documentNo, reason });
    const restoredOn = work.acting.today;
    for (const item of work.pending) {
      const head = temporaryHead(work, documentNo);
      if (item.kind === 'LIST_ENTRY') work.say(repairTemporarilyRestored, { ...head, entryId: item.item_id, restoredOn }, item.lane_key);
      else work.say(repairRecordTemporarilyRestored, { ...head, recordId: item.item_id, recordKind: item.kind, restoredOn }, item.lane_key);
    }
  }

  /** The plan has failed: everything returns. */
  private endTemporary(work: RepairWork, { documentNo, reason }: Proposal): void {
    work.step('FAIL_PLAN', { documentNo, reason });
    const endedOn = work.acting.today;
    for (const item of work.pending) {
      const head = temporaryHead(work, documentNo);
      if (item.kind === 'LIST_ENTRY') work.say(repairTemporaryEnded, { ...head, entryId: item.item_id, endedOn }, item.lane_key);
      else work.say(repairRecordTemporaryEnded, { ...head, recordId: item.item_id, recordKind: item.kind, endedOn }, item.lane_key);
    }
  }

  private refuse(work: RepairWork, { documentNo, reason, remedy }: Proposal): void {
    work.row.refusal = { stage: 'DECISION', reason, remedy: remedy ?? usualRemedyZh, documentNo };
    work.step('REFUSE', { ...work.row.refusal }, false);
    sayRefused(work, 'DECISION', documentNo);
  }

  /** R-5-13: publicity and measures return for the rest of the term, the fraud is recorded, the certificate is void. */
  private async revoke(tx: Transaction, work: RepairWork, { documentNo, reason, ground }: Proposal): Promise<void> {
    if (ground === null) throw new Error('a revocation without a ground');
    const { row, acting } = work;
    row.revocation = { ground, reason, documentNo, on: acting.today };
    work.step('REVOKE', { ...row.revocation });
    sayRevoked(work, row.revocation);
    await insertFraud(tx, row.id, row.subject_id, ground, acting.today);
    await invalidateCertificate(tx, row.id, acting.now, ground);
  }

  private async assertPossible(tx: Transaction, work: RepairWork, action: Proposal['action']): Promise<void> {
    const { row, pending: items } = work;
    if (action !== 'GRANT' && action !== 'GRANT_TEMPORARY') return;
    const materials = (await findMaterials(tx, row.id)).map((material) => material.kind);
    if (action === 'GRANT_TEMPORARY') return this.repairs.refuseUnless(decideTemporary({ materials }));
    const rows = await this.items.find(tx, { ids: items.map((item) => item.item_id) });
    const claims = { dutiesPerformedOn: row.duties_performed_on, commitment: materials.includes('COMMITMENT') };
    const judged = await this.eligibility.judge(tx, rows, claims, undefined);
    this.repairs.refuseUnless(
      decideGrant({
        category: row.category,
        materials,
        dutiesDocumentNo: row.duties_document_no,
        isPerformanceRecorded: rows.length > 0 && rows.every((record) => record.performed_on !== null),
        items: judged.map(namedItem),
      }),
    );
  }
}

function temporaryHead({ row }: RepairWork, documentNo: string) {
  return { repairId: row.id, number: row.number, subjectId: row.subject_id, decidingDepartment: row.department_code, documentNo };
}
