import { type Principal, seesWholeCity } from '@lianxin/contracts';
import { beijingText, type TableNotes } from '@lianxin/tables';
import type { ExportedList } from './export.list.ts';
import type { ExportRequest } from './export.request.ts';

/** What is told of an export beside its rows: the last sheet of a workbook, and the answer about a job. */
export function notesOf(
  list: ExportedList,
  request: ExportRequest,
  facts: {
    readonly id: string;
    readonly exporter: Pick<Principal, 'id' | 'roles' | 'departments' | 'displayName'>;
    readonly at: Date;
    readonly rows: number;
  },
): TableNotes {
  const { exporter } = facts;
  const scope = seesWholeCity({ ...exporter, kind: 'PERSON' }) ? '全市' : `部门 ${exporter.departments.join('、')}`;
  const filter = Object.entries(request.filter);
  return [
    ['名单', list.titleZh],
    ['数据时间', `${beijingText(facts.at.toISOString()) ?? ''}（北京时间；全部行取自同一时刻）`],
    ['行数', String(facts.rows)],
    ['导出人', exporter.displayName === '' ? exporter.id : `${exporter.displayName}（${exporter.id}）`],
    ['数据范围', scope],
    ...(filter.length === 0 ? [['筛选条件', '无'] as const] : filter.map(([name, value]) => [`筛选条件 ${name}`, value] as const)),
    ['导出列', request.columns.join('、')],
    ['水印编号', facts.id],
    ['自然人', '以代码代替姓名和证件号码（同一人代码相同）；需要身份信息时在系统中说明用途查看，查看留痕'],
    ['提示', '导出已记录。国家机关工作人员泄露在履行职责中知悉的居民身份信息的，依法承担责任（居民身份证法第十九条）'],
  ];
}

/** Printed on every page. */
export function footerOf(id: string, exporter: Pick<Principal, 'id' | 'displayName'>): string {
  return `水印编号 ${id} 导出人 ${exporter.displayName === '' ? exporter.id : exporter.displayName}`;
}
