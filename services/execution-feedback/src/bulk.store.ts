import type { FeedbackRequest, Principal, TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { BulkAction, BulkItem } from './bulk.api.ts';

export interface Bulk {
  readonly id: string;
  readonly department_code: string;
  readonly action: BulkAction;
  readonly principal: Principal;
  readonly status: 'PREVIEW' | 'RUNNING' | 'DONE';
  readonly total: number;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

/** A task of a bulk action as it was previewed. */
export interface BulkTask {
  readonly taskId: string;
  readonly seenVersion: number;
  readonly seenStatus: TaskStatus;
}

/** A row of a feedback file: an item that waits, or one that was refused when it was read. */
export interface TableItem {
  readonly line: number;
  readonly cells: readonly string[];
  readonly taskId: string | null;
  readonly version: number | null;
  readonly seenStatus: TaskStatus | null;
  readonly content: unknown;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface WaitingItem {
  readonly place: number;
  readonly task_id: string;
  readonly seen_version: number;
  readonly content: Omit<FeedbackRequest, 'clientRef'> | null;
}

/** Bulk actions and the tasks they name. */
@Injectable()
export class BulkStore {
  /** The rows of a file, in its order. */
  async insertTable(tx: Transaction, bulk: Bulk, items: readonly TableItem[]): Promise<void> {
    await this.insertBulk(tx, bulk);
    await tx.execute(
      `INSERT INTO task_bulk_item (bulk_id, place, department_code, line, cells, task_id, seen_version, seen_status, content, status, code, detail)
       SELECT $1, row.place, $2, row.line, row.cells, row.task_id, row.seen_version, row.seen_status, row.content,
         CASE WHEN row.code IS NULL THEN 'WAITING' ELSE 'REFUSED' END, row.code, row.detail
       FROM unnest($3::integer[], $4::integer[], $5::jsonb[], $6::uuid[], $7::integer[], $8::text[], $9::jsonb[], $10::text[], $11::text[])
         AS row (place, line, cells, task_id, seen_version, seen_status, content, code, detail)`,
      [
        bulk.id,
        bulk.department_code,
        items.map((_item, index) => index + 1),
        items.map((item) => item.line),
        items.map((item) => JSON.stringify(item.cells)),
        items.map((item) => item.taskId),
        items.map((item) => item.version),
        items.map((item) => item.seenStatus),
        items.map((item) => (item.content === null ? null : JSON.stringify(item.content))),
        items.map((item) => item.code),
        items.map((item) => item.detail),
      ],
    );
  }

  /** Refused rows of a file, with the cells that came. */
  readRefusedRows(tx: Transaction, id: string): Promise<{ cells: string[]; code: string; detail: string }[]> {
    return tx.query(
      `SELECT cells, code, detail FROM task_bulk_item WHERE bulk_id = $1 AND status = 'REFUSED' AND cells IS NOT NULL ORDER BY place`,
      [id],
    );
  }

  private async insertBulk(tx: Transaction, bulk: Bulk): Promise<void> {
    await tx.execute(
      `INSERT INTO task_bulk (id, department_code, action, principal, status, total, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        bulk.id,
        bulk.department_code,
        bulk.action,
        JSON.stringify(bulk.principal),
        bulk.status,
        bulk.total,
        bulk.created_at,
        bulk.expires_at,
      ],
    );
  }

  async insert(tx: Transaction, bulk: Bulk, tasks: readonly BulkTask[], content: unknown): Promise<void> {
    await this.insertBulk(tx, bulk);
    await tx.execute(
      `INSERT INTO task_bulk_item (bulk_id, place, task_id, department_code, seen_version, seen_status, content, status)
       SELECT $1, row.place, row.task_id, $2, row.seen_version, row.seen_status, $3, 'WAITING'
       FROM unnest($4::integer[], $5::uuid[], $6::integer[], $7::text[]) AS row (place, task_id, seen_version, seen_status)`,
      [
        bulk.id,
        bulk.department_code,
        content === undefined ? null : JSON.stringify(content),
        tasks.map((_task, index) => index + 1),
        tasks.map((task) => task.taskId),
        tasks.map((task) => task.seenVersion),
        tasks.map((task) => task.seenStatus),
      ],
    );
  }

  async find(tx: Transaction, id: string, lock = false): Promise<Bulk | undefined> {
    const [row] = await tx.query<Bulk>(`SELECT * FROM task_bulk WHERE id = $1${lock ? ' FOR UPDATE' : ''}`, [id]);
    return row;
  }

  async start(tx: Transaction, id: string, principal: Principal, at: Date): Promise<void> {
    await tx.execute(`UPDATE task_bulk SET status = 'RUNNING', started_at = $2, principal = $3 WHERE id = $1`, [
      id,
      at,
      JSON.stringify(principal),
    ]);
  }

  async count(tx: Transaction, id: string): Promise<{ status: string; seen_status: string | null; code: string | null; count: number }[]> {
    return tx.query(
      'SELECT status, seen_status, code, count(*) AS count FROM task_bulk_item WHERE bulk_id = $1 GROUP BY status, seen_status, code',
      [id],
    );
  }

  async readItems(tx: Transaction, id: string, query: { status: string | undefined; after: number; limit: number }): Promise<BulkItem[]> {
    return tx.query<BulkItem>(
      `SELECT place, task_id AS "taskId", seen_version AS "seenVersion", seen_status AS "seenStatus", line, status, code, detail FROM task_bulk_item
       WHERE bulk_id = $1 AND place > $2 AND ($3::text IS NULL OR status = $3) ORDER BY place LIMIT $4`,
      [id, query.after, query.status ?? null, query.limit + 1],
    );
  }

  readRunning(tx: Transaction): Promise<Bulk[]> {
    return tx.query<Bulk>(`SELECT * FROM task_bulk WHERE status = 'RUNNING' ORDER BY started_at, id LIMIT 20`);
  }

  /** The next task that waits, locked until it is done: another replica takes the one behind it. */
  async takeItem(tx: Transaction, id: string): Promise<WaitingItem | undefined> {
    const [row] = await tx.query<WaitingItem>(
      `SELECT place, task_id, seen_version, content FROM task_bulk_item WHERE bulk_id = $1 AND status = 'WAITING'
       ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [id],
    );
    return row;
  }

  async endItem(
    tx: Transaction,
    id: string,
    place: number,
    end: { status: 'DONE' | 'REFUSED'; code: string | null; detail: string | null },
  ): Promise<void> {
    await tx.execute(
      `UPDATE task_bulk_item SET status = $3, code = $4, detail = $5 WHERE bulk_id = $1 AND place = $2 AND status = 'WAITING'`,
      [id, place, end.status, end.code, end.detail],
    );
  }

  /** Ends an action none of whose tasks waits any more. */
  async end(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.execute(
      `UPDATE task_bulk SET status = 'DONE', ended_at = $2 WHERE id = $1 AND status = 'RUNNING'
         AND NOT EXISTS (SELECT 1 FROM task_bulk_item WHERE bulk_id = $1 AND status = 'WAITING')`,
      [id, at],
    );
  }
}
