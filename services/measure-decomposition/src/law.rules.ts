import type { Force, ListEntryActivated, PlanMeasure } from '@lianxin/contracts';
import { type IndexedCatalogue, isInForce, isOver } from './catalogue.rules.ts';
import { type Decision, decide, directionOf, skipClauses } from './measure-decision.rules.ts';

/** The versions of the catalogue that bear on one entry. */
export interface Law {
  /** In force on the day of the legal act (R-0-1). */
  readonly catalogue: IndexedCatalogue;
  /** Those that came into force later, in their order: they withdraw and soften, never more (R-4-8). */
  readonly later: readonly IndexedCatalogue[];
}

/**
 * Which versions bear on an entry. A restriction stands under the version of the day of its decision; a reward, which nobody is hurt by, always under the
 * newest (R-4-8: additions come only from corrected routing or from rewards).
 * @param versions all that have come into force, in their order; the first has no date of its own and counts from the beginning (catalogue rule 22).
 * @throws Error when there is none.
 */
export function lawOf(versions: readonly IndexedCatalogue[], entry: Pick<ListEntryActivated, 'listType' | 'decision'>): Law {
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error('no catalogue has been published');
  if (directionOf(entry.listType) === 'REWARD') return { catalogue: newest, later: [] };
  const place = versions.findLastIndex(({ effectiveFrom }) => effectiveFrom === null || effectiveFrom <= entry.decision.date);
  const first = Math.max(place, 0);
  return { catalogue: versions[first] ?? newest, later: versions.slice(first + 1) };
}

/**
 * What is left of a measure under later versions: withdrawn as soon as one of them no longer has it for this list, finds it over, closes its gate, asks for more,
 * or knows nobody to execute it; of two forces the weaker; who executes is what the newest version says, for that is no punishment but its routing (R-4-8).
 */
export function soften(decision: Decision, later: readonly IndexedCatalogue[], entry: ListEntryActivated): Decision {
  let softened = decision;
  const newest = later.at(-1);
  if (newest === undefined) return decision;
  for (const catalogue of later) {
    if (softened.planned === null) return softened;
    const measure = catalogue.measureByCode.get(decision.measure.code);
    const stands =
      measure !== undefined &&
      measure.direction === decision.measure.direction &&
      measure.listCodes.includes(entry.listCode) &&
      isInForce(measure, entry.activatedOn) &&
      !isOver(measure, catalogue);
    if (!stands) {
      const skip = { measureCode: decision.measure.code, reason: 'NO_LEGAL_BASIS' as const, clause: 'R-4-8' };
      return { ...softened, planned: null, skip, missing: [] };
    }
    const next = decide(measure, entry, newest);
    if (next.planned === null) {
      const reason = next.skip?.reason ?? 'NO_LEGAL_BASIS';
      return {
        ...softened,
        planned: null,
        skip: { measureCode: measure.code, reason, clause: skipClauses[reason] },
        missing: next.missing,
      };
    }
    softened = {
      ...softened,
      later: [...softened.later, measure],
      planned: softer(softened.planned, next.planned),
      missing: next.missing,
    };
  }
  return softened;
}

const forces: readonly Force[] = ['REFERENCE', 'RECOMMENDED', 'MANDATORY'];

function softer(before: PlanMeasure, after: PlanMeasure): PlanMeasure {
  const force = forces.indexOf(before.force) <= forces.indexOf(after.force) ? before.force : after.force;
  // Whoever was only told is never ordered afterwards.
  const wasOnlyTold = before.force === 'REFERENCE' || before.executors.every((executor) => executor.notice);
  const toldOnly = new Set(before.executors.filter((executor) => executor.notice).map((executor) => executor.departmentCode));
  return {
    ...before,
    force,
    holdExempt: before.holdExempt && after.holdExempt,
    executors: after.executors.map((executor) => {
      const notice = executor.notice || wasOnlyTold || toldOnly.has(executor.departmentCode);
      return { ...executor, notice, hasDeadline: executor.hasDeadline && !notice };
    }),
  };
}
