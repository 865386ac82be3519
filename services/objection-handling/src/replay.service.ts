import { randomUUIDv7 } from 'node:crypto';
import { type Principal, ProblemError, type ReplayChange, type RestorationGround, seesWholeCity } from '@lianxin/contracts';
import { lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayLimits } from './config.ts';
import { ObjectionStore } from './objection.store.ts';
import { cancelledEvent } from './replay.events.ts';
import { judgeApproval, lacksGround, type ReplayAction } from './replay.rules.ts';
import type { PlanReplayRequest, ReplayConfirmation } from './replay.schemas.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';
import { ReplayWork } from './replay.work.ts';
import { ReplayCaseStore } from './replay-case.store.ts';
import { type EntryScope, ReplayEntryStore } from './replay-entry.store.ts';

/** What a request asks once an objection has filled in what it left out. */
interface Asked {
  readonly scope: EntryScope;
  readonly change: ReplayChange;
  readonly ground: RestorationGround | null;
  readonly documentNo: string | null;
}

/** The replay that a step is about, and the version of it that was read. */
export interface AskedOf {
  readonly id: string;
  readonly version?: number | undefined;
}

/** Replays (design §7): what people do about them; `replay-turn.service.ts` drives them on in between. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly store: ReplayStore,
    private readonly cases: ReplayCaseStore,
    private readonly entries: ReplayEntryStore,
    private readonly objections: ObjectionStore,
    private readonly work: ReplayWork,
    private readonly outbox: Outbox,
    private readonly limits: ReplayLimits,
    private readonly clock: Clock,
  ) {}

  /**
   * Plans a replay: nothing is changed by it. Its cases are those that the scope holds now.
   * @throws ProblemError NOT_FOUND (objection), GROUND_REQUIRED, REPLAY_SCOPE_EMPTY, REPLAY_SCOPE_TOO_LARGE, VALIDATION_FAILED
   */
  async plan(tx: Transaction, principal: Principal, request: PlanReplayRequest): Promise<ReplayRow> {
    const asked = await this.askedBy(tx, request);
    if (lacksGround(asked)) throw new ProblemError('GROUND_REQUIRED', '改变事实或清单版本的回放须载明事由（ground）和文号（documentNo）');
    const found = await this.entries.find(tx, asked.scope, this.limits.maxCases + 1);
    if (found.length === 0) throw new ProblemError('REPLAY_SCOPE_EMPTY', '范围内没有已知的名单记录');
    if (found.length > this.limits.maxCases) throw new ProblemError('REPLAY_SCOPE_TOO_LARGE', `一次最多 ${this.limits.maxCases} 件`);
    const { change } = asked;
    if (change.kind === 'CORRECT_ENTRY' && (found.length > 1 || Object.keys(change.facts).length === 0))
      throw invalid('/change', found.length > 1 ? `更正只针对一条名单记录，范围内有 ${found.length} 条` : '至少给出一项更正的事实');
    const now = this.clock.now();
    const row: ReplayRow = {
      ...{ id: randomUUIDv7(), version: 1, status: 'PLANNING', paused: false, scope: request.scope, change },
      ...{ ground: asked.ground, document_no: asked.documentNo, reason: request.reason, ticket_no: request.ticketNo ?? null },
      ...{ side_effects: request.sideEffects, requested_by: principal.id, requested_at: now, cases: found.length },
      ...{ figures: null, sha256: null, departments: [], confirmations: [], approved_by: null, approved_on: null },
      ...{ applied_on: null, detail: null },
    };
    await this.store.insert(tx, row);
    await this.cases.insert(tx, row.id, found, now);
    const fact = { replay_id: row.id, version: 1, action: 'REQUEST' as const, from_status: null, to_status: row.status };
    await this.store.addFact(tx, { ...fact, at: now, actor: principal.id, unit: null, detail: { cases: found.length } });
    await this.work.wake(tx, [row.id]);
    return row;
  }

  /** A unit stands by what the replay would add to records that it designated (谁认定、谁负责). @throws ProblemError STALE for another difference */
  async confirm(tx: Transaction, principal: Principal, asked: AskedOf, { sha256, documentNo }: ReplayConfirmation): Promise<ReplayRow> {
    return this.change(tx, principal, asked, 'CONFIRM', (row) => {
      assertRead(row, sha256);
      const own = row.departments.filter((code) => principal.departments.includes(code));
      if (own.length === 0 || seesWholeCity(principal))
        throw new ProblemError('FORBIDDEN', `由认定单位 ${row.departments.join('、') || '（无）'} 的审核人员确认`);
      if (row.requested_by === principal.id) throw new ProblemError('FOUR_EYES_REQUIRED', '提出回放的人不得代表认定单位确认');
      const others = row.confirmations.filter((one) => !own.includes(one.departmentCode));
      const given = own.map((departmentCode) => ({
        departmentCode,
        by: principal.id,
        on: this.work.today,
        documentNo: documentNo ?? null,
      }));
      row.confirmations = [...others, ...given];
      return { departments: own, sha256: row.sha256 };
    });
  }

  /**
   * Approves the difference that was read.
   * @throws ProblemError FOUR_EYES_REQUIRED, SYSTEM_FAULT_ONLY_LIFTS, CONFIRMATION_REQUIRED, REPLAY_NOT_SETTLED, REPLAY_CHANGES_NOTHING, GROUND_REQUIRED, STALE
   */
  async approve(tx: Transaction, principal: Principal, asked: AskedOf, sha256: string): Promise<ReplayRow> {
    return this.change(tx, principal, asked, 'APPROVE', (row) => {
      assertRead(row, sha256);
      const { figures } = row;
      const judged = judgeApproval(
        {
          ...{ change: row.change, ground: row.ground, documentNo: row.document_no, requestedBy: row.requested_by },
          ...{ failed: figures?.failed ?? 0, changing: figures?.changing ?? 0 },
          ...{ addsRestriction: figures?.addsRestriction ?? false, losesHonour: figures?.losesHonour ?? false },
          ...{ toConfirm: row.departments, confirmations: row.confirmations },
        },
        principal.id,
      );
      if (!judged.ok) throw new ProblemError(judged.code, judged.detail);
      row.approved_by = principal.id;
      row.approved_on = this.work.today;
      return { sha256: row.sha256 };
    });
  }

  /** Begins with the second look; twice is once. @throws ProblemError REPLAY_REFUSED when the world had moved on */
  async apply(tx: Transaction, principal: Principal, { id, version }: AskedOf): Promise<ReplayRow> {
    const row = await this.work.take(tx, id, version);
    if (['CHECKING', 'APPLYING', 'PROVING', 'APPLIED', 'PARTLY_APPLIED'].includes(row.status)) return row;
    if (row.status === 'REFUSED') throw new ProblemError('REPLAY_REFUSED', row.detail ?? '情况已变化');
    await this.work.step(tx, row, 'APPLY', { id: principal.id, unit: null });
    await this.cases.skipUnchanged(tx, id);
    await this.cases.begin(tx, id, ['ANSWERED'], this.clock.now());
    await this.store.update(tx, row);
    return row;
  }

  /** Gives a replay up of which nothing has been carried out yet. */
  async cancel(tx: Transaction, principal: Principal, asked: AskedOf, reason: string | undefined): Promise<ReplayRow> {
    const row = await this.change(tx, principal, asked, 'CANCEL', () => (reason === undefined ? {} : { reason }));
    await lockLanes(tx, [row.id]);
    await this.outbox.publish(tx, [cancelledEvent(row, this.work.today, principal.id)]);
    return row;
  }

  /** No further case is asked or ordered; what the owners have been told goes on. */
  async pause(tx: Transaction, principal: Principal, asked: AskedOf, reason: string | undefined): Promise<ReplayRow> {
    return this.change(tx, principal, asked, 'PAUSE', (row) => {
      row.paused = true;
      return reason === undefined ? {} : { reason };
    });
  }

  /** Goes on where it stood; cases that could not be settled are tried again. */
  async resume(tx: Transaction, principal: Principal, asked: AskedOf): Promise<ReplayRow> {
    const row = await this.change(tx, principal, asked, 'RESUME', (before) => {
      if (before.status === 'PLANNED' && before.figures?.failed === 0)
        throw new ProblemError('TRANSITION_NOT_ALLOWED', '方案已完整，没有需要重新推演的案件');
      before.paused = false;
      before.detail = null;
      return {};
    });
    await this.cases.begin(tx, row.id, ['FAILED'], this.clock.now());
    return row;
  }

  async get(tx: Transaction, id: string): Promise<ReplayRow> {
    const row = await this.store.find(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    return row;
  }

  /** One step of a person: the table is asked first, so that what is not to be done now is refused as such. */
  private async change(
    tx: Transaction,
    principal: Principal,
    { id, version }: AskedOf,
    action: ReplayAction,
    work: (row: ReplayRow) => Readonly<Record<string, unknown>>,
  ): Promise<ReplayRow> {
    const row = await this.work.take(tx, id, version);
    const actor = { id: principal.id, unit: principal.departments[0] ?? null };
    this.work.assertAllowed(row, action);
    const detail = work(row);
    await this.work.step(tx, row, action, actor, detail);
    await this.store.update(tx, row);
    return row;
  }

  private async askedBy(tx: Transaction, request: PlanReplayRequest): Promise<Asked> {
    const { scope } = request;
    const given = { ground: request.ground ?? null, documentNo: request.documentNo ?? null };
    if (scope.objectionNumber === undefined) return { scope, change: request.change ?? { kind: 'NOTHING' }, ...given };
    const [objection] = await this.objections.findPage(tx, { number: scope.objectionNumber }, undefined, 1);
    if (objection === undefined) throw new ProblemError('NOT_FOUND', `没有异议 ${scope.objectionNumber}`);
    if (objection.target_kind !== 'LIST_ENTRY') throw invalid('/scope/objectionNumber', '该异议针对公示记录，不涉及名单记录');
    const { decision } = objection;
    const isUpheld = decision !== null && (decision.outcome === 'UPHELD' || decision.outcome === 'PARTLY_UPHELD');
    const decided: ReplayChange =
      decision?.effect === 'VOID' || decision?.effect === 'REVOKE'
        ? { kind: 'VOID_ENTRY', effect: decision.effect }
        : decision?.effect === 'AMEND' && decision.validTo !== null
          ? { kind: 'CORRECT_ENTRY', facts: { validTo: decision.validTo } }
          : { kind: 'NOTHING' };
    const change = request.change ?? decided;
    // An objection is the ground of what it decided, and of nothing else (R-6-7a).
    const isGround = isUpheld && contentHash(change) === contentHash(decided);
    return {
      ...{ scope: { entryId: objection.target_id }, change },
      ground: given.ground ?? (isGround ? 'OBJECTION_UPHELD' : null),
      documentNo: given.documentNo ?? (isGround ? decision.documentNo : null),
    };
  }
}

/** Who agrees agrees to what was read: a plan worked out again in between may be another. */
function assertRead(row: ReplayRow, sha256: string): void {
  if (row.sha256 !== sha256) throw new ProblemError('STALE', `差异已变化：现为 ${row.sha256 ?? '（无）'}，请重新读取`);
}

function invalid(pointer: string, detail: string): ProblemError {
  return new ProblemError('VALIDATION_FAILED', detail, [{ pointer, code: 'VALIDATION_FAILED', detail }]);
}
