import { type PartyRole, type TaskQuery, type TaskStatus, taskStatuses } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type TaskRow, taskOf } from './task.rows.store.ts';
import { closedStatuses, type Task } from './task.rules.ts';

/** Where a page ends: the sort key of its last row. */
export interface PageEnd {
  readonly dispatchedAt: string;
  readonly id: string;
}

/** What a queue is asked for. `departments` undefined: all that the principal may see. */
export interface TaskFilter extends Pick<TaskQuery, 'status' | 'entryId' | 'measureCode' | 'limit'> {
  readonly departments: readonly string[] | undefined;
  readonly after: PageEnd | undefined;
  /** Only what this person, or somebody the person stands in for today, has claimed. */
  readonly claimedBy?: { readonly person: string; readonly today: string } | undefined;
}

/** A basis with what its plan says of it. */
export interface ShownBasis {
  readonly task_id: string;
  readonly entry_id: string;
  readonly activation_no: number;
  readonly party_id: string;
  readonly party_role: PartyRole;
  readonly measure_code: string;
  readonly status: 'LIVE' | 'HELD' | 'ENDED';
  readonly entry_number: string;
  readonly list_code: string;
  readonly designating_department: string;
  readonly activated_on: string;
  readonly valid_to: string | null;
  readonly catalogue_version: number;
  readonly plan_measure: { basisRefs: number[]; conditions: { code: string; documentNo: string }[] } | null;
}

/** Columns of a plan that are shown with a basis. */
export const shownPlanColumns = `plan_seen.entry_number, plan_seen.list_code, plan_seen.designating_department, plan_seen.activated_on,
  plan_seen.valid_to, plan_seen.catalogue_version`;

/** Reads of tasks for people; row security narrows every one of them to the principal's departments. */
@Injectable()
export class TaskStore {
  /**
   * One page, newest first, with one row more than `limit` when there are more. Of a queue every department and state is read by itself in the order of
   * its index, so that a page costs the same however long the queue is.
   */
  async readPage(tx: Transaction, filter: TaskFilter): Promise<Task[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown) => `$${parameters.push(value)}`;
    const after =
      filter.after === undefined
        ? []
        : [`(t.dispatched_at, t.id) < (${bind(filter.after.dispatchedAt)}::timestamptz, ${bind(filter.after.id)}::uuid)`];
    const few = [
      ...(filter.entryId === undefined ? [] : [ofEntry(filter.entryId, bind)]),
      ...(filter.claimedBy === undefined ? [] : [ofPerson(filter.claimedBy, bind)]),
    ];
    const sql = few.length === 0 ? queueSql(filter, after, bind) : fewSql(filter, few, after, bind);
    const rows = await tx.query<TaskRow>(sql, parameters);
    return rows.map(taskOf);
  }

  async findTask(tx: Transaction, id: string): Promise<Task | undefined> {
    const [row] = await tx.query<TaskRow>('SELECT * FROM task WHERE id = $1', [id]);
    return row === undefined ? undefined : taskOf(row);
  }

  /** The state that a task had at a time; undefined before it was dispatched. */
  async findStatusAt(tx: Transaction, taskId: string, at: Date): Promise<TaskStatus | undefined> {
    const [row] = await tx.query<{ to_status: TaskStatus }>(
      'SELECT to_status FROM task_fact WHERE task_id = $1 AND at <= $2 ORDER BY version DESC LIMIT 1',
      [taskId, at.toISOString()],
    );
    return row?.to_status;
  }

  async readBasesToShow(tx: Transaction, taskIds: readonly string[]): Promise<ShownBasis[]> {
    return tx.query<ShownBasis>(
      `SELECT b.task_id, b.entry_id, b.activation_no, b.party_id, b.party_role, b.measure_code, b.status, ${shownPlanColumns},
         plan_seen.measures -> b.measure_code AS plan_measure
       FROM task_basis b JOIN plan_seen ON plan_seen.entry_id = b.entry_id AND plan_seen.activation_no = b.activation_no
       WHERE b.task_id = ANY ($1::uuid[])
       ORDER BY b.task_id, plan_seen.activated_on, b.entry_id, b.activation_no, b.basis_key`,
      [taskIds],
    );
  }

  async readTasks(tx: Transaction, ids: readonly string[]): Promise<Task[]> {
    const rows = await tx.query<TaskRow>('SELECT * FROM task WHERE id = ANY ($1::uuid[])', [ids]);
    return rows.map(taskOf);
  }

  /** Open tasks that may begin a new cycle, in the order of their ids after `after`. */
  async readCyclic(tx: Transaction, after: string | undefined, limit: number): Promise<Task[]> {
    const rows = await tx.query<TaskRow>(
      `SELECT * FROM task WHERE NOT closed AND has_deadline AND trigger <> 'ONE_OFF'
         AND (status = 'FED_BACK' OR (status = 'ARMED' AND due_at IS NULL)) AND ($1::uuid IS NULL OR id > $1::uuid)
       ORDER BY id LIMIT $2`,
      [after ?? null, limit],
    );
    return rows.map(taskOf);
  }

  /** Entries on which a task rests or rested. */
  async readEntryIds(tx: Transaction, taskId: string): Promise<string[]> {
    return (await this.readEntryIdsOfMany(tx, [taskId])).get(taskId) ?? [];
  }

  async readEntryIdsOfMany(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await tx.query<{ task_id: string; entry_ids: string[] }>(
      `SELECT task_id, array_agg(DISTINCT entry_id ORDER BY entry_id) AS entry_ids FROM (
         SELECT task_id, entry_id FROM task_basis WHERE task_id = ANY ($1::uuid[])
         UNION ALL SELECT task_id, entry_id FROM task_order WHERE task_id = ANY ($1::uuid[]) AND entry_id IS NOT NULL) AS row GROUP BY task_id`,
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, row.entry_ids]));
  }

  async readHistory(tx: Transaction, taskId: string): Promise<HistoryRow[]> {
    return tx.query<HistoryRow>(
      'SELECT version, what, from_status, to_status, at, actor, cause_event, detail FROM task_fact WHERE task_id = $1 ORDER BY version',
      [taskId],
    );
  }
}

export interface HistoryRow {
  readonly version: number;
  readonly what: string;
  readonly from_status: TaskStatus | null;
  readonly to_status: TaskStatus;
  readonly at: Date;
  readonly actor: string | null;
  readonly cause_event: string | null;
  readonly detail: Record<string, unknown> | null;
}

type Bind = (value: unknown) => string;

/** Departments that have tasks of a measure: from one to the next by index, whatever the number of tasks. */
const departmentsOf = (measure: string) => `(
  WITH RECURSIVE held AS (
    (SELECT t.department_code AS code FROM task t WHERE t.measure_code = ${measure} ORDER BY t.department_code LIMIT 1)
    UNION ALL
    SELECT (SELECT t.department_code FROM task t WHERE t.measure_code = ${measure} AND t.department_code > held.code ORDER BY t.department_code LIMIT 1)
    FROM held WHERE held.code IS NOT NULL
  ) SELECT code FROM held WHERE code IS NOT NULL
) AS department (code) CROSS JOIN `;

/** Open and closed tasks are read apart, each from its own partition in the order of the index. */
function queueSql(filter: TaskFilter, conditions: readonly string[], bind: Bind): string {
  const statuses = filter.status ?? taskStatuses;
  const limit = bind(filter.limit + 1);
  const measure = filter.measureCode === undefined ? undefined : bind(filter.measureCode);
  let departments = '';
  if (filter.departments !== undefined) departments = `unnest(${bind(filter.departments)}::text[]) AS department (code) CROSS JOIN `;
  else if (measure !== undefined) departments = departmentsOf(measure);
  const inQueue = [
    ...(departments === '' ? [] : ['t.department_code = department.code']),
    ...(measure === undefined ? [] : [`t.measure_code = ${measure}`]),
    't.status = state.status',
    ...conditions,
  ];
  const queueOf = (states: readonly TaskStatus[], isClosed: boolean) =>
    `SELECT row.* FROM ${departments}unnest(${bind(states)}::text[]) AS state (status) CROSS JOIN LATERAL (
      SELECT t.* FROM task t WHERE ${isClosed ? '' : 'NOT '}t.closed AND ${inQueue.join(' AND ')} ORDER BY t.dispatched_at DESC, t.id DESC LIMIT ${limit}
    ) AS row`;
  const queues = [false, true].flatMap((isClosed) => {
    const states = statuses.filter((status) => closedStatuses.includes(status) === isClosed);
    return states.length === 0 ? [] : [queueOf(states, isClosed)];
  });
  return `SELECT * FROM (${queues.join(' UNION ALL ')}) AS queue ORDER BY dispatched_at DESC, id DESC LIMIT ${limit}`;
}

/** Tasks that rest on an entry, or were ordered for it. */
function ofEntry(entryId: string, bind: Bind): string {
  const entry = bind(entryId);
  return `t.id IN (SELECT task_id FROM task_basis WHERE entry_id = ${entry}::uuid UNION ALL SELECT task_id FROM task_order WHERE entry_id = ${entry}::uuid)`;
}

/** Tasks that a person has in hand, or somebody for whom the person stands in. */
function ofPerson(claimedBy: { person: string; today: string }, bind: Bind): string {
  const person = bind(claimedBy.person);
  return `t.id IN (SELECT task_id FROM task_claim WHERE assignee = ${person} OR assignee IN (
    SELECT person FROM task_delegation WHERE stand_in = ${person} AND ended_at IS NULL AND ${bind(claimedBy.today)} BETWEEN from_day AND to_day))`;
}

/** The tasks of an entry or of a person are few beside a queue: they are read by their ids, whatever their state. */
function fewSql(filter: TaskFilter, few: readonly string[], conditions: readonly string[], bind: Bind): string {
  const wanted = [
    ...few,
    ...(filter.measureCode === undefined ? [] : [`t.measure_code = ${bind(filter.measureCode)}`]),
    ...conditions,
    ...(filter.departments === undefined ? [] : [`t.department_code = ANY (${bind(filter.departments)}::text[])`]),
    ...(filter.status === undefined ? [] : [`t.status = ANY (${bind(filter.status)}::text[])`]),
  ];
  return `SELECT t.* FROM task t WHERE ${wanted.join(' AND ')} ORDER BY t.dispatched_at DESC, t.id DESC LIMIT ${bind(filter.limit + 1)}`;
}
