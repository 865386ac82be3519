import {
  allowedIn,
  decideStepIn,
  type ObjectionCapacity,
  type ObjectionEffect,
  type ObjectionKind,
  type ObjectionOutcome,
  type ObjectionStatus,
  type TransitionDecision,
} from '@lianxin/contracts';

export type ObjectionAction =
  | 'ACCEPT'
  | 'REQUEST_COMPLETION'
  | 'COMPLETE'
  | 'REFUSE'
  | 'WITHDRAW'
  | 'MARK'
  | 'START_CHECK'
  | 'FORWARD'
  | 'START_VERIFICATION'
  | 'EXTEND'
  | 'STOP_CLOCK'
  | 'START_CLOCK'
  | 'PROPOSE'
  | 'RETURN_PROPOSAL'
  | 'UPHOLD'
  | 'UPHOLD_PARTLY'
  | 'DISMISS'
  | 'LEAVE_UNCONFIRMED'
  | 'EXECUTE'
  | 'ANSWER';

const outcomes = {
  UPHOLD: 'UPHELD',
  UPHOLD_PARTLY: 'PARTLY_UPHELD',
  DISMISS: 'DISMISSED',
  LEAVE_UNCONFIRMED: 'UNCONFIRMED',
} as const;
/** While somebody looks into it: the mark may come late, the clock may stand (§6.3), a finding waits for a second person. */
const looking = <State extends ObjectionStatus>(state: State) =>
  ({ MARK: state, STOP_CLOCK: state, START_CLOCK: state, PROPOSE: state, RETURN_PROPOSAL: state, WITHDRAW: 'WITHDRAWN' }) as const;
const decided = { EXECUTE: 'EXECUTED' } as const;

/** States and steps of §6.4: the only place that says what may follow what. */
export const transitions = {
  SUBMITTED: { ACCEPT: 'ACCEPTED', REQUEST_COMPLETION: 'REJECTED_FORM', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' },
  REJECTED_FORM: { COMPLETE: 'SUBMITTED', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' },
  ACCEPTED: { MARK: 'MARKED', START_CHECK: 'SELF_CHECK', WITHDRAW: 'WITHDRAWN' },
  MARKED: { START_CHECK: 'SELF_CHECK', WITHDRAW: 'WITHDRAWN' },
  SELF_CHECK: { ...looking('SELF_CHECK'), FORWARD: 'FORWARDED', UPHOLD: 'UPHELD', UPHOLD_PARTLY: 'PARTLY_UPHELD' },
  FORWARDED: { MARK: 'FORWARDED', START_VERIFICATION: 'VERIFYING', WITHDRAW: 'WITHDRAWN' },
  VERIFYING: { ...looking('VERIFYING'), EXTEND: 'EXTENDED', ...outcomes },
  EXTENDED: { ...looking('EXTENDED'), ...outcomes },
  UPHELD: decided,
  PARTLY_UPHELD: decided,
  DISMISSED: decided,
  UNCONFIRMED: decided,
  EXECUTED: { ANSWER: 'CLOSED' },
  CLOSED: {},
  REFUSED: {},
  WITHDRAWN: {},
} as const satisfies Record<ObjectionStatus, Partial<Record<ObjectionAction, ObjectionStatus>>>;

export function allowedActions(status: ObjectionStatus): ObjectionAction[] {
  return allowedIn<ObjectionStatus, ObjectionAction>(transitions, status);
}

/** The state that an action leads to; a refusal names the state, what was asked and what is allowed. */
export function decideStep(
  status: ObjectionStatus,
  action: ObjectionAction,
): TransitionDecision<ObjectionStatus, 'TRANSITION_NOT_ALLOWED'> {
  return decideStepIn(transitions, status, action, 'TRANSITION_NOT_ALLOWED');
}

/** Accepted and not yet decided: what is disputed rests meanwhile. */
export function isOpen(status: ObjectionStatus): boolean {
  return ['ACCEPTED', 'MARKED', 'SELF_CHECK', 'FORWARDED', 'VERIFYING', 'EXTENDED'].includes(status);
}

interface Decided {
  readonly effect: string;
  readonly validTo: string | null;
  readonly correctedFields: readonly string[];
}

/** The unit whose record it is has fields to correct (§6.4): nothing but its correction carries that out. An end that the finding itself sets is none. */
export function isOwed({ effect, validTo, correctedFields }: Decided): boolean {
  return effect === 'AMEND' && correctedFields.some((field) => field !== 'validTo' || validTo === null);
}

/**
 * Whether an objection holds the mark of its record: while it is open, until what it was right about is corrected, and for good where it could be neither
 * confirmed nor refuted (§6.4).
 */
export function holdsMark(objection: { readonly status: ObjectionStatus; readonly decision: Decided | null }): boolean {
  const { status, decision } = objection;
  if (decision === null) return isOpen(status);
  return decision.effect === 'NOTE' || (status === 'PARTLY_UPHELD' && isOwed(decision));
}

/** A measure that was wrongly applied disputes the measure, not the record that it rests on. */
export function marksRecord(target: { readonly taskId: string | null }): boolean {
  return target.taskId === null;
}

export interface Submission {
  readonly capacity: ObjectionCapacity;
  readonly kinds: readonly ObjectionKind[];
  readonly target: { readonly kind: 'LIST_ENTRY' | 'PUBLIC_RECORD'; readonly taskId: string | null };
  readonly identityProof: { readonly documentNo: string } | null;
  /** Written authority of an agent, with the day on which it ends. */
  readonly authority: { readonly documentNo: string; readonly validTo: string | null } | null;
  /** Proof of being heir, guardian, administrator or successor. */
  readonly relationProof: { readonly documentNo: string } | null;
  readonly evidence: readonly { readonly sha256: string }[];
}

export interface Lack {
  readonly pointer: string;
  readonly detail: string;
}

const needRelation: readonly ObjectionCapacity[] = ['HEIR', 'GUARDIAN', 'BANKRUPTCY_ADMINISTRATOR', 'SUCCESSOR'];

/** What a submission lacks: all of it at once, for completion may be asked for one time only (§6.4). */
export function lacksOf(submission: Submission, today: string): Lack[] {
  const { capacity, kinds, target, identityProof, authority, relationProof, evidence } = submission;
  const lacks: Lack[] = [];
  if (capacity !== 'DEPARTMENT' && identityProof === null) lacks.push({ pointer: '/identityProof', detail: '缺少申请人身份证明' });
  if (capacity === 'AGENT' && authority === null) lacks.push({ pointer: '/authority', detail: '代理人须提交书面授权' });
  if (capacity === 'AGENT' && authority?.validTo != null && authority.validTo < today)
    lacks.push({ pointer: '/authority/validTo', detail: `授权已于 ${authority.validTo} 到期` });
  if (needRelation.includes(capacity) && relationProof === null)
    lacks.push({ pointer: '/relationProof', detail: '缺少与信用主体关系的证明' });
  if (evidence.length === 0) lacks.push({ pointer: '/evidence', detail: '至少提交一份证据材料' });
  if (kinds.includes('MEASURE_WRONGLY_APPLIED') && target.taskId === null)
    lacks.push({ pointer: '/target/taskId', detail: '对措施的异议须指明任务' });
  if (target.taskId !== null && (kinds.length !== 1 || kinds[0] !== 'MEASURE_WRONGLY_APPLIED'))
    lacks.push({ pointer: '/kinds', detail: '指明任务的异议只针对该措施，其他事由请另行提出' });
  if (target.kind === 'PUBLIC_RECORD' && target.taskId !== null) lacks.push({ pointer: '/target/taskId', detail: '公示记录没有任务' });
  return lacks;
}

export interface EarlierObjection {
  readonly id: string;
  readonly number: string;
  readonly status: ObjectionStatus;
  readonly outcome: ObjectionOutcome | null;
  readonly kinds: readonly ObjectionKind[];
  readonly taskId: string | null;
  /** Same capacity and same applicant, by keyed hash. */
  readonly sameApplicant: boolean;
  readonly evidenceHashes: readonly string[];
}

export type RepeatDecision =
  | { readonly ok: true; readonly repeatOf: string | null }
  | { readonly ok: false; readonly code: 'OBJECTION_DUPLICATE' | 'OBJECTION_OPEN'; readonly detail: string };

/** R-6-12: the same facts once dismissed need new evidence; and one applicant has one open objection to one thing. */
export function judgeRepeat(
  submission: Pick<Submission, 'kinds' | 'target' | 'evidence'>,
  earlier: readonly EarlierObjection[],
): RepeatDecision {
  const same = earlier.filter((one) => one.taskId === submission.target.taskId);
  const open = same.find(
    (one) => one.sameApplicant && (isOpen(one.status) || one.status === 'SUBMITTED' || one.status === 'REJECTED_FORM'),
  );
  if (open !== undefined) return { ok: false, code: 'OBJECTION_OPEN', detail: `已有在办的异议 ${open.number}` };
  const dismissed = same.filter((one) => one.outcome === 'DISMISSED' && submission.kinds.every((kind) => one.kinds.includes(kind)));
  const known = new Set(dismissed.flatMap((one) => one.evidenceHashes));
  const last = dismissed.at(-1);
  if (last !== undefined && submission.evidence.every(({ sha256 }) => known.has(sha256)))
    return { ok: false, code: 'OBJECTION_DUPLICATE', detail: `异议 ${last.number} 已就同一事实作出不成立的决定，本次没有新证据` };
  return { ok: true, repeatOf: same.at(-1)?.id ?? null };
}

export interface Proposal {
  readonly outcome: ObjectionOutcome;
  readonly effect: ObjectionEffect;
  readonly errorSource: 'PLATFORM' | 'SOURCE' | null;
  readonly validTo: string | null;
  readonly correctedFields: readonly string[];
}

export interface ProposedOn {
  readonly status: ObjectionStatus;
  readonly target: { readonly kind: 'LIST_ENTRY' | 'PUBLIC_RECORD'; readonly taskId: string | null };
  /** End of the term of what is disputed, where it is known. */
  readonly validTo: string | null;
}

export type ProposalDecision =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'OUTCOME_NOT_ALLOWED'; readonly detail: string };

const effectsOf: Readonly<Record<ObjectionOutcome, readonly ObjectionEffect[]>> = {
  UPHELD: ['VOID', 'REVOKE'],
  PARTLY_UPHELD: ['AMEND'],
  DISMISSED: ['KEEP'],
  UNCONFIRMED: ['NOTE'],
};

/** Which findings §6.4 knows, and who may make them: the platform's self-check finds errors of the platform and nothing else. */
export function judgeProposal(proposal: Proposal, on: ProposedOn): ProposalDecision {
  const refuse = (detail: string): ProposalDecision => ({ ok: false, code: 'OUTCOME_NOT_ALLOWED', detail });
  const { outcome, effect, errorSource, validTo, correctedFields } = proposal;
  if (on.target.taskId !== null) {
    const expected = outcome === 'UPHELD' ? 'UNDO_MEASURE' : outcome === 'DISMISSED' ? 'KEEP' : undefined;
    if (effect !== expected) return refuse('对措施的异议只能认定成立（UNDO_MEASURE）或不成立（KEEP）');
  } else if (!effectsOf[outcome].includes(effect)) return refuse(`结论 ${outcome} 的处理方式只能是 ${effectsOf[outcome].join('、')}`);
  const isUpheld = outcome === 'UPHELD' || outcome === 'PARTLY_UPHELD';
  if (isUpheld !== (errorSource !== null)) return refuse('成立或部分成立须写明差错来源，其他结论不写');
  if (on.status === 'SELF_CHECK' && errorSource !== 'PLATFORM') return refuse('平台自查只能认定平台差错；其他情形转来源单位核查');
  if (on.status === 'SELF_CHECK' && effect === 'REVOKE') return refuse('依据是否撤销由来源单位认定');
  if (effect === 'AMEND' && validTo === null && correctedFields.length === 0) return refuse('部分成立须写明更正的内容');
  if (effect !== 'AMEND' && (validTo !== null || correctedFields.length > 0)) return refuse('只有部分成立才更正内容');
  if (validTo !== null && on.target.kind !== 'LIST_ENTRY') return refuse('只有名单记录有有效期');
  if (validTo !== null && on.validTo !== null && validTo >= on.validTo) return refuse(`异议不得使主体更不利：有效期只能早于 ${on.validTo}`);
  return { ok: true };
}

/** The action by which an outcome is decided. */
export function actionOf(outcome: ObjectionOutcome): ObjectionAction {
  const found = (Object.entries(outcomes) as [keyof typeof outcomes, ObjectionOutcome][]).find(([, value]) => value === outcome);
  if (found === undefined) throw new Error(`no action decides ${outcome}`);
  return found[0];
}

/** R-6-11: stands on every decision. */
export const remediesZh =
  '如不服本决定，可自知道之日起六十日内依法申请行政复议（行政复议法第二十条），或自知道之日起六个月内依法提起行政诉讼（行政诉讼法第四十六条）；对复议决定不服的，可在收到复议决定书之日起十五日内提起行政诉讼（行政诉讼法第四十五条）。';
