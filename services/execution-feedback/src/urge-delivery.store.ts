import { randomUUIDv7 } from 'node:crypto';
import type { UrgeReceiver } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { UrgeChannels } from './config.ts';
import type { UrgeMessage } from './urge.store.ts';

/** Under this code stand the credit office's own addresses. */
export const officeCode = 'OFFICE';

export interface UrgeContact {
  readonly id: string;
  readonly department_code: string;
  readonly receiver: UrgeReceiver;
  readonly channel: 'MAIL' | 'SMS';
  readonly address_sealed: string;
  readonly address_masked: string;
  readonly created_by: string;
  readonly created_at: Date;
}

/** What is to be sent, with all that a letter says. */
export interface DueDelivery {
  readonly id: string;
  readonly message_id: string;
  readonly department_code: string;
  readonly channel: 'MAIL' | 'SMS';
  readonly receiver: UrgeReceiver;
  readonly attempts: number;
  readonly address_sealed: string;
  readonly level: UrgeMessage['level'];
  readonly urged_on: string;
  readonly letter_number: string | null;
  readonly period: string | null;
  /** Those that may be told outside. */
  readonly task_count: number;
}

/** Addresses of departments, and what went to them. */
@Injectable()
export class UrgeDeliveryStore {
  constructor(private readonly channels: UrgeChannels) {}

  /** A message goes to every address of its receivers over the channels that are configured; each address once. One of which nothing may be told outside goes to none. */
  async enqueue(tx: Transaction, message: UrgeMessage): Promise<void> {
    if (this.channels.configured.length === 0 || message.mutedCount === message.taskCount) return;
    const contacts = await tx.query<UrgeContact>(
      `SELECT * FROM urge_contact WHERE removed_at IS NULL AND receiver = ANY ($1::text[]) AND channel = ANY ($2::text[])
         AND department_code = CASE WHEN receiver = 'CREDIT_OFFICE' THEN $3 ELSE $4 END`,
      [message.receivers, this.channels.configured, officeCode, message.departmentCode],
    );
    await tx.execute(
      `INSERT INTO urge_delivery (id, message_id, department_code, channel, receiver, contact_id, status, attempts, next_at)
       SELECT row.id, $1, $2, row.channel, row.receiver, row.contact_id, 'WAITING', 0, $3
       FROM unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[]) AS row (id, channel, receiver, contact_id)
       ON CONFLICT DO NOTHING`,
      [
        message.id,
        message.departmentCode,
        message.sentAt,
        contacts.map(() => randomUUIDv7()),
        contacts.map((contact) => contact.channel),
        contacts.map((contact) => contact.receiver),
        contacts.map((contact) => contact.id),
      ],
    );
  }

  /**
   * Takes what is due and puts it off by the lease in the same statement: while one process sends, no other takes it; should the process die, it is due
   * again when the lease is over. SKIP LOCKED, for mails have no order among each other.
   */
  async take(tx: Transaction, now: Date, leaseUntil: Date, limit: number): Promise<DueDelivery[]> {
    return tx.query<DueDelivery>(
      `WITH taken AS (
         UPDATE urge_delivery SET attempts = attempts + 1, next_at = $2 WHERE id IN (
           SELECT id FROM urge_delivery WHERE status = 'WAITING' AND next_at <= $1 ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING *)
       SELECT taken.id, taken.message_id, taken.department_code, taken.channel, taken.receiver, taken.attempts, contact.address_sealed,
         message.level, message.urged_on, message.letter_number, message.period,
         message.task_count - message.muted_count AS task_count
       FROM taken JOIN urge_contact contact ON contact.id = taken.contact_id JOIN urge_message message ON message.id = taken.message_id`,
      [now, leaseUntil, limit],
    );
  }

  /** Ends a delivery that waits; false where another process has ended it. */
  async end(tx: Transaction, id: string, outcome: 'SENT' | 'FAILED', at: Date, error: string | null): Promise<boolean> {
    const ended = await tx.execute(
      `UPDATE urge_delivery SET status = $2, ended_at = $3, last_error = $4 WHERE id = $1 AND status = 'WAITING'`,
      [id, outcome, at, error],
    );
    return ended === 1;
  }

  async putOff(tx: Transaction, id: string, nextAt: Date, error: string): Promise<void> {
    await tx.execute(`UPDATE urge_delivery SET next_at = $2, last_error = $3 WHERE id = $1 AND status = 'WAITING'`, [id, nextAt, error]);
  }

  async readContacts(tx: Transaction): Promise<UrgeContact[]> {
    return tx.query<UrgeContact>(
      'SELECT * FROM urge_contact WHERE removed_at IS NULL ORDER BY department_code, receiver, channel, created_at, id LIMIT 1000',
    );
  }

  async findContact(tx: Transaction, id: string): Promise<UrgeContact | undefined> {
    const [row] = await tx.query<UrgeContact>('SELECT * FROM urge_contact WHERE id = $1 AND removed_at IS NULL', [id]);
    return row;
  }

  async addContact(tx: Transaction, contact: UrgeContact): Promise<void> {
    await tx.execute(
      `INSERT INTO urge_contact (id, department_code, receiver, channel, address_sealed, address_masked, created_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        contact.id,
        contact.department_code,
        contact.receiver,
        contact.channel,
        contact.address_sealed,
        contact.address_masked,
        contact.created_by,
        contact.created_at,
      ],
    );
  }

  async removeContact(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.execute('UPDATE urge_contact SET removed_at = $2 WHERE id = $1', [id, at]);
  }
}
