import type { TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface OpenTasks {
  readonly department: string;
  readonly state: TaskStatus;
  readonly count: number;
}

/** What operators are told about tasks. */
@Injectable()
export class TaskFiguresStore {
  /** Open tasks by department and state. Answered from the index of the queues alone; still one row of it per open task, so not for every scrape. */
  countOpen(tx: Transaction): Promise<OpenTasks[]> {
    return tx.query<OpenTasks>(
      'SELECT department_code AS department, status AS state, count(*) AS count FROM task WHERE closed = false GROUP BY department_code, status',
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
