import { type ExportColumn, exportOf } from '@lianxin/exports';
import { type UrgeView, urgeQuerySchema } from './urge.api.ts';
import { UrgeReader } from './urge.reader.ts';

const columns: readonly ExportColumn<UrgeView>[] = [
  { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (view) => view.departmentCode },
  { key: 'level', titleZh: '级别', kind: 'code', of: (view) => view.level },
  { key: 'titleZh', titleZh: '标题', kind: 'text', of: (view) => view.titleZh },
  { key: 'textZh', titleZh: '内容', kind: 'text', of: (view) => view.textZh },
  { key: 'letterNumber', titleZh: '催办函编号', kind: 'code', of: (view) => view.letterNumber },
  { key: 'period', titleZh: '通报期', kind: 'code', of: (view) => view.period },
  { key: 'receivers', titleZh: '接收人', kind: 'code', of: (view) => view.receivers.join('、') },
  { key: 'taskCount', titleZh: '任务数', kind: 'number', of: (view) => view.taskCount },
  { key: 'mutedCount', titleZh: '其中不发邮件短信', kind: 'number', of: (view) => view.mutedCount },
  { key: 'urgedOn', titleZh: '催办日期', kind: 'date', of: (view) => view.urgedOn },
  { key: 'sentAt', titleZh: '发出时间', kind: 'instant', of: (view) => view.sentAt },
  { key: 'readAt', titleZh: '本人阅读时间', kind: 'instant', of: (view) => view.readAt },
  { key: 'readers', titleZh: '已读人数', kind: 'number', of: (view) => view.readers },
];

export const urgeExport = exportOf({
  path: 'urges',
  titleZh: '催办消息',
  tag: '催办',
  query: urgeQuerySchema,
  reader: UrgeReader,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns,
});
