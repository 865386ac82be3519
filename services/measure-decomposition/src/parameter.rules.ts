import {
  type ApprovedParameter,
  type FieldProblem,
  type ParameterKey,
  type ProblemCode,
  parameterOf,
  parameterOn,
  parameterOrderFault,
} from '@lianxin/contracts';

/** A change as somebody wants it. */
export interface WantedParameter {
  readonly key: ParameterKey;
  readonly value: number;
  readonly validFrom: string;
}

export type ParameterDecision =
  | { readonly ok: true; readonly previousValue: number }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string; readonly errors: readonly FieldProblem[] };

/**
 * Whether a change may be proposed, or approved, today (§12): within its bounds, never backwards, another value than the one that counts on that day, and in
 * order with its neighbours on every day from then on.
 * @param approved every change that was approved and not withdrawn.
 */
export function decideParameter(wanted: WantedParameter, approved: readonly ApprovedParameter[], today: string): ParameterDecision {
  const { key, value, validFrom } = wanted;
  const { min, max, isJudgedLater } = parameterOf(key);
  if (!Number.isInteger(value) || value < min || value > max)
    return refuse('PARAMETER_OUT_OF_BOUNDS', `${key} 须为 ${min} 至 ${max} 的整数，不能是 ${value}`, '/value');
  if (validFrom < today) return refuse('PARAMETER_DAY_PAST', `生效日 ${validFrom} 早于今天 ${today}`, '/validFrom');
  if (isJudgedLater === true && validFrom === today)
    return refuse('PARAMETER_DAY_PAST', `${key} 在以后还要用来审查当日的行为，生效日最早为明天`, '/validFrom');
  const previousValue = parameterOn(key, approved, validFrom);
  if (value === previousValue) return refuse('PARAMETER_UNCHANGED', `${key} 在 ${validFrom} 的值已是 ${value}`, '/value');
  const version = Math.max(0, ...approved.map((change) => change.version)) + 1;
  return inOrder(key, [...approved, { key, value, validFrom, version }], validFrom, previousValue);
}

/**
 * Whether an approved change may be withdrawn: only before its day, and only where what then counts is in order.
 * @param remaining every other change that was approved and not withdrawn.
 */
export function decideWithdrawal(withdrawn: WantedParameter, remaining: readonly ApprovedParameter[], today: string): ParameterDecision {
  const { key, value, validFrom } = withdrawn;
  if (validFrom <= today)
    return refuse('PARAMETER_CHANGE_CLOSED', `${key}=${value} 已自 ${validFrom} 起生效，不能撤回，只能以新的变更替换`, '');
  return inOrder(key, remaining, validFrom, parameterOn(key, remaining, validFrom));
}

function inOrder(key: ParameterKey, changes: readonly ApprovedParameter[], from: string, previousValue: number): ParameterDecision {
  const fault = parameterOrderFault(key, changes, from);
  if (fault === undefined) return { ok: true, previousValue };
  const values = fault.values.map(([name, value]) => `${name}=${value}`).join('、');
  return refuse('PARAMETER_ORDER', `${fault.date} 起须依次递增的参数将为：${values}`, '/value');
}

function refuse(code: ProblemCode, detail: string, pointer: string): ParameterDecision {
  return { ok: false, code, detail, errors: pointer === '' ? [] : [{ pointer, code, detail }] };
}
