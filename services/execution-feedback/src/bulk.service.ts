import { randomUUIDv7 } from 'node:crypto';
import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type BulkItem, type BulkItemQuery, type BulkRequest, type BulkView, bulkLimit } from './bulk.api.ts';
import { BulkRunner } from './bulk.runner.ts';
import { type Bulk, BulkStore, type BulkTask } from './bulk.store.ts';
import { TaskStore } from './task.store.ts';

const previewMs = 30 * 60_000;
const pageSize = 200;
const cursorSchema = z.tuple([z.int()]);

/** Bulk actions: previewed, bound to what was previewed, then run task by task through the ordinary acts (product §A.1, §B.1). */
@Injectable()
export class BulkService {
  constructor(
    private readonly store: BulkStore,
    private readonly tasks: TaskStore,
    private readonly runner: BulkRunner,
    private readonly clock: Clock,
  ) {}

  /**
   * Names the tasks of a bulk action with the versions they have now. Tasks that come into the filter later do not join; a task that changed meanwhile
   * is refused as STALE when the action is run.
   * @throws ProblemError FORBIDDEN, NOT_FOUND for an id that is not the department's, BULK_TOO_LARGE.
   */
  async preview(tx: Transaction, principal: Principal, request: BulkRequest): Promise<BulkView> {
    const [department] = principal.departments;
    if (department === undefined) throw new ProblemError('FORBIDDEN', '只有部门可以批量办理本部门的任务');
    const tasks =
      request.ids === undefined ? await this.ofFilter(tx, principal, request.filter ?? {}) : await this.ofIds(tx, principal, request.ids);
    const bulk = this.newBulk(randomUUIDv7(), principal, department, request.action, tasks.length, this.clock.now());
    await this.store.insert(tx, bulk, tasks, request.feedback);
    return this.view(tx, bulk);
  }

  /** A bulk action as it is previewed: good for half an hour. */
  newBulk(id: string, principal: Principal, department: string, action: Bulk['action'], total: number, now: Date): Bulk {
    const expires = new Date(now.getTime() + previewMs);
    return {
      id,
      department_code: department,
      action,
      principal,
      status: 'PREVIEW',
      total,
      created_at: now,
      expires_at: expires,
      ended_at: null,
    };
  }

  /** @throws ProblemError NOT_FOUND, BULK_STATE when it was run already, or its preview has expired. */
  async run(tx: Transaction, principal: Principal, id: string): Promise<BulkView> {
    const bulk = await this.store.find(tx, id, true);
    if (bulk === undefined || bulk.principal.id !== principal.id) throw new ProblemError('NOT_FOUND', '没有此批量操作，或不是本人的预览');
    const now = this.clock.now();
    if (bulk.status !== 'PREVIEW') throw new ProblemError('BULK_STATE', '该批量操作已经执行');
    if (now >= bulk.expires_at) throw new ProblemError('BULK_STATE', '预览已过期');
    await this.store.start(tx, id, principal, now);
    await this.store.end(tx, id, now);
    tx.afterCommit(() => this.runner.wake());
    return this.get(tx, id);
  }

  /** @throws ProblemError NOT_FOUND. */
  async get(tx: Transaction, id: string): Promise<BulkView> {
    const bulk = await this.store.find(tx, id);
    if (bulk === undefined) throw new ProblemError('NOT_FOUND', '没有此批量操作，或不属于本部门');
    return this.view(tx, bulk);
  }

  async items(tx: Transaction, id: string, query: BulkItemQuery): Promise<Page<BulkItem>> {
    await this.get(tx, id);
    const after = query.cursor === undefined ? 0 : decodeCursor(cursorSchema, query.cursor)[0];
    const rows = await this.store.readItems(tx, id, { status: query.status, after, limit: query.limit });
    return pageOf(
      rows,
      query.limit,
      (row) => [row.place],
      (row) => row,
    );
  }

  private async ofIds(tx: Transaction, principal: Principal, ids: readonly string[]): Promise<BulkTask[]> {
    const wanted = [...new Set(ids)];
    const found = (await this.tasks.readTasks(tx, wanted)).filter((task) => principal.departments.includes(task.departmentCode));
    if (found.length < wanted.length)
      throw new ProblemError('NOT_FOUND', `有 ${wanted.length - found.length} 项任务不存在，或不属于本部门`);
    const byId = new Map(found.map((task) => [task.id, task]));
    return wanted.flatMap((id) => {
      const task = byId.get(id);
      return task === undefined ? [] : [{ taskId: id, seenVersion: task.version, seenStatus: task.status }];
    });
  }

  private async ofFilter(tx: Transaction, principal: Principal, filter: NonNullable<BulkRequest['filter']>): Promise<BulkTask[]> {
    const tasks: BulkTask[] = [];
    const claimedBy = filter.assignee === undefined ? undefined : { person: principal.id, today: this.clock.today() };
    let after: { dispatchedAt: string; id: string } | undefined;
    for (;;) {
      const { status, entryId, measureCode } = filter;
      const wanted = { status, entryId, measureCode, claimedBy, departments: principal.departments, after, limit: pageSize };
      const rows = (await this.tasks.readPage(tx, wanted)).slice(0, pageSize + 1);
      tasks.push(...rows.slice(0, pageSize).map((task) => ({ taskId: task.id, seenVersion: task.version, seenStatus: task.status })));
      if (tasks.length > bulkLimit) throw new ProblemError('BULK_TOO_LARGE', `筛选出的任务超过 ${bulkLimit} 项`);
      const last = rows[pageSize - 1];
      if (rows.length <= pageSize || last === undefined) return tasks;
      after = { dispatchedAt: last.dispatchedAt.toISOString(), id: last.id };
    }
  }

  private async view(tx: Transaction, bulk: Bulk): Promise<BulkView> {
    const counts = await this.store.count(tx, bulk.id);
    const sum = (rows: typeof counts) => rows.reduce((total, row) => total + row.count, 0);
    const by = (rows: typeof counts, key: 'seen_status' | 'code') =>
      Object.fromEntries([...Map.groupBy(rows, (row) => row[key] ?? '')].map(([name, own]) => [name, sum(own)]));
    return {
      id: bulk.id,
      action: bulk.action,
      status: bulk.status,
      total: bulk.total,
      done: sum(counts.filter((row) => row.status === 'DONE')),
      refused: sum(counts.filter((row) => row.status === 'REFUSED')),
      byStatus: by(
        counts.filter((row) => row.seen_status !== null),
        'seen_status',
      ),
      byCode: by(
        counts.filter((row) => row.status === 'REFUSED'),
        'code',
      ),
      createdAt: bulk.created_at.toISOString(),
      expiresAt: bulk.expires_at.toISOString(),
      endedAt: bulk.ended_at?.toISOString() ?? null,
    };
  }
}
