import { addWorkingDays, type EventData, type Principal, ProblemError, type RepairStatus, repairSyncFailed } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CertificateService } from './certificate.service.ts';
import { type Checklist, type ChecklistLine, checklistOf } from './checklist.rules.ts';
import { ItemStore } from './item.store.ts';
import { LiftingStore } from './lifting.store.ts';
import type { ReceiptBody } from './repair.api.ts';
import { mayLapse, repairTransitions } from './repair.rules.ts';
import { findDeadlines, findLanesOfItems, findRepairsOfItems, type RepairItemRow, type RepairRow } from './repair.store.ts';
import { chaseTimer, type RepairWork, RepairWriter } from './repair.work.ts';
import { insertReceipt } from './repair.write.store.ts';
import { acrossDepartments } from './row-scope.store.ts';

type Late = EventData<typeof repairSyncFailed>['late'][number];
const lapsing = (Object.keys(repairTransitions) as (keyof typeof repairTransitions)[]).filter((status) =>
  mayLapse(status),
) as RepairStatus[];

/** From the grant to "restored everywhere": receipts, who has not done it yet, and the day on which all was undone (R-5-1, R-5-12). */
@Injectable()
export class SyncService {
  constructor(
    private readonly clock: Clock,
    private readonly items: ItemStore,
    private readonly lifting: LiftingStore,
    private readonly certificates: CertificateService,
    private readonly writer: RepairWriter,
    timers: Timers,
  ) {
    timers.register(chaseTimer, (tx, ids) => this.chase(tx, ids));
  }

  /** Whoever may see the application is told the whole truth: records and tasks of every department go into it, never only the caller's own. */
  checklist(tx: Transaction, row: RepairRow, items: readonly RepairItemRow[]): Promise<Checklist> {
    return acrossDepartments(tx, () => this.readChecklist(tx, row, items));
  }

  private async readChecklist(tx: Transaction, row: RepairRow, items: readonly RepairItemRow[]): Promise<Checklist> {
    const asked = items.filter((item) => item.dropped_ground === null);
    const due = new Map((await findDeadlines(tx, [row.id])).map((deadline) => [deadline.kind, deadline.due_on]));
    const records = new Map((await this.items.find(tx, { ids: asked.map((item) => item.item_id) })).map((record) => [record.id, record]));
    const today = this.clock.today();
    return checklistOf({
      decidingDepartment: row.department_code,
      grantedAt: row.granted_at ?? this.clock.now(),
      items: asked.map((item) => {
        const record = records.get(item.item_id);
        // A repair that was revoked has brought it back: its end is no receipt any more.
        const endedAt = record?.end_ground == null ? null : record.ended_at;
        return { id: item.item_id, number: item.number, kind: item.kind, listType: item.list_type, endedAt };
      }),
      parts: await this.lifting.findParts(tx, asked),
      tasks: await this.lifting.findTasks(tx, asked),
      receipts: await this.lifting.findReceipts(tx, row.id, asked, row.granted_at ?? this.clock.now()),
      due: { department: due.get('SYNC_DEPARTMENT') ?? today, site: due.get('SYNC_SITE') ?? today, lift: due.get('LIFT') ?? today },
    });
  }

  /** Every lane that `heard` takes for these records: whoever takes others beside locks all at once, so that two batches never wait for each other in a ring. */
  async lanesOf(tx: Transaction, itemIds: readonly string[]): Promise<string[]> {
    return itemIds.length === 0 ? [] : findLanesOfItems(tx, itemIds, ['SYNCING', ...lapsing]);
  }

  /** Something that a repair waits for has been heard of these records: is it done, or has the record ended by another road? */
  async heard(tx: Transaction, itemIds: readonly string[]): Promise<void> {
    if (itemIds.length === 0) return;
    const concerned = await findRepairsOfItems(tx, itemIds, ['SYNCING', ...lapsing]);
    await lockLanes(tx, await this.lanesOf(tx, itemIds));
    for (const { id } of concerned) {
      const work = await this.writer.take(tx, id, 'system:credit-repair');
      if (work === undefined) continue;
      if (work.row.status === 'SYNCING') await this.settle(tx, work);
      else if (mayLapse(work.row.status)) await this.lapse(tx, work);
      // A limit that was kept is closed although nothing else has changed: who was on time is never told as late.
      if (work.facts.length > 0 || work.closed.length > 0) await this.writer.write(tx, work);
    }
  }

  /** Done when, and only when, every receipt is there; the state is dated by the last of them and certified. */
  async settle(tx: Transaction, work: RepairWork): Promise<Checklist> {
    const checklist = await this.checklist(tx, work.row, work.items);
    const open = (await findDeadlines(tx, [work.row.id])).filter((deadline) => deadline.closed_at === null).map(({ kind }) => kind);
    work.close(...closedBy(checklist).filter((kind) => open.includes(kind)));
    if (checklist.restoredAt === null) return checklist;
    work.row.restored_at = checklist.restoredAt;
    await acrossDepartments(tx, () => this.certificates.issue(tx, work, checklist));
    return checklist;
  }

  /** The unit tells that its own site has stopped; the centre tells it of 信用中国 (S6, S7). */
  async recordReceipt(tx: Transaction, principal: Principal, id: string, body: ReceiptBody): Promise<RepairRow> {
    const work = await this.writer.take(tx, id, principal.id);
    if (work === undefined) throw new ProblemError('NOT_FOUND', '没有此修复申请，或不属于本部门');
    const { row, acting } = work;
    const isUnit = principal.departments.includes(row.department_code);
    const isSite = principal.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
    if (body.kind === 'DEPARTMENT_SITE' ? !isUnit : !isSite)
      throw new ProblemError('FORBIDDEN', body.kind === 'SITE' ? '信用中国的回执由信用中心登记' : `由 ${row.department_code} 登记`);
    const added = await insertReceipt(tx, {
      repairId: id,
      kind: body.kind,
      at: acting.now,
      actor: principal.id,
      documentNo: body.documentNo ?? null,
    });
    work.step('RECORD_RECEIPT', { kind: body.kind, documentNo: body.documentNo ?? null, repeated: !added });
    await this.settle(tx, work);
    await this.writer.write(tx, work);
    return row;
  }

  /** The unit of the record or the office urges everybody who has not undone it yet, whether late or not. */
  async urge(tx: Transaction, principal: Principal, id: string): Promise<number> {
    const work = await this.writer.take(tx, id, principal.id);
    if (work === undefined) throw new ProblemError('NOT_FOUND', '没有此修复申请，或不属于本部门');
    const isUnit = principal.departments.includes(work.row.department_code);
    const isOffice = principal.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
    if (!isUnit && !isOffice) throw new ProblemError('FORBIDDEN', `由认定部门 ${work.row.department_code} 或信用办、信用中心催办`);
    if (work.row.status !== 'SYNCING') throw new ProblemError('REPAIR_STATE', `申请当前状态为 ${work.row.status}，没有待同步的部门`);
    const { lines } = await this.settle(tx, work);
    const open = lines.filter((line) => line.open > 0);
    this.sayLate(work, open, true);
    await this.writer.write(tx, work);
    return open.length;
  }

  /** Every working day from the first limit on: who still publishes or restricts after his limit is told again, one level higher (R-5-12). */
  private async chase(tx: Transaction, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const work = await this.writer.take(tx, id, `timer:${chaseTimer}`);
      if (work === undefined || work.row.status !== 'SYNCING') continue;
      const { today } = work.acting;
      const { lines, isComplete } = await this.settle(tx, work);
      this.sayLate(
        work,
        lines.filter((line) => line.open > 0 && line.dueOn < today),
        false,
      );
      await this.writer.write(tx, work);
      if (!isComplete) await this.writer.chaseAt(tx, id, addWorkingDays(this.clock.calendar(), today, 1).date);
    }
  }

  private sayLate(work: RepairWork, lines: readonly ChecklistLine[], urged: boolean): void {
    if (lines.length === 0) return;
    work.row.chase_level += 1;
    const late = lines.slice(0, 200).map(({ kind, departmentCode, open, dueOn }): Late => ({ kind, departmentCode, open, dueOn }));
    work.say(repairSyncFailed, { ...work.head(), repairVersion: work.row.version, level: work.row.chase_level, urged, late });
  }

  /** What has ended by another road needs no decision; when nothing is left, the application is moot. */
  private async lapse(tx: Transaction, work: RepairWork): Promise<void> {
    const records = await this.items.find(tx, { ids: work.pending.map((item) => item.item_id) });
    const grounds = new Map(records.flatMap(({ id, end_ground: ground }) => (ground === null ? [] : [[id, ground] as const])));
    if (grounds.size === 0) return;
    if (grounds.size < work.pending.length) {
      for (const item of work.pending) {
        const ground = grounds.get(item.item_id);
        if (ground !== undefined) work.drop(item, ground);
      }
      return;
    }
    work.row.proposal = null;
    work.step('LAPSE', { grounds: [...grounds.values()] });
  }
}

/** Limits of §5.5 that the checklist shows as kept. */
function closedBy({ lines }: Checklist) {
  const isDone = (kind: ChecklistLine['kind']) => lines.filter((line) => line.kind === kind).every((line) => line.open === 0);
  return [
    ...(isDone('PUBLICITY') && isDone('DEPARTMENT_SITE') ? (['SYNC_DEPARTMENT'] as const) : []),
    ...(isDone('SITE') ? (['SYNC_SITE'] as const) : []),
    ...(isDone('MEASURES') ? (['LIFT'] as const) : []),
  ];
}
