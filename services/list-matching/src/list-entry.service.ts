import {
  addMonths,
  addWorkingDays,
  type EntryStatus,
  type ExitGround,
  endOfDayBeijing,
  type ListEntryView,
  type Page,
  type Principal,
  ProblemError,
} from '@lianxin/contracts';
import { type NewEvent, Timers } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { endedAccessOf, mayReadEntry } from './ended-entry.rules.ts';
import { withoutEndedHits } from './ended-hits.ts';
import { EntryWriter, expiryTimer } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import type { Acting, EntryInWork, EntryWork } from './entry-work.ts';
import { decideExit } from './exit.rules.ts';
import { getDefinition } from './list-definition.store.ts';
import { exitedEvent, receivedEvent, resumedEvent, suspendedEvent } from './list-entry.events.ts';
import { type EntryAction, isInForce } from './list-entry.rules.ts';
import { type DraftRow, decisionOf, type EntryRow, findPage, findParties, findStored } from './list-entry.store.ts';
import { type ListEntrySummary, loadSummaries, loadView } from './list-entry.view.ts';
import { ruleOfList } from './list-rule.data.ts';
import { closeCandidatesOfEntries } from './match-candidate.store.ts';
import { endForSubject } from './register.endings.ts';
import { holdWhileUnconfirmed } from './source-question.service.ts';

export interface EntryFilter {
  readonly listCode?: string | undefined;
  readonly status?: readonly EntryStatus[] | undefined;
  readonly subjectId?: string | undefined;
}
interface Order {
  readonly documentNo: string;
  readonly date: string;
}

/** R-2-12, §2.6: what should not stand is withdrawn within so many working days of the document that says so. */
const withdrawWorkdays = 3;

const cursorSchema = z.tuple([z.uuid()]);

/** Use cases of entries that exist: reading, exit, withdrawal, suspension, resumption, expiry. */
@Injectable()
export class ListEntryService {
  constructor(
    private readonly clock: Clock,
    private readonly writer: EntryWriter,
    private readonly changes: EntryChange,
    private readonly timers: Timers,
  ) {
    timers.register(expiryTimer, (tx, entryIds) => this.expire(tx, entryIds));
  }

  /** @throws ProblemError NOT_FOUND, also for an entry of another department. */
  async get(tx: Transaction, principal: Principal, id: string): Promise<ListEntryView> {
    const row = await findStored(tx, id);
    const access = endedAccessOf(principal);
    if (row === undefined || !mayReadEntry(access, row)) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    const view = await this.view(tx, row);
    if (access.all) return view;
    const [shown] = await withoutEndedHits(tx, [view]);
    return shown ?? view;
  }

  /** The entry as callers see it today. */
  view(tx: Transaction, row: EntryRow | DraftRow): Promise<ListEntryView> {
    return loadView(tx, row, { now: this.clock.now(), calendar: this.clock.calendar() });
  }

  async list(
    tx: Transaction,
    principal: Principal,
    filter: EntryFilter,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<ListEntrySummary>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const access = endedAccessOf(principal);
    const rows = await findPage(tx, { ...filter, statuses: filter.status }, access, before, limit + 1);
    const loaded = await loadSummaries(tx, rows.slice(0, limit));
    const shown = access.all ? loaded : await withoutEndedHits(tx, loaded);
    const summaries = new Map(shown.map((summary) => [summary.id, summary]));
    return pageOf(
      rows,
      limit,
      (row) => [row.id],
      (row) => summaries.get(row.id) as ListEntrySummary,
    );
  }

  /** T16a–T22 by ground (R-2-11). A black entry that proves void gives back the honours that it took (T20a). */
  exit(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: Order & { ground: ExitGround },
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      const { row } = entry;
      const list = await getDefinition(tx, row.list_code, row.list_version);
      // What was never decided is withdrawn, not ended; the table of states says so below.
      const decisionDate = row.decision_date ?? request.date;
      const decided = decideExit(request, { decisionDate, validTo: row.valid_to }, list, work.acting.today);
      if (!decided.ok)
        throw new ProblemError(decided.code, decided.detail, [{ pointer: decided.pointer, code: decided.code, detail: decided.detail }]);
      if (decided.action === 'END_SUBJECT') {
        const end = { subjectStatus: 'DEREGISTERED', on: request.date, documentNo: request.documentNo };
        return endForSubject(tx, work, entry, await findParties(tx, [row.id]), end);
      }
      const late = this.lateness(request, work.acting);
      const fact = { ground: request.ground, documentNo: request.documentNo, date: request.date, ...late, ...detail };
      work.step(entry, leavingAction(row, decided.action), fact);
      const exit = { ground: request.ground, documentNo: request.documentNo, exitedOn: request.date, byEntryId: null };
      await this.sayLeft(tx, work, entry, exitedEvent(row, exit, work.acting), request.ground);
    });
  }

  /** T18, T19 because of an objection: void from the start, or its basis is gone; from any state but those two. */
  async voidInWork(
    tx: Transaction,
    work: EntryWork,
    entry: EntryInWork,
    order: Order & { ground: 'DESIGNATION_WRONG' | 'BASIS_REVOKED' },
    detail: Readonly<Record<string, unknown>>,
    cause: NonNullable<NewEvent['cause']>,
  ): Promise<void> {
    const { row } = entry;
    const { ground, documentNo, date } = order;
    const action = leavingAction(row, ground === 'DESIGNATION_WRONG' ? 'CORRECT' : 'REVOKE_BASIS');
    work.step(entry, action, { ground, documentNo, date, ...this.lateness(order, work.acting), ...detail });
    const exited = exitedEvent(row, { ground, documentNo, exitedOn: date, byEntryId: null }, work.acting);
    await this.sayLeft(tx, work, entry, { ...exited, cause }, ground);
  }

  /** T2a: before it is in force, the designating unit takes a designation back. */
  withdraw(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: { reason: string },
  ): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      work.step(entry, 'WITHDRAW', { reason: request.reason });
      await this.sayLeft(tx, work, entry, undefined, 'WITHDRAWN');
    });
  }

  /** T14. */
  suspend(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: Order & { ground: 'STOP_EXECUTION' | 'BANKRUPTCY' },
  ): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertDate(request.date, entry.row, work.acting);
      work.step(entry, 'SUSPEND', { ground: request.ground, documentNo: request.documentNo, date: request.date });
      work.say(suspendedEvent(entry.row, request, work.acting));
    });
  }

  /** T15: the term has run on meanwhile (`list.suspension_counts`). */
  resume(tx: Transaction, principal: Principal, id: string, version: number | undefined, request: Order): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      assertDate(request.date, entry.row, work.acting);
      work.step(entry, 'RESUME', { documentNo: request.documentNo, date: request.date });
      work.say(resumedEvent(entry.row, request, work.acting));
      await holdWhileUnconfirmed(tx, work, entry, this.clock.calendar());
    });
  }

  /**
   * T16: the term of these entries is over; called by their timers, also late. Where the list's clause wants its duties performed as well, the entry runs
   * on and is looked at again every month (R-5-5).
   */
  async expire(tx: Transaction, entryIds: readonly string[]): Promise<void> {
    const work = this.changes.newWork('timer:list-entry-expiry');
    const waiting: string[] = [];
    for (const entry of await this.changes.takeUnderLanes(tx, work, entryIds)) {
      const { row } = entry;
      if (!(isInForce(row.status) || row.parties_continue === true) || row.valid_to === null) continue;
      if (ruleOfList(row.list_code, row.decision_date ?? work.acting.today).termNeedsPerformance && row.duties_performed_on === null)
        waiting.push(row.id);
      else expireNow(work, entry);
    }
    await this.writer.write(tx, work);
    const again = endOfDayBeijing(addMonths(work.acting.today, 1));
    if (waiting.length > 0)
      await this.timers.set(
        tx,
        expiryTimer,
        waiting.map((reference) => ({ reference, dueAt: again })),
      );
  }

  /** §2.6: until when what should not stand had to be withdrawn, and whether that was missed. */
  private lateness(request: Order & { ground: ExitGround }, acting: Acting): Readonly<Record<string, unknown>> {
    if (request.ground !== 'DESIGNATION_WRONG' && request.ground !== 'BASIS_REVOKED') return {};
    const { date } = addWorkingDays(this.clock.calendar(), request.date, withdrawWorkdays);
    return { withdrawDueOn: date, overdue: acting.today > date };
  }

  /** An entry that was in force has exited; one that never was is only told as received with its end, and nobody need review it any more. */
  private async sayLeft(tx: Transaction, work: EntryWork, entry: EntryInWork, exited: NewEvent | undefined, reason: string): Promise<void> {
    const { row } = entry;
    row.draft_sealed = null;
    if (row.activated_on !== null && exited !== undefined) {
      row.disputed = false;
      work.say(exited);
      return;
    }
    row.reason = reason;
    await closeCandidatesOfEntries(tx, [row.id], { reason, by: work.acting.actor, at: work.acting.now });
    work.say(receivedEvent(row, work.acting));
  }
}

/** Ends an entry whose term is over. The legal time is the end of its last day, however late the timer fires. */
export function expireNow(work: EntryWork, entry: EntryInWork): void {
  const { row } = entry;
  if (row.valid_to === null) return;
  work.step(entry, leavingAction(row, 'EXPIRE'), {
    ground: 'TERM_REACHED',
    validTo: row.valid_to,
    dutiesPerformedOn: row.duties_performed_on,
  });
  row.disputed = false;
  const exitedOn = row.valid_to < work.acting.today ? row.valid_to : work.acting.today;
  const event = exitedEvent(row, { ground: 'TERM_REACHED', documentNo: null, exitedOn, byEntryId: null }, work.acting);
  work.say({ ...event, time: new Date(Math.min(endOfDayBeijing(row.valid_to).getTime(), work.acting.now.getTime())) });
}

/** T22: an entry that is closed for its subject ends for the persons who are still bound; that it was wrong from the start can always be said. */
function leavingAction(row: EntryRow, action: EntryAction): EntryAction {
  if (row.parties_continue !== true) return action;
  row.parties_continue = false;
  return action === 'CORRECT' || action === 'REVOKE_BASIS' ? action : 'END_PARTIES';
}

function assertDate(date: string, row: EntryRow, acting: Acting): void {
  if (date > acting.today) {
    const detail = `日期不能晚于今天（${acting.today}）`;
    throw new ProblemError('DATE_IN_FUTURE', detail, [{ pointer: '/date', code: 'DATE_IN_FUTURE', detail }]);
  }
  const decided = decisionOf(row).date;
  if (date < decided) {
    const detail = `日期早于认定决定日期（${decided}）`;
    throw new ProblemError('DATE_ORDER', detail, [{ pointer: '/date', code: 'DATE_ORDER', detail }]);
  }
}
