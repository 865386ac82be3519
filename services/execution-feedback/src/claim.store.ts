import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface Delegation {
  readonly id: string;
  readonly department_code: string;
  readonly person: string;
  readonly stand_in: string;
  readonly from_day: string;
  readonly to_day: string;
  readonly created_at: Date;
}

/** Who has which task in hand, and who stands in for whom. */
@Injectable()
export class ClaimStore {
  async readAssignees(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ task_id: string; assignee: string }>(
      'SELECT task_id, assignee FROM task_claim WHERE task_id = ANY ($1::uuid[])',
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, row.assignee]));
  }

  /** Whether a person stands in for another on a day. */
  async standsIn(tx: Transaction, person: string, standIn: string, day: string): Promise<boolean> {
    const rows = await tx.query(
      'SELECT 1 FROM task_delegation WHERE person = $1 AND stand_in = $2 AND ended_at IS NULL AND $3 BETWEEN from_day AND to_day',
      [person, standIn, day],
    );
    return rows.length > 0;
  }

  async give(tx: Transaction, claim: { taskId: string; departmentCode: string; assignee: string; at: Date }): Promise<void> {
    await tx.execute(
      `INSERT INTO task_claim (task_id, department_code, assignee, claimed_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (task_id) DO UPDATE SET department_code = excluded.department_code, assignee = excluded.assignee, claimed_at = excluded.claimed_at`,
      [claim.taskId, claim.departmentCode, claim.assignee, claim.at],
    );
  }

  async release(tx: Transaction, taskId: string): Promise<void> {
    await tx.execute('DELETE FROM task_claim WHERE task_id = $1', [taskId]);
  }

  async addDelegation(tx: Transaction, row: Delegation): Promise<void> {
    await tx.execute(
      'INSERT INTO task_delegation (id, department_code, person, stand_in, from_day, to_day, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [row.id, row.department_code, row.person, row.stand_in, row.from_day, row.to_day, row.created_at],
    );
  }

  readDelegations(tx: Transaction, until: string): Promise<Delegation[]> {
    return tx.query('SELECT * FROM task_delegation WHERE ended_at IS NULL AND to_day >= $1 ORDER BY from_day, id LIMIT 1000', [until]);
  }

  /** False where it is not this person's, or has ended. */
  async endDelegation(tx: Transaction, id: string, person: string, at: Date): Promise<boolean> {
    return (
      (await tx.execute('UPDATE task_delegation SET ended_at = $3 WHERE id = $1 AND person = $2 AND ended_at IS NULL', [
        id,
        person,
        at,
      ])) === 1
    );
  }
}
