import type { ListEntryActivated, MeasurePlanMade } from '@lianxin/contracts';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import { lawOf } from './law.rules.ts';
import { directionOf } from './measure-decision.rules.ts';
import { makePlan, type PlanIds, type PlannedIncident } from './plan.rules.ts';
import { differenceOf, isEmptyDifference, type PlanDifference } from './plan-difference.rules.ts';

/** A plan as it stands: what it was made from, what was said last, and the parties for whom it is over (T22). */
export interface StandingPlan extends PlanIds {
  readonly entry: ListEntryActivated;
  readonly body: MeasurePlanMade;
  readonly endedPartyIds: readonly string[];
  /** What an approved replay has decided about its law; null or left out: nothing (R-6-7). */
  readonly pin?: Pin | null;
}

/** A replay has decided that this version counts instead of all those up to `through`. Later ones withdraw and soften as ever (R-4-8). */
export interface Pin {
  readonly version: number;
  readonly through: number;
}

/** The versions that bear on a plan: where a replay has decided, the one that it named and those that came after the replay. */
export function versionsUnder(versions: readonly IndexedCatalogue[], pin: Pin | null | undefined): readonly IndexedCatalogue[] {
  const named = pin === null || pin === undefined ? undefined : versions.find(({ version }) => version === pin.version);
  if (pin === null || pin === undefined || named === undefined) return versions;
  return [named, ...versions.filter(({ version }) => version > pin.through)];
}

export interface Derived {
  readonly plan: MeasurePlanMade;
  readonly incidents: readonly PlannedIncident[];
  readonly difference: PlanDifference;
  /** Whether it has to be said: something else is ordered, or the same stands under another version of the law. */
  readonly isNews: boolean;
}

/** The plan of an entry under the versions given. The one way to make a plan: when it is made, made again, simulated or proved (R-4-2, R-4-8). */
export function planUnder(versions: readonly IndexedCatalogue[], entry: ListEntryActivated, ids: PlanIds) {
  const { catalogue, later } = lawOf(versions, entry);
  return makePlan(catalogue, entry, ids, later);
}

/** Derives a standing plan again and compares. What is over for a party stays over. */
export function deriveAgain(versions: readonly IndexedCatalogue[], standing: StandingPlan): Derived {
  const left = (partyId: string) => !standing.endedPartyIds.includes(partyId);
  const entry = { ...standing.entry, parties: standing.entry.parties.filter(({ partyId }) => left(partyId)) };
  const ids = { planId: standing.planId, planVersion: standing.planVersion + 1 };
  const { plan, incidents } = planUnder(versionsUnder(versions, standing.pin), entry, ids);
  const before = {
    ...standing.body,
    groups: standing.body.groups.map((group) => ({ ...group, partyIds: group.partyIds.filter(left) })),
  };
  const difference = differenceOf(before, plan);
  // A restriction names the version of its legal date, also where that orders the same; a reward changes its version only with its content.
  const otherLaw = directionOf(entry.listType) === 'PUNISH' && plan.catalogueVersion !== standing.body.catalogueVersion;
  return { plan, incidents, difference, isNews: otherLaw || !isEmptyDifference(difference) };
}

/** Merged departments of the newest version, each with whoever has its duties now. */
export function movesOf(catalogue: IndexedCatalogue): { from: string; to: string }[] {
  return catalogue.departments.flatMap(({ code, successorCode }) => {
    let to = successorCode ?? null;
    const passed = [code];
    for (let next = to; next !== null && !passed.includes(next); ) {
      to = next;
      passed.push(next);
      next = catalogue.departmentByCode.get(next)?.successorCode ?? null;
    }
    return to === null ? [] : [{ from: code, to }];
  });
}
