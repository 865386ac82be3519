import type { TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Notice } from './plan.board.rules.ts';
import { type NoticeRow, noticeOf } from './task.rows.store.ts';
import { type ShownBasis, shownPlanColumns, type TaskFilter } from './task.store.ts';

/** The state of a notice in the words of tasks, as `statusOfNotice` tells it. */
const statusSql = `CASE WHEN status = 'LIVE' THEN 'DISPATCHED' WHEN status = 'HELD' THEN 'ON_HOLD' WHEN ended_in_error THEN 'CANCELLED' ELSE 'LIFTED' END`;
const statesOfNotices: readonly TaskStatus[] = ['DISPATCHED', 'ON_HOLD', 'CANCELLED', 'LIFTED'];

/** Reads of information notices; row security shows a department its own, and those of bodies without a queue to the city's offices alone. */
@Injectable()
export class NoticeStore {
  async readPage(tx: Transaction, filter: TaskFilter): Promise<Notice[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown) => `$${parameters.push(value)}`;
    const conditions = [
      ...(filter.entryId === undefined ? [] : [`entry_id = ${bind(filter.entryId)}::uuid`]),
      ...(filter.measureCode === undefined ? [] : [`measure_code = ${bind(filter.measureCode)}`]),
      ...(filter.status === undefined || statesOfNotices.every((status) => filter.status?.includes(status))
        ? []
        : [`${statusSql} = ANY (${bind(filter.status)}::text[])`]),
      ...(filter.after === undefined
        ? []
        : [`(dispatched_at, id) < (${bind(filter.after.dispatchedAt)}::timestamptz, ${bind(filter.after.id)}::uuid)`]),
    ];
    const limit = bind(filter.limit + 1);
    const select = (department: readonly string[]) => {
      const where = [...department, ...conditions];
      return `SELECT * FROM notice ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY dispatched_at DESC, id DESC LIMIT ${limit}`;
    };
    const sql =
      filter.departments === undefined
        ? select([])
        : `SELECT row.* FROM unnest(${bind(filter.departments)}::text[]) AS department (code)
           CROSS JOIN LATERAL (${select(['department_code = department.code'])}) AS row ORDER BY row.dispatched_at DESC, row.id DESC LIMIT ${limit}`;
    const rows = await tx.query<NoticeRow>(sql, parameters);
    return rows.map(noticeOf);
  }

  /** The one plan row on which each notice stands, in the form of a task's bases. */
  async readBasesToShow(tx: Transaction, noticeIds: readonly string[]): Promise<ShownBasis[]> {
    return tx.query<ShownBasis>(
      `SELECT n.id AS task_id, n.entry_id, n.activation_no, n.party_id, n.party_role, n.measure_code, n.status, ${shownPlanColumns},
         plan_seen.measures -> n.measure_code AS plan_measure
       FROM notice n JOIN plan_seen ON plan_seen.entry_id = n.entry_id AND plan_seen.activation_no = n.activation_no
       WHERE n.id = ANY ($1::uuid[])`,
      [noticeIds],
    );
  }
}
