import type { UrgeLevel, UrgeReceiver } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface UrgeRow {
  readonly id: string;
  readonly department_code: string;
  readonly level: UrgeLevel;
  readonly urged_on: string;
  readonly letter_number: string | null;
  readonly period: string | null;
  readonly receivers: UrgeReceiver[];
  readonly task_count: number;
  readonly muted_count: number;
  readonly sent_at: Date;
  readonly read_at: Date | null;
  readonly readers: number;
}

export interface UrgeFilter {
  readonly levels: readonly UrgeLevel[] | undefined;
  readonly department: string | undefined;
  readonly period: string | undefined;
  readonly unread: boolean | undefined;
  /** Only messages to one of these receivers. */
  readonly receivers: readonly UrgeReceiver[] | undefined;
  readonly after: { readonly sentAt: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Reads of messages for people, and their read marks; row security narrows them to the principal's departments. */
@Injectable()
export class UrgeReadStore {
  async readPage(tx: Transaction, reader: string, filter: UrgeFilter): Promise<UrgeRow[]> {
    const parameters: unknown[] = [reader];
    const bind = (value: unknown) => `$${parameters.push(value)}`;
    const conditions = [
      ...(filter.levels === undefined ? [] : [`m.level = ANY (${bind(filter.levels)}::text[])`]),
      ...(filter.department === undefined ? [] : [`m.department_code = ${bind(filter.department)}`]),
      ...(filter.period === undefined ? [] : [`m.period = ${bind(filter.period)}`]),
      ...(filter.receivers === undefined ? [] : [`m.receivers && ${bind(filter.receivers)}::text[]`]),
      ...(filter.unread === undefined ? [] : [`(own.read_at IS NULL) = ${bind(filter.unread)}`]),
      ...(filter.after === undefined
        ? []
        : [`(m.sent_at, m.id) < (${bind(filter.after.sentAt)}::timestamptz, ${bind(filter.after.id)}::uuid)`]),
    ];
    return tx.query<UrgeRow>(
      `SELECT m.*, own.read_at, (SELECT count(*) FROM urge_reading r WHERE r.message_id = m.id) AS readers
       FROM urge_message m LEFT JOIN urge_reading own ON own.message_id = m.id AND own.reader = $1
       ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY m.sent_at DESC, m.id DESC LIMIT ${bind(filter.limit + 1)}`,
      parameters,
    );
  }

  async find(tx: Transaction, id: string, reader: string): Promise<UrgeRow | undefined> {
    const [row] = await tx.query<UrgeRow>(
      `SELECT m.*, own.read_at, (SELECT count(*) FROM urge_reading r WHERE r.message_id = m.id) AS readers
       FROM urge_message m LEFT JOIN urge_reading own ON own.message_id = m.id AND own.reader = $2 WHERE m.id = $1`,
      [id, reader],
    );
    return row;
  }

  readTasks(tx: Transaction, id: string): Promise<{ task_id: string; due_at: Date; muted: boolean }[]> {
    return tx.query('SELECT task_id, due_at, muted FROM urge_task WHERE message_id = $1 ORDER BY task_id LIMIT 200', [id]);
  }

  readReadings(tx: Transaction, id: string): Promise<{ reader: string; receiver: UrgeReceiver; read_at: Date }[]> {
    return tx.query('SELECT reader, receiver, read_at FROM urge_reading WHERE message_id = $1 ORDER BY read_at, reader', [id]);
  }

  readDeliveries(
    tx: Transaction,
    id: string,
  ): Promise<
    {
      channel: 'MAIL' | 'SMS';
      receiver: UrgeReceiver;
      address_masked: string | null;
      status: 'WAITING' | 'SENT' | 'FAILED';
      attempts: number;
      ended_at: Date | null;
    }[]
  > {
    return tx.query(
      `SELECT d.channel, d.receiver, contact.address_masked, d.status, d.attempts, d.ended_at
       FROM urge_delivery d LEFT JOIN urge_contact contact ON contact.id = d.contact_id WHERE d.message_id = $1 ORDER BY d.id`,
      [id],
    );
  }

  /** False when this person had read it before. */
  async markRead(
    tx: Transaction,
    reading: { messageId: string; reader: string; departmentCode: string; receiver: UrgeReceiver; readAt: Date },
  ): Promise<boolean> {
    const marked = await tx.execute(
      `INSERT INTO urge_reading (message_id, reader, department_code, receiver, read_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [reading.messageId, reading.reader, reading.departmentCode, reading.receiver, reading.readAt],
    );
    return marked === 1;
  }

  async countUnread(tx: Transaction, reader: string, receivers: readonly UrgeReceiver[], since: Date): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*) AS count FROM urge_message m WHERE m.receivers && $2::text[] AND m.sent_at >= $3
         AND NOT EXISTS (SELECT 1 FROM urge_reading r WHERE r.message_id = m.id AND r.reader = $1)`,
      [reader, receivers, since],
    );
    return row?.count ?? 0;
  }

  /** Tasks of a department whose term ends on a day (`from` ≤ due < `to`), or is over before it; of neither more than `most` are counted. */
  async countDue(
    tx: Transaction,
    departments: readonly string[],
    day: { from: Date; to: Date },
    most: number,
  ): Promise<{ dueToday: number; overdue: number }> {
    const counted = (
      condition: string,
    ) => `(SELECT count(*) FROM (SELECT 1 FROM task t WHERE NOT t.closed AND t.department_code = ANY ($1::text[])
        AND t.status NOT IN ('ON_HOLD', 'RETURNED') AND t.force <> 'REFERENCE' AND ${condition} LIMIT $4) AS found)`;
    const [row] = await tx.query<{ due_today: number; overdue: number }>(
      `SELECT ${counted('t.due_at > $2 AND t.due_at <= $3')} AS due_today, ${counted('t.due_at <= $2')} AS overdue`,
      [departments, day.from, day.to, most],
    );
    return { dueToday: row?.due_today ?? 0, overdue: row?.overdue ?? 0 };
  }
}
