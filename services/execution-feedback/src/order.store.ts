import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Column, unnestRows } from './columns.store.ts';
import type { OrderBoard, OrderedTask, TaskOrder } from './order.rules.ts';
import { changingTaskColumns, lastingTaskColumns, type TaskRow, taskOf } from './task.rows.store.ts';
import { insertFacts, insertRows, updateTasks } from './task.write.store.ts';

interface OrderRow {
  task_id: string;
  kind: TaskOrder['kind'];
  reference_id: string;
  reference_version: number;
  reference_number: string;
  entry_id: string | null;
  list_code: string;
  ground: string | null;
  document_no: string | null;
  due_on: string | null;
  measure_codes: string[];
  department_code: string;
}

const columns: readonly Column<TaskOrder>[] = [
  { name: 'task_id', type: 'uuid', of: (order) => order.taskId },
  { name: 'kind', type: 'text', of: (order) => order.kind },
  { name: 'reference_id', type: 'uuid', of: (order) => order.referenceId },
  { name: 'reference_version', type: 'integer', of: (order) => order.referenceVersion },
  { name: 'reference_number', type: 'text', of: (order) => order.referenceNumber },
  { name: 'entry_id', type: 'uuid', of: (order) => order.entryId },
  { name: 'list_code', type: 'text', of: (order) => order.listCode },
  { name: 'ground', type: 'text', of: (order) => order.ground },
  { name: 'document_no', type: 'text', of: (order) => order.documentNo },
  { name: 'due_on', type: 'date', of: (order) => order.dueOn },
  { name: 'measure_codes', type: 'jsonb', of: (order) => order.measureCodes },
  { name: 'department_code', type: 'text', of: (order) => order.departmentCode },
];

/** Orders and their tasks, a whole batch at a time. */
@Injectable()
export class OrderStore {
  /** The newest task of each order of these references, closed ones too: what came again is known by them. */
  async readOrdered(tx: Transaction, referenceIds: readonly string[]): Promise<OrderedTask[]> {
    if (referenceIds.length === 0) return [];
    const orders = await tx.query<OrderRow>('SELECT * FROM task_order WHERE reference_id = ANY ($1::uuid[]) ORDER BY task_id', [
      referenceIds,
    ]);
    const tasks = await tx.query<TaskRow>('SELECT * FROM task WHERE id = ANY ($1::uuid[])', [orders.map((order) => order.task_id)]);
    const byId = new Map(tasks.map((task) => [task.id, taskOf(task)]));
    return orders.flatMap((row) => {
      const task = byId.get(row.task_id);
      return task === undefined ? [] : [{ task, order: orderOf(row) }];
    });
  }

  async readOrders(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, TaskOrder>> {
    if (taskIds.length === 0) return new Map();
    const rows = await tx.query<OrderRow>('SELECT * FROM task_order WHERE task_id = ANY ($1::uuid[])', [taskIds]);
    return new Map(rows.map((row) => [row.task_id, orderOf(row)]));
  }

  async write(tx: Transaction, board: OrderBoard): Promise<void> {
    const { freshTasks, changedTasks, freshOrders, changedOrders } = board.changes();
    await insertRows(tx, 'task', [...lastingTaskColumns, ...changingTaskColumns], freshTasks);
    await insertRows(tx, 'task_order', columns, freshOrders);
    await updateTasks(tx, changedTasks);
    await this.moveTasks(tx, changedTasks);
    await insertFacts(tx, board.facts);
    if (changedOrders.length === 0) return;
    const { from, parameters } = unnestRows(columns, changedOrders, 'row');
    const changing = columns.slice(2).map((column) => `${column.name} = row.${column.name}`);
    await tx.execute(`UPDATE task_order SET ${changing.join(', ')} FROM ${from} WHERE task_order.task_id = row.task_id`, parameters);
  }

  /** A department that got the matter of another, and nobody of the other has it in hand any more. */
  private async moveTasks(tx: Transaction, tasks: readonly { id: string; departmentCode: string }[]): Promise<void> {
    if (tasks.length === 0) return;
    await tx.execute(
      `WITH moved AS (
         UPDATE task SET department_code = row.department_code FROM unnest($1::uuid[], $2::text[]) AS row (id, department_code)
         WHERE task.id = row.id AND NOT task.closed AND task.department_code <> row.department_code RETURNING task.id
       ) DELETE FROM task_claim USING moved WHERE task_claim.task_id = moved.id`,
      [tasks.map((task) => task.id), tasks.map((task) => task.departmentCode)],
    );
  }
}

function orderOf(row: OrderRow): TaskOrder {
  return {
    taskId: row.task_id,
    kind: row.kind,
    referenceId: row.reference_id,
    referenceVersion: row.reference_version,
    referenceNumber: row.reference_number,
    entryId: row.entry_id,
    listCode: row.list_code,
    ground: row.ground,
    documentNo: row.document_no,
    dueOn: row.due_on,
    measureCodes: row.measure_codes,
    departmentCode: row.department_code,
  };
}
