import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CalendarYear, DueAnchors } from './calendar.rules.ts';
import { type TaskRow, taskOf } from './task.rows.store.ts';
import type { Task } from './task.rules.ts';

/** Facts that give a task its next due time, and those that give it the term of its feedback. */
const dueFacts =
  "'DISPATCHED','ACKNOWLEDGED','RETURNED','RETURN_REFUSED','STARTED','ARMED','RELEASED','CYCLE_OPENED','CYCLE_REPORTED','LIFTING','REASSIGNED','REOPENED','RESCHEDULED'";
const feedbackFacts =
  "'DISPATCHED','RETURN_REFUSED','STARTED','ARMED','RELEASED','CYCLE_OPENED','CYCLE_REPORTED','REASSIGNED','REOPENED','RESCHEDULED'";

/** Working-day tables, and the tasks whose deadlines reach into a year. */
@Injectable()
export class CalendarStore {
  async readYears(tx: Transaction): Promise<CalendarYear[]> {
    const rows = await tx.query<{
      year: number;
      version: number;
      source: string;
      off_days: string[];
      work_days: string[];
      loaded_by: string;
      loaded_at: Date;
      effective_at: Date;
    }>('SELECT * FROM calendar_year ORDER BY year, version');
    return rows.map((row) => ({
      year: row.year,
      version: row.version,
      source: row.source,
      off: row.off_days,
      work: row.work_days,
      loadedBy: row.loaded_by,
      loadedAt: row.loaded_at,
      effectiveAt: row.effective_at,
    }));
  }

  async insertYear(tx: Transaction, row: CalendarYear): Promise<void> {
    await tx.execute(
      `INSERT INTO calendar_year (year, version, source, off_days, work_days, loaded_by, loaded_at, effective_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [row.year, row.version, row.source, JSON.stringify(row.off), JSON.stringify(row.work), row.loadedBy, row.loadedAt, row.effectiveAt],
    );
  }

  /** Open tasks with a deadline on or after an instant, in the order of their ids after `after`. */
  async readReaching(tx: Transaction, from: Date, after: string | undefined, limit: number): Promise<Task[]> {
    const rows = await tx.query<TaskRow>(
      `SELECT * FROM task WHERE NOT closed AND (due_at > $1 OR feedback_due_at > $1) AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
      [from, after ?? null, limit],
    );
    return rows.map(taskOf);
  }

  async readAnchors(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, DueAnchors>> {
    const rows = await tx.query<{ task_id: string; due: Date; feedback: Date }>(
      `SELECT task_id, max(at) FILTER (WHERE what IN (${dueFacts})) AS due, max(at) FILTER (WHERE what IN (${feedbackFacts})) AS feedback
       FROM task_fact WHERE task_id = ANY ($1::uuid[]) GROUP BY task_id`,
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, { dueAt: row.due, feedbackDueAt: row.feedback }]));
  }
}
