import {
  addDays,
  endOfDayBeijing,
  idSchema,
  type Page,
  type Principal,
  ProblemError,
  seesWholeCity,
  type UrgeReceiver,
  urgeRead,
} from '@lianxin/contracts';
import { newEvent, Outbox } from '@lianxin/messaging';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { UrgeDetail, UrgeQuery, UrgeView } from './urge.api.ts';
import { UrgeReadStore, type UrgeRow } from './urge.read.store.ts';
import { urgeText, urgeTitles } from './urge.text.ts';

const cursorSchema = z.tuple([z.iso.datetime(), idSchema]);
const departmentReceivers: readonly UrgeReceiver[] = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON'];
/** What is not read after so long is not counted at the head of the page any more. */
const unreadDays = 90;
const mostCounted = 10_000;

/** The list of messages of a department or the credit office, and who read them. */
@Injectable()
export class UrgeReader {
  constructor(
    private readonly database: Database,
    private readonly store: UrgeReadStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async listUrges(principal: Principal, query: UrgeQuery): Promise<Page<UrgeView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, principal, query));
  }

  /** A page of messages, newest first. A department sees all to anybody of it; what is for the credit office alone, it does not. */
  async readPage(tx: Transaction, principal: Principal, query: UrgeQuery): Promise<Page<UrgeView>> {
    const rows = await this.store.readPage(tx, principal.id, {
      levels: query.level,
      department: query.department,
      period: query.period,
      unread: query.unread === undefined ? undefined : query.unread === 'true',
      receivers: receiversFor(principal),
      after: query.cursor === undefined ? undefined : endOf(query.cursor),
      limit: query.limit,
    });
    return pageOf(rows, query.limit, (row) => [row.sent_at.toISOString(), row.id], viewOf);
  }

  /** @throws ProblemError NOT_FOUND, also for a message of another department. */
  async getUrge(tx: Transaction, principal: Principal, id: string): Promise<UrgeDetail> {
    const row = await this.get(tx, principal, id);
    const [tasks, readings, deliveries] = [
      await this.store.readTasks(tx, id),
      await this.store.readReadings(tx, id),
      await this.store.readDeliveries(tx, id),
    ];
    return {
      ...viewOf(row),
      tasks: tasks.map((task) => ({ taskId: task.task_id, dueAt: task.due_at.toISOString(), muted: task.muted })),
      readings: readings.map((one) => ({ reader: one.reader, receiver: one.receiver, readAt: one.read_at.toISOString() })),
      deliveries: deliveries.map((one) => ({
        channel: one.channel,
        receiver: one.receiver,
        // The office's own addresses stand in no department's sight.
        address: one.address_masked ?? '***',
        status: one.status,
        attempts: one.attempts,
        endedAt: one.ended_at?.toISOString() ?? null,
      })),
    };
  }

  /** Marks a message as read by this person; the first time is told by an event. Reading again changes nothing. */
  async markRead(tx: Transaction, principal: Principal, id: string): Promise<UrgeDetail> {
    const row = await this.get(tx, principal, id);
    const readAt = this.clock.now();
    const receiver = receiverOf(principal, row.receivers);
    const reading = { messageId: id, reader: principal.id, departmentCode: row.department_code, receiver, readAt };
    if (await this.store.markRead(tx, reading)) {
      const { level, urged_on: urgedOn } = row;
      const data = { ...reading, level, urgedOn, channel: 'IN_APP' as const, readAt: readAt.toISOString() };
      await this.outbox.publish(tx, [newEvent({ definition: urgeRead, key: id, actor: principal.id, time: readAt, data })]);
    }
    return this.getUrge(tx, principal, id);
  }

  /** What the window shows at its head (§4.5, T+0); counted up to 10,000. */
  async count(principal: Principal): Promise<{ unread: number; dueToday: number; overdue: number }> {
    const today = this.clock.today();
    const day = { from: endOfDayBeijing(addDays(today, -1)), to: endOfDayBeijing(today) };
    return this.database.transaction(principal, async (tx) => {
      const receivers = receiversFor(principal) ?? ['CREDIT_OFFICE'];
      const unread = await this.store.countUnread(tx, principal.id, receivers, endOfDayBeijing(addDays(today, -unreadDays)));
      return { unread, ...(await this.store.countDue(tx, principal.departments, day, mostCounted)) };
    });
  }

  private async get(tx: Transaction, principal: Principal, id: string): Promise<UrgeRow> {
    const row = await this.store.find(tx, id, principal.id);
    const receivers = receiversFor(principal);
    if (row === undefined || (receivers !== undefined && !row.receivers.some((receiver) => receivers.includes(receiver))))
      throw new ProblemError('NOT_FOUND', '没有此消息，或不属于本部门');
    return row;
  }
}

/** Undefined: everything of the city, for those who watch it. */
function receiversFor(principal: Principal): readonly UrgeReceiver[] | undefined {
  return seesWholeCity(principal) ? undefined : departmentReceivers;
}

/** As whom a person reads: in the role that was written to, where it is one of the person's. */
function receiverOf(principal: Principal, receivers: readonly UrgeReceiver[]): UrgeReceiver {
  const own: readonly string[] = principal.roles;
  const addressed = receivers.find((receiver) => own.includes(receiver));
  return addressed ?? departmentReceivers.find((receiver) => own.includes(receiver)) ?? 'CREDIT_OFFICE';
}

function viewOf(row: UrgeRow): UrgeView {
  const message = { ...row, departmentCode: row.department_code, urgedOn: row.urged_on, taskCount: row.task_count };
  return {
    id: row.id,
    departmentCode: row.department_code,
    level: row.level,
    titleZh: urgeTitles[row.level],
    textZh: urgeText(message),
    urgedOn: row.urged_on,
    letterNumber: row.letter_number,
    period: row.period,
    receivers: row.receivers,
    taskCount: row.task_count,
    mutedCount: row.muted_count,
    sentAt: row.sent_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
    readers: row.readers,
  };
}

function endOf(cursor: string): { sentAt: string; id: string } {
  const [sentAt, id] = decodeCursor(cursorSchema, cursor);
  return { sentAt, id };
}
