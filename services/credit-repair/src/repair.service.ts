import { randomUUIDv7 } from 'node:crypto';
import { type Principal, ProblemError, repairReceived } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideIntake, type MaterialKind, type NamedItem } from './application.rules.ts';
import { acceptDue } from './deadline.rules.ts';
import { EligibilityService, type JudgedItem } from './eligibility.service.ts';
import { FileStore } from './file.store.ts';
import type { ItemRow } from './item.rules.ts';
import { ItemStore } from './item.store.ts';
import type { RepairRequest } from './repair.api.ts';
import { findRepairByClientRef, nextRepairNumber, type RepairItemRow, type RepairRow } from './repair.store.ts';
import { RepairWork, RepairWriter } from './repair.work.ts';
import { insertMaterials } from './repair.write.store.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { RepairSettings } from './terms.ts';

/** Where an application came in, and whose desk that is. */
interface Intake {
  readonly channel: RepairRow['channel'];
  readonly department: string | null;
}

/** Receiving applications (S1, S2): by the subject or its agent through a window or 信用中国, by the unit itself, or opened beside another one. */
@Injectable()
export class RepairService {
  constructor(
    private readonly clock: Clock,
    private readonly settings: RepairSettings,
    private readonly items: ItemStore,
    private readonly eligibility: EligibilityService,
    private readonly files: FileStore,
    private readonly writer: RepairWriter,
  ) {}

  /**
   * Receives an application, gives it its number and pushes it to the unit at once.
   * @throws ProblemError with the road to take where the record is no case for repair, REPAIR_TOO_EARLY with the earliest day, REPAIR_ALREADY_OPEN and others
   */
  async apply(tx: Transaction, principal: Principal, request: RepairRequest): Promise<{ row: RepairRow; isNew: boolean }> {
    const intake = intakeOf(principal);
    const seen = await this.itemsOf(tx, principal, intake, request);
    await lockLanes(
      tx,
      seen.flatMap((row) => [row.subject_id, row.lane_key]),
    );
    const rows = await this.itemsOf(tx, principal, intake, request);
    const [first] = rows;
    if (first === undefined) throw new ProblemError('NOT_FOUND', '没有该记录，或不属于本部门');
    const hash = contentHash(request);
    const known =
      request.clientRef === undefined
        ? undefined
        : await findRepairByClientRef(tx, intake.department ?? first.department_code, request.clientRef);
    if (known !== undefined) {
      if (known.content_hash !== hash) throw new ProblemError('IDEMPOTENCY_KEY_REUSED', `clientRef 已用于申请 ${known.number}，内容不同`);
      return { row: known, isNew: false };
    }
    const claims = {
      dutiesPerformedOn: request.dutiesPerformedOn,
      commitment: request.materials.some((material) => material.kind === 'COMMITMENT'),
    };
    const judged = await this.eligibility.judge(tx, rows, claims, undefined);
    const application = {
      category: request.category,
      applicant: request.applicant.kind,
      materials: request.materials.map((material) => material.kind),
    };
    this.refuseUnless(decideIntake(judged.map(namedItem), application, this.clock.today()));
    const row = await this.receive(tx, principal.id, rows, {
      category: request.category,
      applicant: request.applicant.kind,
      ...intake,
      linkedTo: null,
      dutiesPerformedOn: request.dutiesPerformedOn ?? null,
      clientRef: request.clientRef ?? null,
      hash,
    });
    await this.addMaterials(tx, principal, row, request.materials, 0);
    return { row, isNew: true };
  }

  /** R-5-11: a repaired penalty does not end the entry that rests on it; its own unit gets a case and decides. Skips what is under way or no case. */
  async openLinked(tx: Transaction, actor: string, from: RepairRow, entries: readonly ItemRow[]): Promise<void> {
    const judged = await this.eligibility.judge(tx, entries, { dutiesPerformedOn: from.duties_performed_on, commitment: true }, undefined);
    for (const one of judged) {
      const isCase = one.eligibility.outcome === 'ELIGIBLE' || one.eligibility.outcome === 'NOT_YET';
      if (!isCase || one.eligibility.openRepair !== null) continue;
      await this.receive(tx, actor, [one.row], {
        category: 'ORDINARY',
        applicant: 'SUBJECT',
        channel: 'LINKED',
        department: null,
        linkedTo: from.id,
        dutiesPerformedOn: from.duties_performed_on,
        clientRef: null,
        hash: null,
      });
    }
  }

  /**
   * Adds materials by their files.
   * @throws ProblemError EVIDENCE_UNKNOWN for a file that the caller has not uploaded
   */
  async addMaterials(
    tx: Transaction,
    principal: Principal,
    repair: RepairRow,
    materials: readonly { kind: MaterialKind; fileId: string; documentNo?: string | undefined; date?: string | undefined }[],
    from: number,
    pointer?: string,
  ): Promise<void> {
    const known = await this.files.findOwn(
      tx,
      principal.id,
      materials.map((material) => material.fileId),
    );
    const unknown = materials.flatMap((material, index) => (known.has(material.fileId) ? [] : [index]));
    if (unknown.length > 0)
      throw new ProblemError(
        'EVIDENCE_UNKNOWN',
        '材料文件不存在或不是由您上传',
        unknown.map((index) => ({
          pointer: pointer ?? `/materials/${index}/fileId`,
          code: 'EVIDENCE_UNKNOWN',
          detail: '先以 POST /api/v1/repair-files 上传',
        })),
      );
    const rows = materials.map((material, index) => ({
      repair_id: repair.id,
      place: from + index + 1,
      kind: material.kind,
      file_id: material.fileId,
      document_no: material.documentNo ?? null,
      document_date: material.date ?? null,
      added_by: principal.id,
      added_at: this.clock.now(),
    }));
    await insertMaterials(tx, rows);
  }

  refuseUnless(decision: ReturnType<typeof decideIntake>): void {
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail, [...(decision.errors ?? [])]);
  }

  /** A unit names its own records; a window and 信用中国 those of whoever stands before them. */
  private async itemsOf(tx: Transaction, principal: Principal, intake: Intake, request: RepairRequest): Promise<ItemRow[]> {
    const ids = [...new Set(request.items.map((item) => item.id))];
    const find = () => this.items.find(tx, { ids });
    const rows = intake.channel === 'DEPARTMENT' ? await find() : await acrossDepartments(tx, find);
    const kinds = new Map(rows.map((row) => [row.id, row.kind]));
    if (request.items.some((item) => kinds.get(item.id) !== item.kind)) throw new ProblemError('NOT_FOUND', '没有该记录，或不属于本部门');
    if (intake.channel === 'DEPARTMENT' && rows.some((row) => !principal.departments.includes(row.department_code)))
      throw new ProblemError('FORBIDDEN', '部门只能为本部门认定的记录代办');
    return rows;
  }

  private async receive(
    tx: Transaction,
    actor: string,
    records: readonly ItemRow[],
    asked: Pick<RepairRow, 'category' | 'applicant' | 'channel'> & {
      department: string | null;
      linkedTo: string | null;
      dutiesPerformedOn: string | null;
      clientRef: string | null;
      hash: string | null;
    },
  ): Promise<RepairRow> {
    const [first] = records;
    if (first === undefined) throw new Error('an application without a record');
    const acting = this.writer.acting(actor);
    const id = randomUUIDv7();
    const row = newRow(id, await nextRepairNumber(tx, acting.today.slice(0, 4)), first, acting.now, asked);
    const work = new RepairWork(
      row,
      records.map((record) => itemRow(id, record)),
      acting,
      true,
    );
    const { category, applicant, channel, linkedTo } = asked;
    work.step('RECEIVE', { category, applicant, channel, linkedTo }, false);
    work.say(repairReceived, { ...work.head(), category, channel, applicant, linkedTo, receivedOn: acting.today });
    work.due(acceptDue({ calendar: this.clock.calendar(), terms: this.settings.on(acting.today) }, acting.today));
    work.step('PUSH', { to: row.department_code });
    await this.writer.write(tx, work);
    return row;
  }
}

/** Which door it came through, by the caller's role (R-5-7). */
function intakeOf(principal: Principal): Intake {
  const [department = null] = principal.departments;
  if (principal.roles.includes('WINDOW_CLERK')) return { channel: 'WINDOW', department };
  if (principal.roles.includes('DEPT_HANDLER') || principal.roles.includes('DEPT_APPROVER'))
    return { channel: 'DEPARTMENT', department: null };
  return { channel: 'CREDIT_CHINA', department };
}

export function namedItem({ row, eligibility }: JudgedItem): NamedItem {
  return {
    number: row.number,
    kind: row.kind,
    subjectId: row.subject_id,
    departmentCode: row.department_code,
    listType: row.list_type,
    eligibility,
  };
}

function itemRow(repairId: string, record: ItemRow): RepairItemRow {
  return {
    repair_id: repairId,
    item_id: record.id,
    kind: record.kind,
    number: record.number,
    list_code: record.list_code,
    list_type: record.list_type,
    lane_key: record.lane_key,
    activation_no: record.activation_no,
    dropped_ground: null,
  };
}

function newRow(
  id: string,
  number: string,
  record: ItemRow,
  receivedAt: Date,
  asked: Pick<RepairRow, 'category' | 'applicant' | 'channel'> & {
    department: string | null;
    linkedTo: string | null;
    dutiesPerformedOn: string | null;
    clientRef: string | null;
    hash: string | null;
  },
): RepairRow {
  return {
    id,
    number,
    version: 0,
    status: 'RECEIVED',
    category: asked.category,
    channel: asked.channel,
    applicant: asked.applicant,
    subject_id: record.subject_id,
    department_code: record.department_code,
    intake_department: asked.department,
    linked_to: asked.linkedTo,
    received_at: receivedAt,
    duties_performed_on: asked.dutiesPerformedOn,
    duties_document_no: null,
    supplement: null,
    proposal: null,
    refusal: null,
    decision_document_no: null,
    granted_on: null,
    granted_at: null,
    restored_at: null,
    revocation: null,
    is_extended: false,
    chase_level: 0,
    client_ref: asked.clientRef,
    content_hash: asked.hash,
  };
}
