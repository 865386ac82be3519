import {
  type EventData,
  type LianxinEvent,
  type ListEntryActivated,
  listEntryActivated,
  listEntryAdvanced,
  listEntryConfirmed,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
  listEntryUnconfirmed,
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import type { EntryReview, PlanBody, PlanRow } from './applicable.rules.ts';

export const planEvents = [
  measurePlanMade,
  measurePlanHeld,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanCorrected,
  measurePlanNarrowed,
  measurePlanSuperseded,
  measurePlanEnded,
] as const;
export const entryEvents = [
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntrySuspended,
  listEntryResumed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryUnconfirmed,
  listEntryConfirmed,
  listEntrySuperseded,
  listEntryExited,
] as const;

export interface PlanState {
  readonly entryId: string;
  readonly activationNo: number;
  readonly planId: string;
  readonly planVersion: number;
  readonly status: PlanRow['status'];
  readonly holdCause: PlanRow['holdCause'];
  readonly body: PlanBody | null;
}
export interface PlanParty {
  readonly entryId: string;
  readonly activationNo: number;
  readonly partyId: string;
  readonly subjectId: string;
  readonly role: string;
  readonly measureCodes: readonly string[];
}
export interface EntryState {
  readonly entryId: string;
  readonly entryVersion: number;
  readonly activationNo: number;
  /** Of the entry; `RECOGNITION_ENDED` for one that stands on without effect here (R-2-16). Null: this batch does not tell. */
  readonly status: string | null;
  /** Null: this batch does not tell. */
  readonly disputed: boolean | null;
  /** Its source no longer names it and is being asked (R-2-6b). Null: this batch does not tell. */
  readonly unconfirmed: boolean | null;
  /** What is pending about it (R-6-6), `NONE` when that is over. Null: this batch does not tell. */
  readonly review: EntryReview | 'NONE' | null;
  readonly decisionNumber: string | null;
  readonly decisionDate: string | null;
}

export const planKey = (plan: { entryId: string; activationNo: number }) => `${plan.entryId}/${plan.activationNo}`;

export interface PlanHead {
  readonly entryId: string;
  readonly activationNo: number;
  readonly planId: string;
  readonly planVersion: number;
}

/** Folds events of plans, in their order, into what is known; an older version never overwrites a newer (design §3). Returns the plans that changed. */
export function foldPlans(known: ReadonlyMap<string, PlanState>, events: readonly LianxinEvent[]): Map<string, PlanState> {
  const changed = new Map<string, PlanState>();
  for (const event of events) {
    const head = event.data as PlanHead;
    const key = planKey(head);
    const before = changed.get(key) ?? known.get(key);
    const next = nextPlan(before, event, head);
    if (next !== undefined) changed.set(key, next);
  }
  return changed;
}

function nextPlan(before: PlanState | undefined, event: LianxinEvent, head: PlanHead): PlanState | undefined {
  const { entryId, activationNo, planId, planVersion } = head;
  const isOlder = before !== undefined && planVersion <= before.planVersion;
  if (event.type === measurePlanMade.type) {
    // What comes late still tells what the plan is; what has become of it since stays.
    const body = bodyOf(event.data as MeasurePlanMade);
    if (isOlder) return before.body === null ? { ...before, body } : undefined;
    return { entryId, activationNo, planId, planVersion, status: 'LIVE', holdCause: null, body };
  }
  if (isOlder) return undefined;
  // Derived again (R-4-8, §6.4): another body, in whatever state it was.
  if (isDerivedAgain(event)) {
    const body = bodyOf(event.data as MeasurePlanMade);
    return { entryId, activationNo, planId, planVersion, status: before?.status ?? 'LIVE', holdCause: before?.holdCause ?? null, body };
  }
  const rest = { entryId, activationNo, planId, planVersion, body: before?.body ?? null };
  if (event.type === measurePlanHeld.type)
    return { ...rest, status: 'HELD', holdCause: (event.data as { cause: PlanRow['holdCause'] }).cause };
  if (event.type === measurePlanReleased.type) return { ...rest, status: 'LIVE', holdCause: null };
  // What is left of it stands as it stood; who it no longer concerns is taken out beside.
  if (event.type === measurePlanNarrowed.type) return { ...rest, status: before?.status ?? 'LIVE', holdCause: before?.holdCause ?? null };
  return { ...rest, status: 'ENDED', holdCause: null };
}

/** A plan that stands and is said anew as a whole: by another version of the catalogue, or from corrected facts of its entry. */
function isDerivedAgain(event: LianxinEvent): boolean {
  return event.type === measurePlanRevised.type || event.type === measurePlanCorrected.type;
}

function bodyOf(made: MeasurePlanMade): PlanBody {
  return {
    catalogueVersion: made.catalogueVersion,
    listCode: made.listCode,
    listType: made.listType,
    direction: made.direction,
    entryNumber: made.entryNumber,
    designatingDepartment: made.designatingDepartment,
    activatedOn: made.activatedOn,
    validTo: made.validTo,
    basisRefs: Object.fromEntries(made.measures.map((measure) => [measure.measureCode, measure.basisRefs])),
  };
}

/** Who gets what by a plan; a party without measures has no row. */
export function partiesOf(made: MeasurePlanMade): PlanParty[] {
  const codes = new Map(made.groups.flatMap((group) => group.partyIds.map((partyId) => [partyId, group.measureCodes] as const)));
  return made.parties.flatMap(({ partyId, subjectId, role }) => {
    const measureCodes = codes.get(partyId) ?? [];
    if (measureCodes.length === 0) return [];
    return [{ entryId: made.entryId, activationNo: made.activationNo, partyId, subjectId, role, measureCodes }];
  });
}

/**
 * What a batch of events of plans does to their parties. Of several events that say a plan as a whole the last one counts; a plan that is known has its
 * parties already, and one said late, behind a later version, changes none.
 */
export function partyChanges(
  known: ReadonlyMap<string, PlanState>,
  events: readonly LianxinEvent[],
): { readonly said: PlanParty[]; readonly again: PlanHead[]; readonly left: string[] } {
  const said = new Map<string, { readonly version: number; readonly parties: PlanParty[] }>();
  const again = new Map<string, PlanHead>();
  for (const event of events) {
    const head = event.data as PlanHead;
    const key = planKey(head);
    const version = said.get(key)?.version ?? ((known.get(key)?.body ?? null) === null ? 0 : (known.get(key)?.planVersion ?? 0));
    const isSaid = event.type === measurePlanMade.type ? version === 0 : isDerivedAgain(event) && head.planVersion > version;
    if (!isSaid) continue;
    said.set(key, { version: head.planVersion, parties: partiesOf(event.data as MeasurePlanMade) });
    if (isDerivedAgain(event)) again.set(key, head);
  }
  const left = events.flatMap((event) =>
    event.type === measurePlanNarrowed.type ? (event.data as { endedPartyIds: string[] }).endedPartyIds : [],
  );
  return { said: [...said.values()].flatMap(({ parties }) => parties), again: [...again.values()], left };
}

/** What a batch tells of each entry, the newest last. */
export function foldEntries(events: readonly LianxinEvent[]): EntryState[] {
  const newest = new Map<string, EntryState>();
  for (const event of events) {
    const review = reviewOf(event);
    // Of the other steps of a procedure nothing is to be known at a window.
    if (event.type === listEntryAdvanced.type && review === null) continue;
    const { entryId, entryVersion, activationNo, status, decision } = event.data as EntryHead;
    const before = newest.get(entryId);
    if (before !== undefined && before.entryVersion >= entryVersion) continue;
    newest.set(entryId, {
      entryId,
      entryVersion,
      activationNo,
      status: tellsEffect(event)
        ? event.type === listEntryRecognitionEnded.type
          ? 'RECOGNITION_ENDED'
          : status
        : (before?.status ?? null),
      disputed: disputeOf(event) ?? before?.disputed ?? null,
      unconfirmed: doubtOf(event) ?? before?.unconfirmed ?? null,
      review: review ?? before?.review ?? null,
      decisionNumber: decision?.number ?? before?.decisionNumber ?? null,
      decisionDate: decision?.date ?? before?.decisionDate ?? null,
    });
  }
  return [...newest.values()];
}

type EntryHead = Pick<ListEntryActivated, 'entryId' | 'entryVersion' | 'activationNo' | 'status'> &
  Partial<Pick<ListEntryActivated, 'decision'>>;

/**
 * The mark of a review tells nothing of effect: an entry that has none here stays without (R-2-16). Nor does a dispute, or its end, about one that is closed
 * for its subject: it has effect for the persons whom it still binds (T13, T13a, T22).
 */
function tellsEffect(event: LianxinEvent): boolean {
  const isDispute = event.type === listEntryDisputed.type || event.type === listEntryDisputeEnded.type;
  if (isDispute) return (event.data as EntryHead).status !== 'CLOSED_SUBJECT';
  return event.type !== listEntryAdvanced.type;
}

/** A life that begins is disputed when that is said anew (T23), whatever the one before it ended with. */
function disputeOf(event: LianxinEvent): boolean | null {
  if (event.type === listEntryDisputed.type) return true;
  return event.type === listEntryDisputeEnded.type || event.type === listEntryActivated.type ? false : null;
}

/** T13e begins it, T13f ends it; a repair that ends the entry, or is revoked, does not (R-6-6). */
function reviewOf(event: LianxinEvent): EntryState['review'] {
  if (event.type !== listEntryAdvanced.type) return null;
  const { transition, reviewKind } = event.data as EventData<typeof listEntryAdvanced>;
  if (transition === 'T13e') return reviewKind ?? 'UNKNOWN';
  return transition === 'T13f' ? 'NONE' : null;
}

/** A life that begins has no question open, whatever the one before it ended with. */
function doubtOf(event: LianxinEvent): boolean | null {
  if (event.type === listEntryUnconfirmed.type) return true;
  return event.type === listEntryConfirmed.type || event.type === listEntryActivated.type ? false : null;
}
