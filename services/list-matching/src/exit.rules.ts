import type { ExitGround, ListType } from '@lianxin/contracts';
import type { EntryAction } from './list-entry.rules.ts';

/** Which transition a ground is (R-2-11, domain §2.4). */
const actionOfGround = {
  TERM_REACHED: 'EXPIRE',
  REPAIRED: 'REPAIR',
  DUTIES_PERFORMED: 'EXIT',
  DESIGNATION_WRONG: 'CORRECT',
  BASIS_REVOKED: 'REVOKE_BASIS',
  LIST_ABOLISHED: 'EXIT',
  SUBJECT_ENDED: 'END_SUBJECT',
  BANKRUPTCY_PLAN_COMPLETED: 'EXIT',
  CRITERIA_LOST: 'EXCLUDE',
  BLACK_LISTED: 'EXCLUDE',
  OWN_WAIVER: 'EXIT',
  SETTLEMENT_PERFORMED: 'EXIT',
  CREDITOR_CONSENT: 'EXIT',
  NO_ASSETS_FOUND: 'EXIT',
  TRIAL_SUPERVISION_OR_BANKRUPTCY: 'EXIT',
  ENFORCEMENT_DENIED: 'EXIT',
  ENFORCEMENT_TERMINATED: 'EXIT',
} as const satisfies Record<ExitGround, EntryAction>;

const always: readonly ExitGround[] = ['TERM_REACHED', 'DESIGNATION_WRONG', 'BASIS_REVOKED', 'LIST_ABOLISHED', 'SUBJECT_ENDED'];
/** R-2-12: the court's own grounds beside performance. */
const ofCourt: readonly ExitGround[] = [
  'SETTLEMENT_PERFORMED',
  'CREDITOR_CONSENT',
  'NO_ASSETS_FOUND',
  'TRIAL_SUPERVISION_OR_BANKRUPTCY',
  'ENFORCEMENT_DENIED',
  'ENFORCEMENT_TERMINATED',
];

/** Grounds that a list knows. A court list is never a repair case (R-5-3a). */
export function allowedGrounds(list: { readonly type: ListType; readonly courtExit: boolean }): readonly ExitGround[] {
  if (list.type === 'RED') return [...always, 'CRITERIA_LOST', 'BLACK_LISTED', 'OWN_WAIVER'];
  const performed: readonly ExitGround[] = [...always, 'DUTIES_PERFORMED', 'BANKRUPTCY_PLAN_COMPLETED'];
  return list.courtExit ? [...performed, ...ofCourt] : [...performed, 'REPAIRED'];
}

export interface ExitRequest {
  readonly ground: ExitGround;
  readonly date: string;
}
export type ExitDecision =
  | { readonly ok: true; readonly action: EntryAction }
  | {
      readonly ok: false;
      readonly code: 'GROUND_NOT_ALLOWED' | 'DATE_IN_FUTURE' | 'DATE_ORDER';
      readonly pointer: string;
      readonly detail: string;
    };

/** Which action an exit asks for, or why its ground or date cannot be (R-2-11). */
export function decideExit(
  request: ExitRequest,
  entry: { readonly decisionDate: string; readonly validTo: string | null },
  list: { readonly type: ListType; readonly courtExit: boolean },
  today: string,
): ExitDecision {
  const allowed = allowedGrounds(list);
  if (!allowed.includes(request.ground)) {
    const detail = `该名单不适用退出事由 ${request.ground}；允许：${allowed.join('、')}`;
    return { ok: false, code: 'GROUND_NOT_ALLOWED', pointer: '/ground', detail };
  }
  if (request.date > today) return { ok: false, code: 'DATE_IN_FUTURE', pointer: '/date', detail: `日期不能晚于今天（${today}）` };
  if (request.date < entry.decisionDate) {
    return { ok: false, code: 'DATE_ORDER', pointer: '/date', detail: `退出日期早于认定决定日期（${entry.decisionDate}）` };
  }
  if (request.ground === 'TERM_REACHED' && (entry.validTo === null || entry.validTo >= request.date)) {
    const detail = entry.validTo === null ? '该记录没有届满日' : `有效期至 ${entry.validTo}，尚未届满`;
    return { ok: false, code: 'GROUND_NOT_ALLOWED', pointer: '/ground', detail };
  }
  return { ok: true, action: actionOfGround[request.ground] };
}
