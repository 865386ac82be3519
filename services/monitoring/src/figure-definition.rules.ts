import { listTypes, type TaskStatus } from '@lianxin/contracts';

/** RATE: numerator of denominator in a period. COUNT: rows of a period. STOCK: rows of now, whatever the period. MEDIAN: of days, in a period. */
export type FigureKind = 'RATE' | 'COUNT' | 'STOCK' | 'MEDIAN';
/** What a row of the figure is. */
export type FigureSource =
  | 'ENTRY'
  | 'TASK'
  | 'CASE'
  | 'FEEDBACK'
  | 'PLAN'
  | 'VERIFICATION'
  | 'PUBLIC_RECORD'
  | 'PUBLIC_REPORT'
  | 'PUBLIC_SHEET'
  | 'REPAIR'
  | 'OBJECTION'
  | 'URGE';
/** Which of the stored rows: all; those that were done; those done in time; done late; not done. */
export type RowPart = 'ALL' | 'DONE' | 'TIMELY' | 'LATE' | 'OPEN';

export interface FigureDefinition {
  readonly code: string;
  readonly nameZh: string;
  readonly kind: FigureKind;
  readonly source: FigureSource;
  /** Code under which its rows are stored: one row can serve several figures (K07 done, K08 done in time). */
  readonly rows: string;
  /** Of a rate; of a count the same as the numerator. */
  readonly denominator: RowPart;
  readonly numerator: RowPart;
  /** Only rows whose day has passed: a cycle of tomorrow is not overdue. */
  readonly pastOnly?: boolean;
}

const openStatuses: Partial<Record<TaskStatus, string>> = {
  DISPATCHED: '待签收任务',
  ACKNOWLEDGED: '已签收任务',
  RETURNED: '退回待定任务',
  IN_EXECUTION: '执行中任务',
  ARMED: '已布控任务',
  FED_BACK: '已反馈任务',
  ON_HOLD: '暂停执行任务',
  LIFTING: '解除中任务',
};
const listTypeNames: Record<(typeof listTypes)[number], string> = {
  BLACK: '黑名单',
  RED: '红名单',
  FOCUS: '重点关注名单',
  ABNORMAL: '异常名录',
};

function count(source: FigureSource, code: string, nameZh: string, kind: 'COUNT' | 'STOCK' = 'COUNT'): FigureDefinition {
  return { code, nameZh, kind, source, rows: code, denominator: 'ALL', numerator: 'ALL' };
}

function rate(source: FigureSource, code: string, nameZh: string, more: Partial<FigureDefinition> = {}): FigureDefinition {
  return { code, nameZh, kind: 'RATE', source, rows: code, denominator: 'ALL', numerator: 'DONE', ...more };
}

/** Every figure that is a number of stored rows (§10.1). The indicator's code comes first in the code of its parts. */
export const figureDefinitions: readonly FigureDefinition[] = [
  ...listTypes.map((type) => count('ENTRY', `K01-${type}`, `${listTypeNames[type]}归集量`)),
  count('ENTRY', 'ENTRIES-ACTIVE', '在列名单记录', 'STOCK'),
  ...Object.entries(openStatuses).map(([status, nameZh]) => count('TASK', `TASKS-${status}`, nameZh, 'STOCK')),
  rate('ENTRY', 'K02', '比对覆盖率', { numerator: 'TIMELY' }),
  rate('ENTRY', 'K03', '主体准确率'),
  rate('PLAN', 'K04', '分解覆盖率'),
  rate('TASK', 'K05', '响应率（签收率）'),
  rate('TASK', 'K06', '响应及时率', { rows: 'K05', denominator: 'DONE', numerator: 'TIMELY' }),
  rate('TASK', 'K07', '反馈率'),
  rate('TASK', 'K08', '反馈及时率', { rows: 'K07', numerator: 'TIMELY' }),
  rate('FEEDBACK', 'K09', '执行率'),
  count('FEEDBACK', 'K10', '触发命中数'),
  count('CASE', 'K11-PUNISH', '联合惩戒案例数'),
  count('CASE', 'K11-REWARD', '联合激励案例数'),
  rate('TASK', 'K14', '解除及时率', { numerator: 'TIMELY' }),
  rate('REPAIR', 'K15', '修复办结及时率', { numerator: 'TIMELY' }),
  rate('OBJECTION', 'K16', '异议办结及时率', { numerator: 'TIMELY' }),
  rate('OBJECTION', 'K16-UPHELD', '异议成立率'),
  count('URGE', 'K17-URGED', '催办次数'),
  { ...count('TASK', 'K17-LATE', '逾期后反馈的周期'), rows: 'K07', denominator: 'LATE', numerator: 'LATE' },
  { ...count('TASK', 'K17-OPEN', '逾期仍未反馈的周期'), rows: 'K07', denominator: 'OPEN', numerator: 'OPEN', pastOnly: true },
  rate('PUBLIC_RECORD', 'K18-TIMELY', '双公示及时率', { numerator: 'TIMELY' }),
  rate('PUBLIC_SHEET', 'K18-REPORTED', '双公示上报率'),
  rate('PUBLIC_REPORT', 'K18-VALID', '双公示合规率'),
  count('ENTRY', 'K19-EXITED', '退出黑名单记录'),
  count('ENTRY', 'K19-PERFORMED', '经履行或修复退出的黑名单记录'),
  rate('VERIFICATION', 'K20', '国家名单核实率'),
  rate('VERIFICATION', 'K20-TIMELY', '国家名单核实及时率', { rows: 'K20', numerator: 'TIMELY' }),
];

/** Whether a task in this state is in somebody's hands. */
export function isOpen(status: TaskStatus): boolean {
  return openStatuses[status] !== undefined;
}
