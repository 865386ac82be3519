import { taskQuerySchema } from '@lianxin/contracts';
import { type ExportColumn, exportOf } from '@lianxin/exports';
import { type QueueRow, QueueService } from './queue.service.ts';

/** Columns of a queue; a task is known again by its id, in the system and in a file that comes back. */
const columns: readonly ExportColumn<QueueRow>[] = [
  { key: 'id', titleZh: '任务编号', kind: 'code', of: ({ view }) => view.id },
  { key: 'version', titleZh: '版本', kind: 'number', of: ({ view }) => view.version },
  { key: 'departmentCode', titleZh: '执行部门', kind: 'code', of: ({ view }) => view.departmentCode },
  { key: 'status', titleZh: '状态', kind: 'code', of: ({ view }) => view.status },
  {
    key: 'partyName',
    titleZh: '当事人',
    kind: 'text',
    of: ({ view, partySubjectId }, persons) => persons.name(view.party.kind, view.party.name, partySubjectId),
  },
  { key: 'partyKind', titleZh: '当事人类别', kind: 'code', of: ({ view }) => view.party.kind },
  { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: ({ view }) => view.party.usccCode },
  { key: 'partyRole', titleZh: '当事人身份', kind: 'code', of: ({ view }) => view.partyRole },
  { key: 'measureCode', titleZh: '措施编码', kind: 'code', of: ({ view }) => view.measureCode },
  { key: 'measureNameZh', titleZh: '措施', kind: 'text', of: ({ view }) => view.measureNameZh },
  { key: 'class', titleZh: '措施分类', kind: 'code', of: ({ view }) => view.class },
  { key: 'force', titleZh: '效力', kind: 'code', of: ({ view }) => view.force },
  { key: 'trigger', titleZh: '触发方式', kind: 'code', of: ({ view }) => view.trigger },
  { key: 'role', titleZh: '牵头或配合', kind: 'code', of: ({ view }) => view.role },
  { key: 'kind', titleZh: '任务类型', kind: 'code', of: ({ view }) => view.kind },
  { key: 'cycle', titleZh: '周期', kind: 'number', of: ({ view }) => view.cycle },
  { key: 'dispatchedAt', titleZh: '下发时间', kind: 'instant', of: ({ view }) => view.dispatchedAt },
  { key: 'dueAt', titleZh: '期限', kind: 'instant', of: ({ view }) => view.dueAt },
  { key: 'remainingWorkdays', titleZh: '剩余工作日', kind: 'number', of: ({ view }) => view.remainingWorkdays },
  { key: 'overdue', titleZh: '超期', kind: 'flag', of: ({ view }) => view.overdue },
  { key: 'entryNumbers', titleZh: '名单记录', kind: 'code', of: ({ view }) => view.bases.map((basis) => basis.entryNumber).join('、') },
  { key: 'listCodes', titleZh: '名单', kind: 'code', of: ({ view }) => [...new Set(view.bases.map((basis) => basis.listCode))].join('、') },
  { key: 'explanation', titleZh: '任务由来', kind: 'text', of: ({ view }) => view.explanation.textZh },
  {
    key: 'clauses',
    titleZh: '依据',
    kind: 'text',
    of: ({ view }) => view.explanation.clauses.map(({ document, article }) => `${document}${article ?? ''}`).join('；'),
  },
];

const queue = { tag: '任务', query: taskQuerySchema, reader: QueueService, columns };

export const taskExport = exportOf({
  ...queue,
  path: 'tasks',
  titleZh: '任务',
  page: (reader, tx, principal, query) => reader.readTasks(tx, principal, query),
});

export const noticeExport = exportOf({
  ...queue,
  path: 'notices',
  titleZh: '信息告知',
  page: (reader, tx, principal, query) => reader.readNotices(tx, principal, query),
});
