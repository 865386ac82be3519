import { exportOf } from '@lianxin/exports';
import { type FigureView, rowsQuerySchema, type StatsRow, statsQuerySchema } from './stats.schemas.ts';
import { StatsService } from './stats.service.ts';

const end = { nextCursor: null, hasMore: false };
const common = { tag: '统计', reader: StatsService };

const figureColumns = [
  { key: 'code', titleZh: '指标编码', kind: 'code', of: (row: { figure: FigureView }) => row.figure.code },
  { key: 'nameZh', titleZh: '指标', kind: 'text', of: (row: { figure: FigureView }) => row.figure.nameZh },
  { key: 'numerator', titleZh: '分子', kind: 'number', of: (row: { figure: FigureView }) => row.figure.numerator },
  { key: 'denominator', titleZh: '分母', kind: 'number', of: (row: { figure: FigureView }) => row.figure.denominator },
  { key: 'value', titleZh: '数值', kind: 'number', of: (row: { figure: FigureView }) => row.figure.value },
  { key: 'display', titleZh: '显示', kind: 'code', of: (row: { figure: FigureView }) => row.figure.display },
  { key: 'correction', titleZh: '关账后更正', kind: 'code', of: (row: { figure: FigureView }) => row.figure.correction?.display ?? null },
] as const;

export const overviewExport = exportOf({
  ...common,
  path: 'stats/overview',
  titleZh: '总览指标',
  query: statsQuerySchema,
  page: async (stats, tx, principal, query) => {
    const { entries, tasks, figures } = await stats.readOverview(tx, principal, query);
    return { data: [...entries, ...tasks, ...figures].map((figure) => ({ figure })), page: end };
  },
  columns: figureColumns,
});

export const departmentStatsExport = exportOf({
  ...common,
  path: 'stats/departments',
  titleZh: '分部门指标',
  query: statsQuerySchema,
  page: async (stats, tx, principal, query) => {
    const { data } = await stats.readDepartments(tx, principal, query);
    return { data: data.flatMap((department) => department.figures.map((figure) => ({ department, figure }))), page: end };
  },
  columns: [
    { key: 'departmentCode', titleZh: '部门编码', kind: 'code', of: ({ department }) => department.departmentCode },
    { key: 'departmentNameZh', titleZh: '部门', kind: 'text', of: ({ department }) => department.departmentNameZh },
    { key: 'supervised', titleZh: '纳入督办', kind: 'flag', of: ({ department }) => department.supervised },
    ...figureColumns,
  ],
});

export const rankingExport = exportOf({
  ...common,
  path: 'stats/ranking',
  titleZh: '部门排名',
  query: statsQuerySchema,
  page: async (stats, tx, principal, query) => {
    const { ranked, unranked } = await stats.readRanking(tx, principal, query);
    return { data: [...ranked.map((one) => ({ ...one, reason: null })), ...unranked.map((one) => ({ ...one, ...notRanked }))], page: end };
  },
  columns: [
    { key: 'group', titleZh: '组别', kind: 'code', of: (row) => row.group },
    { key: 'rank', titleZh: '名次', kind: 'number', of: (row) => row.rank },
    { key: 'departmentCode', titleZh: '部门编码', kind: 'code', of: (row) => row.departmentCode },
    { key: 'departmentNameZh', titleZh: '部门', kind: 'text', of: (row) => row.departmentNameZh },
    { key: 'score', titleZh: '得分', kind: 'number', of: (row) => row.score },
    { key: 'colour', titleZh: '等次', kind: 'code', of: (row) => row.colour },
    { key: 'dueCycles', titleZh: '到期周期', kind: 'number', of: (row) => row.dueCycles },
    { key: 'overdueDays', titleZh: '逾期天数', kind: 'number', of: (row) => row.overdueDays },
    { key: 'reason', titleZh: '不排名原因', kind: 'code', of: (row) => row.reason },
  ],
});
const notRanked = { group: null, rank: null, score: null, colour: null, overdueDays: null };

/** The person or organisation of a row stands under a code: figures name nobody. */
const subjectOf = (row: StatsRow) => row.task?.partySubjectId ?? row.case?.partySubjectId ?? row.entry?.subjectId;

export const statsRowExport = exportOf({
  ...common,
  path: 'stats/rows',
  titleZh: '指标明细',
  query: rowsQuerySchema,
  page: (stats, tx, principal, query) => stats.readRows(tx, principal, query),
  columns: [
    { key: 'figure', titleZh: '指标编码', kind: 'code', of: (row) => row.figure },
    { key: 'counted', titleZh: '计入分子', kind: 'flag', of: (row) => row.counted },
    { key: 'numerator', titleZh: '计入分子数', kind: 'number', of: (row) => row.amounts.numerator },
    { key: 'denominator', titleZh: '计入分母数', kind: 'number', of: (row) => row.amounts.denominator },
    { key: 'day', titleZh: '计入日期', kind: 'date', of: (row) => row.day },
    { key: 'departmentCode', titleZh: '部门编码', kind: 'code', of: (row) => row.departmentCode },
    { key: 'departmentNameZh', titleZh: '部门', kind: 'text', of: (row) => row.departmentNameZh },
    { key: 'listCodes', titleZh: '名单', kind: 'code', of: (row) => row.listCodes.join('、') },
    {
      key: 'subject',
      titleZh: '主体代码',
      kind: 'code',
      of: (row, persons) => {
        const subject = subjectOf(row);
        return subject === undefined ? null : persons.code(subject);
      },
    },
    { key: 'taskId', titleZh: '任务编号', kind: 'code', of: (row) => row.task?.id ?? row.case?.taskId ?? row.feedback?.taskId ?? null },
    { key: 'cycle', titleZh: '周期', kind: 'number', of: (row) => row.task?.cycle ?? row.feedback?.cycle ?? null },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.task?.status ?? row.entry?.status ?? null },
    { key: 'measureCode', titleZh: '措施编码', kind: 'code', of: (row) => row.task?.measureCode ?? row.case?.measureCode ?? null },
    { key: 'measureNameZh', titleZh: '措施', kind: 'text', of: (row) => row.task?.measureNameZh ?? row.case?.measureNameZh ?? null },
    { key: 'entryNumber', titleZh: '名单记录', kind: 'code', of: (row) => row.entry?.number ?? null },
    { key: 'caseId', titleZh: '案例编号', kind: 'code', of: (row) => row.case?.id ?? null },
    { key: 'recordId', titleZh: '其他记录', kind: 'code', of: (row) => row.record?.id ?? null },
    { key: 'dispatchedAt', titleZh: '下发时间', kind: 'instant', of: (row) => row.task?.dispatchedAt ?? null },
    { key: 'acknowledgedAt', titleZh: '签收时间', kind: 'instant', of: (row) => row.task?.acknowledgedAt ?? null },
    { key: 'dueAt', titleZh: '期限', kind: 'instant', of: (row) => row.task?.dueAt ?? null },
  ],
});
