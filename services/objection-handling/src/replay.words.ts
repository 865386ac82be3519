import type { ReplaySideEffect, RestorationGround } from '@lianxin/contracts';
import type { ReplayStatus } from './replay.rules.ts';
import type { RowAction, RowKind } from './replay-difference.rules.ts';

/** Grounds of R-6-7a as people read them. */
export const groundZh: Readonly<Record<RestorationGround, string>> = {
  OBJECTION_UPHELD: '异议成立',
  REVOKING_DOCUMENT: '撤销文书',
  COURT_RULING: '法院裁判',
  DESIGNATOR_CORRECTION: '认定单位更正',
  SYSTEM_FAULT: '系统差错',
};

export const sideEffectZh: Readonly<Record<ReplaySideEffect, string>> = {
  none: '不通知',
  internal: '只在系统内提醒',
  notify: '全部通知',
};

export const replayStatusZh: Readonly<Record<ReplayStatus, string>> = {
  PLANNING: '推演中',
  PLANNED: '方案已形成',
  APPROVED: '已批准',
  CHECKING: '执行前复核',
  APPLYING: '执行中',
  PROVING: '执行后复核',
  APPLIED: '已执行',
  PARTLY_APPLIED: '部分执行',
  REFUSED: '未执行（情况已变化）',
  CANCELLED: '已取消',
};

export const rowKindZh: Readonly<Record<RowKind, string>> = {
  CASE: '案件',
  ENTRY: '名单记录',
  PLAN: '分解方案',
  MEASURE: '措施',
  TASK: '任务',
  FINDING: '核对发现',
};

export const rowActionZh: Readonly<Record<RowAction, string>> = {
  KEEP: '不变',
  END: '终止',
  CORRECT: '更正',
  RETURN: '恢复列入',
  ADD: '新增',
  WITHDRAW: '撤回',
  CHANGE: '变更',
  RESTORE: '恢复名誉',
  REFUSED: '不能推演',
  DIFFERS: '不一致',
};

/** Steps of a replay (`replay.rules.ts`, and REQUEST, with which it begins) as people read them. */
export const replayStepZh: Readonly<Record<string, string>> = {
  REQUEST: '提出',
  FINISH_PLAN: '形成方案',
  CONFIRM: '认定单位确认',
  APPROVE: '批准',
  APPLY: '执行',
  FINISH_CHECK: '复核无变化',
  REFUSE: '停止执行',
  FINISH_APPLY: '执行完成',
  FINISH_PROOF: '复核完成',
  FINISH_PARTLY: '部分完成',
  PAUSE: '暂停',
  RESUME: '继续',
  CANCEL: '取消',
};
