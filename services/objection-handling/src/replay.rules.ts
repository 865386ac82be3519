import {
  allowedIn,
  decideStepIn,
  type ProblemCode,
  type ReplayChange,
  type ReplayOwner,
  type RestorationGround,
  type TransitionDecision,
} from '@lianxin/contracts';

export const replayStatuses = [
  'PLANNING',
  'PLANNED',
  'APPROVED',
  'CHECKING',
  'APPLYING',
  'PROVING',
  'APPLIED',
  'PARTLY_APPLIED',
  'REFUSED',
  'CANCELLED',
] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

export type ReplayAction =
  | 'FINISH_PLAN'
  | 'CONFIRM'
  | 'APPROVE'
  | 'APPLY'
  | 'FINISH_CHECK'
  | 'REFUSE'
  | 'FINISH_APPLY'
  | 'FINISH_PROOF'
  | 'FINISH_PARTLY'
  | 'PAUSE'
  | 'RESUME'
  | 'CANCEL';

const running = <State extends ReplayStatus>(state: State) => ({ PAUSE: state, RESUME: state }) as const;

/**
 * Plan, difference, second person, second look, apply, proof (design §7): the only place that says what may follow what. Until the second look is over
 * nothing has been done anywhere, so it can be given up; afterwards it goes to its end.
 */
export const transitions = {
  PLANNING: { ...running('PLANNING'), FINISH_PLAN: 'PLANNED', CANCEL: 'CANCELLED' },
  PLANNED: { RESUME: 'PLANNING', CONFIRM: 'PLANNED', APPROVE: 'APPROVED', CANCEL: 'CANCELLED' },
  APPROVED: { APPLY: 'CHECKING', CANCEL: 'CANCELLED' },
  CHECKING: { ...running('CHECKING'), FINISH_CHECK: 'APPLYING', REFUSE: 'REFUSED', CANCEL: 'CANCELLED' },
  APPLYING: { ...running('APPLYING'), FINISH_APPLY: 'PROVING' },
  PROVING: { ...running('PROVING'), FINISH_PROOF: 'APPLIED', FINISH_PARTLY: 'PARTLY_APPLIED', REFUSE: 'REFUSED' },
  APPLIED: {},
  PARTLY_APPLIED: {},
  REFUSED: {},
  CANCELLED: {},
} as const satisfies Record<ReplayStatus, Partial<Record<ReplayAction, ReplayStatus>>>;

export function allowedReplayActions(status: ReplayStatus): ReplayAction[] {
  return allowedIn<ReplayStatus, ReplayAction>(transitions, status);
}

/** The state that an action leads to; a refusal names the state, what was asked and what is allowed. */
export function decideReplayStep(status: ReplayStatus, action: ReplayAction): TransitionDecision<ReplayStatus, 'TRANSITION_NOT_ALLOWED'> {
  return decideStepIn(transitions, status, action, 'TRANSITION_NOT_ALLOWED');
}

/** Whether cases are being asked or ordered; else the replay waits for a person or is over. */
export function isRunning(status: ReplayStatus): boolean {
  return status === 'PLANNING' || status === 'CHECKING' || status === 'APPLYING' || status === 'PROVING';
}

export interface Grounded {
  readonly change: ReplayChange;
  readonly ground: RestorationGround | null;
  readonly documentNo: string | null;
}

/** R-6-7a: whatever alleges that a record is otherwise names its ground and document, already when it is planned. */
export function lacksGround({ change, ground, documentNo }: Grounded): boolean {
  return change.kind !== 'NOTHING' && (ground === null || documentNo === null);
}

export interface PlanToApprove extends Grounded {
  readonly requestedBy: string;
  /** Cases that could not be settled. */
  readonly failed: number;
  /** Cases that change. */
  readonly changing: number;
  readonly addsRestriction: boolean;
  readonly losesHonour: boolean;
  /** Designating units whose records get a further restriction. */
  readonly toConfirm: readonly string[];
  readonly confirmations: readonly { readonly departmentCode: string; readonly by: string }[];
}

export type Approval = { readonly ok: true } | { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

/** Whether this person may approve this plan (R-6-7a, four eyes). */
export function judgeApproval(plan: PlanToApprove, approver: string): Approval {
  if (plan.failed > 0) return { ok: false, code: 'REPLAY_NOT_SETTLED', detail: `有 ${plan.failed} 件未能推演，方案不完整` };
  if (plan.changing === 0) return { ok: false, code: 'REPLAY_CHANGES_NOTHING', detail: '差异为空' };
  if (plan.ground === null || plan.documentNo === null)
    return { ok: false, code: 'GROUND_REQUIRED', detail: '差异不为空，须以事由和文号重新提出回放' };
  if (plan.requestedBy === approver) return { ok: false, code: 'FOUR_EYES_REQUIRED', detail: '提出回放的人不得批准该回放' };
  if (plan.confirmations.some(({ by }) => by === approver))
    return { ok: false, code: 'FOUR_EYES_REQUIRED', detail: '代表认定单位确认的人不得批准该回放' };
  if (plan.ground === 'SYSTEM_FAULT' && (plan.addsRestriction || plan.losesHonour))
    return {
      ok: false,
      code: 'SYSTEM_FAULT_ONLY_LIFTS',
      detail: `差异中有${plan.addsRestriction ? '新增或加重的限制' : '被取消的荣誉或激励'}`,
    };
  const missing = plan.toConfirm.filter((code) => !plan.confirmations.some(({ departmentCode }) => departmentCode === code));
  if (missing.length > 0) return { ok: false, code: 'CONFIRMATION_REQUIRED', detail: `尚待确认：${missing.join('、')}` };
  return { ok: true };
}

/** Longest wait before a case that was behind is asked again, in milliseconds. */
const longestPauseMs = 10_000;

/** How long to wait before a case is asked again: owners catch up within moments, or not for a while. */
export function pauseBeforeAskingMs(attempts: number): number {
  return Math.min(250 * 2 ** Math.max(0, attempts - 1), longestPauseMs);
}

/** What became of an order: what one owner has done is done, whatever another refuses. */
export type Carried = 'WHOLLY' | 'PARTLY' | 'NOT_AT_ALL';

export function carriedHow(one: { readonly carried_out: readonly ReplayOwner[]; readonly refused_by: readonly ReplayOwner[] }): Carried {
  if (one.refused_by.length === 0) return 'WHOLLY';
  return one.carried_out.length > 0 ? 'PARTLY' : 'NOT_AT_ALL';
}
