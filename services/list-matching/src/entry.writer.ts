import { endOfDayBeijing, type LianxinEvent } from '@lianxin/contracts';
import { type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { EntryWork } from './entry-work.ts';
import { isInForce } from './list-entry.rules.ts';
import { insertEntries, insertFacts, insertParties, updateEntries } from './list-entry.store.ts';
import { insertCandidates } from './match-candidate.store.ts';
import { acrossDepartments } from './row-scope.store.ts';

/** Kind of the timer that ends an entry at 24:00 of its last day (T16). Its reference is the entry id. */
export const expiryTimer = 'list-entry-expiry';

/** Writes what a use case did to entries: rows, facts, timers and events, set-based, in the transaction that decided it. */
@Injectable()
export class EntryWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly timers: Timers,
  ) {}

  /** @param before events that go out ahead of those of the entries (subjects that were registered) */
  async write(tx: Transaction, work: EntryWork, before: readonly NewEvent[] = []): Promise<void> {
    // An exclusion reaches honours that other departments gave (R-2-10 b).
    if (work.changedEntries.some((entry) => entry.row.status === 'EXCLUDED')) await acrossDepartments(tx, () => this.writeRows(tx, work));
    else await this.writeRows(tx, work);
    await this.setTimers(tx, work);
    await this.publish(tx, work, before);
  }

  private async writeRows(tx: Transaction, work: EntryWork): Promise<void> {
    const { newEntries, changedEntries } = work;
    await insertEntries(
      tx,
      newEntries.map((entry) => entry.row),
    );
    await insertParties(tx, work.parties);
    await insertCandidates(tx, work.candidates);
    await updateEntries(
      tx,
      changedEntries.map((entry) => entry.row),
    );
    await insertFacts(
      tx,
      [...newEntries, ...changedEntries].flatMap((entry) => entry.newFacts),
    );
  }

  private async setTimers(tx: Transaction, work: EntryWork): Promise<void> {
    const activated = work.newlyActivated.flatMap(({ row }) =>
      row.valid_to === null ? [] : [{ reference: row.id, dueAt: endOfDayBeijing(row.valid_to) }],
    );
    if (activated.length > 0) await this.timers.set(tx, expiryTimer, activated);
    const left = work.changedEntries
      .filter(({ row }) => !isInForce(row.status) && row.parties_continue !== true)
      .map((entry) => entry.row.id);
    if (left.length > 0) await this.timers.clear(tx, expiryTimer, left);
  }

  private async publish(tx: Transaction, work: EntryWork, before: readonly NewEvent[]): Promise<void> {
    const first = work.events.filter((planned) => planned.after === undefined).map((planned) => planned.event);
    const published = await this.outbox.publish(tx, [...before, ...first]);
    const said = new Map<NewEvent, LianxinEvent | undefined>(first.map((event, index) => [event, published[before.length + index]]));
    const caused = work.events.flatMap(({ event, after }) => (after === undefined ? [] : [{ ...event, cause: said.get(after) }]));
    await this.outbox.publish(tx, caused);
  }
}
