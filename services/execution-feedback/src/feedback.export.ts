import { type ExportColumn, exportOf } from '@lianxin/exports';
import { type FeedbackView, feedbackQuerySchema } from './feedback.api.ts';
import { FeedbackReader } from './feedback.reader.ts';

/** What is in force of a feedback: its last version. */
const latest = (view: FeedbackView) => view.versions.at(-1);
const content = (view: FeedbackView) => latest(view)?.content;

const columns: readonly ExportColumn<FeedbackView>[] = [
  { key: 'id', titleZh: '反馈编号', kind: 'code', of: (view) => view.id },
  { key: 'taskId', titleZh: '任务编号', kind: 'code', of: (view) => view.taskId },
  { key: 'taskStatus', titleZh: '任务状态', kind: 'code', of: (view) => view.taskStatus },
  { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (view) => view.departmentCode },
  { key: 'cycle', titleZh: '周期', kind: 'number', of: (view) => view.cycle },
  { key: 'kind', titleZh: '反馈类型', kind: 'code', of: (view) => view.kind },
  { key: 'status', titleZh: '审核状态', kind: 'code', of: (view) => view.status },
  { key: 'version', titleZh: '版本', kind: 'number', of: (view) => view.version },
  { key: 'validVersion', titleZh: '有效版本', kind: 'number', of: (view) => view.validVersion },
  { key: 'submittedAt', titleZh: '提交时间', kind: 'instant', of: (view) => view.submittedAt },
  { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (view) => view.dueAt },
  { key: 'onTime', titleZh: '按时', kind: 'flag', of: (view) => view.onTime },
  { key: 'measureApplied', titleZh: '实施措施', kind: 'text', of: (view) => content(view)?.measureApplied ?? null },
  { key: 'appliedOn', titleZh: '实施日期', kind: 'date', of: (view) => content(view)?.appliedOn ?? null },
  { key: 'businessMatter', titleZh: '业务事项', kind: 'text', of: (view) => content(view)?.businessMatter ?? null },
  { key: 'documentNo', titleZh: '文号', kind: 'code', of: (view) => content(view)?.documentNo ?? null },
  { key: 'amount', titleZh: '金额', kind: 'number', of: (view) => content(view)?.amount?.value ?? null },
  { key: 'amountUnit', titleZh: '金额单位', kind: 'text', of: (view) => content(view)?.amount?.unit ?? null },
  { key: 'termFrom', titleZh: '期限起始日', kind: 'date', of: (view) => content(view)?.termFrom ?? null },
  { key: 'termTo', titleZh: '期限截止日', kind: 'date', of: (view) => content(view)?.termTo ?? null },
  { key: 'effect', titleZh: '效果', kind: 'code', of: (view) => content(view)?.effect ?? null },
  { key: 'legalBasis', titleZh: '法律依据', kind: 'text', of: (view) => content(view)?.legalBasisUsed?.document ?? null },
  { key: 'legalArticle', titleZh: '依据条款', kind: 'text', of: (view) => content(view)?.legalBasisUsed?.article ?? null },
  { key: 'handler', titleZh: '经办人', kind: 'text', of: (view) => content(view)?.handler ?? null },
  { key: 'phone', titleZh: '联系电话', kind: 'code', of: (view) => content(view)?.phone ?? null },
  { key: 'notAppliedReason', titleZh: '未实施原因', kind: 'code', of: (view) => content(view)?.notAppliedReason ?? null },
  { key: 'remark', titleZh: '说明', kind: 'text', of: (view) => content(view)?.remark ?? null },
  { key: 'submittedBy', titleZh: '提交人', kind: 'code', of: (view) => latest(view)?.submittedBy ?? null },
  { key: 'decidedBy', titleZh: '审核人', kind: 'code', of: (view) => latest(view)?.decision?.by ?? null },
  { key: 'decidedAt', titleZh: '审核时间', kind: 'instant', of: (view) => latest(view)?.decision?.at ?? null },
  { key: 'decisionReason', titleZh: '退回原因', kind: 'text', of: (view) => latest(view)?.decision?.reason ?? null },
];

export const feedbackExport = exportOf({
  path: 'feedback',
  titleZh: '执行反馈',
  tag: '反馈',
  query: feedbackQuerySchema,
  reader: FeedbackReader,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns,
});
