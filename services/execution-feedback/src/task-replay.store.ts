import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Column, namesOf, unnestRows } from './columns.store.ts';
import type { QuietTasks, ReplayMark } from './replay.mark.rules.ts';

const columns: readonly Column<ReplayMark>[] = [
  { name: 'task_id', type: 'uuid', of: (mark) => mark.taskId },
  { name: 'version', type: 'integer', of: (mark) => mark.version },
  { name: 'department_code', type: 'text', of: (mark) => mark.departmentCode },
  { name: 'replay_id', type: 'uuid', of: (mark) => mark.replayId },
  { name: 'mode', type: 'text', of: (mark) => mark.mode },
  { name: 'adds', type: 'boolean', of: (mark) => mark.adds },
];

/** SQL: whether a task of alias `t` is quiet now in one of these modes: its newest version is one by which a replay asks for more. */
export function quietSql(...modes: readonly ('none' | 'internal')[]): string {
  const named = modes.map((mode) => `'${mode}'`).join(', ');
  return `EXISTS (SELECT 1 FROM task_replay r WHERE r.task_id = t.id AND r.version = t.version AND r.adds AND r.mode IN (${named}))`;
}

/** The replay that touched a task last. */
export type NewestMark = Omit<ReplayMark, 'taskId' | 'departmentCode'>;

/** Which replays made which versions of tasks. */
@Injectable()
export class TaskReplayStore {
  async readQuiet(tx: Transaction, taskIds: readonly string[]): Promise<QuietTasks> {
    if (taskIds.length === 0) return new Map();
    const rows = await tx.query<{ task_id: string; version: number }>(
      `SELECT r.task_id, r.version FROM task_replay r JOIN task t ON t.id = r.task_id AND t.version = r.version
       WHERE r.task_id = ANY ($1::uuid[]) AND r.adds`,
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, row.version]));
  }

  async insert(tx: Transaction, marks: readonly ReplayMark[]): Promise<void> {
    if (marks.length === 0) return;
    const { from, parameters } = unnestRows(columns, marks, 'row');
    await tx.execute(`INSERT INTO task_replay (${namesOf(columns)}) SELECT * FROM ${from} ON CONFLICT DO NOTHING`, parameters);
  }

  /** The replay that touched each task last, by task. */
  async readNewest(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, NewestMark>> {
    const rows = await tx.query<Omit<ReplayMark, 'departmentCode'>>(
      `SELECT DISTINCT ON (task_id) task_id AS "taskId", version, replay_id AS "replayId", mode, adds FROM task_replay
       WHERE task_id = ANY ($1::uuid[]) ORDER BY task_id, version DESC`,
      [taskIds],
    );
    return new Map(rows.map(({ taskId, ...mark }) => [taskId, mark]));
  }
}
