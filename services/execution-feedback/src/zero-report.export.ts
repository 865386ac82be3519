import { exportOf } from '@lianxin/exports';
import { zeroReportQuerySchema } from './zero-report.api.ts';
import { ZeroReportService } from './zero-report.service.ts';

export const zeroReportExport = exportOf({
  path: 'zero-reports',
  titleZh: '零报告',
  tag: '反馈',
  query: zeroReportQuerySchema,
  reader: ZeroReportService,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns: [
    { key: 'quarter', titleZh: '季度', kind: 'code', of: (view) => view.quarter },
    { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (view) => view.departmentCode },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (view) => view.listCode },
    { key: 'status', titleZh: '状态', kind: 'code', of: (view) => view.status },
    { key: 'dueAt', titleZh: '报送期限', kind: 'instant', of: (view) => view.dueAt },
    { key: 'onTime', titleZh: '按期', kind: 'flag', of: (view) => view.onTime },
    { key: 'askedTasks', titleZh: '应报任务数', kind: 'number', of: (view) => view.askedTasks },
    { key: 'automaticTasks', titleZh: '窗口自动报送任务数', kind: 'number', of: (view) => view.automaticTasks },
    { key: 'givenTasks', titleZh: '已记入任务数', kind: 'number', of: (view) => view.givenTasks },
    { key: 'remark', titleZh: '备注', kind: 'text', of: (view) => view.remark },
    { key: 'submittedBy', titleZh: '提交人', kind: 'code', of: (view) => view.submittedBy },
    { key: 'submittedAt', titleZh: '提交时间', kind: 'instant', of: (view) => view.submittedAt },
    { key: 'decidedBy', titleZh: '审核人', kind: 'code', of: (view) => view.decidedBy },
    { key: 'decidedAt', titleZh: '审核时间', kind: 'instant', of: (view) => view.decidedAt },
    { key: 'reason', titleZh: '退回原因', kind: 'text', of: (view) => view.reason },
  ],
});
