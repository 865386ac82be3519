import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Column, namesOf, unnestRows } from './columns.store.ts';
import type { Changes, MovedBasis, MovedTask, Notice, Plan, PlanBody } from './plan.board.rules.ts';
import {
  type BasisRow,
  basisKeySql,
  basisNameColumns,
  basisOf,
  basisOtherColumns,
  basisStateColumns,
  changingTaskColumns,
  lastingTaskColumns,
  type NoticeRow,
  noticeColumns,
  noticeOf,
  type TaskRow,
  taskOf,
} from './task.rows.store.ts';
import { type Basis, endedStatuses, type Task } from './task.rules.ts';
import { insertFacts, insertRows, updateTasks } from './task.write.store.ts';

export interface PlanName {
  readonly entryId: string;
  readonly activationNo: number;
}

interface PlanRow {
  entry_id: string;
  activation_no: number;
  plan_id: string;
  plan_version: number;
  lane_key: string;
  status: Plan['status'];
  hold_cause: Plan['holdCause'];
  held_on: string | null;
  catalogue_version: number | null;
  list_code: string;
  list_type: PlanBody['listType'];
  direction: PlanBody['direction'];
  entry_number: string;
  designating_department: string;
  activated_on: string;
  valid_to: string | null;
  departments: string[];
  measures: PlanBody['measures'];
}

type FreshTask = Changes['freshTasks'][number];

const planColumns: readonly Column<Plan>[] = [
  { name: 'entry_id', type: 'uuid', of: (plan) => plan.entryId },
  { name: 'activation_no', type: 'integer', of: (plan) => plan.activationNo },
  { name: 'plan_id', type: 'uuid', of: (plan) => plan.planId },
  { name: 'plan_version', type: 'integer', of: (plan) => plan.planVersion },
  { name: 'lane_key', type: 'text', of: (plan) => plan.laneKey },
  { name: 'status', type: 'text', of: (plan) => plan.status },
  { name: 'hold_cause', type: 'text', of: (plan) => plan.holdCause },
  { name: 'held_on', type: 'date', of: (plan) => plan.heldOn },
  { name: 'catalogue_version', type: 'integer', of: (plan) => plan.body?.catalogueVersion },
  { name: 'list_code', type: 'text', of: (plan) => plan.body?.listCode },
  { name: 'list_type', type: 'text', of: (plan) => plan.body?.listType },
  { name: 'direction', type: 'text', of: (plan) => plan.body?.direction },
  { name: 'entry_number', type: 'text', of: (plan) => plan.body?.entryNumber },
  { name: 'designating_department', type: 'text', of: (plan) => plan.body?.designatingDepartment },
  { name: 'activated_on', type: 'date', of: (plan) => plan.body?.activatedOn },
  { name: 'valid_to', type: 'date', of: (plan) => plan.body?.validTo },
  { name: 'departments', type: 'jsonb', of: (plan) => plan.body?.departments ?? [] },
  { name: 'measures', type: 'jsonb', of: (plan) => plan.body?.measures },
];

/** Reads and writes what the events of plans change, a whole batch at a time: no statement here is ever run per task. */
@Injectable()
export class PlanStore {
  async readPlans(tx: Transaction, plans: readonly PlanName[]): Promise<Plan[]> {
    const rows = await tx.query<PlanRow>(
      'SELECT plan_seen.* FROM plan_seen JOIN unnest($1::uuid[], $2::integer[]) AS wanted (entry_id, activation_no) USING (entry_id, activation_no)',
      namesOfPlans(plans),
    );
    return rows.map(planOf);
  }

  /** Subjects of the parties whose tasks rest on these plans: their lanes must be held before a plan moves. */
  async readPartySubjects(tx: Transaction, plans: readonly PlanName[]): Promise<string[]> {
    if (plans.length === 0) return [];
    const rows = await tx.query<{ party_subject_id: string }>(
      `SELECT DISTINCT task.party_subject_id FROM task_basis
       JOIN unnest($1::uuid[], $2::integer[]) AS wanted (entry_id, activation_no) USING (entry_id, activation_no)
       JOIN task ON task.id = task_basis.task_id`,
      namesOfPlans(plans),
    );
    return rows.map((row) => row.party_subject_id);
  }

  /** Tasks that still take a basis, of these parties. */
  async readLivingTasks(tx: Transaction, partySubjectIds: readonly string[]): Promise<Task[]> {
    const rows = await tx.query<TaskRow>(
      `SELECT * FROM task WHERE NOT closed AND party_subject_id = ANY ($1::uuid[]) AND status NOT IN (${endedStatuses.map((status) => `'${status}'`).join(', ')})`,
      [partySubjectIds],
    );
    return rows.map(taskOf);
  }

  async readTasksOfPlans(tx: Transaction, plans: readonly PlanName[]): Promise<Task[]> {
    if (plans.length === 0) return [];
    const rows = await tx.query<TaskRow>(
      `SELECT * FROM task WHERE id IN (SELECT task_id FROM task_basis
         JOIN unnest($1::uuid[], $2::integer[]) AS wanted (entry_id, activation_no) USING (entry_id, activation_no))`,
      namesOfPlans(plans),
    );
    return rows.map(taskOf);
  }

  async readBases(tx: Transaction, taskIds: readonly string[]): Promise<Basis[]> {
    if (taskIds.length === 0) return [];
    const rows = await tx.query<BasisRow>(
      'SELECT * FROM task_basis WHERE task_id = ANY ($1::uuid[]) ORDER BY entry_id, activation_no, basis_key',
      [taskIds],
    );
    return rows.map(basisOf);
  }

  async readNotices(tx: Transaction, plans: readonly PlanName[]): Promise<Notice[]> {
    if (plans.length === 0) return [];
    const rows = await tx.query<NoticeRow>(
      'SELECT notice.* FROM notice JOIN unnest($1::uuid[], $2::integer[]) AS wanted (entry_id, activation_no) USING (entry_id, activation_no)',
      namesOfPlans(plans),
    );
    return rows.map(noticeOf);
  }

  async write(tx: Transaction, changes: Changes): Promise<void> {
    await this.upsertPlans(tx, changes.plans);
    await this.insertFreshTasks(tx, changes.freshTasks);
    await updateTasks(tx, changes.changedTasks);
    await this.insertBases(tx, changes.freshBases);
    await this.moveTasks(tx, changes.movedTasks, changes.movedBases);
    await this.updateBases(tx, changes.changedBases);
    await insertFacts(tx, changes.facts);
    await insertRows(tx, 'notice', noticeColumns, changes.freshNotices);
    await this.updateNotices(tx, changes.changedNotices);
  }

  private async upsertPlans(tx: Transaction, plans: readonly Plan[]): Promise<void> {
    if (plans.length === 0) return;
    const { from, parameters } = unnestRows(planColumns, plans, 'row');
    const changing = planColumns.slice(2).map((column) => `${column.name} = excluded.${column.name}`);
    await tx.execute(
      `INSERT INTO plan_seen (${namesOf(planColumns)}) SELECT * FROM ${from}
       ON CONFLICT (entry_id, activation_no) DO UPDATE SET ${changing.join(', ')}`,
      parameters,
    );
  }

  /** The key of a basis names its department (R-4-3): it is made anew for the one that has it now. What old feedback names stays as it was. */
  private async moveTasks(tx: Transaction, tasks: readonly MovedTask[], bases: readonly MovedBasis[]): Promise<void> {
    if (tasks.length === 0) return;
    // Whoever had it in hand is of the department that had it.
    await tx.execute(
      `WITH moved AS (
         UPDATE task SET department_code = row.department_code FROM unnest($1::uuid[], $2::text[]) AS row (task_id, department_code)
         WHERE task.id = row.task_id AND NOT task.closed RETURNING task.id
       ) DELETE FROM task_claim USING moved WHERE task_claim.task_id = moved.id`,
      [tasks.map((task) => task.taskId), tasks.map((task) => task.to)],
    );
    const columns: Column<MovedBasis>[] = [
      ...basisNameColumns.map((column) => ({ ...column, of: (moved: MovedBasis) => column.of(moved.before) })),
      { name: 'to_department', type: 'text', of: ({ after }) => after.departmentCode },
      { name: 'to_round', type: 'integer', of: ({ after }) => after.round ?? 1 },
    ];
    const { from, parameters } = unnestRows(columns, bases, 'row');
    await tx.execute(
      `UPDATE task_basis SET department_code = row.to_department, round = row.to_round,
         planned_department = nullif(task_basis.planned_department, row.to_department),
         basis_key = ${basisKeySql('row', { department: 'to_department', round: 'to_round' })} FROM ${from}
       WHERE task_basis.entry_id = row.entry_id AND task_basis.activation_no = row.activation_no
         AND task_basis.department_code = row.department_code AND task_basis.basis_key = ${basisKeySql('row')}`,
      parameters,
    );
  }

  /** New tasks with their first fact and first basis, in one statement over one set of arrays. */
  private async insertFreshTasks(tx: Transaction, fresh: readonly FreshTask[]): Promise<void> {
    if (fresh.length === 0) return;
    const taskColumns = [...lastingTaskColumns, ...changingTaskColumns];
    const columns: Column<FreshTask>[] = [
      ...taskColumns.map((column) => ({ ...column, of: (row: FreshTask) => column.of(row.task) })),
      { name: 'entry_id', type: 'uuid', of: (row) => row.basis.entryId },
      { name: 'activation_no', type: 'integer', of: (row) => row.basis.activationNo },
      { name: 'hold_exempt', type: 'boolean', of: (row) => row.basis.holdExempt },
      { name: 'basis_status', type: 'text', of: (row) => row.basis.status },
      { name: 'hold_cause', type: 'text', of: (row) => row.basis.holdCause },
      { name: 'round', type: 'integer', of: (row) => row.basis.round ?? 1 },
      { name: 'cause_event', type: 'uuid', of: (row) => row.causeEvent },
    ];
    const { from, parameters } = unnestRows(columns, fresh, 'row');
    await tx.execute(
      `WITH row AS (SELECT * FROM ${from}),
       tasks AS (INSERT INTO task (${namesOf(taskColumns)}) SELECT ${namesOf(taskColumns)} FROM row),
       facts AS (
         INSERT INTO task_fact (task_id, version, department_code, what, to_status, at, cause_event, detail)
         SELECT id, version, department_code, 'DISPATCHED', status, dispatched_at, cause_event, jsonb_build_object('entryId', entry_id) FROM row
       )
       INSERT INTO task_basis (entry_id, activation_no, basis_key, task_id, department_code, party_id, party_role, measure_code, force, hold_exempt, status, hold_cause, round)
       SELECT entry_id, activation_no, ${basisKeySql('row')}, id, department_code, party_id, party_role, measure_code, force, hold_exempt, basis_status, hold_cause, round
       FROM row`,
      parameters,
    );
  }

  private async insertBases(tx: Transaction, bases: readonly Basis[]): Promise<void> {
    if (bases.length === 0) return;
    const columns = [...basisNameColumns, ...basisStateColumns, ...basisOtherColumns];
    const { from, parameters } = unnestRows(columns, bases, 'row');
    await tx.execute(
      `INSERT INTO task_basis (${namesOf(columns)}, basis_key) SELECT ${namesOf(columns, 'row.')}, ${basisKeySql('row')} FROM ${from}`,
      parameters,
    );
  }

  private async updateBases(tx: Transaction, bases: readonly Basis[]): Promise<void> {
    if (bases.length === 0) return;
    const terms = basisOtherColumns.filter(({ name }) => ['force', 'hold_exempt', 'planned_department'].includes(name));
    const { from, parameters } = unnestRows([...basisNameColumns, ...basisStateColumns, ...terms], bases, 'row');
    await tx.execute(
      `UPDATE task_basis SET status = row.status, hold_cause = row.hold_cause, force = row.force, hold_exempt = row.hold_exempt,
         planned_department = row.planned_department FROM ${from}
       WHERE task_basis.entry_id = row.entry_id AND task_basis.activation_no = row.activation_no
         AND task_basis.department_code = row.department_code AND task_basis.basis_key = ${basisKeySql('row')}`,
      parameters,
    );
  }

  private async updateNotices(tx: Transaction, notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const columns = noticeColumns.filter(({ name }) =>
      ['id', 'force', 'hold_exempt', 'status', 'ended_in_error', 'version'].includes(name),
    );
    const { from, parameters } = unnestRows(columns, notices, 'row');
    await tx.execute(
      `UPDATE notice SET force = row.force, hold_exempt = row.hold_exempt, status = row.status, ended_in_error = row.ended_in_error, version = row.version
       FROM ${from} WHERE notice.id = row.id`,
      parameters,
    );
  }
}

function namesOfPlans(plans: readonly PlanName[]): unknown[] {
  return [plans.map((plan) => plan.entryId), plans.map((plan) => plan.activationNo)];
}

function planOf(row: PlanRow): Plan {
  const { catalogue_version } = row;
  const body: PlanBody | null =
    catalogue_version === null
      ? null
      : {
          catalogueVersion: catalogue_version,
          listCode: row.list_code,
          listType: row.list_type,
          direction: row.direction,
          entryNumber: row.entry_number,
          designatingDepartment: row.designating_department,
          activatedOn: row.activated_on,
          validTo: row.valid_to,
          departments: row.departments,
          measures: row.measures,
        };
  return {
    entryId: row.entry_id,
    activationNo: row.activation_no,
    planId: row.plan_id,
    planVersion: row.plan_version,
    laneKey: row.lane_key,
    status: row.status,
    holdCause: row.hold_cause,
    heldOn: row.held_on,
    body,
  };
}
