import type { CaseFigures, RowAction, RowKind } from './replay-difference.rules.ts';

export interface CountedCase {
  readonly outcome: string | null;
  readonly changes: boolean;
  readonly adds_restriction: boolean;
  readonly loses_honour: boolean;
  readonly figures: CaseFigures | null;
}

export interface CountedRows {
  readonly kind: RowKind;
  readonly action: RowAction;
  readonly count: number;
}

/** Events that would go out for a row of a kind and action, told to whoever approves. */
const eventOf: Readonly<Partial<Record<`${RowKind}.${RowAction}`, string>>> = {
  'ENTRY.END': 'lianxin.list_entry.exited.v1',
  'ENTRY.CORRECT': 'lianxin.list_entry.corrected.v1',
  'ENTRY.RETURN': 'lianxin.list_entry.activated.v1',
  'PLAN.END': 'lianxin.measure_plan.ended.v1',
  'PLAN.ADD': 'lianxin.measure_plan.made.v1',
  'PLAN.CHANGE': 'lianxin.measure_plan.corrected.v1',
  'TASK.ADD': 'lianxin.task.dispatched.v1',
  'TASK.WITHDRAW': 'lianxin.task.lifting.v1',
  'TASK.RESTORE': 'lianxin.restoration.ordered.v1',
};

/** The figures of a whole plan from its cases and the counts of its rows. */
export function figuresOfPlan(cases: readonly CountedCase[], rows: readonly CountedRows[], departments: readonly string[], failed: number) {
  const sum = (of: (figures: CaseFigures) => number) =>
    cases.reduce((total, one) => total + (one.figures === null ? 0 : of(one.figures)), 0);
  const count = (kind: RowKind, action?: RowAction) =>
    rows.filter((row) => row.kind === kind && (action === undefined || row.action === action)).reduce((total, row) => total + row.count, 0);
  const events = new Map<string, number>();
  for (const row of rows) {
    const type = eventOf[`${row.kind}.${row.action}`];
    if (type !== undefined) events.set(type, (events.get(type) ?? 0) + row.count);
  }
  return {
    added: sum((figures) => figures.added),
    withdrawn: sum((figures) => figures.withdrawn),
    changed: sum((figures) => figures.changed),
    kept: sum((figures) => figures.kept),
    restored: sum((figures) => figures.restored),
    unchanged: sum((figures) => figures.unchanged),
    changing: cases.filter((one) => one.changes).length,
    refused: cases.filter((one) => one.outcome === 'REFUSED').length,
    failed,
    entries: Object.fromEntries((['END', 'CORRECT', 'RETURN', 'KEEP'] as const).map((action) => [action, count('ENTRY', action)])),
    findings: count('FINDING'),
    addsRestriction: cases.some((one) => one.adds_restriction),
    losesHonour: cases.some((one) => one.loses_honour),
    departments,
    events: Object.fromEntries([...events].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** "用 2026-03 版清单重算：撤回 2、新增 1、不变 11；将通知 3 个部门" (product §C.1 row 13). */
export function storyOf(question: string, figures: ReturnType<typeof figuresOfPlan>, sideEffects: 'none' | 'internal' | 'notify'): string {
  const { withdrawn, added, changed, restored, kept, unchanged, departments, failed, refused, findings } = figures;
  const parts = [`撤回 ${withdrawn}`, `新增 ${added}`];
  if (changed > 0) parts.push(`变更 ${changed}`);
  if (restored > 0) parts.push(`恢复 ${restored}`);
  parts.push(`不变 ${unchanged + kept}`);
  const told = {
    none: '除解除、暂停、撤下和恢复外不通知任何部门',
    internal: `${departments.length} 个部门的任务队列将变化，只在系统内提醒，不发邮件短信，加重的公示暂缓`,
    notify: `将通知 ${departments.length} 个部门`,
  };
  const notes = [
    ...(refused > 0 ? [`${refused} 件依规则不能如此变更`] : []),
    ...(failed > 0 ? [`${failed} 件未能推演`] : []),
    ...(findings > 0 ? [`发现 ${findings} 处数据不一致`] : []),
  ];
  return [`${question}：${parts.join('、')}`, departments.length === 0 ? '没有部门受影响' : told[sideEffects], ...notes].join('；');
}
