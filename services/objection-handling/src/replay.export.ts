import { idSchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { ReplayReader } from './replay.reader.ts';
import { diffFilterSchema, replayFilterSchema } from './replay.schemas.ts';

/** The list of replays as it is on the screen. */
export const replayExport = exportOf({
  path: 'replays',
  titleZh: '回放',
  tag: '回放',
  roles: ['REPLAY_ADMIN', 'CREDIT_OFFICE', 'SUPERVISOR', 'AUDITOR', 'DEPT_APPROVER'],
  query: replayFilterSchema,
  reader: ReplayReader,
  page: (reader, tx, principal, query) => reader.page(tx, principal, query),
  columns: [
    { key: 'id', titleZh: '标识', kind: 'code', of: (row) => row.id },
    { key: 'status', titleZh: '状态', kind: 'text', of: (row) => row.statusZh },
    { key: 'ground', titleZh: '事由', kind: 'code', of: (row) => row.ground },
    { key: 'documentNo', titleZh: '文号', kind: 'text', of: (row) => row.documentNo },
    { key: 'reason', titleZh: '理由', kind: 'text', of: (row) => row.reason },
    { key: 'ticketNo', titleZh: '工单', kind: 'text', of: (row) => row.ticketNo },
    { key: 'cases', titleZh: '案件数', kind: 'number', of: (row) => row.cases },
    { key: 'story', titleZh: '差异', kind: 'text', of: (row) => row.story },
    { key: 'sideEffects', titleZh: '对外影响', kind: 'code', of: (row) => row.sideEffects },
    { key: 'requestedBy', titleZh: '提出人', kind: 'code', of: (row) => row.requestedBy },
    { key: 'approvedBy', titleZh: '批准人', kind: 'code', of: (row) => row.approvedBy },
    { key: 'appliedOn', titleZh: '执行日期', kind: 'date', of: (row) => row.appliedOn },
  ],
});

const listed = (value: unknown) => (Array.isArray(value) ? value.join('、') : value === null || value === undefined ? null : String(value));

/** The difference of one replay, row by row, with the filters of its screen. */
export const replayDifferenceExport = exportOf({
  path: 'replays/diff',
  titleZh: '回放差异',
  tag: '回放',
  roles: ['REPLAY_ADMIN', 'CREDIT_OFFICE', 'SUPERVISOR', 'AUDITOR', 'DEPT_APPROVER'],
  query: diffFilterSchema.extend({ replayId: idSchema }),
  reader: ReplayReader,
  page: (reader, tx, _principal, query) => reader.differenceOf(tx, query.replayId, query),
  columns: [
    { key: 'entryId', titleZh: '案件', kind: 'code', of: (row) => row.entryId },
    { key: 'kind', titleZh: '种类', kind: 'code', of: (row) => row.kind },
    { key: 'action', titleZh: '变化', kind: 'code', of: (row) => row.action },
    { key: 'id', titleZh: '对象', kind: 'code', of: (row) => row.id },
    { key: 'departmentCode', titleZh: '部门', kind: 'code', of: (row) => row.departmentCode },
    { key: 'measureCode', titleZh: '措施', kind: 'code', of: (row) => listed(row.facts['measureCode']) },
    { key: 'number', titleZh: '名单记录', kind: 'code', of: (row) => listed(row.facts['number']) },
    { key: 'clause', titleZh: '规则', kind: 'text', of: (row) => listed(row.facts['clause']) },
    { key: 'keptBy', titleZh: '保留依据', kind: 'code', of: (row) => listed(row.facts['keptBy']) },
    { key: 'found', titleZh: '不一致', kind: 'text', of: (row) => listed(row.facts['found']) },
  ],
});
