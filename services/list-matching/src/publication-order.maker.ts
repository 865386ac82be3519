import { randomUUIDv7 } from 'node:crypto';
import { addWorkingDays, endOfDayBeijing } from '@lianxin/contracts';
import { Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { findDefinitions } from './list-definition.store.ts';
import { isInForce } from './list-entry.rules.ts';
import type { EntryRow } from './list-entry.store.ts';
import { publicationOf } from './publication.rules.ts';
import { publicationChannels } from './publication-channel.data.ts';
import { publicationOrderedEvent } from './publication-order.events.ts';
import {
  changesWhatIsShown,
  channelsOf,
  isWithheld,
  nextAction,
  type PublicationChannel,
  takesFromWhatIsShown,
  workdaysOf,
} from './publication-order.rules.ts';
import { findOrdersOfEntries, insertOrders, type OrderRow, type OrderState } from './publication-order.store.ts';
import { publishableOf } from './publishable.ts';
import { findSubjects } from './subject.store.ts';

/** Kind of the timer that chases a missing receipt; its reference is the order. */
export const publicationTimer = 'publication-order';

/**
 * Asks channels outside to show, hide or take down what a piece of work did to entries (R-2-11, R-5-1). It looks at where the entries stand and not at the
 * road by which they came there: every ground of exit, also by a timer after days of downtime, goes the same way, in the transaction that decided it.
 */
@Injectable()
export class PublicationOrders {
  constructor(
    private readonly clock: Clock,
    private readonly config: ListConfig,
    private readonly timers: Timers,
  ) {}

  async follow(tx: Transaction, work: EntryWork): Promise<void> {
    const moved = [...work.newEntries, ...work.changedEntries].filter(
      ({ row, isNew }) => row.activated_on !== null && !(isNew && row.origin !== 'CITY' && row.origin !== 'LEGACY'),
    );
    if (moved.length === 0) return;
    const known = moved.filter((entry) => !entry.isNew).map(({ row }) => row.id);
    const before = known.length === 0 ? [] : await findOrdersOfEntries(tx, known);
    const lists = await findDefinitions(
      tx,
      moved.map(({ row }) => row.list_code),
    );
    const persons = await this.personsAmong(tx, moved);
    const orders = moved.flatMap((entry) => {
      const list = lists.find(({ code, version }) => code === entry.row.list_code && version === entry.row.list_version);
      if (list === undefined) throw new Error(`list ${entry.row.list_code} has no version ${entry.row.list_version}`);
      const own = before.filter((order) => order.entry_id === entry.row.id);
      const made = this.ordersOf(entry, list, persons.has(entry.row.subject_id), own, work);
      const asked = made.filter((order) => !order.withheld);
      if (asked.length > 0) work.say(publicationOrderedEvent(entry.row, asked, work.acting.actor));
      return made;
    });
    if (orders.length === 0) return;
    await insertOrders(tx, orders);
    await this.moveTimers(tx, orders, before);
  }

  private async personsAmong(tx: Transaction, moved: readonly EntryInWork[]): Promise<ReadonlySet<string>> {
    const subjects = await findSubjects(tx, [...new Set(moved.map(({ row }) => row.subject_id))]);
    return new Set(subjects.filter(({ kind }) => kind === 'PERSON').map(({ id }) => id));
  }

  private ordersOf(
    { row, newFacts, isNew }: EntryInWork,
    list: ListDefinition,
    isPerson: boolean,
    before: readonly OrderState[],
    { acting }: EntryWork,
  ): OrderRow[] {
    const seen = publishableOf(row, isPerson ? 'PERSON' : 'LEGAL', acting.today);
    const wanted = publicationOf(seen, list);
    const mayBePublic = publicationOf({ ...seen, status: 'ACTIVE', termOver: false, unconfirmed: false }, list) === 'PUBLISHED';
    const wasPublic = !isNew && mayBePublic && newFacts.some((fact) => fact.from_status !== null && isInForce(fact.from_status));
    const isOtherwise = changesWhatIsShown(newFacts);
    const replay = replayOf(acting);
    return channelsFor(row, before, acting.today).flatMap((channel) => {
      const known = before.filter((order) => order.channel === channel.code);
      const last = known.findLast((order) => !order.withheld);
      const waits = known.at(-1)?.withheld === true;
      const asked = last && { action: last.action, outcome: last.receipt?.outcome ?? null };
      const action = nextAction(wanted, asked, wasPublic, isOtherwise || waits);
      if (action === null) return [];
      const withheld = isWithheld(action, replay?.replay_mode, { listType: row.list_type, takesAway: takesFromWhatIsShown(newFacts) });
      // What waits goes out with the next ordinary step, but not while somebody disputes it (R-6-4).
      if (waits && (withheld || (action === 'PUBLISH' && row.disputed && !isOtherwise))) return [];
      const workdays = workdaysOf(action, row.status, channel, this.config.publication.urgentWorkdays);
      const { date, provisional } = addWorkingDays(this.clock.calendar(), acting.today, workdays);
      return [
        {
          id: randomUUIDv7(),
          entry_id: row.id,
          entry_version: row.version,
          channel: channel.code,
          no: (known.at(-1)?.no ?? 0) + 1,
          action,
          entry_status: row.status,
          ordered_on: acting.today,
          due_on: date,
          due_at: endOfDayBeijing(date),
          provisional,
          ordered_at: acting.now,
          ordered_by: acting.actor,
          department_code: row.department_code,
          ...(replay ?? { replay_id: null, replay_mode: null }),
          withheld,
        },
      ];
    });
  }

  /** What is asked anew is chased anew; what it replaces no longer. */
  private async moveTimers(tx: Transaction, orders: readonly OrderRow[], before: readonly OrderState[]): Promise<void> {
    const asked = orders.filter((order) => !order.withheld);
    const replaced = before.filter((old) => asked.some((order) => order.entry_id === old.entry_id && order.channel === old.channel));
    if (replaced.length > 0)
      await this.timers.clear(
        tx,
        publicationTimer,
        replaced.map((order) => order.id),
      );
    await this.timers.set(
      tx,
      publicationTimer,
      asked.map((order) => ({ reference: order.id, dueAt: order.due_at })),
    );
  }
}

/** The replay by which this piece of work is done, if one is. */
function replayOf({ cause }: EntryWork['acting']): Pick<OrderRow, 'replay_id' | 'replay_mode'> | undefined {
  const { replayId, replayMode } = cause ?? {};
  return replayId === undefined || replayMode === undefined ? undefined : { replay_id: replayId, replay_mode: replayMode };
}

/** Terms of a channel that is no longer in the data, or that a unit noted itself. */
export const otherTerms = { publishWorkdays: 5, withdrawWorkdays: 3 } as const;

/** Channels that apply today, and those that were asked before: an exit reaches every one that showed the entry (R-2-11). */
function channelsFor(
  row: EntryRow,
  before: readonly OrderState[],
  today: string,
): (Pick<PublicationChannel, 'publishWorkdays' | 'withdrawWorkdays'> & { readonly code: string })[] {
  const own = channelsOf(publicationChannels, { listCode: row.list_code, listType: row.list_type, origin: row.origin }, today);
  const asked = [...new Set(before.map((order) => order.channel))].filter((code) => own.every((channel) => channel.code !== code));
  return [...own, ...asked.map((code) => ({ ...otherTerms, code }))];
}
