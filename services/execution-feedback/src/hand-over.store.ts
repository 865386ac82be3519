import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { basisKeySql } from './task.rows.store.ts';
import { endedStatuses, type Task } from './task.rules.ts';

/** Gives a task with its bases, or its order, to another department. The caller holds its lanes. */
@Injectable()
export class HandOverStore {
  /** Whether a department has a living task for this party and restriction (R-4-5), or a row of the same plans. */
  async isTaken(tx: Transaction, task: Task, department: string): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM task WHERE NOT closed AND party_subject_id = $1 AND canonical_code = $2 AND department_code = $3 AND NOT status = ANY ($4::text[])
       UNION ALL
       SELECT 1 FROM task_basis own JOIN task_basis other
         ON other.entry_id = own.entry_id AND other.activation_no = own.activation_no AND other.department_code = $3
         AND other.party_id = own.party_id AND other.measure_code = own.measure_code AND other.round = own.round
       WHERE own.task_id = $5
       LIMIT 1`,
      [task.partySubjectId, task.canonicalCode, department, endedStatuses, task.id],
    );
    return rows.length > 0;
  }

  /** What stands beside the task's own row follows it; facts and feedback keep the name of the department that made them (R-4-8). */
  async move(tx: Transaction, before: Task, after: Task): Promise<void> {
    await tx.execute('UPDATE task SET department_code = $2 WHERE id = $1 AND NOT closed', [before.id, after.departmentCode]);
    await tx.execute(
      // The department of the plan stays with it: a plan that is derived again knows its row by it, and the routing by hand survives.
      `UPDATE task_basis SET department_code = row.to_department,
         planned_department = nullif(coalesce(task_basis.planned_department, task_basis.department_code), row.to_department), basis_key = ${basisKeySql('row', { department: 'to_department', round: 'round' })}
       FROM (SELECT entry_id, activation_no, basis_key, party_id, measure_code, round, $2::text AS to_department FROM task_basis WHERE task_id = $1) AS row
       WHERE task_basis.task_id = $1 AND task_basis.basis_key = row.basis_key AND task_basis.entry_id = row.entry_id
         AND task_basis.activation_no = row.activation_no`,
      [before.id, after.departmentCode],
    );
    await tx.execute(
      `UPDATE plan_seen SET departments = departments || to_jsonb($2::text) FROM task_basis own
       WHERE own.task_id = $1 AND plan_seen.entry_id = own.entry_id AND plan_seen.activation_no = own.activation_no AND NOT departments ? $2`,
      [before.id, after.departmentCode],
    );
    await tx.execute('UPDATE task_order SET department_code = $2 WHERE task_id = $1', [before.id, after.departmentCode]);
  }
}
