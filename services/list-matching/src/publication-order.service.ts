import { randomUUIDv7 } from 'node:crypto';
import { addWorkingDays, beijingDate, endOfDayBeijing, type Page, type Principal, ProblemError, problems } from '@lianxin/contracts';
import { lockLanes, type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ListConfig } from './config.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { endedAccessOf, mayReadEntry } from './ended-entry.rules.ts';
import { getDefinition } from './list-definition.store.ts';
import { type EntryRow, findEntries } from './list-entry.store.ts';
import { publicationOf } from './publication.rules.ts';
import { publicationChannels } from './publication-channel.data.ts';
import { publicationConfirmedEvent, publicationOrderedEvent, publicationOverdueEvent } from './publication-order.events.ts';
import { otherTerms, publicationTimer } from './publication-order.maker.ts';
import { findReceiptFaults, mayConfirm, otherPrefix, workdaysOf } from './publication-order.rules.ts';
import {
  findOrderPage,
  findOrders,
  findOrdersOfEntries,
  insertChases,
  insertOrders,
  insertReceipt,
  type OrderRow,
  type OrderState,
  type ReceiptRow,
} from './publication-order.store.ts';
import {
  type EntryPublications,
  keeperOf,
  type OrderQuery,
  type OrderView,
  type OtherPublication,
  orderViewOf,
  type ReceiptRequest,
  stateOf,
} from './publication-order.view.ts';
import { publishableOf } from './publishable.ts';
import { findSubjects } from './subject.store.ts';

const cursorSchema = z.tuple([z.uuid()]);
/** After so many times only the flag stays. */
const maxChases = 20;
const maxOthers = 50;

/** Where entries are public outside, the receipts of the channels, and the chase of those that are missing (R-2-11). */
@Injectable()
export class PublicationOrderService {
  constructor(
    private readonly clock: Clock,
    private readonly config: ListConfig,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
  ) {
    timers.register(publicationTimer, (tx, ids) => this.chase(tx, ids));
  }

  async list(tx: Transaction, principal: Principal, query: OrderQuery): Promise<Page<OrderView>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor)[0];
    const now = this.clock.now();
    const filter = { ...query, overdueAt: query.overdue === undefined ? undefined : now };
    const rows = await findOrderPage(tx, filter, endedAccessOf(principal), before, query.limit + 1);
    return pageOf(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => orderViewOf(row, now),
    );
  }

  /** @throws ProblemError NOT_FOUND */
  async ofEntry(tx: Transaction, principal: Principal, entryId: string): Promise<EntryPublications> {
    return this.publicationsOf(tx, await getReadable(tx, principal, entryId));
  }

  /**
   * The keeper of a channel confirms what was asked of it. The same receipt again is answered as before.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, CONFLICT, DATE_IN_FUTURE, DATE_ORDER, REASON_REQUIRED, VALIDATION_FAILED
   */
  async confirm(tx: Transaction, principal: Principal, id: string, request: ReceiptRequest): Promise<OrderView> {
    const [seen] = await findOrders(tx, [id]);
    if (seen === undefined) throw new ProblemError('NOT_FOUND', '没有该公示要求，或不属于本部门');
    const [row] = await findEntries(tx, [seen.entry_id]);
    if (row === undefined) throw new Error('an order without an entry');
    assertMayConfirm(principal, seen);
    assertStorable(request);
    await lockLanes(tx, [row.subject_id]);
    const [order] = await findOrders(tx, [id]);
    if (order === undefined) throw new Error('an order has gone');
    if (isSameReceipt(order, request)) return orderViewOf(order, this.clock.now());
    const [fault, ...others] = findReceiptFaults(
      {
        action: order.action,
        orderedOn: order.ordered_on,
        superseded: order.superseded,
        outcome: order.receipt?.outcome ?? null,
        withheld: order.withheld,
      },
      request,
      this.clock.today(),
    );
    if (fault !== undefined) throw new ProblemError(fault.code, `${problems[fault.code].titleZh}：${fault.detail}`, [fault, ...others]);
    await this.settle(tx, row, order, request, principal);
    return this.viewOf(tx, id);
  }

  /**
   * The unit notes that it published elsewhere; what is noted is taken down like the rest.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, PUBLICATION_NOT_ALLOWED, DATE_IN_FUTURE, DATE_ORDER, CONFLICT
   */
  async noteOther(tx: Transaction, principal: Principal, entryId: string, request: OtherPublication): Promise<EntryPublications> {
    const seen = await getReadable(tx, principal, entryId);
    const channel = `${otherPrefix}${request.channelName}`;
    if (!mayConfirm(principal, channel, undefined, seen.department_code))
      throw new ProblemError('FORBIDDEN', `由认定单位 ${seen.department_code} 登记`);
    assertStorable(request);
    await lockLanes(tx, [seen.subject_id]);
    const row = await getReadable(tx, principal, entryId);
    if ((await this.stateHere(tx, row)) !== 'PUBLISHED')
      throw new ProblemError('PUBLICATION_NOT_ALLOWED', `${row.number} 不公示（${row.status}），不得在任何渠道公示`);
    this.assertPublishedOn(row, request.publishedOn);
    const before = await findOrdersOfEntries(tx, [entryId]);
    const known = before.filter((order) => order.channel === channel);
    const last = known.findLast((order) => !order.withheld);
    if (last !== undefined && last.action === 'PUBLISH') throw new ProblemError('CONFLICT', `已登记在“${request.channelName}”公示`);
    if (new Set(before.map((order) => order.channel)).size >= maxOthers)
      throw new ProblemError('CONFLICT', `一条记录最多 ${maxOthers} 个渠道`);
    const now = this.clock.now();
    const order = {
      id: randomUUIDv7(),
      entry_id: entryId,
      entry_version: row.version,
      channel,
      no: (known.at(-1)?.no ?? 0) + 1,
      action: 'PUBLISH',
      entry_status: row.status,
      ordered_on: request.publishedOn,
      due_on: request.publishedOn,
      due_at: endOfDayBeijing(request.publishedOn),
      provisional: false,
      ordered_at: now,
      ordered_by: principal.id,
      department_code: row.department_code,
      replay_id: null,
      replay_mode: null,
      withheld: false,
    } as const;
    await insertOrders(tx, [order]);
    await this.settle(tx, row, order, { ...request, outcome: 'DONE', doneOn: request.publishedOn }, principal);
    return this.publicationsOf(tx, row);
  }

  /**
   * What a replay has left waiting is asked of its channel after all, by the unit that answers for the entry or by the credit office.
   * @throws ProblemError NOT_FOUND, FORBIDDEN, CONFLICT, PUBLICATION_NOT_ALLOWED
   */
  async release(tx: Transaction, principal: Principal, id: string): Promise<OrderView> {
    const [seen] = await findOrders(tx, [id]);
    if (seen === undefined) throw new ProblemError('NOT_FOUND', '没有该公示要求，或不属于本部门');
    if (!principal.roles.includes('CREDIT_OFFICE') && !principal.departments.includes(seen.department_code))
      throw new ProblemError('FORBIDDEN', `由认定单位 ${seen.department_code} 或信用办提出`);
    const [entry] = await findEntries(tx, [seen.entry_id]);
    if (entry === undefined) throw new Error('an order without an entry');
    await lockLanes(tx, [entry.subject_id]);
    const row = await getReadable(tx, principal, seen.entry_id);
    const known = (await findOrdersOfEntries(tx, [row.id])).filter((order) => order.channel === seen.channel);
    const waiting = known.at(-1);
    if (waiting?.id !== id || stateOf(waiting) !== 'WITHHELD')
      throw new ProblemError('CONFLICT', `该要求不是暂缓状态（${stateOf(waiting ?? seen)}）`);
    if ((await this.stateHere(tx, row)) !== 'PUBLISHED' || row.disputed)
      throw new ProblemError('PUBLICATION_NOT_ALLOWED', `${row.number} 现不公示或正在异议处理（${row.status}）`);
    const order = this.releasedOrder(row, waiting, principal);
    await insertOrders(tx, [order]);
    const replaced = known.map((old) => old.id);
    await this.timers.clear(tx, publicationTimer, replaced);
    await this.timers.set(tx, publicationTimer, [{ reference: order.id, dueAt: order.due_at }]);
    await this.outbox.publish(tx, [publicationOrderedEvent(row, [order], principal.id)]);
    return this.viewOf(tx, order.id);
  }

  private releasedOrder(row: EntryRow, waiting: OrderState, principal: Principal): OrderRow {
    const [now, today] = [this.clock.now(), this.clock.today()];
    const terms = publicationChannels.find(({ code }) => code === waiting.channel) ?? otherTerms;
    const workdays = workdaysOf('PUBLISH', row.status, terms, this.config.publication.urgentWorkdays);
    const { date, provisional } = addWorkingDays(this.clock.calendar(), today, workdays);
    return {
      ...{ id: randomUUIDv7(), entry_id: row.id, entry_version: row.version, channel: waiting.channel, no: waiting.no + 1 },
      ...{ action: 'PUBLISH', entry_status: row.status, ordered_on: today, due_on: date, due_at: endOfDayBeijing(date), provisional },
      ...{ ordered_at: now, ordered_by: principal.id, department_code: row.department_code },
      ...{ replay_id: null, replay_mode: null, withheld: false },
    };
  }

  /** A receipt is missing after its term: noted and told, once by whichever replica, and again every few working days while it is missing. */
  private async chase(tx: Transaction, ids: readonly string[]): Promise<void> {
    const seen = await findOrders(tx, ids);
    const entries = new Map((await findEntries(tx, [...new Set(seen.map((order) => order.entry_id))])).map((row) => [row.id, row]));
    await lockLanes(tx, [...new Set([...entries.values()].map((row) => row.subject_id))]);
    const now = this.clock.now();
    const missing = (await findOrders(tx, ids)).filter(
      (order) => stateOf(order) === 'OPEN' && order.due_at <= now && order.chases < maxChases,
    );
    if (missing.length === 0) return;
    await insertChases(
      tx,
      missing.map((order) => ({ order_id: order.id, no: order.chases + 1, at: now, department_code: order.department_code })),
    );
    const { date } = addWorkingDays(this.clock.calendar(), this.clock.today(), this.config.publication.chaseWorkdays);
    await this.timers.set(
      tx,
      publicationTimer,
      missing.map((order) => ({ reference: order.id, dueAt: endOfDayBeijing(date) })),
    );
    const events = missing.flatMap((order): NewEvent[] => {
      const row = entries.get(order.entry_id);
      return row === undefined ? [] : [publicationOverdueEvent(row, order, order.chases + 1, `timer:${publicationTimer}`)];
    });
    await this.outbox.publish(tx, events);
  }

  private async settle(
    tx: Transaction,
    row: EntryRow,
    order: Pick<OrderState, 'id' | 'channel' | 'action'>,
    request: ReceiptRequest,
    principal: Principal,
  ): Promise<void> {
    const receipt: ReceiptRow = {
      order_id: order.id,
      outcome: request.outcome,
      done_on: request.doneOn,
      receipt_no: request.receiptNo ?? null,
      address: request.address ?? null,
      note: request.note ?? null,
      at: this.clock.now(),
      actor: principal.id,
      department_code: row.department_code,
    };
    await insertReceipt(tx, receipt);
    await this.timers.clear(tx, publicationTimer, [order.id]);
    await this.outbox.publish(tx, [publicationConfirmedEvent(row, order, receipt)]);
  }

  private async publicationsOf(tx: Transaction, row: EntryRow): Promise<EntryPublications> {
    const now = this.clock.now();
    const data = (await findOrdersOfEntries(tx, [row.id])).map((order) => orderViewOf(order, now));
    return { entryId: row.id, here: await this.stateHere(tx, row), settled: data.every(({ state }) => state !== 'OPEN'), data };
  }

  private async stateHere(tx: Transaction, row: EntryRow): Promise<EntryPublications['here']> {
    const list = await getDefinition(tx, row.list_code, row.list_version);
    const [subject] = await findSubjects(tx, [row.subject_id]);
    if (subject === undefined) throw new Error('an entry without a subject');
    return publicationOf(publishableOf(row, subject.kind, this.clock.today()), list);
  }

  private async viewOf(tx: Transaction, id: string): Promise<OrderView> {
    const [order] = await findOrders(tx, [id]);
    if (order === undefined) throw new Error('an order has gone');
    return orderViewOf(order, this.clock.now());
  }

  private assertPublishedOn(row: EntryRow, date: string): void {
    const today = beijingDate(this.clock.now());
    const refuse = (code: 'DATE_IN_FUTURE' | 'DATE_ORDER', detail: string): never => {
      throw new ProblemError(code, detail, [{ pointer: '/publishedOn', code, detail }]);
    };
    if (date > today) refuse('DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
    if (row.activated_on !== null && date < row.activated_on) refuse('DATE_ORDER', `公示不能早于生效日期（${row.activated_on}）`);
  }
}

/** @throws ProblemError NOT_FOUND, also for an entry of another department or one that has ended for the caller (R-7-1a) */
async function getReadable(tx: Transaction, principal: Principal, id: string): Promise<EntryRow> {
  const [row] = await findEntries(tx, [id]);
  if (row === undefined || !mayReadEntry(endedAccessOf(principal), row))
    throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
  return row;
}

function assertMayConfirm(principal: Principal, order: OrderState): void {
  const keeper = keeperOf(order.channel);
  if (mayConfirm(principal, order.channel, keeper, order.department_code)) return;
  throw new ProblemError(
    'FORBIDDEN',
    keeper === 'CENTRE' ? '该渠道的回执由信用办或信用中心提交' : `该渠道的回执由认定单位 ${order.department_code} 提交`,
  );
}

function assertStorable(request: object): void {
  const [fault, ...others] = findUnstorableTexts(request);
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
}

function isSameReceipt({ receipt }: OrderState, request: ReceiptRequest): boolean {
  return (
    receipt !== null &&
    receipt.outcome === request.outcome &&
    receipt.done_on === request.doneOn &&
    receipt.receipt_no === (request.receiptNo ?? null) &&
    receipt.address === (request.address ?? null) &&
    receipt.note === (request.note ?? null)
  );
}
