import { decideStepIn, type RepairStatus, type TransitionDecision } from '@lianxin/contracts';

/** What may be done with an application (§5.5). */
export type RepairAction =
  | 'RECEIVE'
  | 'PUSH'
  | 'REQUEST_SUPPLEMENT'
  | 'SUPPLEMENT'
  | 'SUPPLEMENT_EXPIRED'
  | 'ADD_MATERIALS'
  | 'ACCEPT'
  | 'NOT_ACCEPT'
  | 'EXTEND'
  | 'PROPOSE'
  | 'RETURN_PROPOSAL'
  | 'GRANT'
  | 'GRANT_TEMPORARY'
  | 'FAIL_PLAN'
  | 'REFUSE'
  | 'SYNC'
  | 'RECORD_RECEIPT'
  | 'COMPLETE'
  | 'REVOKE'
  | 'WITHDRAW'
  | 'LAPSE'
  | 'DROP_ITEM';
export type RepairState = RepairStatus | 'NONE';

/** The applicant takes it back, or the record has ended by another road meanwhile. */
const leave = { WITHDRAW: 'WITHDRAWN', LAPSE: 'WITHDRAWN' } as const;
const decide = { GRANT: 'GRANTED', GRANT_TEMPORARY: 'TEMPORARY', REFUSE: 'REFUSED' } as const;

/** States of §5.5 and what may follow what: the only place that says it. */
export const repairTransitions = {
  NONE: { RECEIVE: 'RECEIVED' },
  RECEIVED: { PUSH: 'PUSHED', DROP_ITEM: 'RECEIVED', ...leave },
  PUSHED: { REQUEST_SUPPLEMENT: 'CORRECTION_REQUESTED', ACCEPT: 'ACCEPTED', NOT_ACCEPT: 'NOT_ACCEPTED', DROP_ITEM: 'PUSHED', ...leave },
  CORRECTION_REQUESTED: { SUPPLEMENT: 'PUSHED', SUPPLEMENT_EXPIRED: 'NOT_ACCEPTED', DROP_ITEM: 'CORRECTION_REQUESTED', ...leave },
  NOT_ACCEPTED: {},
  ACCEPTED: { PROPOSE: 'UNDER_REVIEW', EXTEND: 'EXTENDED', DROP_ITEM: 'ACCEPTED', ...leave },
  UNDER_REVIEW: { RETURN_PROPOSAL: 'ACCEPTED', EXTEND: 'EXTENDED', ...decide, DROP_ITEM: 'UNDER_REVIEW', ...leave },
  EXTENDED: { PROPOSE: 'UNDER_REVIEW', DROP_ITEM: 'EXTENDED', ...leave },
  // R-5-14: while the plan is carried out; then final, or everything returns.
  TEMPORARY: {
    ADD_MATERIALS: 'TEMPORARY',
    PROPOSE: 'TEMPORARY',
    RETURN_PROPOSAL: 'TEMPORARY',
    GRANT: 'GRANTED',
    FAIL_PLAN: 'TEMPORARY_ENDED',
    DROP_ITEM: 'TEMPORARY',
    LAPSE: 'WITHDRAWN',
  },
  TEMPORARY_ENDED: {},
  GRANTED: { SYNC: 'SYNCING' },
  SYNCING: { PROPOSE: 'SYNCING', RETURN_PROPOSAL: 'SYNCING', RECORD_RECEIPT: 'SYNCING', COMPLETE: 'DONE', REVOKE: 'REVOKED' },
  DONE: { PROPOSE: 'DONE', RETURN_PROPOSAL: 'DONE', REVOKE: 'REVOKED' },
  REFUSED: {},
  WITHDRAWN: {},
  REVOKED: {},
} as const satisfies Record<RepairState, Partial<Record<RepairAction, RepairStatus>>>;

/** The state after an action; a refusal names the state, what was asked and what is allowed. */
export function decideRepairStep(state: RepairState, action: RepairAction): TransitionDecision<RepairStatus, 'REPAIR_STATE'> {
  return decideStepIn(repairTransitions, state, action, 'REPAIR_STATE');
}

/** Status of an application: the fold of its facts in the order of their versions. */
export function repairStatusOf(facts: readonly { readonly version: number; readonly to_status: RepairStatus }[]): RepairState {
  return facts.reduce<{ version: number; status: RepairState }>(
    (last, fact) => (fact.version > last.version ? { version: fact.version, status: fact.to_status } : last),
    { version: 0, status: 'NONE' },
  ).status;
}

/** Applications that still wait for somebody: of one record there is never a second one. */
const closedStates: readonly RepairState[] = ['NOT_ACCEPTED', 'REFUSED', 'WITHDRAWN', 'REVOKED', 'TEMPORARY_ENDED', 'DONE'];
export function isOpenRepair(status: RepairState): boolean {
  return !closedStates.includes(status);
}
/** Before the decision, or while it is only temporary: a record that ends by another road makes it moot. */
export function mayLapse(status: RepairState): boolean {
  return 'LAPSE' in repairTransitions[status];
}

/** What a handler may propose, for a second person to decide. */
export const proposalActions = ['GRANT', 'GRANT_TEMPORARY', 'REFUSE', 'FAIL_PLAN', 'REVOKE'] as const;
export type ProposalAction = (typeof proposalActions)[number];

/** Which proposals an application admits now. A bankruptcy is restored for the time being first (R-5-14), an ordinary one never. */
export function allowedProposals(status: RepairState, category: 'ORDINARY' | 'BANKRUPTCY'): readonly ProposalAction[] {
  switch (status) {
    case 'ACCEPTED':
    case 'EXTENDED':
      return category === 'BANKRUPTCY' ? ['GRANT_TEMPORARY', 'REFUSE'] : ['GRANT', 'REFUSE'];
    case 'TEMPORARY':
      return ['GRANT', 'FAIL_PLAN'];
    case 'SYNCING':
    case 'DONE':
      return ['REVOKE'];
    default:
      return [];
  }
}
