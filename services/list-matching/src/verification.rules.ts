import {
  currentRegionCode,
  decideStepIn,
  type EntryStatus,
  type FieldProblem,
  type ProblemCode,
  type TransitionDecision,
  type VerificationResult,
} from '@lianxin/contracts';

/** OPEN waits for a handler; CLAIMED is in one's hands; SUBMITTED waits for the approver; CONCLUDED has had its effects. */
export type VerificationStatus = 'OPEN' | 'CLAIMED' | 'SUBMITTED' | 'CONCLUDED' | 'CANCELLED';
export type VerificationAction = 'CLAIM' | 'RELEASE' | 'SUBMIT' | 'APPROVE' | 'RETURN' | 'TRANSFER' | 'REOPEN' | 'CANCEL';

/** States of a verification (R-2-17); the only place that says what may follow what. */
export const verificationTransitions = {
  OPEN: { CLAIM: 'CLAIMED', TRANSFER: 'OPEN', CANCEL: 'CANCELLED' },
  CLAIMED: { RELEASE: 'OPEN', SUBMIT: 'SUBMITTED', TRANSFER: 'OPEN', CANCEL: 'CANCELLED' },
  SUBMITTED: { APPROVE: 'CONCLUDED', RETURN: 'CLAIMED', CANCEL: 'CANCELLED' },
  CONCLUDED: { REOPEN: 'OPEN', CANCEL: 'CANCELLED' },
  CANCELLED: {},
} as const satisfies Record<VerificationStatus, Partial<Record<VerificationAction, VerificationStatus>>>;

/** The state that an action leads to; a refusal names the state and what it allows. */
export function decideVerification(
  status: VerificationStatus,
  action: VerificationAction,
): TransitionDecision<VerificationStatus, 'VERIFICATION_STATE'> {
  return decideStepIn(verificationTransitions, status, action, 'VERIFICATION_STATE');
}

/** Answer of a handler; which parts a result must have is said by `findAnswerFaults`. */
export interface VerificationAnswer {
  readonly result: VerificationResult;
  readonly verifiedOn: string;
  readonly note?: string | undefined;
  readonly evidence: readonly { readonly kind: string; readonly fileId: string }[];
  /** V3: how its source let the subject go. */
  readonly exit?: { readonly ground: string; readonly documentNo: string; readonly date: string } | undefined;
  /** V4. */
  readonly registration?: { readonly status: 'DEREGISTERED' | 'REVOKED'; readonly documentNo: string; readonly date: string } | undefined;
  /** V8. */
  readonly proceeding?: { readonly kind: 'LITIGATION' | 'BANKRUPTCY'; readonly documentNo: string; readonly date: string } | undefined;
}

/** What a result must state, and dates that cannot be. Each result stands on evidence. */
export function findAnswerFaults(answer: VerificationAnswer, issuedOn: string, today: string): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const add = (pointer: string, code: ProblemCode, detail: string) => void faults.push({ pointer, code, detail });
  const { result } = answer;
  if (answer.verifiedOn > today) add('/verifiedOn', 'DATE_IN_FUTURE', `核实日期不能晚于今天（${today}）`);
  if (answer.verifiedOn < issuedOn) add('/verifiedOn', 'DATE_ORDER', `核实日期早于批次下发日期 ${issuedOn}`);
  if (answer.evidence.length === 0) add('/evidence', 'EVIDENCE_REQUIRED', '核实结果至少附一份证据');
  const parts = [
    ['exit', 'V3', '须填写原认定单位的移出事由、文书号和日期'],
    ['registration', 'V4', '须说明注销（DEREGISTERED）或吊销（REVOKED）及其文书号和日期'],
    ['proceeding', 'V8', '须说明诉讼（LITIGATION）或破产（BANKRUPTCY）及其文书号和日期'],
  ] as const;
  for (const [part, ofResult, detail] of parts) {
    const given = answer[part];
    if (result === ofResult && given === undefined) add(`/${part}`, 'VERIFICATION_INCOMPLETE', `结果 ${result} ${detail}`);
    if (result !== ofResult && given !== undefined) add(`/${part}`, 'VERIFICATION_INCOMPLETE', `结果 ${result} 不填此项`);
    if (given !== undefined && given.date > today) add(`/${part}/date`, 'DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
  }
  const needsNote: readonly VerificationResult[] = ['V2', 'V6', 'V7'];
  if (needsNote.includes(result) && answer.note === undefined)
    add('/note', 'VERIFICATION_INCOMPLETE', `结果 ${result} 须在 note 中说明情况`);
  return faults;
}

/** What a result does to a list entry, new or there already. */
export type VerificationEffect = 'LIST' | 'RESUME' | 'EXIT' | 'END_SUBJECT' | 'SUSPEND' | 'ASK_UNIT' | 'NONE';

/** An entry as the effect of a result sees it; undefined when the batch row has none yet. */
export interface VerifiedEntry {
  readonly status: EntryStatus;
  /** A unit of this city designated it: 谁认定、谁负责. */
  readonly isOwn: boolean;
  /** The suspension under which it stands was made by a verification. */
  readonly suspendedHere: boolean;
}

/**
 * R-2-17: V0, V1, V5 and V2 while still listed: joint punishment runs, and so after 吊销 (V4, §11.3); V3 ends the entry; V4 注销 is T22; V6 and V7: no
 * task, what runs is suspended; V8 holds. What this city itself designated is ended only by its designating unit.
 */
export function effectOf(
  answer: Pick<VerificationAnswer, 'result' | 'registration'>,
  entry: VerifiedEntry | undefined,
): VerificationEffect {
  const inForce = entry?.status === 'ACTIVE' || entry?.status === 'SUSPENDED';
  if (entry !== undefined && !inForce) return 'NONE';
  switch (answer.result) {
    case 'V0':
    case 'V1':
    case 'V2':
    case 'V5':
      return runs(entry);
    case 'V4':
      if (answer.registration?.status === 'REVOKED') return runs(entry);
      return endOf(entry, 'END_SUBJECT');
    case 'V3':
      return endOf(entry, 'EXIT');
    case 'V6':
    case 'V7':
    case 'V8':
      return entry?.status === 'ACTIVE' ? 'SUSPEND' : 'NONE';
  }
}

function runs(entry: VerifiedEntry | undefined): VerificationEffect {
  if (entry === undefined) return 'LIST';
  return entry.status === 'SUSPENDED' && entry.suspendedHere ? 'RESUME' : 'NONE';
}

function endOf(entry: VerifiedEntry | undefined, effect: 'EXIT' | 'END_SUBJECT'): VerificationEffect {
  if (entry === undefined) return 'NONE';
  return entry.isOwn ? 'ASK_UNIT' : effect;
}

/** What a result asks of the platform above: V2 whether it is still listed, V6 and V7 to correct the list. */
export function upwardOf(result: VerificationResult): 'QUERY' | 'OBJECTION' | null {
  if (result === 'V2') return 'QUERY';
  return result === 'V6' || result === 'V7' ? 'OBJECTION' : null;
}

/**
 * Who verifies: the credit office of the county or zone where the subject is registered; where that is none of this city, the industry department.
 * @param offices region code → credit office
 */
export function verifierOf(regionCode: string | null, offices: ReadonlyMap<string, string>, industryDepartment: string): string {
  return (regionCode === null ? undefined : offices.get(currentRegionCode(regionCode))) ?? industryDepartment;
}
