import type { UrgeLevel, UrgeReceiver } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { quietSql } from './task-replay.store.ts';
import { mutableLevels, type UrgeBand } from './urge.rules.ts';

export interface UrgeMessage {
  readonly id: string;
  readonly departmentCode: string;
  readonly level: UrgeLevel;
  readonly forOffice: boolean;
  readonly urgedOn: string;
  readonly letterNumber: string | null;
  readonly period: string | null;
  readonly receivers: readonly UrgeReceiver[];
  readonly taskCount: number;
  /** Of these tasks, those that no mail or SMS speaks of. */
  readonly mutedCount: number;
  readonly sentAt: Date;
}

export interface UrgedTask {
  readonly taskId: string;
  readonly dueAt: Date;
  /** Only shown in the application: the replay behind it tells nobody outside (product §A.4). */
  readonly muted: boolean;
}

/**
 * Tasks that may be urged at all: a step is due, nothing holds them, and they are no mere reference (§4.5, R-1-4). Units that are not supervised have no
 * due times. `RETURNED` waits for the credit office. Who was told of nothing is reproached with nothing: what a replay without side effects asks for is urged
 * when it has become ordinary (decision 0018).
 */
const urgeable = `NOT t.closed AND t.due_at IS NOT NULL AND t.has_deadline AND t.status <> 'ON_HOLD' AND t.force <> 'REFERENCE' AND NOT ${quietSql('none')}`;

/** What the daily urging reads and writes; a department at a time, set by set. */
@Injectable()
export class UrgeStore {
  /** Departments with a task in one of the bands that was not urged at that level yet. */
  async readDepartments(tx: Transaction, bands: readonly UrgeBand[]): Promise<string[]> {
    const rows = await tx.query<{ code: string }>(
      `SELECT DISTINCT t.department_code AS code FROM task t
       JOIN unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS band (level, after, up_to) ON t.due_at > band.after AND t.due_at <= band.up_to
       WHERE ${urgeable} AND NOT EXISTS (
         SELECT 1 FROM urge_task u WHERE u.task_id = t.id AND u.due_at = t.due_at AND u.level = band.level)
       ORDER BY 1`,
      [bands.map((band) => band.level), bands.map((band) => band.after), bands.map((band) => band.upTo)],
    );
    return rows.map((row) => row.code);
  }

  /** Notes the tasks of a department that a message urges, and tells them. The same task is never noted twice at one level of one term. */
  async noteTasks(
    tx: Transaction,
    department: string,
    band: UrgeBand,
    message: { id: string; forOffice: boolean; urgedOn: string },
  ): Promise<UrgedTask[]> {
    return tx.query<UrgedTask>(
      `INSERT INTO urge_task (task_id, due_at, level, department_code, message_id, urged_on, muted)
       SELECT t.id, t.due_at, $2, t.department_code, $5, $6, $8 AND ${quietSql('internal')} FROM task t
       WHERE t.department_code = $1 AND t.due_at > $3 AND t.due_at <= $4 AND (t.status = 'RETURNED') = $7 AND ${urgeable}
       ON CONFLICT DO NOTHING
       RETURNING task_id AS "taskId", due_at AS "dueAt", muted`,
      [department, band.level, band.after, band.upTo, message.id, message.urgedOn, message.forOffice, mutableLevels.includes(band.level)],
    );
  }

  async insertMessage(tx: Transaction, message: UrgeMessage): Promise<void> {
    await tx.execute(
      `INSERT INTO urge_message (id, department_code, level, for_office, urged_on, letter_number, period, receivers, task_count, sent_at, muted_count)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        message.id,
        message.departmentCode,
        message.level,
        message.forOffice,
        message.urgedOn,
        message.letterNumber,
        message.period,
        message.receivers,
        message.taskCount,
        message.sentAt,
        message.mutedCount,
      ],
    );
  }

  /** The next number of a year's letters; its row is locked until the letter stands, so that none is left out. */
  async nextLetterNumber(tx: Transaction, year: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `INSERT INTO urge_letter_number (year, last) VALUES ($1, 1)
       ON CONFLICT (year) DO UPDATE SET last = urge_letter_number.last + 1 RETURNING last`,
      [year],
    );
    if (row === undefined) throw new Error('no letter number');
    return row.last;
  }

  /** Entries of a department in the circulars of a span of days. */
  async countCircularEntries(tx: Transaction, department: string, span: { from: string; to: string }): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*) AS count FROM urge_task WHERE department_code = $1 AND level = 'CIRCULAR' AND urged_on BETWEEN $2 AND $3`,
      [department, span.from, span.to],
    );
    return row?.count ?? 0;
  }

  /** Whether a department stands in a period's inspection already. */
  async isInspected(tx: Transaction, department: string, period: string): Promise<boolean> {
    const rows = await tx.query(`SELECT 1 FROM urge_message WHERE department_code = $1 AND level = 'INSPECTION' AND period = $2`, [
      department,
      period,
    ]);
    return rows.length > 0;
  }
}
