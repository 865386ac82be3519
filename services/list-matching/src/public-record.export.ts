import { publicRecordQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { PublicRecordService } from './public-record.service.ts';

const amount = (text: string | undefined) => (text === undefined ? null : Number(text));

export const publicRecordExport = exportOf({
  path: 'public-records',
  titleZh: '公示记录',
  tag: '公示记录',
  query: publicRecordQuerySchema,
  reader: PublicRecordService,
  page: (records, tx, principal, query) => records.list(tx, principal, query),
  columns: [
    { key: 'number', titleZh: '记录编号', kind: 'code', of: (row) => row.number },
    { key: 'kind', titleZh: '类别', kind: 'code', of: (row) => row.kind },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'reason', titleZh: '原因', kind: 'code', of: (row) => row.reason },
    { key: 'departmentCode', titleZh: '报送部门', kind: 'code', of: (row) => row.departmentCode },
    {
      key: 'subjectName',
      titleZh: '行政相对人',
      kind: 'text',
      of: ({ subject }, persons) => persons.name(subject.kind, subject.name, subject.id),
    },
    { key: 'subjectKind', titleZh: '相对人类别', kind: 'code', of: (row) => row.subject.kind },
    { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: (row) => row.subject.usccCode },
    { key: 'documentName', titleZh: '文书名称', kind: 'text', of: (row) => row.document.name },
    { key: 'documentNumber', titleZh: '文书号', kind: 'code', of: (row) => row.document.number },
    { key: 'decidedOn', titleZh: '决定日期', kind: 'date', of: (row) => row.decidedOn },
    { key: 'authority', titleZh: '决定机关', kind: 'text', of: (row) => row.authority.name },
    { key: 'grade', titleZh: '失信等级', kind: 'code', of: (row) => row.grade },
    { key: 'categories', titleZh: '处罚类别', kind: 'code', of: (row) => row.penalty?.categories?.join('、') ?? null },
    {
      key: 'detail',
      titleZh: '内容',
      kind: 'text',
      of: (row) => row.penalty?.detail ?? row.licence?.detail ?? row.abnormal?.reason ?? null,
    },
    { key: 'fineWan', titleZh: '罚款金额（万元）', kind: 'number', of: (row) => amount(row.penalty?.fineWan) },
    { key: 'confiscatedWan', titleZh: '没收金额（万元）', kind: 'number', of: (row) => amount(row.penalty?.confiscatedWan) },
    { key: 'validFrom', titleZh: '有效期自', kind: 'date', of: (row) => row.validFrom },
    { key: 'validTo', titleZh: '有效期至', kind: 'date', of: (row) => row.validTo },
    { key: 'publicUntil', titleZh: '公示截止期', kind: 'date', of: (row) => row.publicUntil },
    { key: 'publishDueOn', titleZh: '公示期限', kind: 'date', of: (row) => row.publishDueOn },
    { key: 'publishedOn', titleZh: '公示日期', kind: 'date', of: (row) => row.publishedOn },
    { key: 'withdrawDueOn', titleZh: '撤回期限', kind: 'date', of: (row) => row.withdrawDueOn },
    { key: 'withdrawnOn', titleZh: '撤回日期', kind: 'date', of: (row) => row.withdrawnOn },
    { key: 'disputed', titleZh: '异议处理中', kind: 'flag', of: (row) => row.disputed },
    { key: 'inReview', titleZh: '复议诉讼中', kind: 'flag', of: (row) => row.inReview !== null },
    { key: 'late', titleZh: '超期', kind: 'flag', of: (row) => row.late },
    { key: 'id', titleZh: '记录标识', kind: 'code', of: (row) => row.id },
  ],
});
