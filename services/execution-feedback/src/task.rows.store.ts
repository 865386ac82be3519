import type { Column } from './columns.store.ts';
import type { Fact, Notice } from './plan.board.rules.ts';
import { type Basis, closedStatuses, type Task } from './task.rules.ts';

/** How the rows of tasks, bases, facts and notices stand in their tables. */

/** Columns of a task that never change. */
export const lastingTaskColumns: readonly Column<Task>[] = [
  { name: 'id', type: 'uuid', of: (task) => task.id },
  { name: 'party_subject_id', type: 'uuid', of: (task) => task.partySubjectId },
  { name: 'canonical_code', type: 'text', of: (task) => task.canonicalCode },
  { name: 'department_code', type: 'text', of: (task) => task.departmentCode },
  { name: 'class', type: 'text', of: (task) => task.class },
  { name: 'direction', type: 'text', of: (task) => task.direction },
  { name: 'kind', type: 'text', of: (task) => task.kind },
  { name: 'trigger', type: 'text', of: (task) => task.trigger },
  { name: 'party_kind', type: 'text', of: (task) => task.partyKind },
  { name: 'lane_key', type: 'text', of: (task) => task.laneKey },
  { name: 'catalogue_version', type: 'integer', of: (task) => task.catalogueVersion },
];

/** Columns of a task that its facts change. */
export const changingTaskColumns: readonly Column<Task>[] = [
  { name: 'closed', type: 'boolean', of: (task) => closedStatuses.includes(task.status) },
  { name: 'measure_code', type: 'text', of: (task) => task.measureCode },
  { name: 'force', type: 'text', of: (task) => task.force },
  { name: 'role', type: 'text', of: (task) => task.role },
  { name: 'has_deadline', type: 'boolean', of: (task) => task.hasDeadline },
  { name: 'party_id', type: 'uuid', of: (task) => task.partyId },
  { name: 'party_role', type: 'text', of: (task) => task.partyRole },
  { name: 'cycle', type: 'integer', of: (task) => task.cycle },
  { name: 'status', type: 'text', of: (task) => task.status },
  { name: 'previous_status', type: 'text', of: (task) => task.previousStatus },
  { name: 'version', type: 'integer', of: (task) => task.version },
  { name: 'dispatched_at', type: 'timestamptz', of: (task) => task.dispatchedAt },
  { name: 'begun_at', type: 'timestamptz', of: (task) => task.begunAt },
  { name: 'due_at', type: 'timestamptz', of: (task) => task.dueAt },
  { name: 'feedback_due_at', type: 'timestamptz', of: (task) => task.feedbackDueAt },
  { name: 'held_on', type: 'date', of: (task) => task.heldOn },
];

/** A row of `task` as it is read. */
export interface TaskRow {
  id: string;
  party_subject_id: string;
  canonical_code: string;
  department_code: string;
  measure_code: string;
  class: string;
  direction: Task['direction'];
  kind: Task['kind'];
  force: Task['force'];
  trigger: Task['trigger'];
  role: Task['role'];
  party_id: string;
  party_role: Task['partyRole'];
  party_kind: Task['partyKind'];
  cycle: number;
  status: Task['status'];
  previous_status: Task['previousStatus'];
  version: number;
  has_deadline: boolean;
  dispatched_at: Date;
  begun_at: Date | null;
  due_at: Date | null;
  feedback_due_at: Date | null;
  held_on: string | null;
  lane_key: string;
  catalogue_version: number;
}

export function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    partySubjectId: row.party_subject_id,
    canonicalCode: row.canonical_code,
    departmentCode: row.department_code,
    measureCode: row.measure_code,
    class: row.class,
    direction: row.direction,
    kind: row.kind,
    force: row.force,
    trigger: row.trigger,
    role: row.role,
    partyId: row.party_id,
    partyRole: row.party_role,
    partyKind: row.party_kind,
    cycle: row.cycle,
    status: row.status,
    previousStatus: row.previous_status,
    version: row.version,
    hasDeadline: row.has_deadline,
    dispatchedAt: row.dispatched_at,
    begunAt: row.begun_at,
    dueAt: row.due_at,
    feedbackDueAt: row.feedback_due_at,
    heldOn: row.held_on,
    laneKey: row.lane_key,
    catalogueVersion: row.catalogue_version,
  };
}

export interface BasisRow {
  task_id: string;
  entry_id: string;
  activation_no: number;
  department_code: string;
  party_id: string;
  party_role: Basis['partyRole'];
  measure_code: string;
  force: Basis['force'];
  hold_exempt: boolean;
  status: Basis['status'];
  hold_cause: Basis['holdCause'];
  round: number;
  planned_department: string | null;
}

export function basisOf(row: BasisRow): Basis {
  return {
    taskId: row.task_id,
    entryId: row.entry_id,
    activationNo: row.activation_no,
    departmentCode: row.department_code,
    partyId: row.party_id,
    partyRole: row.party_role,
    measureCode: row.measure_code,
    force: row.force,
    holdExempt: row.hold_exempt,
    status: row.status,
    holdCause: row.hold_cause,
    round: row.round,
    plannedDepartment: row.planned_department,
  };
}

/** The columns that name a basis; its key is made of them in SQL (R-4-3). */
export const basisNameColumns: readonly Column<Basis>[] = [
  { name: 'entry_id', type: 'uuid', of: (basis) => basis.entryId },
  { name: 'activation_no', type: 'integer', of: (basis) => basis.activationNo },
  { name: 'party_id', type: 'uuid', of: (basis) => basis.partyId },
  { name: 'measure_code', type: 'text', of: (basis) => basis.measureCode },
  { name: 'department_code', type: 'text', of: (basis) => basis.departmentCode },
  { name: 'round', type: 'integer', of: (basis) => basis.round ?? 1 },
];
export const basisStateColumns: readonly Column<Basis>[] = [
  { name: 'status', type: 'text', of: (basis) => basis.status },
  { name: 'hold_cause', type: 'text', of: (basis) => basis.holdCause },
];
export const basisOtherColumns: readonly Column<Basis>[] = [
  { name: 'task_id', type: 'uuid', of: (basis) => basis.taskId },
  { name: 'party_role', type: 'text', of: (basis) => basis.partyRole },
  { name: 'force', type: 'text', of: (basis) => basis.force },
  { name: 'hold_exempt', type: 'boolean', of: (basis) => basis.holdExempt },
  { name: 'planned_department', type: 'text', of: (basis) => basis.plannedDepartment },
];

/** sha256(entry|activation|party|measure|department|cycle) of R-4-3; a plan's rows stand in the first cycle, those that come again in the next. */
export function basisKeySql(row: string, names = { department: 'department_code', round: 'round' }): string {
  const parts = ['entry_id', 'activation_no', 'party_id', 'measure_code', names.department].map((name) => `${row}.${name}`);
  return `sha256(convert_to(concat_ws('|', ${parts.join(', ')}, ${row}.${names.round}), 'UTF8'))`;
}

export const factColumns: readonly Column<Fact>[] = [
  { name: 'task_id', type: 'uuid', of: (fact) => fact.taskId },
  { name: 'version', type: 'integer', of: (fact) => fact.version },
  { name: 'department_code', type: 'text', of: (fact) => fact.departmentCode },
  { name: 'what', type: 'text', of: (fact) => fact.what },
  { name: 'from_status', type: 'text', of: (fact) => fact.from },
  { name: 'to_status', type: 'text', of: (fact) => fact.to },
  { name: 'at', type: 'timestamptz', of: (fact) => fact.at },
  { name: 'actor', type: 'text', of: (fact) => fact.actor },
  { name: 'cause_event', type: 'uuid', of: (fact) => fact.causeEvent },
  { name: 'detail', type: 'jsonb', of: (fact) => fact.detail },
];

export const noticeColumns: readonly Column<Notice>[] = [
  { name: 'id', type: 'uuid', of: (notice) => notice.id },
  { name: 'entry_id', type: 'uuid', of: (notice) => notice.entryId },
  { name: 'activation_no', type: 'integer', of: (notice) => notice.activationNo },
  { name: 'party_subject_id', type: 'uuid', of: (notice) => notice.partySubjectId },
  { name: 'party_id', type: 'uuid', of: (notice) => notice.partyId },
  { name: 'party_role', type: 'text', of: (notice) => notice.partyRole },
  { name: 'party_kind', type: 'text', of: (notice) => notice.partyKind },
  { name: 'department_code', type: 'text', of: (notice) => notice.departmentCode },
  { name: 'role', type: 'text', of: (notice) => notice.role },
  { name: 'measure_code', type: 'text', of: (notice) => notice.measureCode },
  { name: 'canonical_code', type: 'text', of: (notice) => notice.canonicalCode },
  { name: 'class', type: 'text', of: (notice) => notice.class },
  { name: 'direction', type: 'text', of: (notice) => notice.direction },
  { name: 'force', type: 'text', of: (notice) => notice.force },
  { name: 'trigger', type: 'text', of: (notice) => notice.trigger },
  { name: 'hold_exempt', type: 'boolean', of: (notice) => notice.holdExempt },
  { name: 'status', type: 'text', of: (notice) => notice.status },
  { name: 'ended_in_error', type: 'boolean', of: (notice) => notice.endedInError },
  { name: 'version', type: 'integer', of: (notice) => notice.version },
  { name: 'dispatched_at', type: 'timestamptz', of: (notice) => notice.dispatchedAt },
  { name: 'catalogue_version', type: 'integer', of: (notice) => notice.catalogueVersion },
];

export interface NoticeRow {
  id: string;
  entry_id: string;
  activation_no: number;
  party_subject_id: string;
  party_id: string;
  party_role: Notice['partyRole'];
  party_kind: Notice['partyKind'];
  department_code: string;
  role: Notice['role'];
  measure_code: string;
  canonical_code: string;
  class: string;
  direction: Notice['direction'];
  force: Notice['force'];
  trigger: Notice['trigger'];
  hold_exempt: boolean;
  status: Notice['status'];
  ended_in_error: boolean;
  version: number;
  dispatched_at: Date;
  catalogue_version: number;
}

export function noticeOf(row: NoticeRow): Notice {
  return {
    id: row.id,
    entryId: row.entry_id,
    activationNo: row.activation_no,
    partySubjectId: row.party_subject_id,
    partyId: row.party_id,
    partyRole: row.party_role,
    partyKind: row.party_kind,
    departmentCode: row.department_code,
    role: row.role,
    measureCode: row.measure_code,
    canonicalCode: row.canonical_code,
    class: row.class,
    direction: row.direction,
    force: row.force,
    trigger: row.trigger,
    holdExempt: row.hold_exempt,
    status: row.status,
    endedInError: row.ended_in_error,
    version: row.version,
    dispatchedAt: row.dispatched_at,
    catalogueVersion: row.catalogue_version,
  };
}
