import type { EntryStatus } from '@lianxin/contracts';

/** LIVE: executed. HELD: nothing of it is executed for the time being. ENDED: every basis that rests on it has ended. */
export type PlanStatus = 'LIVE' | 'HELD' | 'ENDED';
/** NARROWED: over for some of its parties (T22), whatever its state for the others. */
export type Happening = 'ACTIVATED' | 'SUSPENDED' | 'RESUMED' | 'DISPUTED' | 'UNDISPUTED' | 'NARROWED' | 'EXITED';
/** A stop by court, bankruptcy or a silent source spares nothing; an objection spares what law wants done at once (R-6-4). */
export type HoldCause = 'SUSPENSION' | 'OBJECTION';
export type StepKind = 'MADE' | 'HELD' | 'RELEASED' | 'NARROWED' | 'REVISED' | 'CORRECTED' | 'ENDED';

/** What a plan becomes when its entry is disputed, suspended, resumed or exits (T13–T22), should nothing else hold it. */
export const transitions = {
  LIVE: { SUSPENDED: 'HELD', RESUMED: 'LIVE', DISPUTED: 'HELD', UNDISPUTED: 'LIVE', NARROWED: 'LIVE', EXITED: 'ENDED' },
  HELD: { SUSPENDED: 'HELD', RESUMED: 'LIVE', DISPUTED: 'HELD', UNDISPUTED: 'LIVE', NARROWED: 'HELD', EXITED: 'ENDED' },
  ENDED: { SUSPENDED: 'ENDED', RESUMED: 'ENDED', DISPUTED: 'ENDED', UNDISPUTED: 'ENDED', NARROWED: 'ENDED', EXITED: 'ENDED' },
} as const satisfies Record<PlanStatus, Record<Exclude<Happening, 'ACTIVATED'>, PlanStatus>>;

const stepInto = { LIVE: 'RELEASED', HELD: 'HELD', ENDED: 'ENDED' } as const satisfies Record<PlanStatus, StepKind>;

export interface PlanState {
  readonly planId: string;
  readonly activationNo: number;
  readonly planVersion: number;
  readonly status: PlanStatus;
  /** It has been said that the entry should never have been (T18, T19). */
  readonly inError: boolean;
  /** What holds it; empty unless HELD. */
  readonly holds: readonly HoldCause[];
}

/** What is known of an entry: the newest fact heard, and its plans, one per activation. */
export interface EntryState {
  readonly entryVersion: number;
  readonly activationNo: number;
  readonly plans: readonly PlanState[];
}

export interface Heard {
  readonly happening: Happening;
  readonly entryVersion: number;
  readonly activationNo: number;
  readonly status: EntryStatus;
}

/** One step of one plan; `plan` is its state after the step. */
export interface PlanStep {
  readonly kind: StepKind;
  readonly plan: PlanState;
}

/**
 * What a fact of an entry does to its plans. An older fact, or the same again, does nothing (design §3); a fact that changes no plan is
 * only noted. A later activation makes a new plan (R-4-3); whatever then happens to the entry meets every plan of it that has not ended,
 * so that none is ever left behind.
 * @param newPlanId id for the plan, should this fact make one.
 */
export function decideSteps(state: EntryState | undefined, heard: Heard, newPlanId: string): { state: EntryState; steps: PlanStep[] } {
  if (state !== undefined && heard.entryVersion <= state.entryVersion) return { state, steps: [] };
  const known = state ?? { plans: [], activationNo: 0 };
  const noted = { entryVersion: heard.entryVersion, activationNo: Math.max(known.activationNo, heard.activationNo) };
  if (heard.happening === 'ACTIVATED') {
    if (heard.activationNo <= known.activationNo) return { state: { ...noted, plans: known.plans }, steps: [] };
    const plan: PlanState = {
      planId: newPlanId,
      activationNo: heard.activationNo,
      planVersion: 1,
      status: 'LIVE',
      inError: false,
      holds: [],
    };
    return { state: { ...noted, plans: [...known.plans, plan] }, steps: [{ kind: 'MADE', plan }] };
  }
  const steps: PlanStep[] = [];
  const plans = known.plans.map((plan) => {
    const step = stepOf(plan, heard);
    if (step === undefined) return plan;
    steps.push(step);
    return step.plan;
  });
  return { state: { ...noted, plans }, steps };
}

/** T18, T19: an entry that should never have been. What never started is cancelled, not lifted. */
export function isInError(status: EntryStatus): boolean {
  return status === 'CORRECTED' || status === 'REVOKED';
}

function stepOf(plan: PlanState, heard: Heard): PlanStep | undefined {
  if (heard.happening === 'ACTIVATED') return undefined;
  const holds = holdsAfter(plan, heard.happening);
  const lone = transitions[plan.status][heard.happening];
  const next = lone === 'LIVE' && holds.length > 0 ? 'HELD' : lone;
  if (heard.happening === 'NARROWED' && plan.status !== 'ENDED')
    return { kind: 'NARROWED', plan: { ...plan, planVersion: plan.planVersion + 1 } };
  const inError = plan.inError || (heard.happening === 'EXITED' && isInError(heard.status));
  // An entry that has left may still prove to have been wrong from the start (T18): what was undone must then also be made good.
  if (next === plan.status && inError === plan.inError && holds.length === plan.holds.length) return undefined;
  return { kind: stepInto[next], plan: { ...plan, planVersion: plan.planVersion + 1, status: next, inError, holds } };
}

function holdsAfter(plan: PlanState, happening: Happening): readonly HoldCause[] {
  if (plan.status === 'ENDED' || happening === 'EXITED') return [];
  const without = (cause: HoldCause) => plan.holds.filter((other) => other !== cause);
  switch (happening) {
    case 'SUSPENDED':
      return [...without('SUSPENSION'), 'SUSPENSION'];
    case 'RESUMED':
      return without('SUSPENSION');
    case 'DISPUTED':
      return [...without('OBJECTION'), 'OBJECTION'];
    case 'UNDISPUTED':
      return without('OBJECTION');
    default:
      return plan.holds;
  }
}

/** What a held plan is held for: of two causes the one that spares less. */
export function strongestHold(plan: PlanState): HoldCause {
  return plan.holds.includes('SUSPENSION') ? 'SUSPENSION' : 'OBJECTION';
}
