import { dateSchema, departmentCodeSchema, idSchema, instantSchema, type Page, type Principal, pageQuerySchema } from '@lianxin/contracts';
import { type ExportColumn, exportOf } from '@lianxin/exports';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { LiftingStore, type OpenReceiptRow } from './lifting.store.ts';

export const receiptQuerySchema = pageQuerySchema.extend({ department: departmentCodeSchema.optional() });
export type ReceiptQuery = z.infer<typeof receiptQuerySchema>;
export const openReceiptSchema = z
  .object({
    taskId: idSchema,
    departmentCode: departmentCodeSchema,
    entryId: idSchema,
    entryNumber: z.string(),
    listCode: z.string().nullable(),
    repairId: idSchema,
    repairNumber: z.string(),
    grantedOn: dateSchema,
    dueAt: instantSchema.nullable(),
    late: z.boolean(),
  })
  .meta({ id: 'RepairOpenReceipt' });
export type OpenReceipt = z.infer<typeof openReceiptSchema>;
const cursorSchema = z.tuple([z.iso.date(), z.uuid(), z.uuid()]);

/** 修复后未同步: tasks of repaired entries that nobody has undone yet (R-5-12). */
@Injectable()
export class ReceiptReader {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly store: LiftingStore,
  ) {}

  list(principal: Principal, query: ReceiptQuery): Promise<Page<OpenReceipt>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, principal, query));
  }

  /** @throws ProblemError CURSOR_INVALID */
  async readPage(tx: Transaction, _principal: Principal, query: ReceiptQuery): Promise<Page<OpenReceipt>> {
    const cursor = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
    const rows = await this.store.findOpenReceipts(tx, { department: query.department, after: cursor, limit: query.limit });
    return pageOf(
      rows,
      query.limit,
      (row) => [row.granted_on, row.repair_id, row.task_id],
      (row) => this.viewOf(row),
    );
  }

  private viewOf(row: OpenReceiptRow): OpenReceipt {
    return {
      taskId: row.task_id,
      departmentCode: row.department_code,
      entryId: row.entry_id,
      entryNumber: row.entry_number,
      listCode: row.list_code,
      repairId: row.repair_id,
      repairNumber: row.repair_number,
      grantedOn: row.granted_on,
      dueAt: row.due_at?.toISOString() ?? null,
      late: row.due_at !== null && row.due_at <= this.clock.now(),
    };
  }
}

const columns: readonly ExportColumn<OpenReceipt>[] = [
  { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (row) => row.departmentCode },
  { key: 'repairNumber', titleZh: '修复申请编号', kind: 'code', of: (row) => row.repairNumber },
  { key: 'entryNumber', titleZh: '名单记录编号', kind: 'code', of: (row) => row.entryNumber },
  { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
  { key: 'taskId', titleZh: '任务编号', kind: 'code', of: (row) => row.taskId },
  { key: 'grantedOn', titleZh: '准予日期', kind: 'date', of: (row) => row.grantedOn },
  { key: 'dueAt', titleZh: '解除期限', kind: 'instant', of: (row) => row.dueAt },
  { key: 'late', titleZh: '逾期', kind: 'flag', of: (row) => row.late },
];
export const receiptExport = exportOf({
  path: 'repair-receipts',
  titleZh: '修复后未同步',
  tag: '信用修复',
  query: receiptQuerySchema,
  reader: ReceiptReader,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns,
});
