import { type ExportColumn, exportOf } from '@lianxin/exports';
import { type SpotCheckItemView, spotCheckQuerySchema } from './spot-check.api.ts';
import { SpotCheckService } from './spot-check.service.ts';
import { WindowHitReader, type WindowHitView, windowHitQuerySchema } from './window-hit.controller.ts';

const spotCheckColumns: readonly ExportColumn<SpotCheckItemView>[] = [
  { key: 'month', titleZh: '月份', kind: 'code', of: (view) => view.month },
  { key: 'place', titleZh: '序号', kind: 'number', of: (view) => view.place },
  { key: 'caseId', titleZh: '案例编号', kind: 'code', of: (view) => view.caseId },
  { key: 'feedbackId', titleZh: '反馈编号', kind: 'code', of: (view) => view.feedbackId },
  { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (view) => view.departmentCode },
  { key: 'result', titleZh: '抽查结果', kind: 'code', of: (view) => view.result },
  { key: 'reason', titleZh: '说明', kind: 'text', of: (view) => view.reason },
  { key: 'checkedBy', titleZh: '抽查人', kind: 'code', of: (view) => view.checkedBy },
  { key: 'checkedAt', titleZh: '抽查时间', kind: 'instant', of: (view) => view.checkedAt },
];

export const spotCheckExport = exportOf({
  path: 'spot-checks',
  titleZh: '抽查样本',
  tag: '抽查',
  query: spotCheckQuerySchema,
  reader: SpotCheckService,
  page: (reader, tx, _principal, query) => reader.readPage(tx, query),
  columns: spotCheckColumns,
});

const hitColumns: readonly ExportColumn<WindowHitView>[] = [
  { key: 'checkNumber', titleZh: '核查单号', kind: 'code', of: (view) => view.checkNumber },
  { key: 'matterCode', titleZh: '事项', kind: 'code', of: (view) => view.matterCode },
  { key: 'caseNo', titleZh: '办件号', kind: 'code', of: (view) => view.caseNo },
  { key: 'measureCode', titleZh: '措施', kind: 'code', of: (view) => view.measureCode },
  { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (view) => view.departmentCode },
  { key: 'askedByDepartment', titleZh: '核查部门', kind: 'code', of: (view) => view.askedByDepartment },
  { key: 'decidedAt', titleZh: '处理时间', kind: 'instant', of: (view) => view.decidedAt },
  { key: 'outcome', titleZh: '结果', kind: 'code', of: (view) => view.outcome },
  { key: 'taskId', titleZh: '任务编号', kind: 'code', of: (view) => view.taskId },
  { key: 'feedbackId', titleZh: '反馈编号', kind: 'code', of: (view) => view.feedbackId },
];

export const windowHitExport = exportOf({
  path: 'window-hits',
  titleZh: '窗口命中',
  tag: '反馈',
  query: windowHitQuerySchema,
  reader: WindowHitReader,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns: hitColumns,
});
