import { exportOf } from '@lianxin/exports';
import { sheetReaders } from './public-sheet.controller.ts';
import { PublicSheetService } from './public-sheet.service.ts';
import { sheetQuerySchema } from './public-sheet.view.ts';

export const publicSheetExport = exportOf({
  path: 'public-record-declarations',
  titleZh: '双公示应报数',
  tag: '双公示应报数',
  roles: [...sheetReaders],
  query: sheetQuerySchema,
  reader: PublicSheetService,
  page: (sheets, tx, _principal, query) => sheets.list(tx, query),
  columns: [
    { key: 'departmentCode', titleZh: '部门编码', kind: 'code', of: (row) => row.departmentCode },
    { key: 'kind', titleZh: '类别', kind: 'code', of: (row) => row.kind },
    { key: 'month', titleZh: '月份', kind: 'code', of: (row) => row.month },
    { key: 'declared', titleZh: '应报数', kind: 'number', of: (row) => row.declared },
    { key: 'reported', titleZh: '已报数', kind: 'number', of: (row) => row.reported },
    { key: 'talliedAt', titleZh: '统计时间', kind: 'instant', of: (row) => row.talliedAt },
    { key: 'no', titleZh: '填报次数', kind: 'number', of: (row) => row.declarations[0]?.no ?? null },
    { key: 'declaredAt', titleZh: '填报时间', kind: 'instant', of: (row) => row.declarations[0]?.at ?? null },
    { key: 'byOffice', titleZh: '信用办代登记', kind: 'flag', of: (row) => row.declarations[0]?.byOffice ?? null },
    { key: 'reason', titleZh: '更正理由', kind: 'text', of: (row) => row.declarations[0]?.reason ?? null },
    { key: 'id', titleZh: '填报标识', kind: 'code', of: (row) => row.id },
  ],
});
