import { type ExportColumn, exportOf } from '@lianxin/exports';
import { type RepairView, repairQuerySchema } from './repair.api.ts';
import { RepairReader } from './repair.reader.ts';

const columns: readonly ExportColumn<RepairView>[] = [
  { key: 'number', titleZh: '修复申请编号', kind: 'code', of: (view) => view.number },
  { key: 'status', titleZh: '状态', kind: 'code', of: (view) => view.status },
  { key: 'category', titleZh: '类别', kind: 'code', of: (view) => view.category },
  { key: 'channel', titleZh: '渠道', kind: 'code', of: (view) => view.channel },
  { key: 'applicant', titleZh: '申请人', kind: 'code', of: (view) => view.applicant },
  { key: 'subject', titleZh: '主体', kind: 'text', of: (view) => view.subject.name },
  { key: 'departmentCode', titleZh: '认定部门', kind: 'code', of: (view) => view.departmentCode },
  { key: 'items', titleZh: '记录编号', kind: 'text', of: (view) => view.items.map((item) => item.number).join('、') },
  { key: 'receivedAt', titleZh: '收到时间', kind: 'instant', of: (view) => view.receivedAt },
  { key: 'dueKind', titleZh: '当前期限', kind: 'code', of: (view) => view.due?.kind ?? null },
  { key: 'dueOn', titleZh: '期限', kind: 'date', of: (view) => view.due?.dueOn ?? null },
  { key: 'missed', titleZh: '逾期', kind: 'flag', of: (view) => view.due?.missed ?? null },
  { key: 'grantedOn', titleZh: '准予日期', kind: 'date', of: (view) => view.grantedOn },
  { key: 'documentNo', titleZh: '文号', kind: 'code', of: (view) => view.documentNo },
  { key: 'restoredAt', titleZh: '全面恢复时间', kind: 'instant', of: (view) => view.restoredAt },
  { key: 'certificateNumber', titleZh: '证明编号', kind: 'code', of: (view) => view.certificateNumber },
  { key: 'refusalReason', titleZh: '不予受理或修复的理由', kind: 'text', of: (view) => view.refusal?.reason ?? null },
  { key: 'revocationGround', titleZh: '撤销情形', kind: 'code', of: (view) => view.revocation?.ground ?? null },
];

export const repairExport = exportOf({
  path: 'repairs',
  titleZh: '信用修复申请',
  tag: '信用修复',
  query: repairQuerySchema,
  reader: RepairReader,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns,
});
