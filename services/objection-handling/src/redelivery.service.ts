import { randomUUIDv7 } from 'node:crypto';
import { type Principal, ProblemError, redeliveryConfirmed, redeliveryEnded, seesWholeCity } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideConfirmation, decideRedelivery, type RedeliveryAction, samenessOf } from './redelivery.rules.ts';
import type { RedeliveryRequest } from './redelivery.schemas.ts';
import { type RedeliveryRow, RedeliveryStore } from './redelivery.store.ts';

export const redeliveryTimer = 'redelivery-step';
/** Who acts where nobody does: the system, when a redelivery comes to its end. */
export const system = 'system';

/**
 * The department that a caller may have sent to: any for the city's roles, else the own one.
 * @throws ProblemError VALIDATION_FAILED when one must be named, NOT_FOUND for a department that is not the caller's.
 */
export function receiverFor(principal: Principal, department: string | undefined): string {
  const { departments } = principal;
  const mustName = (detail: string) =>
    new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/department', code: 'VALIDATION_FAILED', detail }]);
  if (seesWholeCity(principal)) {
    if (department === undefined) throw mustName('须指定补发给哪个部门');
    return department;
  }
  if (department !== undefined && !departments.includes(department)) throw new ProblemError('NOT_FOUND', '没有这个部门，或者不是本部门');
  const [only] = departments;
  if (only === undefined) throw new ProblemError('FORBIDDEN', '补发属于部门；当前账号没有所属部门，也没有全市权限');
  if (department === undefined && departments.length > 1) throw mustName(`账号属于多个部门，须指定其中一个：${departments.join('、')}`);
  return department ?? only;
}

/** Redeliveries as people start, confirm and stop them; what is done in between is the worker's (redelivery.worker). */
@Injectable()
export class RedeliveryService {
  constructor(
    private readonly store: RedeliveryStore,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {}

  /** Asks for a preview; nothing goes out before somebody has confirmed its number. */
  async plan(tx: Transaction, principal: Principal, request: RedeliveryRequest): Promise<RedeliveryRow> {
    const departmentCode = receiverFor(principal, request.department);
    const types = request.types ?? null;
    const row: RedeliveryRow = {
      ...{ id: randomUUIDv7(), version: 0, status: 'PLANNING', phase: 'CHOOSE', department_code: departmentCode },
      ...{ scope: request.scope, types, same_as: samenessOf(departmentCode, request.scope, types), reason: request.reason },
      ...{ requested_by: principal.id, requested_at: this.clock.now(), chosen: 0, chosen_after_time: null, chosen_after_id: null },
      ...{ weighed: 0, events: null, bytes: null, by_type: null, oldest: null, newest: null, sent: 0 },
      ...{ confirmed_by: null, confirmed_at: null, ended_by: null, ended_at: null, failure: null },
    };
    await this.store.insert(tx, row);
    await this.note(tx, row, 'request', principal.id, { reason: request.reason });
    await this.wake(tx, row.id, 0);
    return row;
  }

  /** @throws ProblemError NOT_FOUND also for another department's, STALE when it has moved on since the caller read it */
  async take(tx: Transaction, id: string, version?: number): Promise<RedeliveryRow> {
    const seen = await this.get(tx, id);
    await lockLanes(tx, [laneOf(seen.department_code), id]);
    const row = await this.get(tx, id);
    if (version !== undefined && version !== row.version)
      throw new ProblemError('STALE', `该补发已变为第 ${row.version} 版（${row.status}），请重新读取`);
    return row;
  }

  async get(tx: Transaction, id: string): Promise<RedeliveryRow> {
    const row = await this.store.find(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该补发，或者不属于本部门');
    return row;
  }

  /** Lets the previewed events go out; once it runs, confirming the same again changes nothing. */
  async confirm(tx: Transaction, principal: Principal, row: RedeliveryRow, events: number): Promise<RedeliveryRow> {
    const isConfirmed = row.confirmed_at !== null && row.events === events && (row.status === 'RUNNING' || row.status === 'COMPLETED');
    if (isConfirmed) return row;
    const decided = decideConfirmation(row.status, row.events, events);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
    const running = await this.store.findRunning(tx, row.same_as);
    if (running !== undefined) throw new ProblemError('REDELIVERY_RUNNING', `补发 ${running.id} 正在发送同样的内容`);
    row.confirmed_by = principal.id;
    row.confirmed_at = this.clock.now();
    await this.move(tx, row, 'confirm', principal.id, { events });
    const { id: redeliveryId, department_code: departmentCode, scope, types } = row;
    const data = { redeliveryId, departmentCode, scope, types: types === null ? null : [...types], events };
    await this.outbox.publish(tx, [newEvent({ definition: redeliveryConfirmed, key: row.id, actor: principal.id, data })]);
    await this.wake(tx, row.id, 0);
    return row;
  }

  /** Stops it; what has gone out stays, marked as what it is. */
  async cancel(tx: Transaction, row: RedeliveryRow, actor: string): Promise<RedeliveryRow> {
    if (row.status === 'CANCELLED') return row;
    await this.end(tx, row, 'cancel', actor);
    return row;
  }

  /** Ends it and tells of the end, if it had begun to send. The caller holds its lane. */
  async end(tx: Transaction, row: RedeliveryRow, action: 'complete' | 'cancel' | 'fail', actor: string): Promise<void> {
    row.ended_by = actor;
    row.ended_at = this.clock.now();
    await this.move(tx, row, action, actor, { sent: row.sent, failure: row.failure });
    await this.wake(tx, row.id, 0);
    if (row.confirmed_at === null) return;
    const outcome = action === 'complete' ? 'COMPLETED' : action === 'cancel' ? 'CANCELLED' : 'FAILED';
    const data = {
      ...({ redeliveryId: row.id, departmentCode: row.department_code, outcome } as const),
      ...{ planned: row.events ?? 0, sent: row.sent },
    };
    await this.outbox.publish(tx, [newEvent({ definition: redeliveryEnded, key: row.id, actor, data })]);
  }

  /** Takes a step of the table of states and keeps it as a fact. */
  async move(
    tx: Transaction,
    row: RedeliveryRow,
    action: RedeliveryAction,
    actor: string,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const decided = decideRedelivery(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
    row.status = decided.to;
    await this.note(tx, row, action, actor, detail);
  }

  /** Has the worker look at it again after this time. */
  async wake(tx: Transaction, id: string, delayMs: number): Promise<void> {
    await this.timers.set(tx, redeliveryTimer, [{ reference: id, dueAt: new Date(this.clock.now().getTime() + delayMs) }]);
  }

  private async note(
    tx: Transaction,
    row: RedeliveryRow,
    action: string,
    actor: string,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    row.version += 1;
    await this.store.update(tx, row);
    await this.store.addFact(tx, row.id, { version: row.version, action, at: this.clock.now(), actor }, detail);
  }
}

/** Confirmations for one department follow each other, so that the same is not let go twice. */
function laneOf(departmentCode: string): string {
  return `redelivery ${departmentCode}`;
}
