import { exportOf } from '@lianxin/exports';
import { checkQuerySchema } from './check.controller.ts';
import { CheckService } from './check.service.ts';
import type { CheckRow } from './check.store.ts';
import { CheckIncidentReader, incidentQuerySchema } from './check-incident.controller.ts';

/** The strictest of what the clerk was shown; empty for a check without a prompt. */
function strictest({ cards }: CheckRow): string | null {
  const shown = cards.map(({ card }) => card.indicator);
  return (['critical', 'warning', 'info'] as const).find((indicator) => shown.includes(indicator)) ?? null;
}

/** The record of checks: matters, prompts and measures. The texts of the prompts stay in the system, for they may name somebody. */
export const checkExport = exportOf({
  path: 'checks',
  titleZh: '核查记录',
  tag: '窗口核查',
  query: checkQuerySchema,
  reader: CheckService,
  page: (checks, tx, _principal, query) => checks.readPage(tx, query),
  columns: [
    { key: 'number', titleZh: '核查单号', kind: 'code', of: (row) => row.number },
    { key: 'askedAt', titleZh: '核查时间', kind: 'instant', of: (row) => row.asked_at.toISOString() },
    { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (row) => row.department_code },
    { key: 'matterCode', titleZh: '事项', kind: 'code', of: (row) => row.matter_code },
    { key: 'caseNo', titleZh: '办件号', kind: 'code', of: (row) => row.case_no },
    { key: 'operatorId', titleZh: '经办人', kind: 'code', of: (row) => row.operator_id },
    { key: 'degraded', titleZh: '先登记后核查', kind: 'flag', of: (row) => row.degraded },
    { key: 'subjects', titleZh: '核查主体数', kind: 'number', of: (row) => row.subjects.length },
    {
      key: 'usccCodes',
      titleZh: '统一社会信用代码',
      kind: 'code',
      of: (row) => row.subjects.flatMap(({ usccCode }) => usccCode ?? []).join('、'),
    },
    {
      key: 'persons',
      titleZh: '自然人代码',
      kind: 'code',
      of: (row, persons) =>
        row.subjects
          .flatMap(({ usccCode, subjectId }) => (usccCode === null && subjectId !== null ? persons.code(subjectId) : []))
          .join('、'),
    },
    { key: 'identities', titleZh: '身份核对', kind: 'code', of: (row) => row.subjects.map(({ identity }) => identity).join('、') },
    { key: 'prompts', titleZh: '提示数', kind: 'number', of: (row) => row.cards.length },
    { key: 'strictest', titleZh: '最严提示', kind: 'code', of: strictest },
    {
      key: 'measureCodes',
      titleZh: '措施',
      kind: 'code',
      of: (row) => [...new Set(row.cards.flatMap(({ card }) => card.suggestions.map(({ measureId }) => measureId)))].join('、'),
    },
    { key: 'id', titleZh: '核查标识', kind: 'code', of: (row) => row.id },
  ],
});

/** What checks showed to be wrong. What clerks and the office wrote about it stays in the system, for it may name somebody (R-8-8, decision 0010). */
export const checkIncidentExport = exportOf({
  path: 'check-incidents',
  titleZh: '核查异常',
  tag: '窗口核查',
  query: incidentQuerySchema,
  reader: CheckIncidentReader,
  page: (reader, tx, _principal, query) => reader.readPage(tx, query),
  columns: [
    { key: 'cause', titleZh: '原因', kind: 'code', of: (row) => row.cause },
    { key: 'checkNumber', titleZh: '核查单号', kind: 'code', of: (row) => row.checkNumber },
    { key: 'matterCode', titleZh: '事项', kind: 'code', of: (row) => row.matterCode },
    { key: 'caseNo', titleZh: '办件号', kind: 'code', of: (row) => row.caseNo },
    { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (row) => row.departmentCode },
    { key: 'entryId', titleZh: '名单记录', kind: 'code', of: (row) => row.entryId },
    { key: 'hasComment', titleZh: '有窗口说明', kind: 'flag', of: (row) => row.comment !== null },
    { key: 'raisedAt', titleZh: '提出时间', kind: 'instant', of: (row) => row.raisedAt },
    { key: 'closedBy', titleZh: '办结人', kind: 'code', of: (row) => row.closedBy },
    { key: 'closedAt', titleZh: '办结时间', kind: 'instant', of: (row) => row.closedAt },
  ],
});
