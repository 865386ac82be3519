import { endOfDayBeijing, ProblemError } from '@lianxin/contracts';
import { lockLanes, type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideStep, type ObjectionAction } from './objection.rules.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { type ClockEvent, type Clocks, clocksOf } from './objection-deadline.rules.ts';
import { Terms } from './terms.ts';

export const deadlineTimer = 'objection-deadline';

/** Who takes a step: a principal with its unit, or the event that shows that something has happened. */
export interface Actor {
  readonly id: string;
  readonly unit: string | null;
}

/** Takes steps of one objection: checks it against the table, appends the fact, moves clocks, says events. The caller holds the lane of its key. */
@Injectable()
export class ObjectionWork {
  constructor(
    private readonly store: ObjectionStore,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly terms: Terms,
    private readonly clock: Clock,
  ) {}

  get today(): string {
    return this.clock.today();
  }

  /** Locks the lane of what is disputed, then reads the objection as it is now. */
  async takeUnderLane(tx: Transaction, before: ObjectionRow): Promise<ObjectionRow> {
    await lockLanes(tx, [before.subject_key]);
    const row = await this.store.find(tx, before.id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该异议');
    return row;
  }

  /**
   * Makes a step: version, state and fact. The row is saved by the caller when all of it is decided.
   * @param detail document numbers, reasons and dates; never personal data
   * @throws ProblemError TRANSITION_NOT_ALLOWED, naming the state and what it allows
   */
  async step(
    tx: Transaction,
    row: ObjectionRow,
    action: ObjectionAction,
    actor: Actor,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const decided = decideStep(row.status, action);
    if (!decided.ok) throw new ProblemError(decided.code, `${row.number}：${decided.detail}`);
    const from = row.status;
    row.version += 1;
    row.status = decided.to;
    const fact = { objection_id: row.id, version: row.version, action, from_status: from, to_status: row.status, detail };
    await this.store.addFact(tx, { ...fact, at: this.clock.now(), actor: actor.id, unit: actor.unit });
  }

  /** Starts and stops the clocks that hang on what has happened (§6.3). */
  async clocks(tx: Transaction, row: ObjectionRow, event: ClockEvent, on: string, verifyDueOn?: string): Promise<Clocks> {
    const clocks = clocksOf(event, on, this.terms.on(on), this.clock.calendar(), verifyDueOn);
    if (clocks.met.length > 0) {
      await this.store.meetDeadlines(tx, row.id, clocks.met, on);
      await this.timers.clear(
        tx,
        deadlineTimer,
        clocks.met.map((kind) => referenceOf(row.id, kind)),
      );
    }
    if (clocks.set.length > 0) await this.run(tx, row, clocks.set);
    return clocks;
  }

  /** Sets limits with their timers. */
  async run(tx: Transaction, row: ObjectionRow, deadlines: Clocks['set']): Promise<void> {
    await this.store.setDeadlines(tx, row.id, deadlines, this.clock.now());
    await this.timers.set(
      tx,
      deadlineTimer,
      deadlines.map(({ kind, dueOn }) => ({ reference: referenceOf(row.id, kind), dueAt: endOfDayBeijing(dueOn) })),
    );
  }

  async save(tx: Transaction, row: ObjectionRow, events: readonly NewEvent[]): Promise<void> {
    await this.store.update(tx, row);
    await this.outbox.publish(tx, events);
  }
}

export function referenceOf(objectionId: string, kind: string): string {
  return `${objectionId}|${kind}`;
}
