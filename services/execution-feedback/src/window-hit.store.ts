import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Column, namesOf, unnestRows } from './columns.store.ts';
import type { WindowDecision } from './window-hit.rules.ts';

export type HitOutcome = 'WAITING' | 'FED_BACK' | 'NO_TASK' | 'NOT_APPLIED' | 'TAKEN_BACK';
export interface WindowHitRow {
  readonly prompt_id: string;
  readonly measure_code: string;
  readonly department_code: string;
  readonly asked_by_department: string;
  readonly check_id: string;
  readonly check_number: string;
  readonly matter_code: string;
  readonly case_no: string | null;
  readonly subject_id: string;
  readonly entry_id: string;
  readonly plan_id: string;
  readonly applied: boolean;
  readonly decided_by: string;
  readonly decided_at: Date;
  readonly outcome: HitOutcome;
  readonly task_id: string | null;
  readonly feedback_id: string | null;
}
export type HitName = Pick<WindowHitRow, 'prompt_id' | 'measure_code'>;

const columns: readonly Column<WindowDecision>[] = [
  { name: 'prompt_id', type: 'uuid', of: (row) => row.promptId },
  { name: 'measure_code', type: 'text', of: (row) => row.measureCode },
  { name: 'department_code', type: 'text', of: (row) => row.departmentCode },
  { name: 'asked_by_department', type: 'text', of: (row) => row.askedByDepartment },
  { name: 'check_id', type: 'uuid', of: (row) => row.checkId },
  { name: 'check_number', type: 'text', of: (row) => row.checkNumber },
  { name: 'matter_code', type: 'text', of: (row) => row.matterCode },
  { name: 'case_no', type: 'text', of: (row) => row.caseNo },
  { name: 'subject_id', type: 'uuid', of: (row) => row.subjectId },
  { name: 'entry_id', type: 'uuid', of: (row) => row.entryId },
  { name: 'plan_id', type: 'uuid', of: (row) => row.planId },
  { name: 'applied', type: 'boolean', of: (row) => row.applied },
  { name: 'decided_by', type: 'text', of: (row) => row.decidedBy },
  { name: 'decided_at', type: 'timestamptz', of: (row) => row.decidedAt },
];

/** Decisions at windows and what became of them. */
@Injectable()
export class WindowHitStore {
  /** Keeps the last word of each; returns the rows that changed. An older or repeated word changes nothing. */
  async keep(tx: Transaction, decisions: readonly WindowDecision[]): Promise<WindowHitRow[]> {
    const { from, parameters } = unnestRows(columns, decisions, 'row');
    return tx.query<WindowHitRow>(
      `INSERT INTO window_hit (${namesOf(columns)}, outcome)
       SELECT row.*, CASE WHEN row.applied THEN 'WAITING' ELSE 'NOT_APPLIED' END FROM ${from} ORDER BY prompt_id, measure_code
       ON CONFLICT (prompt_id, measure_code) DO UPDATE SET applied = excluded.applied, decided_by = excluded.decided_by, decided_at = excluded.decided_at
         WHERE window_hit.decided_at <= excluded.decided_at AND window_hit.applied <> excluded.applied
       RETURNING window_hit.*`,
      parameters,
    );
  }

  /** The lanes in which tasks that rest on these entries speak. */
  async readLaneKeys(tx: Transaction, entryIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ lane_key: string }>(
      `SELECT DISTINCT task.lane_key FROM task_basis basis JOIN task ON task.id = basis.task_id WHERE basis.entry_id = ANY ($1::uuid[])`,
      [entryIds],
    );
    return rows.map((row) => row.lane_key);
  }

  async findWaiting(tx: Transaction, planIds: readonly string[]): Promise<WindowHitRow[]> {
    return tx.query<WindowHitRow>(
      `SELECT * FROM window_hit WHERE plan_id = ANY ($1::uuid[]) AND outcome = 'WAITING' ORDER BY prompt_id, measure_code`,
      [planIds],
    );
  }

  async find(tx: Transaction, name: HitName): Promise<WindowHitRow | undefined> {
    const [row] = await tx.query<WindowHitRow>('SELECT * FROM window_hit WHERE prompt_id = $1 AND measure_code = $2', [
      name.prompt_id,
      name.measure_code,
    ]);
    return row;
  }

  async settle(tx: Transaction, name: HitName, outcome: HitOutcome, made?: { taskId: string; feedbackId: string | null }): Promise<void> {
    await tx.execute(
      `UPDATE window_hit SET outcome = $3, task_id = coalesce($4::uuid, task_id), feedback_id = coalesce($5::uuid, feedback_id)
       WHERE prompt_id = $1 AND measure_code = $2`,
      [name.prompt_id, name.measure_code, outcome, made?.taskId ?? null, made?.feedbackId ?? null],
    );
  }

  /**
   * The task that a decision hits: of the department of the matter, about this party, resting on the entry of the prompt. `hasPlan` false: its plan has not
   * come yet. Of several the newest.
   */
  async findTask(tx: Transaction, hit: WindowHitRow): Promise<{ hasPlan: boolean; taskId: string | undefined }> {
    const plans = await tx.query<{ activation_no: number }>(
      'SELECT activation_no FROM plan_seen WHERE entry_id = $1 AND plan_id = $2 AND catalogue_version IS NOT NULL',
      [hit.entry_id, hit.plan_id],
    );
    const [plan] = plans;
    if (plan === undefined) return { hasPlan: false, taskId: undefined };
    const [task] = await tx.query<{ id: string }>(
      `SELECT task.id FROM task_basis basis JOIN task ON task.id = basis.task_id
       WHERE basis.entry_id = $1 AND basis.activation_no = $2 AND basis.department_code = $3 AND basis.measure_code = $4
         AND task.party_subject_id = $5 AND task.kind = 'EXECUTE'
       ORDER BY task.dispatched_at DESC, task.id DESC LIMIT 1`,
      [hit.entry_id, plan.activation_no, hit.department_code, hit.measure_code, hit.subject_id],
    );
    return { hasPlan: true, taskId: task?.id };
  }

  /** Newest first. */
  async readPage(
    tx: Transaction,
    filter: {
      outcomes: readonly HitOutcome[];
      departments: readonly string[] | undefined;
      after: readonly [string, string, string] | undefined;
      limit: number;
    },
  ): Promise<WindowHitRow[]> {
    return tx.query<WindowHitRow>(
      `SELECT * FROM window_hit WHERE outcome = ANY ($1::text[]) AND ($2::text[] IS NULL OR department_code = ANY ($2))
         AND ($3::timestamptz IS NULL OR (decided_at, prompt_id, measure_code) < ($3, $4::uuid, $5))
       ORDER BY decided_at DESC, prompt_id DESC, measure_code DESC LIMIT $6`,
      [
        filter.outcomes,
        filter.departments ?? null,
        filter.after?.[0] ?? null,
        filter.after?.[1] ?? null,
        filter.after?.[2] ?? null,
        filter.limit + 1,
      ],
    );
  }
}
