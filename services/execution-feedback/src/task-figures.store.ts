import type { TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

/** How a task stands to its term: NONE is due by no day, or its clock stands; DUE_SOON ends within 24 hours. */
export type Sla = 'NONE' | 'IN_TIME' | 'DUE_SOON' | 'OVERDUE';

export interface OpenTasks {
  readonly department: string;
  readonly state: TaskStatus;
  readonly sla: Sla;
  readonly count: number;
}

/** What operators are told about tasks. */
@Injectable()
export class TaskFiguresStore {
  /** Open tasks by department, state and how they stand to their term. One row is looked at per open task, so not for every scrape. */
  countOpen(tx: Transaction, now: Date): Promise<OpenTasks[]> {
    return tx.query<OpenTasks>(
      `SELECT department_code AS department, status AS state, sla, count(*) AS count FROM task
       CROSS JOIN LATERAL (SELECT CASE WHEN due_at IS NULL OR status = 'ON_HOLD' THEN 'NONE' WHEN due_at < $1 THEN 'OVERDUE'
         WHEN due_at < $1::timestamptz + interval '24 hours' THEN 'DUE_SOON' ELSE 'IN_TIME' END AS sla) AS term
       WHERE closed = false GROUP BY department_code, status, sla`,
      [now],
    );
  }

  /** The exit that began the lifting of a task; undefined for one that is not being lifted, or was before exits were noted. */
  async findExitEvent(tx: Transaction, taskId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ exit_event: string | null }>(
      `SELECT detail ->> 'exitEvent' AS exit_event FROM task_fact WHERE task_id = $1 AND to_status = 'LIFTING' ORDER BY version DESC LIMIT 1`,
      [taskId],
    );
    return row?.exit_event ?? undefined;
  }
}
