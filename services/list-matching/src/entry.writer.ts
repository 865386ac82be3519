import { addMonths, addWorkingDays, type EntryStatus, endOfDayBeijing, type LianxinEvent } from '@lianxin/contracts';
import { type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { NoticeMaker } from './decision-notice.maker.ts';
import { closeAllDeadlines, closeDeadlines, type DeadlineName, type DeadlineRow, upsertDeadlines } from './entry-deadline.store.ts';
import { closeReviewsOf, insertReviews } from './entry-review.store.ts';
import type { EntryWork, NewDeadline } from './entry-work.ts';
import { restoreHonours } from './honour.restore.ts';
import { isInForce } from './list-entry.rules.ts';
import { type EntryRow, insertEntries, insertFacts, insertParties, updateEntries, updatePartyProofs } from './list-entry.store.ts';
import { advancedEvent, reviewDecidedEvent, reviewRaisedEvent } from './list-entry-life.events.ts';
import { closeCandidatesOfEntries, insertCandidates } from './match-candidate.store.ts';
import { PublicationOrders } from './publication-order.maker.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { ListTerms } from './terms.ts';
import { entryEnded } from './window-doubt.candidate.ts';

/** Kind of the timer that ends an entry at 24:00 of its last day (T16). Its reference is the entry id. */
export const expiryTimer = 'list-entry-expiry';
/** Kind of the timers of all other time limits (§2.6). Their reference is `<entry id>/<kind>`. */
export const deadlineTimer = 'list-entry-deadline';

const underWay: readonly EntryStatus[] = [
  'DRAFT',
  'CHECKING',
  'PRE_NOTICE',
  'HEARING',
  'PUBLIC_NOTICE',
  'DESIGNATED',
  'ACTIVE',
  'SUSPENDED',
];

export function deadlineReference(name: DeadlineName): string {
  return `${name.entry_id}/${name.kind}`;
}

/** Writes what a use case did to entries: rows, facts, time limits, reviews, timers and events, set-based, in the transaction that decided it. */
@Injectable()
export class EntryWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly notices: NoticeMaker,
    private readonly publications: PublicationOrders,
  ) {}

  /** @param before events that go out ahead of those of the entries (subjects that were registered) */
  async write(tx: Transaction, work: EntryWork, before: readonly NewEvent[] = []): Promise<void> {
    // Here, because an entry proves void by many roads (T18, T19, a wrong match, a verification), and each gives back the honours that it took.
    await restoreHonours(tx, work);
    // An exclusion, a review or a restored honour reaches entries of other departments (R-2-10).
    if (reachesOthers(work)) await acrossDepartments(tx, () => this.writeRows(tx, work));
    else await this.writeRows(tx, work);
    await this.setExpiries(tx, work);
    tellEveryVersion(work);
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
    await updatePartyProofs(tx, work.proved);
    const left = changedEntries
      .filter(({ row }) => !underWay.includes(row.status) && row.parties_continue !== true)
      .map(({ row }) => row.id);
    // Whom it means is nobody's question any more.
    if (left.length > 0) await closeCandidatesOfEntries(tx, left, { reason: entryEnded, by: work.acting.actor, at: work.acting.now });
    await insertFacts(
      tx,
      [...newEntries, ...changedEntries].flatMap((entry) => entry.newFacts),
    );
    await this.notices.make(tx, work);
    await this.publications.follow(tx, work);
    await this.writeDeadlines(tx, work);
    await this.writeReviews(tx, work);
  }

  private async writeDeadlines(tx: Transaction, work: EntryWork): Promise<void> {
    const closed = work.closed.map(({ entry, kind }) => ({ entry_id: entry.row.id, kind }));
    await closeDeadlines(tx, closed, work.acting.now);
    const ended = work.changedEntries.filter((entry) => !underWay.includes(entry.row.status)).map((entry) => entry.row.id);
    const fallen = ended.length === 0 ? [] : await closeAllDeadlines(tx, ended, work.acting.now);
    const gone = [...closed, ...fallen].map(deadlineReference);
    if (gone.length > 0) await this.timers.clear(tx, deadlineTimer, gone);
    const rows = [
      ...new Map(work.deadlines.map((deadline) => this.rowOf(deadline, work)).map((row) => [deadlineReference(row), row])).values(),
    ];
    if (rows.length === 0) return;
    await upsertDeadlines(tx, rows);
    await this.timers.set(
      tx,
      deadlineTimer,
      rows.map((row) => ({ reference: deadlineReference(row), dueAt: row.due_at })),
    );
  }

  private rowOf(deadline: NewDeadline, work: EntryWork): Omit<DeadlineRow, 'closed_at' | 'missed_at'> {
    const { row } = deadline.entry;
    const { dueOn, dueAt, provisional } = this.dueOf(deadline);
    const common = { entry_id: row.id, kind: deadline.kind, department_code: row.department_code, opened_at: work.acting.now };
    return { ...common, due_on: dueOn, due_at: dueAt, provisional };
  }

  private dueOf(deadline: NewDeadline): { dueOn: string; dueAt: Date; provisional: boolean } {
    if ('dueOn' in deadline) {
      const end = endOfDayBeijing(deadline.dueOn);
      return {
        dueOn: deadline.dueOn,
        dueAt: deadline.at === 'END' ? end : new Date(end.getTime() - dayMs),
        provisional: deadline.provisional,
      };
    }
    if ('months' in deadline) {
      const dueOn = addMonths(deadline.from, deadline.months);
      return { dueOn, dueAt: endOfDayBeijing(dueOn), provisional: false };
    }
    const counted = addWorkingDays(this.clock.calendar(), deadline.from, this.terms.settingsOn(deadline.from)[deadline.workdays]);
    return { dueOn: counted.date, dueAt: endOfDayBeijing(counted.date), provisional: counted.provisional };
  }

  private async writeReviews(tx: Transaction, work: EntryWork): Promise<void> {
    const { acting } = work;
    const ended = work.changedEntries.filter(({ row }) => row.list_type === 'RED' && !isInForce(row.status));
    if (ended.length > 0) {
      const rows = new Map(ended.map(({ row }) => [row.id, row]));
      for (const review of await closeReviewsOf(tx, [...rows.keys()], { actor: acting.actor, at: acting.now })) {
        const about = { reviewId: review.id, reason: review.reason, byEntryId: review.by_entry_id };
        work.say(reviewDecidedEvent(rows.get(review.entry_id) as EntryRow, about, 'NOT_NEEDED', acting.actor));
      }
    }
    if (work.reviews.length === 0) return;
    const { date } = addWorkingDays(this.clock.calendar(), acting.today, this.terms.settingsOn(acting.today).reviewWorkdays);
    const dueAt = endOfDayBeijing(date);
    const raised = await insertReviews(
      tx,
      work.reviews.map(({ id, entry: { row }, reason, byEntryId }) => ({
        id,
        entry_id: row.id,
        reason,
        by_entry_id: byEntryId,
        due_at: dueAt,
        raised_at: acting.now,
        department_code: row.department_code,
      })),
    );
    const isNew = new Set(raised.map((row) => row.id));
    for (const { id, entry, reason, byEntryId } of work.reviews.filter((review) => isNew.has(review.id))) {
      work.say(reviewRaisedEvent(entry.row, { reviewId: id, reason, byEntryId }, dueAt, acting.actor));
    }
  }

  private async setExpiries(tx: Transaction, work: EntryWork): Promise<void> {
    const running = [...new Set([...work.newlyActivated, ...work.retermed])].filter(({ row }) => isInForce(row.status));
    const due = running.flatMap(({ row }) => (row.valid_to === null ? [] : [{ reference: row.id, dueAt: endOfDayBeijing(row.valid_to) }]));
    if (due.length > 0) await this.timers.set(tx, expiryTimer, due);
    const endless = new Set(work.retermed.filter(({ row }) => row.valid_to === null));
    const left = work.changedEntries
      .filter((entry) => endless.has(entry) || (!isInForce(entry.row.status) && entry.row.parties_continue !== true))
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

const dayMs = 86_400_000;

/** A step that has no event of its own is told all the same: whoever folds the journal comes to the version that stands here (design §7). */
function tellEveryVersion(work: EntryWork): void {
  const told = new Set(work.events.map(({ event }) => versionIn(event.data)));
  for (const entry of [...work.newEntries, ...work.changedEntries]) {
    const { row, newFacts } = entry;
    if (row.activated_on === null || told.has(`${row.id} ${row.version}`)) continue;
    const { documentNo, document } = newFacts.at(-1)?.detail ?? {};
    const number = documentNo ?? (document as { number?: unknown } | undefined)?.number;
    work.say(advancedEvent(entry, typeof number === 'string' ? number : null, work.acting));
  }
}

function versionIn(data: unknown): string {
  const { entryId, entryVersion } = data as { entryId?: string; entryVersion?: number };
  return `${entryId} ${entryVersion}`;
}

function reachesOthers(work: EntryWork): boolean {
  const rows = [...work.changedEntries, ...work.newEntries, ...work.reviews.map((review) => review.entry)].map((entry) => entry.row);
  return rows.some((row) => row.status === 'EXCLUDED') || new Set(rows.map((row) => row.department_code)).size > 1;
}
