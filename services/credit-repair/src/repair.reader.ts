import {
  type Page,
  type Principal,
  ProblemError,
  type RepairDeadlineKind,
  type RepairStatus,
  workingDaysBetween,
} from '@lianxin/contracts';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AgencyService } from './agency.service.ts';
import { findCertificateNumbers } from './certificate.store.ts';
import { noFeeZh } from './eligibility.service.ts';
import { ItemStore } from './item.store.ts';
import type { ChecklistView, RepairDetail, RepairQuery, RepairView } from './repair.api.ts';
import {
  type DeadlineRow,
  findDeadlines,
  findFacts,
  findMaterials,
  findRepair,
  findRepairItems,
  findRepairPage,
  type RepairItemRow,
  type RepairRow,
} from './repair.store.ts';
import { SyncService } from './sync.service.ts';

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);
/** Which limit runs in a state. */
const running: Partial<Record<RepairStatus, readonly RepairDeadlineKind[]>> = {
  PUSHED: ['ACCEPT'],
  CORRECTION_REQUESTED: ['SUPPLEMENT'],
  ACCEPTED: ['RESULT'],
  UNDER_REVIEW: ['RESULT'],
  EXTENDED: ['RESULT'],
  SYNCING: ['SYNC_DEPARTMENT', 'SYNC_SITE', 'LIFT'],
};

/** Applications as people see them. */
@Injectable()
export class RepairReader {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly items: ItemStore,
    private readonly sync: SyncService,
    private readonly agencies: AgencyService,
  ) {}

  list(principal: Principal, query: RepairQuery): Promise<Page<RepairView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, principal, query));
  }

  /** @throws ProblemError CURSOR_INVALID */
  async readPage(tx: Transaction, _principal: Principal, query: RepairQuery): Promise<Page<RepairView>> {
    const cursor = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
    const after = cursor === undefined ? undefined : { receivedAt: cursor[0], id: cursor[1] };
    const { status, department, subjectId, itemId, limit } = query;
    const rows = await findRepairPage(tx, { status, department, subjectId, itemId, after, limit });
    const views = new Map((await this.views(tx, rows)).map((view) => [view.id, view]));
    const viewOf = (row: RepairRow) => views.get(row.id) ?? missing(row.id);
    return pageOf(rows, limit, (row) => [row.received_at.toISOString(), row.id], viewOf);
  }

  /** @throws ProblemError NOT_FOUND */
  async detail(tx: Transaction, id: string): Promise<RepairDetail> {
    const row = await this.get(tx, id);
    const [view] = await this.views(tx, [row]);
    if (view === undefined) return missing(id);
    const deadlines = await findDeadlines(tx, [id]);
    return {
      ...view,
      steps: (await findFacts(tx, id)).map((fact) => ({
        version: fact.version,
        action: fact.action,
        status: fact.to_status,
        at: fact.at.toISOString(),
        by: fact.actor,
        detail: { ...fact.detail },
      })),
      materials: (await findMaterials(tx, id)).map((row) => ({
        kind: row.kind,
        fileId: row.file_id,
        sha256: row.sha256,
        name: row.name,
        documentNo: row.document_no,
        date: row.document_date,
      })),
      deadlines: deadlines.map((deadline) => ({
        kind: deadline.kind,
        dueOn: deadline.due_on,
        closedAt: deadline.closed_at?.toISOString() ?? null,
        missed: deadline.missed_at !== null,
      })),
    };
  }

  /** @throws ProblemError NOT_FOUND, REPAIR_STATE before the grant */
  async checklist(tx: Transaction, id: string): Promise<ChecklistView> {
    const row = await this.get(tx, id);
    if (row.granted_at === null) throw new ProblemError('REPAIR_STATE', `申请当前状态为 ${row.status}，准予修复后才有同步清单`);
    const checklist = await this.sync.checklist(tx, row, await findRepairItems(tx, [id]));
    const today = this.clock.today();
    return {
      repairId: id,
      number: row.number,
      isComplete: checklist.isComplete,
      restoredAt: checklist.restoredAt?.toISOString() ?? null,
      lines: checklist.lines.map((line) => ({
        ...line,
        doneAt: line.doneAt?.toISOString() ?? null,
        late: line.open > 0 && line.dueOn < today,
      })),
      agencies: await this.agencies.lines(tx, id),
    };
  }

  /** @throws ProblemError NOT_FOUND, also for an application of others */
  async get(tx: Transaction, id: string): Promise<RepairRow> {
    return (await findRepair(tx, id)) ?? missing(id);
  }

  private async views(tx: Transaction, rows: readonly RepairRow[]): Promise<RepairView[]> {
    const ids = rows.map((row) => row.id);
    const items = Map.groupBy(await findRepairItems(tx, ids), (item) => item.repair_id);
    const deadlines = Map.groupBy(await findDeadlines(tx, ids), (deadline) => deadline.repair_id);
    const certificates = await findCertificateNumbers(tx, ids);
    const subjects = await this.items.findSubjects(tx, [...new Set(rows.map((row) => row.subject_id))]);
    const names = new Map(subjects.map((subject) => [subject.id, subject.name_shown]));
    return rows.map((row) =>
      this.viewOf(
        row,
        items.get(row.id) ?? [],
        deadlines.get(row.id) ?? [],
        names.get(row.subject_id) ?? '',
        certificates.get(row.id) ?? null,
      ),
    );
  }

  private viewOf(
    row: RepairRow,
    items: readonly RepairItemRow[],
    deadlines: readonly DeadlineRow[],
    name: string,
    certificateNumber: string | null,
  ): RepairView {
    return {
      id: row.id,
      number: row.number,
      version: row.version,
      status: row.status,
      category: row.category,
      channel: row.channel,
      applicant: row.applicant,
      subject: { id: row.subject_id, name },
      departmentCode: row.department_code,
      intakeDepartment: row.intake_department,
      linkedTo: row.linked_to,
      items: items.map((item) => ({
        kind: item.kind,
        id: item.item_id,
        number: item.number,
        listCode: item.list_code,
        endedBy: item.dropped_ground,
      })),
      receivedAt: row.received_at.toISOString(),
      dutiesPerformedOn: row.duties_performed_on,
      due: this.dueOf(row, deadlines),
      supplementAsked: row.supplement?.asked ?? null,
      proposal:
        row.proposal === null
          ? null
          : {
              action: row.proposal.action,
              documentNo: row.proposal.documentNo,
              reason: row.proposal.reason,
              by: row.proposal.by,
              at: row.proposal.at,
            },
      refusal: row.refusal,
      grantedOn: row.granted_on,
      documentNo: row.decision_document_no,
      restoredAt: row.restored_at?.toISOString() ?? null,
      certificateNumber,
      revocation: row.revocation,
      notice: noFeeZh,
    };
  }

  /** The next limit that runs now. */
  private dueOf(row: RepairRow, deadlines: readonly DeadlineRow[]): RepairView['due'] {
    const kinds = running[row.status] ?? [];
    const next = deadlines.find((deadline) => deadline.closed_at === null && kinds.includes(deadline.kind));
    if (next === undefined) return null;
    const remainingWorkdays = workingDaysBetween(this.clock.calendar(), this.clock.today(), next.due_on);
    return { kind: next.kind, dueOn: next.due_on, remainingWorkdays, missed: next.missed_at !== null };
  }
}

function missing(id: string): never {
  throw new ProblemError('NOT_FOUND', `没有此修复申请（${id}），或不属于本部门`);
}
