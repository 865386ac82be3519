import { exportOf } from '@lianxin/exports';
import { RedeliveryReader } from './redelivery.reader.ts';
import { redeliveryFilterSchema } from './redelivery.schemas.ts';

/** Roles that see redeliveries: those who may ask for one, and the audit. */
export const redeliveryReaders = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'REPLAY_ADMIN', 'AUDITOR'] as const;

/** Who had what sent again, why, and how many: the audit's list. */
export const redeliveryExport = exportOf({
  path: 'redeliveries',
  titleZh: '补发',
  tag: '补发',
  roles: redeliveryReaders,
  query: redeliveryFilterSchema,
  reader: RedeliveryReader,
  page: (reader, tx, principal, query) => reader.page(tx, principal, query),
  columns: [
    { key: 'id', titleZh: '标识', kind: 'code', of: (row) => row.id },
    { key: 'department', titleZh: '部门', kind: 'code', of: (row) => row.department },
    { key: 'status', titleZh: '状态', kind: 'text', of: (row) => row.statusZh },
    { key: 'scope', titleZh: '范围', kind: 'text', of: (row) => JSON.stringify(row.scope) },
    { key: 'types', titleZh: '事件类型', kind: 'text', of: (row) => row.types?.join('、') ?? null },
    { key: 'reason', titleZh: '理由', kind: 'text', of: (row) => row.reason },
    { key: 'requestedBy', titleZh: '申请人', kind: 'code', of: (row) => row.requestedBy },
    { key: 'requestedAt', titleZh: '申请时间', kind: 'instant', of: (row) => row.requestedAt },
    { key: 'events', titleZh: '预览事件数', kind: 'number', of: (row) => row.preview?.events ?? null },
    { key: 'confirmedBy', titleZh: '确认人', kind: 'code', of: (row) => row.confirmedBy },
    { key: 'confirmedAt', titleZh: '确认时间', kind: 'instant', of: (row) => row.confirmedAt },
    { key: 'sent', titleZh: '已补发', kind: 'number', of: (row) => row.sent },
    { key: 'endedAt', titleZh: '结束时间', kind: 'instant', of: (row) => row.endedAt },
    { key: 'failure', titleZh: '说明', kind: 'text', of: (row) => row.failure },
  ],
});
