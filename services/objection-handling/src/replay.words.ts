import type { ReplaySideEffect, RestorationGround } from '@lianxin/contracts';

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
