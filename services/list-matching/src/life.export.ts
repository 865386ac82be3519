import { pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { Clock } from '@lianxin/platform';
import { endedReaders } from './ended-entry.rules.ts';
import { deadlineQuerySchema, readDeadlines } from './entry-deadline.controller.ts';
import { reviewQuerySchema, reviewViewOf } from './entry-review.controller.ts';
import { EntryReviewService } from './entry-review.service.ts';
import { readAgreements } from './recognition.controller.ts';
import { questionQuerySchema } from './source-question.controller.ts';
import { SourceQuestionService } from './source-question.service.ts';

/** Lists about the life of entries: none of them names who the entry is about. */
export const deadlineExport = exportOf({
  path: 'entry-deadlines',
  titleZh: '名单记录时限',
  tag: '名单记录',
  query: deadlineQuerySchema,
  reader: Clock,
  page: (clock, tx, _principal, query) => readDeadlines(tx, query, clock),
  columns: [
    { key: 'number', titleZh: '记录编号', kind: 'code', of: (row) => row.number },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'status', titleZh: '记录状态', kind: 'code', of: (row) => row.status },
    { key: 'department', titleZh: '部门', kind: 'code', of: (row) => row.department },
    { key: 'kind', titleZh: '时限', kind: 'code', of: (row) => row.kind },
    { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (row) => row.dueAt },
    { key: 'remainingWorkdays', titleZh: '剩余工作日', kind: 'number', of: (row) => row.remainingWorkdays },
    { key: 'provisional', titleZh: '按周一至周五暂算', kind: 'flag', of: (row) => row.provisional },
    { key: 'overdue', titleZh: '逾期', kind: 'flag', of: (row) => row.overdue },
    { key: 'entryId', titleZh: '记录标识', kind: 'code', of: (row) => row.entryId },
  ],
});

export const reviewExport = exportOf({
  path: 'entry-reviews',
  titleZh: '红名单复核',
  tag: '名单记录',
  query: reviewQuerySchema,
  reader: EntryReviewService,
  page: async (reviews, tx, _principal, { status, cursor, limit }) => {
    const { data, page } = await reviews.list(tx, status, cursor, limit);
    return { data: data.map((row) => reviewViewOf(row, reviews.now())), page };
  },
  columns: [
    { key: 'id', titleZh: '复核编号', kind: 'code', of: (row) => row.id },
    { key: 'entryId', titleZh: '记录标识', kind: 'code', of: (row) => row.entryId },
    { key: 'department', titleZh: '认定单位', kind: 'code', of: (row) => row.department },
    { key: 'reason', titleZh: '复核原因', kind: 'code', of: (row) => row.reason },
    { key: 'byEntryId', titleZh: '引起复核的记录', kind: 'code', of: (row) => row.byEntryId },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'raisedAt', titleZh: '提出时间', kind: 'instant', of: (row) => row.raisedAt },
    { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (row) => row.dueAt },
    { key: 'overdue', titleZh: '逾期', kind: 'flag', of: (row) => row.overdue },
    { key: 'outcomeReason', titleZh: '处理理由', kind: 'text', of: (row) => row.outcomeReason },
    { key: 'decidedBy', titleZh: '处理人', kind: 'code', of: (row) => row.decidedBy },
    { key: 'decidedAt', titleZh: '处理时间', kind: 'instant', of: (row) => row.decidedAt },
  ],
});

export const agreementExport = exportOf({
  path: 'recognition-agreements',
  titleZh: '互认协议',
  tag: '名单互认',
  query: pageQuerySchema,
  reader: Clock,
  page: (_clock, tx, _principal, { cursor, limit }) => readAgreements(tx, cursor, limit),
  columns: [
    { key: 'id', titleZh: '协议编号', kind: 'code', of: (row) => row.id },
    { key: 'regionCode', titleZh: '对方地区', kind: 'code', of: (row) => row.regionCode },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'validFrom', titleZh: '有效期自', kind: 'date', of: (row) => row.validFrom },
    { key: 'validTo', titleZh: '有效期至', kind: 'date', of: (row) => row.validTo },
    { key: 'documentName', titleZh: '文件', kind: 'text', of: (row) => row.document.name },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.document.number },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'proposedBy', titleZh: '拟定人', kind: 'code', of: (row) => row.proposedBy },
    { key: 'decidedBy', titleZh: '确认人', kind: 'code', of: (row) => row.decidedBy },
    { key: 'endsOn', titleZh: '终止日', kind: 'date', of: (row) => row.end?.endsOn ?? null },
    { key: 'endDocumentNo', titleZh: '终止文号', kind: 'code', of: (row) => row.end?.documentNo ?? null },
    { key: 'endDecidedBy', titleZh: '终止确认人', kind: 'code', of: (row) => row.end?.decidedBy ?? null },
  ],
});

export const questionExport = exportOf({
  path: 'source-questions',
  titleZh: '来源核实',
  tag: '来源核实',
  roles: endedReaders,
  query: questionQuerySchema,
  reader: SourceQuestionService,
  page: (questions, tx, _principal, { status, cursor, limit }) => questions.list(tx, status, cursor, limit),
  columns: [
    { key: 'id', titleZh: '核实编号', kind: 'code', of: (row) => row.id },
    { key: 'number', titleZh: '记录编号', kind: 'code', of: (row) => row.number },
    { key: 'sourceRecordId', titleZh: '来源记录号', kind: 'code', of: (row) => row.sourceRecordId },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'department', titleZh: '认定单位', kind: 'code', of: (row) => row.department },
    { key: 'jobId', titleZh: '导入作业', kind: 'code', of: (row) => row.jobId },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'askedAt', titleZh: '提出时间', kind: 'instant', of: (row) => row.askedAt },
    { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (row) => row.dueAt },
    { key: 'isOverdue', titleZh: '逾期', kind: 'flag', of: (row) => row.isOverdue },
    { key: 'answeredBy', titleZh: '答复人', kind: 'code', of: (row) => row.answeredBy },
    { key: 'answeredAt', titleZh: '答复时间', kind: 'instant', of: (row) => row.answeredAt },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    { key: 'reason', titleZh: '理由', kind: 'text', of: (row) => row.reason },
  ],
});
