import { randomUUIDv7 } from 'node:crypto';
import { type LianxinEvent, type Principal, ProblemError, restorationOrdered } from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Known } from './disputable.rules.ts';
import { DisputableStore } from './disputable.store.ts';
import { advancedEvent, decidedEvent, executedEvent, type Origin } from './objection.events.ts';
import { actionOf, isOwed, judgeProposal } from './objection.rules.ts';
import type { ProposeRequest } from './objection.schemas.ts';
import { type Change, ObjectionService, type Side } from './objection.service.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { type Actor, ObjectionWork } from './objection.work.ts';
import { restorationsOf } from './restoration.rules.ts';
import { type EventRow, TimelineStore } from './timeline.store.ts';

const restoringTopics = ['lianxin.task', 'lianxin.feedback', 'lianxin.measure_plan', 'lianxin.check'];

/** Findings (§6.4): proposed by one, decided by another, executed when the owner of the record has done what they demand. */
@Injectable()
export class FindingService {
  constructor(
    private readonly store: ObjectionStore,
    private readonly objections: ObjectionService,
    private readonly work: ObjectionWork,
    private readonly disputables: DisputableStore,
    private readonly journal: TimelineStore,
  ) {}

  /** @throws ProblemError OUTCOME_NOT_ALLOWED, STEP_NOT_READY */
  propose(tx: Transaction, request: ProposeRequest): Change {
    return async (row, actor) => {
      if (row.clock_stopped_on !== null) throw new ProblemError('STEP_NOT_READY', '鉴定或评审尚未结束，先恢复计时');
      const target = await this.targetOf(tx, row);
      const judged = judgeProposal(request, {
        status: row.status,
        target: { kind: row.target_kind, taskId: row.task_id },
        validTo: target?.validTo ?? null,
      });
      await this.work.step(tx, row, 'PROPOSE', actor, { outcome: request.outcome, effect: request.effect, documentNo: request.documentNo });
      if (!judged.ok) throw new ProblemError(judged.code, judged.detail);
      row.proposal = { ...request, proposedBy: actor.id, proposedOn: this.work.today };
      return [advancedEvent(row, 'PROPOSE', this.work.today, null, { actor: actor.id })];
    };
  }

  returnProposal(tx: Transaction, reason: string): Change {
    return async (row, actor) => {
      if (row.proposal === null) throw new ProblemError('STEP_NOT_READY', '没有待审批的结论');
      await this.work.step(tx, row, 'RETURN_PROPOSAL', actor, { reason });
      row.proposal = null;
      return [advancedEvent(row, 'RETURN_PROPOSAL', this.work.today, null, { actor: actor.id })];
    };
  }

  /** The second person decides. @throws ProblemError FOUR_EYES_REQUIRED when it is the first one */
  approve(tx: Transaction, principal: Principal): Change {
    return async (row, actor) => {
      assertApprover(principal, row);
      const { proposal } = row;
      if (proposal === null) throw new ProblemError('STEP_NOT_READY', '没有待审批的结论');
      if (proposal.proposedBy === actor.id) throw new ProblemError('FOUR_EYES_REQUIRED', '提出结论的人不得审批该结论');
      const on = this.work.today;
      const { outcome, effect, documentNo } = proposal;
      await this.work.step(tx, row, actionOf(outcome), actor, { effect, documentNo, proposedBy: proposal.proposedBy });
      const stillDisputed = await this.objections.isDisputedByOthers(tx, row);
      row.decision = { ...proposal, approvedBy: actor.id, decidedOn: on, stillDisputed };
      row.proposal = null;
      await this.work.clocks(tx, row, 'DECIDED', on);
      const origin = { actor: actor.id };
      const decided = decidedEvent(row, origin);
      const target = await this.targetOf(tx, row);
      return isDoneAlready(row, target) ? [decided, ...(await this.execute(tx, row, actor, origin))] : [decided];
    };
  }

  /** What the decision demands stands: the case goes on to its answer, and whoever acted on what was wrong is told to restore (R-6-8). */
  async execute(tx: Transaction, row: ObjectionRow, actor: Actor, origin: Origin): Promise<NewEvent[]> {
    const on = this.work.today;
    await this.work.step(tx, row, 'EXECUTE', actor);
    await this.work.clocks(tx, row, 'EXECUTED', on);
    const restorations = await this.restorationsFor(tx, row, origin);
    row.restorations = restorations.length;
    return [executedEvent(row, on, origin), ...restorations];
  }

  private async restorationsFor(tx: Transaction, row: ObjectionRow, origin: Origin): Promise<NewEvent[]> {
    const effect = row.decision?.effect;
    if (row.target_kind !== 'LIST_ENTRY' || (effect !== 'VOID' && effect !== 'REVOKE' && effect !== 'UNDO_MEASURE')) return [];
    // Every department's acts count, whoever decides.
    const rows = await this.store.acrossDepartments(tx, () => this.journal.findOfTopics(tx, row.subject_key, restoringTopics));
    const events = rows.map(eventOf);
    const orders = restorationsOf(row.target_id, events, row.task_id ?? undefined);
    // Each order has the key of its party's subject.
    await lockLanes(
      tx,
      orders.map((order) => order.partySubjectId),
    );
    return orders.map((order) =>
      newEvent({
        definition: restorationOrdered,
        key: order.partySubjectId,
        data: {
          restorationId: randomUUIDv7(),
          entryId: row.target_id,
          entryNumber: row.target_number,
          listCode: row.list_code ?? '',
          ...order,
          ground: 'OBJECTION_UPHELD',
          documentNo: row.decision?.documentNo ?? null,
          dueOn: null,
        },
        ...origin,
      }),
    );
  }

  private async targetOf(tx: Transaction, row: ObjectionRow): Promise<Known | undefined> {
    return (await this.disputables.findMany(tx, row.target_kind, [row.target_id])).get(row.target_id);
  }
}

/** Nothing need happen elsewhere: the record is void already, nothing was marked, or the mark stays for another objection. */
export function isDoneAlready(row: ObjectionRow, target: Known | undefined): boolean {
  const { decision } = row;
  if (decision === null) return false;
  switch (decision.effect) {
    case 'UNDO_MEASURE':
      return true;
    case 'VOID':
    case 'REVOKE':
      return target === undefined || ['CORRECTED', 'REVOKED', 'WITHDRAWN'].includes(target.status);
    case 'NOTE':
      return true;
    case 'AMEND':
    case 'KEEP':
      if (row.task_id !== null) return true;
      if (row.target_kind === 'PUBLIC_RECORD') return isRecordDone(decision.effect, decision.stillDisputed, target);
      if (isOwed(decision)) return target?.inForce !== true;
      // Its mark has been taken away before, by hand: nothing more will be said of it.
      if (decision.effect === 'KEEP' && row.marked_on !== null && target?.disputed === false) return true;
      return decision.stillDisputed || target?.inForce !== true;
  }
}

/** A record that is to be corrected is taken back and comes anew; of one that stands only the mark need go. */
function isRecordDone(effect: 'AMEND' | 'KEEP', stillDisputed: boolean, target: Known | undefined): boolean {
  if (effect === 'AMEND') return target === undefined || target.status === 'WITHDRAWN';
  return stillDisputed || target?.disputed !== true;
}

/** Whose finding it is: the self-check is the office's, verification the source unit's. */
export function findingSide(row: ObjectionRow): Side {
  return row.status === 'SELF_CHECK' ? 'OFFICE' : 'SOURCE';
}

/** @throws ProblemError FORBIDDEN: of a unit only its approver decides */
function assertApprover(principal: Principal, row: ObjectionRow): void {
  if (row.status !== 'SELF_CHECK' && !principal.roles.includes('DEPT_APPROVER'))
    throw new ProblemError('FORBIDDEN', '来源单位的结论由其审核人员（DEPT_APPROVER）审批');
}

function eventOf(row: EventRow): LianxinEvent {
  return {
    id: row.event_id,
    type: row.type,
    source: row.source,
    key: row.subject_key,
    subjectSeq: row.subject_seq,
    time: row.time.toISOString(),
    recordedTime: row.recorded_time.toISOString(),
    correlationId: row.correlation_id,
    classification: 'internal',
    data: JSON.parse(row.data),
  };
}
