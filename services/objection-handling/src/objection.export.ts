import { exportOf } from '@lianxin/exports';
import { ObjectionReader } from './objection.reader.ts';
import { objectionFilterSchema } from './objection.schemas.ts';

/** The list of objections as it is on the screen; it names no person. */
export const objectionExport = exportOf({
  path: 'objections',
  titleZh: '异议',
  tag: '异议',
  query: objectionFilterSchema,
  reader: ObjectionReader,
  page: (reader, tx, principal, query) => reader.page(tx, principal, query),
  columns: [
    { key: 'number', titleZh: '编号', kind: 'code', of: (row) => row.number },
    { key: 'status', titleZh: '状态', kind: 'text', of: (row) => row.statusZh },
    { key: 'targetNumber', titleZh: '异议对象', kind: 'code', of: (row) => row.target.number },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.target.listCode },
    { key: 'kinds', titleZh: '事由', kind: 'text', of: (row) => row.kinds.join('、') },
    { key: 'sourceDepartment', titleZh: '来源单位', kind: 'code', of: (row) => row.sourceDepartment },
    { key: 'channel', titleZh: '渠道', kind: 'code', of: (row) => row.channel },
    { key: 'receivedOn', titleZh: '收到日期', kind: 'date', of: (row) => row.receivedOn },
    { key: 'outcome', titleZh: '结论', kind: 'code', of: (row) => row.outcome },
    { key: 'dueOn', titleZh: '期限', kind: 'date', of: (row) => row.dueOn },
  ],
});
