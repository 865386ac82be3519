import { idSchema, pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { importErrorQuerySchema, importHistorySchema } from './import.controller.ts';
import { ImportService } from './import.service.ts';
import { MatchJobService } from './match-job.service.ts';

/** What a preview foretells of rows, and the rows themselves, stay in the system: they may name a person. */
export const importExport = exportOf({
  path: 'imports',
  titleZh: '导入历史',
  tag: '导入与作业',
  query: importHistorySchema,
  reader: ImportService,
  page: (imports, tx, _principal, { kind, status, createdFrom, createdTo, ...page }) =>
    imports.readHistory(tx, { kind, statuses: status, createdFrom, createdTo }, page),
  columns: [
    { key: 'id', titleZh: '作业编号', kind: 'code', of: (row) => row.id },
    { key: 'kind', titleZh: '导入种类', kind: 'code', of: (row) => row.kind },
    { key: 'mode', titleZh: '方式', kind: 'code', of: (row) => row.mode },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'fileName', titleZh: '文件', kind: 'text', of: (row) => row.file.name },
    { key: 'layout', titleZh: '识别的版式', kind: 'text', of: (row) => row.file.layout },
    { key: 'total', titleZh: '总行数', kind: 'number', of: (row) => row.progress.total },
    { key: 'succeeded', titleZh: '成功', kind: 'number', of: (row) => row.progress.succeeded },
    { key: 'failed', titleZh: '失败', kind: 'number', of: (row) => row.progress.failed },
    { key: 'warned', titleZh: '提醒', kind: 'number', of: (row) => row.progress.warned },
    { key: 'failure', titleZh: '整体失败原因', kind: 'text', of: (row) => row.failure },
    { key: 'remarks', titleZh: '备注', kind: 'text', of: (row) => row.remarks.join('；') },
    { key: 'confirmedBy', titleZh: '确认人', kind: 'code', of: (row) => row.confirmed?.by ?? null },
    { key: 'undoneBy', titleZh: '撤销人', kind: 'code', of: (row) => row.undone?.by ?? null },
    { key: 'undoneAt', titleZh: '撤销时间', kind: 'instant', of: (row) => row.undone?.at ?? null },
    { key: 'createdAt', titleZh: '提交时间', kind: 'instant', of: (row) => row.createdAt },
    { key: 'startedAt', titleZh: '开始时间', kind: 'instant', of: (row) => row.startedAt },
    { key: 'finishedAt', titleZh: '结束时间', kind: 'instant', of: (row) => row.finishedAt },
  ],
});

/** The rows of one job that were refused, as its screen lists them. The sender's own file with the reasons is the error workbook. */
export const importErrorExport = exportOf({
  path: 'jobs/errors',
  titleZh: '未导入的行',
  tag: '导入与作业',
  query: importErrorQuerySchema.extend({ jobId: idSchema }),
  reader: ImportService,
  page: (imports, tx, _principal, { jobId, ...query }) => imports.readErrors(tx, jobId, query),
  columns: [
    { key: 'line', titleZh: '行号', kind: 'number', of: (row) => row.line },
    { key: 'field', titleZh: '列', kind: 'text', of: (row) => row.field },
    { key: 'code', titleZh: '错误代码', kind: 'code', of: (row) => row.code },
    { key: 'reason', titleZh: '原因', kind: 'text', of: (row) => row.reason },
    { key: 'remedy', titleZh: '改正办法', kind: 'text', of: (row) => row.remedy },
    {
      key: 'others',
      titleZh: '同一行的其他错误',
      kind: 'text',
      of: (row) => row.others.map((fault) => `${fault.field === null ? '' : `${fault.field}：`}${fault.reason}`).join('；'),
    },
  ],
});

export const matchJobExport = exportOf({
  path: 'match-jobs',
  titleZh: '比对作业',
  tag: '比对',
  roles: ['DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'],
  query: pageQuerySchema,
  reader: MatchJobService,
  page: (jobs, tx, _principal, query) => jobs.readPage(tx, query.cursor, query.limit),
  columns: [
    { key: 'id', titleZh: '作业编号', kind: 'code', of: (row) => row.id },
    { key: 'scope', titleZh: '比对范围', kind: 'code', of: (row) => row.scope },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'done', titleZh: '已比对', kind: 'number', of: (row) => row.progress.done },
    { key: 'matched', titleZh: '一致', kind: 'number', of: (row) => row.progress.matched },
    { key: 'toReview', titleZh: '待核', kind: 'number', of: (row) => row.progress.toReview },
    { key: 'unmatched', titleZh: '未比中', kind: 'number', of: (row) => row.progress.unmatched },
    { key: 'faulty', titleZh: '不能读取', kind: 'number', of: (row) => row.progress.faulty },
    { key: 'failure', titleZh: '失败原因', kind: 'text', of: (row) => row.failure },
    { key: 'registerVersion', titleZh: '登记簿版本', kind: 'number', of: (row) => row.registerVersion },
    { key: 'createdAt', titleZh: '提交时间', kind: 'instant', of: (row) => row.createdAt },
    { key: 'finishedAt', titleZh: '结束时间', kind: 'instant', of: (row) => row.finishedAt },
  ],
});
