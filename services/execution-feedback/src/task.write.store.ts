import type { Transaction } from '@lianxin/platform';
import { type Column, namesOf, unnestRows } from './columns.store.ts';
import type { Fact } from './plan.board.rules.ts';
import { changingTaskColumns, factColumns, lastingTaskColumns } from './task.rows.store.ts';
import type { Task } from './task.rules.ts';

/** Writes that plans, acts of departments and the quarter have in common, for one task or for thousands in the same statement. */

/**
 * Saves tasks as they now are; the caller holds their lanes.
 * @throws Error when one of them was not open any more: a fault of the caller.
 */
export async function updateTasks(tx: Transaction, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  const id = lastingTaskColumns.filter((column) => column.name === 'id');
  const { from, parameters } = unnestRows([...id, ...changingTaskColumns], tasks, 'row');
  const changing = changingTaskColumns.map((column) => `${column.name} = row.${column.name}`);
  const touched = await tx.execute(
    `UPDATE task SET ${changing.join(', ')} FROM ${from} WHERE task.id = row.id AND NOT task.closed`,
    parameters,
  );
  if (touched !== tasks.length) throw new Error(`${tasks.length} tasks were to change, ${touched} did`);
}

export async function insertFacts(tx: Transaction, facts: readonly Fact[]): Promise<void> {
  await insertRows(tx, 'task_fact', factColumns, facts);
}

export async function insertRows<Row>(
  tx: Transaction,
  table: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const { from, parameters } = unnestRows(columns, rows, 'row');
  await tx.execute(`INSERT INTO ${table} (${namesOf(columns)}) SELECT * FROM ${from}`, parameters);
}
