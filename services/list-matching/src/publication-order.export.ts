import { exportOf } from '@lianxin/exports';
import { PublicationOrderService } from './publication-order.service.ts';
import { orderQuerySchema } from './publication-order.view.ts';

export const publicationOrderExport = exportOf({
  path: 'publications',
  titleZh: '公示渠道处理要求',
  tag: '公示渠道',
  roles: ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR'],
  query: orderQuerySchema,
  reader: PublicationOrderService,
  page: (orders, tx, principal, query) => orders.list(tx, principal, query),
  columns: [
    { key: 'entryNumber', titleZh: '记录编号', kind: 'code', of: (row) => row.entryNumber },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'entryStatus', titleZh: '记录状态', kind: 'code', of: (row) => row.entryStatus },
    { key: 'department', titleZh: '认定单位', kind: 'code', of: (row) => row.department },
    { key: 'channelName', titleZh: '渠道', kind: 'text', of: (row) => row.channelName },
    { key: 'keeper', titleZh: '办理方', kind: 'code', of: (row) => row.keeper },
    { key: 'action', titleZh: '要求', kind: 'code', of: (row) => row.action },
    { key: 'state', titleZh: '状态', kind: 'code', of: (row) => row.state },
    { key: 'replayMode', titleZh: '回放对外影响', kind: 'code', of: (row) => row.replay?.mode ?? null },
    { key: 'orderedAt', titleZh: '提出时间', kind: 'instant', of: (row) => row.orderedAt },
    { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (row) => row.dueAt },
    { key: 'overdue', titleZh: '逾期', kind: 'flag', of: (row) => row.overdue },
    { key: 'chases', titleZh: '催办次数', kind: 'number', of: (row) => row.chases },
    { key: 'doneOn', titleZh: '办理日期', kind: 'date', of: (row) => row.doneOn },
    { key: 'receiptNo', titleZh: '回执号', kind: 'code', of: (row) => row.receiptNo },
    { key: 'note', titleZh: '说明', kind: 'text', of: (row) => row.note },
    { key: 'id', titleZh: '要求标识', kind: 'code', of: (row) => row.id },
  ],
});
