import {
  type EventData,
  endOfDayBeijing,
  ProblemError,
  type RepairDeadlineKind,
  repairAdvanced,
  type repairReceived,
} from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Due } from './deadline.rules.ts';
import { decideRepairStep, isOpenRepair, type RepairAction } from './repair.rules.ts';
import { findRepair, findRepairItems, type RepairFactRow, type RepairItemRow, type RepairRow } from './repair.store.ts';
import {
  closeDeadlines,
  dropItems,
  insertFacts,
  insertRepair,
  insertRepairItems,
  setDeadlines,
  updateRepair,
} from './repair.write.store.ts';

/** Kind of the timers of all time limits; their reference is `<application>/<deadline>`. */
export const deadlineTimer = 'repair-deadline';
/** Kind of the timer that chases who has not undone it yet; its reference is the application. */
export const chaseTimer = 'repair-chase';

export interface Acting {
  readonly actor: string;
  readonly now: Date;
  readonly today: string;
}

/** What one use case does to one application, gathered in memory and written once; decided under the lane of its subject. */
export class RepairWork {
  readonly facts: RepairFactRow[] = [];
  readonly events: NewEvent[] = [];
  readonly dues: Due[] = [];
  readonly closed: RepairDeadlineKind[] = [];
  readonly dropped: RepairItemRow[] = [];

  constructor(
    readonly row: RepairRow,
    readonly items: readonly RepairItemRow[],
    readonly acting: Acting,
    readonly isNew = false,
  ) {}

  /**
   * One step as a fact; it is told as `repair.advanced` unless another event tells it.
   * @throws ProblemError REPAIR_STATE, naming the state and what is allowed
   */
  step(action: RepairAction, detail: Readonly<Record<string, unknown>> = {}, isTold = true): void {
    const { row, acting } = this;
    const from = row.version === 0 ? null : row.status;
    const decided = decideRepairStep(from ?? 'NONE', action);
    if (!decided.ok) throw new ProblemError(decided.code, decided.detail);
    row.version += 1;
    row.status = decided.to;
    this.facts.push({
      repair_id: row.id,
      version: row.version,
      action,
      from_status: from,
      to_status: decided.to,
      at: acting.now,
      actor: acting.actor,
      detail,
    });
    if (isTold) this.say(repairAdvanced, { ...this.head(), step: action, on: acting.today, dueOn: this.dues.at(-1)?.dueOn ?? null });
  }

  /** Records that are still asked for: those that have not ended by another road. */
  get pending(): RepairItemRow[] {
    return this.items.filter((item) => item.dropped_ground === null);
  }

  /** A record has ended by another road before the decision; the others are asked for as before. */
  drop(item: RepairItemRow, ground: string): void {
    item.dropped_ground = ground;
    this.dropped.push(item);
    this.step('DROP_ITEM', { itemId: item.item_id, number: item.number, ground });
  }

  /** Opens a time limit. */
  due(...dues: readonly Due[]): void {
    this.dues.push(...dues);
  }

  close(...kinds: readonly RepairDeadlineKind[]): void {
    this.closed.push(...kinds);
  }

  say<Definition extends NewEvent['definition']>(definition: Definition, data: EventData<Definition>, key = this.row.subject_id): void {
    this.events.push(newEvent({ definition, key, data, actor: this.acting.actor }));
  }

  /** What every event of an application tells of it. */
  head(): Pick<
    EventData<typeof repairReceived>,
    'repairId' | 'repairVersion' | 'number' | 'subjectId' | 'decidingDepartment' | 'status' | 'items'
  > {
    const { row, items } = this;
    return {
      repairId: row.id,
      repairVersion: row.version,
      number: row.number,
      subjectId: row.subject_id,
      decidingDepartment: row.department_code,
      status: row.status,
      items: items.map((item) => ({ kind: item.kind, id: item.item_id, number: item.number })),
    };
  }
}

/** Takes applications under their lanes and writes what was done to them. */
@Injectable()
export class RepairWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {}

  acting(actor: string): Acting {
    return { actor, now: this.clock.now(), today: this.clock.today() };
  }

  /** The application as it is now, under the lane of its subject; undefined when it is not visible. */
  async take(tx: Transaction, id: string, actor: string): Promise<RepairWork | undefined> {
    const seen = await findRepair(tx, id);
    if (seen === undefined) return undefined;
    const lanes = (await findRepairItems(tx, [id])).map((item) => item.lane_key);
    await lockLanes(tx, [seen.subject_id, ...lanes]);
    const row = await findRepair(tx, id);
    // Whoever held the lanes before may have dropped one of its records.
    return row === undefined ? undefined : new RepairWork(row, await findRepairItems(tx, [id]), this.acting(actor));
  }

  /** Rows, facts, time limits, timers and events, in the transaction that decided them. */
  async write(tx: Transaction, work: RepairWork): Promise<void> {
    const { row, items, acting } = work;
    const isOpen = isOpenRepair(row.status);
    if (work.isNew) {
      await insertRepair(tx, row);
      await insertRepairItems(tx, items);
    }
    await dropItems(tx, work.dropped);
    await updateRepair(tx, row, isOpen);
    await insertFacts(tx, work.facts);
    const over: readonly RepairDeadlineKind[] = isOpen
      ? work.closed
      : ['ACCEPT', 'SUPPLEMENT', 'RESULT', 'SYNC_DEPARTMENT', 'SYNC_SITE', 'LIFT'];
    if (over.length > 0) {
      await closeDeadlines(tx, row.id, over, acting.now);
      await this.timers.clear(
        tx,
        deadlineTimer,
        over.map((kind) => `${row.id}/${kind}`),
      );
    }
    if (!isOpen) await this.timers.clear(tx, chaseTimer, [row.id]);
    if (work.dues.length > 0) {
      await setDeadlines(tx, row.id, work.dues, acting.now);
      const timers = work.dues.map((due) => ({ reference: `${row.id}/${due.kind}`, dueAt: endOfDayBeijing(due.dueOn) }));
      await this.timers.set(tx, deadlineTimer, timers);
    }
    await this.outbox.publish(tx, work.events);
  }

  async chaseAt(tx: Transaction, repairId: string, day: string): Promise<void> {
    await this.timers.set(tx, chaseTimer, [{ reference: repairId, dueAt: endOfDayBeijing(day) }]);
  }
}
