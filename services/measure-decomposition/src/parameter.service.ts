import { randomUUIDv7 } from 'node:crypto';
import { isParameterKey, type ParameterKey, type Principal, ProblemError, parameterChanged, parameterKey } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { NewParameterChange } from './parameter.api.ts';
import { decideParameter, decideWithdrawal, type ParameterDecision, type WantedParameter } from './parameter.rules.ts';
import { type ParameterChangeRow, type ParameterStatus, ParameterStore } from './parameter.store.ts';

/** Use cases of parameters: proposed by one person, approved by another, withdrawn before their day (§12). */
@Injectable()
export class ParameterService {
  constructor(
    private readonly store: ParameterStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws ProblemError PARAMETER_UNKNOWN, _OUT_OF_BOUNDS, _DAY_PAST, _UNCHANGED, _ORDER. */
  async propose(tx: Transaction, principal: Principal, request: NewParameterChange): Promise<ParameterChangeRow> {
    await lockLanes(tx, [parameterKey]);
    const { value, validFrom, reasonZh } = request;
    const key = keyOf(request.key);
    const previous = settled(decideParameter({ key, value, validFrom }, await this.store.readCounting(tx), this.clock.today()));
    const change = {
      change_id: randomUUIDv7(),
      key,
      value,
      valid_from: validFrom,
      reason_zh: reasonZh,
      document_no: request.documentNo ?? null,
    };
    await this.store.insert(tx, change);
    await this.note(tx, change, 'PROPOSED', principal, previous);
    return this.get(tx, change.change_id);
  }

  /**
   * The second person: from its day on the value counts.
   * @throws ProblemError FOUR_EYES_REQUIRED, PARAMETER_CHANGE_CLOSED; what was refused at the proposal is judged again as of today.
   */
  async approve(tx: Transaction, principal: Principal, changeId: string): Promise<ParameterChangeRow> {
    await lockLanes(tx, [parameterKey]);
    const change = await this.get(tx, changeId);
    if (change.facts.some((fact) => fact.what === 'PROPOSED' && fact.acted_by === principal.id))
      throw new ProblemError('FOUR_EYES_REQUIRED', '提出参数变更的人不得批准它，请由信用办另一人批准');
    if (change.status !== 'PROPOSED') throw closed(change);
    const previous = settled(decideParameter(wantedOf(change), await this.store.readCounting(tx), this.clock.today()));
    await this.note(tx, change, 'APPROVED', principal, previous);
    return this.get(tx, changeId);
  }

  /**
   * Takes back what is only proposed, or what was approved and still waits for its day.
   * @throws ProblemError PARAMETER_CHANGE_CLOSED once it counts, PARAMETER_ORDER where its neighbours rest on it.
   */
  async cancel(tx: Transaction, principal: Principal, changeId: string, reasonZh: string): Promise<ParameterChangeRow> {
    await lockLanes(tx, [parameterKey]);
    const change = await this.get(tx, changeId);
    if (change.status === 'PROPOSED') {
      await this.note(tx, change, 'CANCELLED', principal, change.facts[0]?.previous_value ?? change.value, reasonZh);
    } else if (change.status === 'APPROVED') {
      const remaining = (await this.store.readCounting(tx)).filter((one) => one.changeId !== changeId);
      const previous = settled(decideWithdrawal(wantedOf(change), remaining, this.clock.today()));
      await this.note(tx, change, 'WITHDRAWN', principal, previous, reasonZh);
    } else throw closed(change);
    return this.get(tx, changeId);
  }

  /** @throws ProblemError NOT_FOUND. */
  async get(tx: Transaction, changeId: string): Promise<ParameterChangeRow> {
    const change = await this.store.find(tx, changeId);
    if (change === undefined) throw new ProblemError('NOT_FOUND', `没有参数变更 ${changeId}`);
    return change;
  }

  /** Adds a fact, and tells the services what they must know. */
  private async note(
    tx: Transaction,
    change: Omit<ParameterChangeRow, 'status' | 'facts'> & Partial<Pick<ParameterChangeRow, 'facts'>>,
    what: ParameterStatus,
    principal: Principal,
    previousValue: number,
    reasonZh: string | null = null,
  ): Promise<void> {
    const now = this.clock.now();
    const isTold = what === 'APPROVED' || what === 'WITHDRAWN';
    const version = isTold ? await this.store.nextVersion(tx, change.key) : null;
    const fact = { what, previous_value: previousValue, acted_by: principal.id, acted_at: now, reason_zh: reasonZh, version };
    await this.store.addFact(tx, change, fact);
    if (!isTold || version === null) return;
    const data = {
      changeId: change.change_id,
      key: change.key,
      version,
      state: what,
      value: change.value,
      validFrom: change.valid_from,
      previousValue,
      reasonZh: reasonZh ?? change.reason_zh,
      documentNo: change.document_no,
      proposedBy: change.facts?.[0]?.acted_by ?? principal.id,
      decidedBy: principal.id,
      decidedAt: now.toISOString(),
    };
    await this.outbox.publish(tx, [newEvent({ definition: parameterChanged, key: parameterKey, actor: principal.id, time: now, data })]);
  }
}

/** @throws ProblemError PARAMETER_UNKNOWN. */
export function keyOf(key: string): ParameterKey {
  if (!isParameterKey(key)) {
    const detail = `没有可在运行中变更的参数 ${key}`;
    throw new ProblemError('PARAMETER_UNKNOWN', detail, [{ pointer: '/key', code: 'PARAMETER_UNKNOWN', detail }]);
  }
  return key;
}

function wantedOf(change: ParameterChangeRow): WantedParameter {
  return { key: keyOf(change.key), value: change.value, validFrom: change.valid_from };
}

function settled(decision: ParameterDecision): number {
  if (!decision.ok) throw new ProblemError(decision.code, decision.detail, decision.errors);
  return decision.previousValue;
}

function closed(change: ParameterChangeRow): ProblemError {
  const words = { PROPOSED: '待批准', APPROVED: '已批准', CANCELLED: '已取消', WITHDRAWN: '已撤回' }[change.status];
  return new ProblemError('PARAMETER_CHANGE_CLOSED', `该变更${words}，不能再次处理`);
}
