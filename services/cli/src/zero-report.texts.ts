import type { Language } from './options.ts';

const zh = {
  description: '零报告：每部门、每名单、每季度一份',
  ls: '零报告列表，新的季度在前',
  quarter: '季度，如 2026Q4',
  status: '状态，逗号分隔：OPEN（待报送）、PENDING（待审核）、VALID（已生效）、AUTOMATIC（窗口自动报送）',
  limit: '最多显示几条',
  submit: '报送：本季度该名单无触发，一次即为其下全部任务',
  remark: '备注',
  approve: '审核通过（须由提交人以外的人）',
  reject: '审核退回',
  reason: '退回原因',
  id: '零报告标识',
  none: '没有零报告',
  ask: (id: string) => `确认零报告 ${id}：本季度该名单的任务均无触发？`,
  statuses: { OPEN: '待报送', PENDING: '待审核', VALID: '已生效', AUTOMATIC: '窗口自动报送' } as Readonly<Record<string, string>>,
  columns: {
    id: '标识',
    quarter: '季度',
    department: '部门',
    list: '名单',
    status: '状态',
    due: '期限',
    asked: '应报任务',
    automatic: '窗口自动',
    given: '已记入',
  },
};

const en: typeof zh = {
  description: 'zero reports: one per department, list and quarter',
  ls: 'zero reports, newest quarter first',
  quarter: 'quarter, such as 2026Q4',
  status: 'states, comma separated: OPEN, PENDING, VALID, AUTOMATIC',
  limit: 'how many at most',
  submit: 'report that nothing was triggered in the quarter, once for every task of the list',
  remark: 'remark',
  approve: 'let it count (somebody other than its author)',
  reject: 'send it back',
  reason: 'why',
  id: 'id of the report',
  none: 'no zero reports',
  ask: (id: string) => `Zero report ${id}: nothing was triggered for this list in the quarter?`,
  statuses: { OPEN: 'open', PENDING: 'to approve', VALID: 'valid', AUTOMATIC: 'by windows' },
  columns: {
    id: 'id',
    quarter: 'quarter',
    department: 'department',
    list: 'list',
    status: 'status',
    due: 'due',
    asked: 'tasks asked',
    automatic: 'by windows',
    given: 'recorded',
  },
};

/** Words of `lianxin zero-report`. */
export function zeroReportTextsOf(language: Language): typeof zh {
  return language === 'en' ? en : zh;
}
