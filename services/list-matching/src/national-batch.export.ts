import { idSchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { Clock } from '@lianxin/platform';
import { endedReaders } from './ended-entry.rules.ts';
import { batchQuerySchema, batchRowQuerySchema, readBatches, readBatchRows } from './national-batch.controller.ts';
import { readVerifications, verificationQuerySchema } from './verification.controller.ts';

const batchRoles = ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR', 'SUPERVISOR'] as const;

export const batchExport = exportOf({
  path: 'list-batches',
  titleZh: '下发批次',
  tag: '下发批次核实',
  roles: batchRoles,
  query: batchQuerySchema,
  reader: Clock,
  page: (clock, tx, _principal, query) => readBatches(tx, query, clock.today()),
  columns: [
    { key: 'id', titleZh: '批次标识', kind: 'code', of: (row) => row.id },
    { key: 'batchNo', titleZh: '批次号', kind: 'code', of: (row) => row.batchNo },
    { key: 'origin', titleZh: '来源层级', kind: 'code', of: (row) => row.origin },
    { key: 'sourceName', titleZh: '下发平台', kind: 'text', of: (row) => row.sourceName },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    { key: 'issuedOn', titleZh: '下发日期', kind: 'date', of: (row) => row.issuedOn },
    { key: 'issue', titleZh: '第几次下发', kind: 'number', of: (row) => row.issue },
    { key: 'receivedAt', titleZh: '接收时间', kind: 'instant', of: (row) => row.receivedAt },
    { key: 'receivedBy', titleZh: '接收人', kind: 'code', of: (row) => row.receivedBy },
    { key: 'total', titleZh: '记录数', kind: 'number', of: (row) => row.rows.total },
    { key: 'review', titleZh: '待确认主体', kind: 'number', of: (row) => row.rows.review },
    { key: 'refused', titleZh: '不能列入', kind: 'number', of: (row) => row.rows.refused },
    { key: 'verifying', titleZh: '核实中', kind: 'number', of: (row) => row.rows.verifying },
    { key: 'settled', titleZh: '已核实', kind: 'number', of: (row) => row.rows.settled },
    { key: 'dismissed', titleZh: '非本市主体', kind: 'number', of: (row) => row.rows.dismissed },
    { key: 'matchDueOn', titleZh: '比对期限', kind: 'date', of: (row) => row.matchDueOn },
    { key: 'reportDueOn', titleZh: '上报期限', kind: 'date', of: (row) => row.reportDueOn },
    { key: 'dueOn', titleZh: '批次期限', kind: 'date', of: (row) => row.dueOn },
    { key: 'overdue', titleZh: '超期事项', kind: 'code', of: (row) => row.overdue.join('、') },
    { key: 'reportedAt', titleZh: '上报时间', kind: 'instant', of: (row) => row.reportedAt },
  ],
});

/** Rows of one batch, also those that have left their list since (R-7-1a): organisations only, a batch with a person is refused. */
export const batchRowExport = exportOf({
  path: 'list-batches/rows',
  titleZh: '批次记录',
  tag: '下发批次核实',
  roles: ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR'],
  query: batchRowQuerySchema.extend({ batchId: idSchema }),
  reader: Clock,
  page: (_clock, tx, _principal, { batchId, ...query }) => readBatchRows(tx, batchId, query),
  columns: [
    { key: 'line', titleZh: '行号', kind: 'number', of: (row) => row.line },
    { key: 'name', titleZh: '单位名称', kind: 'text', of: (row) => row.name },
    { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: (row) => row.usccCode },
    { key: 'list', titleZh: '名单', kind: 'text', of: (row) => row.list },
    { key: 'reason', titleZh: '列入原因', kind: 'text', of: (row) => row.reason },
    { key: 'designatingUnit', titleZh: '认定单位', kind: 'text', of: (row) => row.designatingUnit },
    { key: 'decisionNumber', titleZh: '决定文号', kind: 'code', of: (row) => row.decisionNumber },
    { key: 'decisionDate', titleZh: '决定日期', kind: 'date', of: (row) => row.decisionDate },
    { key: 'state', titleZh: '状态', kind: 'code', of: (row) => row.state },
    { key: 'grade', titleZh: '比对等级', kind: 'code', of: (row) => row.grade },
    { key: 'note', titleZh: '说明', kind: 'text', of: (row) => row.note },
    { key: 'matchedBy', titleZh: '确认人', kind: 'code', of: (row) => row.matchedBy },
    { key: 'verificationId', titleZh: '核实任务', kind: 'code', of: (row) => row.verificationId },
    { key: 'entryId', titleZh: '记录标识', kind: 'code', of: (row) => row.entryId },
    { key: 'effect', titleZh: '结果', kind: 'code', of: (row) => row.effect },
  ],
});

export const verificationExport = exportOf({
  path: 'verifications',
  titleZh: '核实任务',
  tag: '下发批次核实',
  roles: endedReaders,
  query: verificationQuerySchema,
  reader: Clock,
  page: (clock, tx, _principal, query) => readVerifications(tx, query, clock),
  columns: [
    { key: 'number', titleZh: '核实编号', kind: 'code', of: (row) => row.number },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'batchNo', titleZh: '批次号', kind: 'code', of: (row) => row.batchNo },
    { key: 'subjectName', titleZh: '单位名称', kind: 'text', of: (row) => row.subject.name },
    { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: (row) => row.subject.usccCode },
    { key: 'departmentCode', titleZh: '核实单位', kind: 'code', of: (row) => row.departmentCode },
    { key: 'industryDepartment', titleZh: '行业部门', kind: 'code', of: (row) => row.industryDepartment },
    { key: 'claimedBy', titleZh: '认领人', kind: 'code', of: (row) => row.claimedBy },
    { key: 'result', titleZh: '核实结果', kind: 'code', of: (row) => row.result },
    { key: 'dueOn', titleZh: '期限', kind: 'date', of: (row) => row.dueOn },
    { key: 'remainingWorkdays', titleZh: '剩余工作日', kind: 'number', of: (row) => row.remainingWorkdays },
    { key: 'overdue', titleZh: '逾期', kind: 'flag', of: (row) => row.overdue },
    { key: 'requestedAt', titleZh: '下达时间', kind: 'instant', of: (row) => row.requestedAt },
    { key: 'concludedAt', titleZh: '办结时间', kind: 'instant', of: (row) => row.concludedAt },
    { key: 'id', titleZh: '任务标识', kind: 'code', of: (row) => row.id },
  ],
});
