import { type Principal, ProblemError, repairRefused } from '@lianxin/contracts';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideWithdrawal } from './application.rules.ts';
import { acceptDue, daysLeft, extendedDue, resultDue, supplementDue } from './deadline.rules.ts';
import type { SupplementBody, WithdrawBody } from './repair.api.ts';
import { RepairService } from './repair.service.ts';
import { findDeadlines, findMaterials, type RepairRow } from './repair.store.ts';
import { type RepairWork, RepairWriter } from './repair.work.ts';
import { RepairSettings } from './terms.ts';

/** What the applicant may do against a decision, unless the unit says more (§5.5: written reasons and remedy). */
export const usualRemedyZh = '如不服本决定，可自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼；补齐条件后可以再次申请。';

/** Steps before the decision: one-time request and answer, acceptance, extension, withdrawal (S3–S5). */
@Injectable()
export class RepairStepService {
  constructor(
    private readonly clock: Clock,
    private readonly settings: RepairSettings,
    private readonly repairs: RepairService,
    private readonly writer: RepairWriter,
  ) {}

  private get days() {
    return { calendar: this.clock.calendar(), terms: this.settings.on(this.clock.today()) };
  }

  /** S3: accepted; the term of the result begins. */
  accept(tx: Transaction, principal: Principal, id: string, version: number | undefined): Promise<RepairRow> {
    return this.change(tx, principal, id, version, async (work) => {
      work.close('ACCEPT');
      work.due(resultDue(this.days, work.acting.today, work.row.department_code));
      work.step('ACCEPT');
    });
  }

  /** Not accepted, with written reasons and remedy. */
  notAccept(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    reason: string,
    remedy = usualRemedyZh,
  ): Promise<RepairRow> {
    return this.change(tx, principal, id, version, async (work) => {
      work.row.refusal = { stage: 'ACCEPTANCE', reason, remedy, documentNo: null };
      work.step('NOT_ACCEPT', { reason, remedy }, false);
      sayRefused(work, 'ACCEPTANCE', null);
    });
  }

  /**
   * S4: asks for what is missing, once; the unit's clock stops.
   * @throws ProblemError REPAIR_STATE for a second time
   */
  requestSupplement(tx: Transaction, principal: Principal, id: string, version: number | undefined, asked: string): Promise<RepairRow> {
    return this.change(tx, principal, id, version, async (work) => {
      const { row, acting } = work;
      if (row.supplement !== null) throw new ProblemError('REPAIR_STATE', `补正只能一次性告知：已于 ${row.supplement.on} 要求补正`);
      const due = (await findDeadlines(tx, [id])).find((deadline) => deadline.kind === 'ACCEPT');
      const left = due === undefined ? this.days.terms.acceptDays : daysLeft(this.clock.calendar(), acting.today, due.due_on);
      row.supplement = { asked, on: acting.today, daysLeft: left };
      work.close('ACCEPT');
      work.due(supplementDue(this.days, acting.today));
      work.step('REQUEST_SUPPLEMENT', { asked });
    });
  }

  /** The applicant answers through the desk that took the application in, or the unit enters it; the clock runs on with what was left. While a reorganisation plan
   * is carried out its proofs are added in the same way. */
  supplement(tx: Transaction, principal: Principal, id: string, version: number | undefined, body: SupplementBody): Promise<RepairRow> {
    return this.change(
      tx,
      principal,
      id,
      version,
      async (work) => {
        const { row, acting } = work;
        const place = (await findMaterials(tx, id)).length;
        const materials = body.materials.map((material) => material.kind);
        // R-5-14: that the plan is carried out is proved while it lasts; no clock runs.
        if (row.status === 'TEMPORARY') work.step('ADD_MATERIALS', { materials });
        else {
          work.close('SUPPLEMENT');
          work.due(acceptDue(this.days, acting.today, row.supplement?.daysLeft));
          work.step('SUPPLEMENT', { materials });
        }
        row.duties_performed_on = body.dutiesPerformedOn ?? row.duties_performed_on;
        await this.repairs.addMaterials(tx, principal, row, body.materials, place);
      },
      'EITHER',
    );
  }

  /** S5: once, with notice and reason. */
  extend(tx: Transaction, principal: Principal, id: string, version: number | undefined, reason: string): Promise<RepairRow> {
    return this.change(tx, principal, id, version, async (work) => {
      if (work.row.is_extended) throw new ProblemError('REPAIR_STATE', '办理期限只能延长一次');
      const due = (await findDeadlines(tx, [id])).find((deadline) => deadline.kind === 'RESULT');
      work.row.is_extended = true;
      work.row.proposal = null;
      work.due(extendedDue(this.days, due?.due_on ?? work.acting.today));
      work.step('EXTEND', { reason });
    });
  }

  /**
   * The applicant takes it back through the desk that took it in; a unit that enters it for him shows his word.
   * @throws ProblemError REPAIR_MATERIAL_REQUIRED without it, EVIDENCE_UNKNOWN
   */
  withdraw(tx: Transaction, principal: Principal, id: string, version: number | undefined, body: WithdrawBody): Promise<RepairRow> {
    return this.change(
      tx,
      principal,
      id,
      version,
      async (work) => {
        const { row, acting } = work;
        const { reason, statement } = body;
        this.repairs.refuseUnless(
          decideWithdrawal({ channel: row.channel, isDesk: isDeskOf(row, principal), statedOn: statement?.date ?? null }, acting.today),
        );
        row.proposal = null;
        work.step('WITHDRAW', { reason, statedOn: statement?.date ?? null });
        if (statement === undefined) return;
        const material = { kind: 'WITHDRAWAL' as const, ...statement };
        await this.repairs.addMaterials(tx, principal, row, [material], (await findMaterials(tx, id)).length, '/statement/fileId');
      },
      'EITHER',
    );
  }

  /**
   * One change of one application by somebody whose it is, under the lane of its subject, written once.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, REPAIR_STATE
   */
  async change(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    decide: (work: RepairWork) => Promise<void>,
    by: 'UNIT' | 'EITHER' = 'UNIT',
  ): Promise<RepairRow> {
    const work = await this.writer.take(tx, id, principal.id);
    if (work === undefined) throw new ProblemError('NOT_FOUND', '没有此修复申请，或不属于本部门');
    const { row } = work;
    const isUnit = principal.departments.includes(row.department_code);
    if (!isUnit && !(by === 'EITHER' && isDeskOf(row, principal)))
      throw new ProblemError('FORBIDDEN', `由认定部门 ${row.department_code} 办理（谁认定、谁修复）`);
    if (version !== undefined && version !== row.version)
      throw new ProblemError('STALE', `申请已变动：当前版本 ${row.version}，状态 ${row.status}`);
    await decide(work);
    await this.writer.write(tx, work);
    return row;
  }
}

/** The desk at which the applicant stands: the window that took it in; 信用中国 and the office for what came by it, or was opened beside another one. */
function isDeskOf(row: RepairRow, principal: Principal): boolean {
  switch (row.channel) {
    case 'WINDOW':
      return (
        principal.roles.includes('WINDOW_CLERK') && row.intake_department !== null && principal.departments.includes(row.intake_department)
      );
    case 'CREDIT_CHINA':
    case 'LINKED':
      return row.intake_department === null ? principal.departments.length === 0 : principal.departments.includes(row.intake_department);
    case 'DEPARTMENT':
      return false;
  }
}

export function sayRefused(work: RepairWork, stage: 'ACCEPTANCE' | 'DECISION', documentNo: string | null): void {
  work.say(repairRefused, { ...work.head(), stage, documentNo, refusedOn: work.acting.today });
}
