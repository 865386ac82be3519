import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type TaskRow, taskOf } from './task.rows.store.ts';
import type { Task } from './task.rules.ts';
import { owingSpan, type ZeroReportStatus } from './zero-report.rules.ts';

export interface ZeroReportRow {
  readonly id: string;
  readonly department_code: string;
  readonly list_code: string;
  readonly quarter: string;
  readonly status: ZeroReportStatus;
  readonly version: number;
  readonly asked_tasks: number;
  readonly automatic_tasks: number;
  readonly given_tasks: number;
  readonly remark: string | null;
  readonly submitted_by: string | null;
  readonly submitted_at: Date | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly reason: string | null;
  readonly opened_at: Date;
  readonly recorded_at: Date | null;
}

/** A task that owes the report of a quarter, and the list under which it is asked. */
export interface OwingTask {
  readonly task: Task;
  readonly listCode: string;
}

interface OwingFilter {
  readonly quarter: string;
  readonly department?: string;
  readonly listCode?: string;
  readonly ids?: readonly string[];
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Tasks that owe the report of a quarter (`owesZeroReport`), with the list that each is asked under. */
const owing = `FROM task CROSS JOIN LATERAL (
    SELECT plan_seen.list_code FROM task_basis basis
      JOIN plan_seen ON plan_seen.entry_id = basis.entry_id AND plan_seen.activation_no = basis.activation_no
    WHERE basis.task_id = task.id AND basis.status = 'LIVE'
    ORDER BY (basis.measure_code = task.measure_code) DESC, plan_seen.list_code LIMIT 1) AS own
  WHERE NOT task.closed AND task.status = 'ARMED' AND task.trigger = 'ON_EVENT' AND task.kind = 'EXECUTE' AND task.has_deadline
    AND task.force <> 'REFERENCE' AND task.due_at IS NOT NULL AND task.feedback_due_at > $1 AND task.feedback_due_at <= $2
    AND ($3::text IS NULL OR task.department_code = $3) AND ($4::text IS NULL OR own.list_code = $4)
    AND ($5::uuid[] IS NULL OR task.id = ANY ($5)) AND ($6::uuid IS NULL OR task.id > $6)`;

function owingParameters(filter: Omit<OwingFilter, 'limit'>): unknown[] {
  const { after, upTo } = owingSpan(filter.quarter);
  return [after, upTo, filter.department ?? null, filter.listCode ?? null, filter.ids ?? null, filter.after ?? null];
}

/** Zero reports and the tasks that owe them; row security narrows them to the principal's departments. */
@Injectable()
export class ZeroReportStore {
  async find(tx: Transaction, id: string, forUpdate = false): Promise<ZeroReportRow | undefined> {
    // Two people who decide at once take turns.
    const [row] = await tx.query<ZeroReportRow>(`SELECT * FROM zero_report WHERE id = $1 ${forUpdate ? 'FOR UPDATE' : ''}`, [id]);
    return row;
  }

  /** Newest quarter first, with one row more than `limit` when there are more. */
  async readPage(
    tx: Transaction,
    filter: {
      departments: readonly string[] | undefined;
      quarter: string | undefined;
      statuses: readonly ZeroReportStatus[];
      after: readonly [string, string, string] | undefined;
      limit: number;
    },
  ): Promise<ZeroReportRow[]> {
    return tx.query<ZeroReportRow>(
      `SELECT * FROM zero_report WHERE status = ANY ($1::text[]) AND ($2::text[] IS NULL OR department_code = ANY ($2)) AND ($3::text IS NULL OR quarter = $3)
         AND ($4::text IS NULL OR quarter < $4 OR (quarter = $4 AND (department_code, list_code) > ($5, $6)))
       ORDER BY quarter DESC, department_code, list_code LIMIT $7`,
      [
        filter.statuses,
        filter.departments ?? null,
        filter.quarter ?? null,
        filter.after?.[0] ?? null,
        filter.after?.[1] ?? null,
        filter.after?.[2] ?? null,
        filter.limit + 1,
      ],
    );
  }

  /**
   * Tasks that owe the report of a quarter (`owesZeroReport`), by id. One that rests on several lists is asked under one: that which gave it its measure,
   * of several the first by code.
   */
  async readOwing(tx: Transaction, filter: OwingFilter): Promise<OwingTask[]> {
    const rows = await tx.query<TaskRow & { report_list: string }>(
      `SELECT task.*, own.list_code AS report_list ${owing} ORDER BY task.id LIMIT $7`,
      [...owingParameters(filter), filter.limit],
    );
    return rows.map((row) => ({ task: taskOf(row), listCode: row.report_list }));
  }

  /** Whether anything owes this report. Asked without an order: in that of the ids all open tasks of the city would be walked through. */
  async isOwing(tx: Transaction, filter: { quarter: string; department: string; listCode: string }): Promise<boolean> {
    const [row] = await tx.query<{ owing: boolean }>(`SELECT EXISTS (SELECT 1 ${owing}) AS owing`, owingParameters(filter));
    return row?.owing === true;
  }

  /** Opens the reports of these departments and lists that are not there yet, and adds what has just been counted; gives the ids by `department|list`. */
  async open(
    tx: Transaction,
    quarter: string,
    counted: readonly { id: string; department: string; listCode: string; asked: number; automatic: number }[],
    at: Date,
  ): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.query<{ id: string; department_code: string; list_code: string }>(
      `INSERT INTO zero_report AS known (id, department_code, list_code, quarter, status, version, asked_tasks, automatic_tasks, opened_at)
       SELECT id, department_code, list_code, $6, 'OPEN', 1, asked, automatic, $7
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::integer[]) AS new (id, department_code, list_code, asked, automatic)
       ORDER BY department_code, list_code
       ON CONFLICT (department_code, list_code, quarter) DO UPDATE
         SET asked_tasks = known.asked_tasks + excluded.asked_tasks, automatic_tasks = known.automatic_tasks + excluded.automatic_tasks
       RETURNING id, department_code, list_code`,
      [
        counted.map((row) => row.id),
        counted.map((row) => row.department),
        counted.map((row) => row.listCode),
        counted.map((row) => row.asked),
        counted.map((row) => row.automatic),
        quarter,
        at,
      ],
    );
    const opened = rows.filter((row) => counted.some(({ id }) => id === row.id));
    await this.addFacts(
      tx,
      opened.map((row) => ({ report_id: row.id, version: 1, department_code: row.department_code, what: 'OPENED', at, actor: null })),
    );
    return new Map(rows.map((row) => [`${row.department_code}|${row.list_code}`, row.id]));
  }

  /** Once every task of a quarter has been looked at: reports of which nothing is left to ask are fulfilled by the windows. */
  async settleServed(tx: Transaction, quarter: string, at: Date): Promise<void> {
    const rows = await tx.query<{ id: string; version: number; department_code: string }>(
      `UPDATE zero_report SET status = 'AUTOMATIC', version = version + 1, recorded_at = $2
       WHERE quarter = $1 AND status = 'OPEN' AND asked_tasks = 0 RETURNING id, version, department_code`,
      [quarter, at],
    );
    await this.addFacts(
      tx,
      rows.map(({ id, ...row }) => ({ report_id: id, ...row, what: 'SERVED', at, actor: null })),
    );
  }

  /** Saves a decision with its fact. */
  async save(
    tx: Transaction,
    row: ZeroReportRow,
    fact: { what: string; at: Date; actor: string | null; detail?: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    await tx.execute(
      `UPDATE zero_report SET status = $2, version = $3, remark = $4, submitted_by = $5, submitted_at = $6, decided_by = $7, decided_at = $8, reason = $9
       WHERE id = $1`,
      [row.id, row.status, row.version, row.remark, row.submitted_by, row.submitted_at, row.decided_by, row.decided_at, row.reason],
    );
    await this.addFacts(tx, [{ report_id: row.id, version: row.version, department_code: row.department_code, ...fact }]);
  }

  async addGiven(tx: Transaction, id: string, tasks: number): Promise<void> {
    await tx.execute('UPDATE zero_report SET given_tasks = given_tasks + $2 WHERE id = $1', [id, tasks]);
  }

  async setRecorded(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.execute('UPDATE zero_report SET recorded_at = $2 WHERE id = $1 AND recorded_at IS NULL', [id, at]);
  }

  private async addFacts(
    tx: Transaction,
    facts: readonly {
      report_id: string;
      version: number;
      department_code: string;
      what: string;
      at: Date;
      actor: string | null;
      detail?: Readonly<Record<string, unknown>>;
    }[],
  ): Promise<void> {
    if (facts.length === 0) return;
    await tx.execute('INSERT INTO zero_report_fact SELECT * FROM jsonb_populate_recordset(NULL::zero_report_fact, $1::jsonb)', [
      JSON.stringify(facts),
    ]);
  }
}
