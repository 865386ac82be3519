import { type EntryStatus, type ListType, type Origin, type Principal, refusedStepZh } from '@lianxin/contracts';

/** What may be asked of an entry (domain §2.4, column Event). */
export type EntryAction =
  | 'DRAFT'
  | 'EDIT'
  | 'SUBMIT'
  | 'PASS_CHECK'
  | 'HIT_CROSS_CHECK'
  | 'FAIL_IDENTITY'
  | 'SERVE_NOTICE'
  | 'RECEIVE_DEFENCE'
  | 'WAIVE_DEFENCE'
  | 'END_DEFENCE_PERIOD'
  | 'REJECT_DEFENCE'
  | 'UPHOLD_DEFENCE'
  | 'OPEN_PUBLIC_NOTICE'
  | 'RECEIVE_PUBLIC_OBJECTION'
  | 'REJECT_PUBLIC_OBJECTION'
  | 'END_PUBLIC_NOTICE'
  | 'UPHOLD_PUBLIC_OBJECTION'
  | 'PREPARE_DECISION'
  | 'RETURN_DECISION'
  | 'SIGN_DECISION'
  | 'RECORD_SERVICE'
  | 'SERVE'
  | 'DISPUTE'
  | 'END_DISPUTE'
  | 'NOTE_OBJECTION'
  | 'AMEND'
  | 'PROPOSE_CORRECTION'
  | 'RETURN_CORRECTION'
  | 'BEGIN_REVIEW'
  | 'END_REVIEW'
  | 'SUSPEND'
  | 'RESUME'
  | 'EXPIRE'
  | 'EXIT'
  | 'WITHDRAW'
  | 'RECORD_PERFORMANCE'
  | 'REPAIR'
  | 'REQUEST_CORRECTION'
  | 'REJECT_CORRECTION'
  | 'CORRECT'
  | 'REVOKE_BASIS'
  | 'EXCLUDE'
  | 'RESTORE_HONOUR'
  | 'SUPERSEDE'
  | 'END_SUBJECT'
  | 'END_PARTIES'
  | 'REVOKE_REPAIR'
  | 'RECORD_FRAUD'
  | 'MISS_SOURCE'
  | 'CONFIRM_SOURCE'
  | 'RECOGNISE'
  | 'END_RECOGNITION';

/** `NONE`: the entry does not exist yet. */
export type EntryState = EntryStatus | 'NONE';
type Target = EntryStatus | Readonly<Record<ListType, EntryStatus>>;
interface Transition {
  /** Number in domain §2.4; a letter behind it marks a step that belongs to it and has no number there (docs/decisions/0012). */
  readonly code: string;
  readonly to: Target;
  /** Lists on which it exists; all when left out. */
  readonly only?: readonly ListType[];
}

const withdraw = { code: 'T2a', to: 'NOT_DESIGNATED' } as const;
const endSubject = { code: 'T22', to: 'CLOSED_SUBJECT' } as const;
/** T18, T19: "ACTIVE or any later state except CORRECTED/REVOKED". */
const undo = { CORRECT: { code: 'T18', to: 'CORRECTED' }, REVOKE_BASIS: { code: 'T19', to: 'REVOKED' } } as const;
/** R-2-10 (b): all RED entries of the subject go, also one that is suspended just now. */
const exclude = { code: 'T20', to: 'EXCLUDED', only: ['RED'] } as const;
/** A RED entry on its way meets a black one: before it is listed, on the last day of its public notice, and once more when it would come into force. */
const crossCheckHit = { code: 'T4', to: 'NOT_DESIGNATED', only: ['RED'] } as const;
/** The objection is a flag beside the state (§2.3). */
const flags = (to: 'ACTIVE' | 'SUSPENDED') =>
  ({
    DISPUTE: { code: 'T13', to },
    END_DISPUTE: { code: 'T13a', to },
    // §6.4: an objection that was partly right corrects fields; the entry remains.
    AMEND: { code: 'T13b', to },
    PROPOSE_CORRECTION: { code: 'T13c', to },
    RETURN_CORRECTION: { code: 'T13d', to },
    // R-6-6: reconsideration or lawsuit; execution stops only by order (SUSPEND).
    BEGIN_REVIEW: { code: 'T13e', to },
    END_REVIEW: { code: 'T13f', to },
    RECORD_PERFORMANCE: { code: 'T16b', to, only: ['BLACK', 'FOCUS', 'ABNORMAL'] },
    REQUEST_CORRECTION: { code: 'T18a', to },
    REJECT_CORRECTION: { code: 'T18b', to },
    // R-2-6b: a full list of the source lacks the entry; its tasks are held until the source has answered.
    MISS_SOURCE: { code: 'T14a', to },
    CONFIRM_SOURCE: { code: 'T15a', to },
  }) as const;
const leave = {
  EXPIRE: { code: 'T16', to: 'EXPIRED' },
  EXIT: { code: 'T16a', to: 'EXPIRED' },
  REPAIR: { code: 'T17', to: 'REPAIRED', only: ['BLACK', 'FOCUS', 'ABNORMAL'] },
  EXCLUDE: exclude,
  END_SUBJECT: endSubject,
  ...undo,
} as const;

/** States and transitions T1–T23 of domain §2.3–2.4: the only place that says what may follow what. */
export const transitions = {
  NONE: { DRAFT: { code: 'T1', to: 'DRAFT' } },
  DRAFT: { EDIT: { code: 'T1a', to: 'DRAFT' }, SUBMIT: { code: 'T2', to: 'CHECKING' }, WITHDRAW: withdraw, END_SUBJECT: endSubject },
  CHECKING: {
    // AB-MKT knows neither notice nor defence: its decision alone lists (catalogue: ABNORMAL).
    PASS_CHECK: { code: 'T3', to: { RED: 'PUBLIC_NOTICE', BLACK: 'PRE_NOTICE', FOCUS: 'PRE_NOTICE', ABNORMAL: 'DESIGNATED' } },
    HIT_CROSS_CHECK: crossCheckHit,
    FAIL_IDENTITY: { code: 'T5', to: 'DRAFT' },
    WITHDRAW: withdraw,
    END_SUBJECT: endSubject,
  },
  PRE_NOTICE: {
    SERVE_NOTICE: { code: 'T3a', to: 'PRE_NOTICE' },
    RECEIVE_DEFENCE: { code: 'T6', to: 'HEARING' },
    WAIVE_DEFENCE: { code: 'T7', to: 'DESIGNATED' },
    END_DEFENCE_PERIOD: { code: 'T7', to: 'DESIGNATED' },
    WITHDRAW: withdraw,
    END_SUBJECT: endSubject,
  },
  HEARING: {
    REJECT_DEFENCE: { code: 'T8', to: 'DESIGNATED' },
    UPHOLD_DEFENCE: { code: 'T9', to: 'NOT_DESIGNATED' },
    WITHDRAW: withdraw,
    END_SUBJECT: endSubject,
  },
  PUBLIC_NOTICE: {
    OPEN_PUBLIC_NOTICE: { code: 'T3b', to: 'PUBLIC_NOTICE' },
    RECEIVE_PUBLIC_OBJECTION: { code: 'T3c', to: 'PUBLIC_NOTICE' },
    REJECT_PUBLIC_OBJECTION: { code: 'T3d', to: 'PUBLIC_NOTICE' },
    HIT_CROSS_CHECK: crossCheckHit,
    END_PUBLIC_NOTICE: { code: 'T10', to: 'DESIGNATED' },
    UPHOLD_PUBLIC_OBJECTION: { code: 'T11', to: 'NOT_DESIGNATED' },
    WITHDRAW: withdraw,
    END_SUBJECT: endSubject,
  },
  DESIGNATED: {
    // A defence that came in time and was entered late still stops the decision, as long as nobody has signed it.
    RECEIVE_DEFENCE: { code: 'T6', to: 'HEARING', only: ['BLACK', 'FOCUS'] },
    PREPARE_DECISION: { code: 'T12c', to: 'DESIGNATED' },
    RETURN_DECISION: { code: 'T12d', to: 'DESIGNATED' },
    SIGN_DECISION: { code: 'T12e', to: 'DESIGNATED' },
    RECORD_SERVICE: { code: 'T12f', to: 'DESIGNATED' },
    HIT_CROSS_CHECK: crossCheckHit,
    SERVE: { code: 'T12', to: 'ACTIVE' },
    WITHDRAW: withdraw,
    END_SUBJECT: endSubject,
  },
  ACTIVE: {
    SUSPEND: { code: 'T14', to: 'SUSPENDED' },
    SUPERSEDE: { code: 'T21', to: 'SUPERSEDED' },
    ...flags('ACTIVE'),
    // R-2-16: an agreement begins or ends; the entry itself stays as its origin has it.
    RECOGNISE: { code: 'T12a', to: 'ACTIVE' },
    END_RECOGNITION: { code: 'T12b', to: 'ACTIVE' },
    ...leave,
  },
  SUSPENDED: { RESUME: { code: 'T15', to: 'ACTIVE' }, ...flags('SUSPENDED'), END_RECOGNITION: { code: 'T12b', to: 'SUSPENDED' }, ...leave },
  EXPIRED: undo,
  REPAIRED: {
    REVOKE_REPAIR: { code: 'T23', to: 'ACTIVE' },
    RECORD_FRAUD: { code: 'T23a', to: 'REPAIRED' },
    // A revoked repair brings it back as disputed as it is by then (R-6-4).
    NOTE_OBJECTION: { code: 'T13g', to: 'REPAIRED' },
    ...undo,
  },
  CORRECTED: {},
  REVOKED: {},
  // T20a makes a new entry; the excluded one stays what it is and notes it.
  EXCLUDED: { RESTORE_HONOUR: { code: 'T20a', to: 'EXCLUDED', only: ['RED'] }, ...undo },
  SUPERSEDED: undo,
  // The persons whom the decision names are still bound until their term is over or the unit lets them go.
  CLOSED_SUBJECT: {
    END_PARTIES: { code: 'T22a', to: 'CLOSED_SUBJECT' },
    // Nothing of it is executed against them while it is verified (R-6-4), whether it was disputed before or by one of them since.
    DISPUTE: { code: 'T13', to: 'CLOSED_SUBJECT' },
    NOTE_OBJECTION: { code: 'T13g', to: 'CLOSED_SUBJECT' },
    END_DISPUTE: { code: 'T13a', to: 'CLOSED_SUBJECT' },
    // Likewise a reconsideration or lawsuit that was pending: it stands beside what still binds them (R-6-6).
    END_REVIEW: { code: 'T13f', to: 'CLOSED_SUBJECT' },
    ...undo,
  },
  NOT_DESIGNATED: {},
} as const satisfies Record<EntryState, Partial<Record<EntryAction, Transition>>>;

/** One step of an entry, to be appended as a fact. */
export interface Step {
  readonly transition: string;
  readonly from: EntryStatus | null;
  readonly to: EntryStatus;
}
export type StepDecision =
  | { readonly ok: true; readonly step: Step }
  | { readonly ok: false; readonly code: 'TRANSITION_NOT_ALLOWED'; readonly detail: string };

/** What may be asked in a state on a list of this type, in the order of the table. */
export function allowedActions(state: EntryState, listType: ListType): EntryAction[] {
  return Object.entries(transitions[state] as Partial<Record<EntryAction, Transition>>)
    .filter(([, transition]) => transition.only === undefined || transition.only.includes(listType))
    .map(([action]) => action as EntryAction);
}

/** The step that an action makes in a state; a refusal names the state, what was asked and what is allowed. */
export function decideStep(state: EntryState, action: EntryAction, listType: ListType): StepDecision {
  const transition = (transitions[state] as Partial<Record<EntryAction, Transition>>)[action];
  if (transition === undefined || transition.only?.includes(listType) === false) {
    const allowed = allowedActions(state, listType);
    return { ok: false, code: 'TRANSITION_NOT_ALLOWED', detail: refusedStepZh(state, action, allowed) };
  }
  const to = typeof transition.to === 'string' ? transition.to : transition.to[listType];
  return { ok: true, step: { transition: transition.code, from: state === 'NONE' ? null : state, to } };
}

/** Status of an entry: the fold of its facts in the order of their versions. */
export function statusOf(facts: readonly { readonly version: number; readonly to: EntryStatus }[]): EntryState {
  return facts.reduce<{ version: number; status: EntryState }>(
    (last, fact) => (fact.version > last.version ? { version: fact.version, status: fact.to } : last),
    { version: 0, status: 'NONE' },
  ).status;
}

/** States in which an entry has effects or may have them again at once. */
export function isInForce(status: EntryStatus): boolean {
  return status === 'ACTIVE' || status === 'SUSPENDED';
}

/** Whether an entry has effects for anybody: it is in force, or closed for its subject and in force for persons (T22). */
export function bindsAnybody(entry: { readonly status: EntryState; readonly parties_continue?: boolean | null }): boolean {
  const { status, parties_continue } = entry;
  return status === 'ACTIVE' || status === 'SUSPENDED' || (status === 'CLOSED_SUBJECT' && parties_continue === true);
}

/** Actions that take a complete designation from nothing to CHECKING, and from there to ACTIVE (one-call activation). */
export const receivingActions = ['DRAFT', 'SUBMIT'] as const satisfies readonly EntryAction[];
export function activatingActions(listType: ListType): readonly EntryAction[] {
  switch (listType) {
    case 'RED':
      return ['PASS_CHECK', 'END_PUBLIC_NOTICE', 'SERVE'];
    case 'BLACK':
    case 'FOCUS':
      return ['PASS_CHECK', 'END_DEFENCE_PERIOD', 'SERVE'];
    case 'ABNORMAL':
      return ['PASS_CHECK', 'SERVE'];
  }
}

/**
 * Whether a caller may change an entry: its designating unit (谁认定、谁负责), for records that came from above the credit office or centre
 * (R-2-16), and both for the stock that the centre loaded for the unit (LEGACY).
 */
export function mayChange(principal: Principal, entry: { readonly departmentCode: string; readonly origin: Origin }): boolean {
  const isUnit =
    principal.departments.includes(entry.departmentCode) &&
    principal.roles.some((role) => role === 'DEPT_HANDLER' || role === 'DEPT_APPROVER');
  const isImporter = principal.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
  switch (entry.origin) {
    case 'CITY':
      return isUnit;
    case 'LEGACY':
      return isUnit || isImporter;
    case 'NATIONAL':
    case 'PROVINCIAL':
      return isImporter;
  }
}
