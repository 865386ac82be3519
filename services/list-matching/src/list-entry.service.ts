import {
  type EntryStatus,
  type ExitGround,
  endOfDayBeijing,
  type ListEntryView,
  type Page,
  type Principal,
  ProblemError,
} from '@lianxin/contracts';
import { lockLanes, type NewEvent, Timers } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter, expiryTimer } from './entry.writer.ts';
import { type Acting, type EntryInWork, EntryWork } from './entry-work.ts';
import { decideExit } from './exit.rules.ts';
import { getDefinition } from './list-definition.store.ts';
import { exitedEvent, receivedEvent, resumedEvent, suspendedEvent } from './list-entry.events.ts';
import { type EntryAction, isInForce, mayChange } from './list-entry.rules.ts';
import { type EntryRow, findEntries, findPage, findParties } from './list-entry.store.ts';
import { type ListEntrySummary, loadSummaries, loadView } from './list-entry.view.ts';
import { closeCandidatesOfEntry } from './match-candidate.store.ts';
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
type Change = (tx: Transaction, work: EntryWork, entry: EntryInWork) => Promise<void> | void;

const cursorSchema = z.tuple([z.uuid()]);

/** Use cases of entries that exist: reading, exit, withdrawal, suspension, resumption, expiry. */
@Injectable()
export class ListEntryService {
  constructor(
    private readonly clock: Clock,
    private readonly writer: EntryWriter,
    timers: Timers,
  ) {
    timers.register(expiryTimer, (tx, entryIds) => this.expire(tx, entryIds));
  }

  /** @throws ProblemError NOT_FOUND, also for an entry of another department. */
  async get(tx: Transaction, id: string): Promise<ListEntryView> {
    return loadView(tx, await getEntry(tx, id));
  }

  async list(tx: Transaction, filter: EntryFilter, cursor: string | undefined, limit: number): Promise<Page<ListEntrySummary>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const rows = await findPage(tx, { ...filter, statuses: filter.status }, before, limit + 1);
    const summaries = new Map((await loadSummaries(tx, rows.slice(0, limit))).map((summary) => [summary.id, summary]));
    return pageOf(
      rows,
      limit,
      (row) => [row.id],
      (row) => summaries.get(row.id) as ListEntrySummary,
    );
  }

  /** T16a–T22 by ground (R-2-11). */
  exit(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: Order & { ground: ExitGround },
  ): Promise<ListEntryView> {
    return this.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      const list = await getDefinition(tx, entry.row.list_code, entry.row.list_version);
      const { row } = entry;
      const decided = decideExit(request, { decisionDate: row.decision_date, validTo: row.valid_to }, list, work.acting.today);
      if (!decided.ok)
        throw new ProblemError(decided.code, decided.detail, [{ pointer: decided.pointer, code: decided.code, detail: decided.detail }]);
      if (decided.action === 'END_SUBJECT') {
        const end = { subjectStatus: 'DEREGISTERED', on: request.date, documentNo: request.documentNo };
        return endForSubject(tx, work, entry, await findParties(tx, [row.id]), end);
      }
      work.step(entry, leavingAction(row, decided.action), { ground: request.ground, documentNo: request.documentNo, date: request.date });
      const exit = { ground: request.ground, documentNo: request.documentNo, exitedOn: request.date, byEntryId: null };
      await this.sayLeft(tx, work, entry, exitedEvent(row, exit, work.acting), request.ground);
    });
  }

  /** T2a: before it is in force, the designating unit takes a designation back. */
  withdraw(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: { reason: string },
  ): Promise<ListEntryView> {
    return this.change(tx, principal, id, version, request, async (_tx, work, entry) => {
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
    return this.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertDate(request.date, entry.row, work.acting);
      work.step(entry, 'SUSPEND', { ground: request.ground, documentNo: request.documentNo, date: request.date });
      work.say(suspendedEvent(entry.row, request, work.acting));
    });
  }

  /** T15: the term has run on meanwhile (`list.suspension_counts`). */
  resume(tx: Transaction, principal: Principal, id: string, version: number | undefined, request: Order): Promise<ListEntryView> {
    return this.change(tx, principal, id, version, request, async (_tx, work, entry) => {
      assertDate(request.date, entry.row, work.acting);
      work.step(entry, 'RESUME', { documentNo: request.documentNo, date: request.date });
      work.say(resumedEvent(entry.row, request, work.acting));
      await holdWhileUnconfirmed(tx, work, entry);
    });
  }

  /** T16: the term of these entries is over; called by their timers, also late. */
  async expire(tx: Transaction, entryIds: readonly string[]): Promise<void> {
    const work = this.newWork('timer:list-entry-expiry');
    for (const entry of await this.takeUnderLanes(tx, work, entryIds)) {
      const { row } = entry;
      if (!(isInForce(row.status) || row.parties_continue === true) || row.valid_to === null) continue;
      work.step(entry, leavingAction(row, 'EXPIRE'), { ground: 'TERM_REACHED', validTo: row.valid_to });
      const exitedOn = row.valid_to < work.acting.today ? row.valid_to : work.acting.today;
      const event = exitedEvent(row, { ground: 'TERM_REACHED', documentNo: null, exitedOn, byEntryId: null }, work.acting);
      work.say({ ...event, time: new Date(Math.min(endOfDayBeijing(row.valid_to).getTime(), work.acting.now.getTime())) });
    }
    await this.writer.write(tx, work);
  }

  private newWork(actor: string): EntryWork {
    return new EntryWork({ actor, now: this.clock.now(), today: this.clock.today() });
  }

  /** Locks the lanes of the entries' subjects, then reads the entries as they are now. */
  private async takeUnderLanes(tx: Transaction, work: EntryWork, ids: readonly string[]): Promise<EntryInWork[]> {
    const before = await findEntries(tx, ids);
    await lockLanes(
      tx,
      before.map((row) => row.subject_id),
    );
    return (await findEntries(tx, ids)).map((row) => work.take(row));
  }

  /** One change of one entry by a person: visible, theirs to change, the version they saw, under the lane of its subject. */
  private async change(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    request: object,
    decide: Change,
  ): Promise<ListEntryView> {
    assertMayChange(principal, await getEntry(tx, id));
    const [fault, ...others] = findUnstorableTexts(request);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
    const work = this.newWork(principal.id);
    const [entry] = await this.takeUnderLanes(tx, work, [id]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录');
    if (version !== undefined && version !== entry.row.version)
      throw new ProblemError('STALE', `当前版本为 ${entry.row.version}，提交时依据的是版本 ${version}`);
    await decide(tx, work, entry);
    await this.writer.write(tx, work);
    return loadView(tx, entry.row);
  }

  /** An entry that was in force has exited; one that never was is only told as received with its end, and nobody need review it any more. */
  private async sayLeft(tx: Transaction, work: EntryWork, entry: EntryInWork, exited: NewEvent | undefined, reason: string): Promise<void> {
    const { row } = entry;
    if (row.activated_on !== null && exited !== undefined) {
      work.say(exited);
      return;
    }
    row.reason = reason;
    await closeCandidatesOfEntry(tx, row.id, { reason, by: work.acting.actor, at: work.acting.now });
    work.say(receivedEvent(row, work.acting));
  }
}

/** T22: an entry that is closed for its subject ends for the persons who are still bound; that it was wrong from the start can always be said. */
function leavingAction(row: EntryRow, action: EntryAction): EntryAction {
  if (row.parties_continue !== true) return action;
  row.parties_continue = false;
  return action === 'CORRECT' || action === 'REVOKE_BASIS' ? action : 'END_PARTIES';
}

/** @throws ProblemError NOT_FOUND, also for an entry of another department: row security hides it. */
export async function getEntry(tx: Transaction, id: string): Promise<EntryRow> {
  const [row] = await findEntries(tx, [id]);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
  return row;
}

/** 谁认定、谁负责: the designating unit; for records of other origins the credit office or centre. */
function assertMayChange(principal: Principal, row: EntryRow): void {
  if (mayChange(principal, { departmentCode: row.department_code, origin: row.origin })) return;
  if (row.origin_region) throw new ProblemError('FOREIGN_ENTRY', `该记录由 ${row.origin_region} 的认定单位认定，本市单位不得修复或移出`);
  const unit = row.origin === 'CITY' ? `认定单位 ${row.department_code}` : '信用办或信用中心';
  throw new ProblemError('NOT_DESIGNATING_UNIT', `该记录由${unit}处理`);
}

function assertDate(date: string, row: EntryRow, acting: Acting): void {
  if (date > acting.today) {
    const detail = `日期不能晚于今天（${acting.today}）`;
    throw new ProblemError('DATE_IN_FUTURE', detail, [{ pointer: '/date', code: 'DATE_IN_FUTURE', detail }]);
  }
  if (date < row.decision_date) {
    const detail = `日期早于认定决定日期（${row.decision_date}）`;
    throw new ProblemError('DATE_ORDER', detail, [{ pointer: '/date', code: 'DATE_ORDER', detail }]);
  }
}
