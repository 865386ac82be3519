import { beijingDate, type CatalogueMeasure, type TaskStatus, type TaskView, type WorkingDayCalendar } from '@lianxin/contracts';
import { PersonalData, type PersonIdentity, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { missingYears } from './calendar.rules.ts';
import { ClaimStore } from './claim.store.ts';
import { CopyStore, type SubjectCopy } from './copy.store.ts';
import { remainingWorkdays } from './deadline.rules.ts';
import type { TaskOrder } from './order.rules.ts';
import { OrderStore } from './order.store.ts';
import type { Notice } from './plan.board.rules.ts';
import type { Task } from './task.rules.ts';
import type { ShownBasis } from './task.store.ts';
import { type NewestMark, TaskReplayStore } from './task-replay.store.ts';

/** How the reader of a view stands to it. */
export interface Reader {
  readonly now: Date;
  readonly calendar: WorkingDayCalendar;
  /** The department that has to act sees a person's full name, everyone else the masked one (R-8-8). */
  readonly isDepartment: boolean;
}

/** What tasks and notices have in common when they are shown. */
type Shown = Pick<
  Task,
  | 'id'
  | 'departmentCode'
  | 'measureCode'
  | 'canonicalCode'
  | 'class'
  | 'partyId'
  | 'partySubjectId'
  | 'partyRole'
  | 'partyKind'
  | 'version'
  | 'force'
  | 'trigger'
  | 'role'
  | 'dispatchedAt'
> &
  Pick<Task, 'cycle' | 'kind' | 'dueAt'> & { readonly shownStatus: TaskStatus; readonly rule: string };

/** Renders tasks and notices for people, with texts from the local copies, in a few statements for a whole page. */
@Injectable()
export class TaskViews {
  constructor(
    private readonly copies: CopyStore,
    private readonly personalData: PersonalData,
    private readonly orders: OrderStore,
    private readonly claims: ClaimStore,
    private readonly replays: TaskReplayStore,
  ) {}

  /** @param bases of these tasks, any order; a task's own come in theirs. */
  async ofTasks(tx: Transaction, tasks: readonly Task[], bases: readonly ShownBasis[], reader: Reader): Promise<TaskView[]> {
    const shown = tasks.map((task) => ({
      ...task,
      shownStatus: task.status,
      // The clock stands while a task is on hold: nothing is due.
      dueAt: task.status === 'ON_HOLD' ? null : task.dueAt,
      rule: 'R-4-2',
    }));
    return this.render(tx, shown, bases, reader);
  }

  async ofNotices(tx: Transaction, notices: readonly Notice[], bases: readonly ShownBasis[], reader: Reader): Promise<TaskView[]> {
    const shown = notices.map((notice) => ({
      ...notice,
      cycle: 1,
      kind: 'EXECUTE' as const,
      dueAt: null,
      shownStatus: statusOfNotice(notice),
      rule: 'R-1-4',
    }));
    return this.render(tx, shown, bases, reader);
  }

  private async render(tx: Transaction, shown: readonly Shown[], bases: readonly ShownBasis[], reader: Reader): Promise<TaskView[]> {
    if (shown.length === 0) return [];
    const orders = await this.orders.readOrders(
      tx,
      shown.filter((row) => row.kind !== 'EXECUTE').map((row) => row.id),
    );
    const assignees = await this.claims.readAssignees(
      tx,
      shown.map((row) => row.id),
    );
    const replays = await this.replays.readNewest(
      tx,
      shown.map((row) => row.id),
    );
    const basesOf = Map.groupBy(bases, (basis) => basis.task_id);
    const wanted = new Map(bases.map((basis) => [`${basis.catalogue_version}|${basis.measure_code}`, basis]));
    const measures = await this.copies.readMeasures(
      tx,
      [...wanted.values()].map((basis) => ({ version: basis.catalogue_version, code: basis.measure_code })),
    );
    const departments = await this.copies.readDepartmentNames(tx, [...new Set(bases.map((basis) => basis.designating_department))]);
    const subjects = await this.copies.readSubjects(tx, [...new Set(shown.map((row) => row.partySubjectId))]);
    return shown.map((row) => {
      const own = basesOf.get(row.id) ?? [];
      const named = own.find((basis) => basis.measure_code === row.measureCode && basis.party_id === row.partyId) ?? own[0];
      const measure = named && measures.get(`${named.catalogue_version}|${named.measure_code}`);
      return {
        ...this.head(row, subjects.get(row.partySubjectId), measure, reader),
        assignee: assignees.get(row.id) ?? null,
        replay: replayView(replays.get(row.id), row.version),
        order: orderView(orders.get(row.id)),
        bases: own.map((basis) => ({
          entryId: basis.entry_id,
          entryNumber: basis.entry_number,
          listCode: basis.list_code,
          measureCode: basis.measure_code,
          status: basis.status,
          validTo: basis.valid_to,
        })),
        explanation: orderExplanation(orders.get(row.id)) ?? explanationOf(row, named, measure, departments),
      };
    });
  }

  private head(
    row: Shown,
    subject: SubjectCopy | undefined,
    measure: CatalogueMeasure | undefined,
    reader: Reader,
  ): Omit<TaskView, 'bases' | 'explanation'> {
    const remaining = row.dueAt === null ? null : remainingWorkdays(reader.calendar, reader.now, row.dueAt);
    return {
      id: row.id,
      departmentCode: row.departmentCode,
      measureCode: row.measureCode,
      // Until the catalogue copy has come the code stands for the name.
      measureNameZh: measure?.nameZh ?? orderNames[row.kind] ?? row.measureCode,
      canonicalCode: row.canonicalCode,
      class: row.class,
      partyId: row.partyId,
      partyRole: row.partyRole,
      party: {
        // An order may come before its subject is known: what the register says of it then tells whether it is a person, whose name leaves in no file.
        kind: subject?.kind ?? row.partyKind,
        name: this.nameOf(subject, reader),
        usccCode: subject?.usccCode ?? null,
        idMasked: subject?.idMasked ?? null,
      },
      cycle: row.cycle,
      kind: row.kind,
      status: row.shownStatus,
      version: row.version,
      force: row.force,
      trigger: row.trigger,
      role: row.role,
      dispatchedAt: row.dispatchedAt.toISOString(),
      dueAt: row.dueAt?.toISOString() ?? null,
      remainingWorkdays: remaining,
      overdue: remaining !== null && remaining < 0,
      provisional: row.dueAt !== null && missingYears(reader.calendar, beijingDate(reader.now), row.dueAt).length > 0,
    };
  }

  private nameOf(subject: SubjectCopy | undefined, reader: Reader): string | null {
    if (subject === undefined) return null;
    if (subject.sealed === null) return subject.organisationName;
    if (!reader.isDepartment) return subject.nameMasked;
    // A key may have been destroyed on purpose (R-8-10): the queue is still to be read.
    return openIdentity(this.personalData, subject.sealed)?.name ?? subject.nameMasked;
  }
}

const orderNames: Partial<Record<Task['kind'], string>> = {
  VERIFY: '核实国家下发名单',
  REVIEW: '复核红名单',
  RESTORE: '恢复名誉、消除影响',
};

function replayView(mark: NewestMark | undefined, version: number): NonNullable<TaskView['replay']> | null {
  if (mark === undefined) return null;
  return { id: mark.replayId, mode: mark.mode, quiet: mark.adds && mark.mode !== 'notify' && mark.version === version };
}

function orderView(order: TaskOrder | undefined): TaskView['order'] {
  if (order === undefined) return null;
  const { taskId: _taskId, kind: _kind, referenceVersion: _version, departmentCode: _code, measureCodes, ...shown } = order;
  return { ...shown, measureCodes: [...measureCodes] };
}

/** Why this department has what rests on no plan. */
function orderExplanation(order: TaskOrder | undefined): TaskView['explanation'] | undefined {
  if (order === undefined) return undefined;
  const texts = {
    VERIFY: ['R-2-17', `国家下发批次 ${order.documentNo ?? ''} 中的主体，请核实后在核实单 ${order.referenceNumber} 中填报结果`],
    REVIEW: ['R-2-10', `红名单记录 ${order.referenceNumber} 的主体情况有变，请认定部门复核；复核前不自动移出`],
    RESTORE: ['R-6-8', `对名单记录 ${order.referenceNumber} 误施措施（${order.measureCodes.join('、')}），请恢复名誉、消除影响`],
  } as const;
  const [rule, textZh] = texts[order.kind];
  return { rule, textZh, clauses: [], designatingDepartment: '', conditions: [] };
}

/** The identity of a person, undefined where its key is there no longer. */
export function openIdentity(personalData: PersonalData, sealed: string): PersonIdentity | undefined {
  try {
    return personalData.open(sealed);
  } catch {
    return undefined;
  }
}

/** A notice has no state of its own but that of its plan, told in the words of tasks. */
export function statusOfNotice(notice: Pick<Notice, 'status' | 'endedInError'>): TaskStatus {
  if (notice.status === 'LIVE') return 'DISPATCHED';
  if (notice.status === 'HELD') return 'ON_HOLD';
  return notice.endedInError ? 'CANCELLED' : 'LIFTED';
}

/** Why this department has this: the entry, who designated it, the measure, and the verified clauses it rests on (product §A.1, rule book §0.1). */
function explanationOf(
  row: Shown,
  basis: ShownBasis | undefined,
  measure: CatalogueMeasure | undefined,
  departments: ReadonlyMap<string, string>,
): TaskView['explanation'] {
  if (basis === undefined) return { rule: row.rule, textZh: '', clauses: [], designatingDepartment: '', conditions: [] };
  const designating = departments.get(basis.designating_department) ?? basis.designating_department;
  const task = row.rule === 'R-1-4' ? '请予参考（不设期限、不催办）' : `由本部门${row.role === 'LEAD' ? '牵头' : '配合'}执行`;
  return {
    rule: row.rule,
    textZh: `${designating}认定的名单记录 ${basis.entry_number}（${basis.list_code}）自 ${basis.activated_on} 起生效，对应措施“${measure?.nameZh ?? row.measureCode}”，${task}`,
    clauses: clausesOf(basis, measure),
    designatingDepartment: basis.designating_department,
    conditions: basis.plan_measure?.conditions ?? [],
  };
}

/** The documents that open the measure's gate for this list; where no gate is asked, those that cover the list. Never one that is not verified. */
export function clausesOf(basis: ShownBasis, measure: CatalogueMeasure | undefined): TaskView['explanation']['clauses'] {
  if (measure === undefined) return [];
  const refs = basis.plan_measure?.basisRefs ?? [];
  const rows = refs.length > 0 ? refs.flatMap((ref) => measure.bases[ref] ?? []) : measure.bases;
  return rows
    .filter((row) => row.verified && (row.coversLists.length === 0 || row.coversLists.includes(basis.list_code)))
    .map((row) => ({ document: row.document, article: row.article, verified: row.verified }));
}
