import {
  decideStepIn,
  isTold,
  type LianxinEvent,
  type ProblemCode,
  projectionsOf,
  type RedeliveryScope,
  type TransitionDecision,
} from '@lianxin/contracts';

export const redeliveryStatuses = ['PLANNING', 'PLANNED', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED'] as const;
export type RedeliveryStatus = (typeof redeliveryStatuses)[number];
export type RedeliveryAction = 'plan' | 'confirm' | 'complete' | 'cancel' | 'fail';

/** States of a redelivery; what has ended stays as it is. */
const transitions = {
  PLANNING: { plan: 'PLANNED', cancel: 'CANCELLED', fail: 'FAILED' },
  PLANNED: { confirm: 'RUNNING', cancel: 'CANCELLED' },
  RUNNING: { complete: 'COMPLETED', cancel: 'CANCELLED', fail: 'FAILED' },
  COMPLETED: {},
  CANCELLED: {},
  FAILED: {},
} as const satisfies Record<RedeliveryStatus, Partial<Record<RedeliveryAction, RedeliveryStatus>>>;

export type Decided = TransitionDecision<RedeliveryStatus, ProblemCode>;

export function decideRedelivery(status: RedeliveryStatus, action: RedeliveryAction): Decided {
  return decideStepIn(transitions, status, action, 'REDELIVERY_STATE', (name) => name === 'confirm' || name === 'cancel');
}

/**
 * Whether this preview may be confirmed with this number of events.
 * @param events of the preview, null while it is being made
 */
export function decideConfirmation(status: RedeliveryStatus, events: number | null, confirmed: number): Decided {
  const decided = decideRedelivery(status, 'confirm');
  if (!decided.ok || events === null) return decided;
  if (events === 0) return { ok: false, code: 'REDELIVERY_EMPTY', detail: '预览中没有该部门可以收到的事件' };
  if (events !== confirmed)
    return { ok: false, code: 'REDELIVERY_COUNT_DIFFERS', detail: `预览为 ${events} 个事件，确认的是 ${confirmed} 个` };
  return decided;
}

/** What tells two redeliveries of the same from each other: nothing. The order of types does not matter. */
export function samenessOf(departmentCode: string, scope: RedeliveryScope, types: readonly string[] | null): string {
  const fields = Object.entries(scope).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([departmentCode, fields, types === null ? null : [...new Set(types)].sort()]);
}

/**
 * What of an event this department was told in its stream; undefined: nothing. The same rules by which streams are written, so that nobody gets by asking
 * again what he was never to see.
 */
export function toldTo(
  departmentCode: string,
  event: Pick<LianxinEvent, 'type' | 'data' | 'replayMode'>,
): { readonly data: unknown } | undefined {
  if (!isTold(event, departmentCode)) return undefined;
  return projectionsOf(event).find((projection) => projection.receiver === departmentCode && projection.receiver !== 'CITY');
}
