import type { CatalogueMeasure, EntryParty, ListEntryActivated, MeasurePlanMade } from '@lianxin/contracts';
import { type IndexedCatalogue, isInForce, isOver } from './catalogue.rules.ts';
import { soften } from './law.rules.ts';
import { type Decision, decide, directionOf, skipClauses } from './measure-decision.rules.ts';

/** Something the credit office must look at; `groupKey` is what the incidents of one cause have in common. */
export interface PlannedIncident {
  readonly cause: 'NO_MEASURE_FOUND' | 'NO_DEPARTMENT';
  readonly groupKey: string;
  readonly measureCode: string | null;
}

export interface PlanIds {
  readonly planId: string;
  readonly planVersion: number;
}

type PlanGroup = MeasurePlanMade['groups'][number];

/**
 * Decomposes one entry in force into its plan (R-4-2, catalogue rules 1–23). Pure: the same entry, catalogue and ids give the same plan
 * to the byte. Parties keep the entry's order, measures and executors that of the catalogue, groups that of their first party.
 * @param catalogue the law of the entry: the version in force on the day of its legal act (R-0-1).
 * @param later versions that came into force afterwards, in their order: they only withdraw and soften (R-4-8).
 */
export function makePlan(
  catalogue: IndexedCatalogue,
  entry: ListEntryActivated,
  ids: PlanIds,
  later: readonly IndexedCatalogue[] = [],
): { readonly plan: MeasurePlanMade; readonly incidents: readonly PlannedIncident[] } {
  const direction = directionOf(entry.listType);
  const candidates = (catalogue.measuresByList.get(entry.listCode) ?? []).filter(
    (measure) => measure.direction === direction && isInForce(measure, entry.activatedOn) && !isOver(measure, catalogue),
  );
  const newest = later.at(-1) ?? catalogue;
  const decisions = candidates.map((measure) => soften(decide(measure, entry, newest), later, entry));
  const groups = groupParties(decisions, entry.parties);
  const given = new Set(groups.flatMap((group) => group.measureCodes));
  const measures = decisions.flatMap(({ planned }) => (planned !== null && given.has(planned.measureCode) ? [planned] : []));
  return {
    plan: {
      ...ids,
      entryId: entry.entryId,
      entryVersion: entry.entryVersion,
      activationNo: entry.activationNo,
      subjectId: entry.subjectId,
      catalogueVersion: catalogue.version,
      listCode: entry.listCode,
      listType: entry.listType,
      listField: entry.listField,
      direction,
      entryNumber: entry.number,
      designatingDepartment: entry.designatingDepartment,
      activatedOn: entry.activatedOn,
      validTo: entry.validTo,
      parties: entry.parties.map(({ partyId, subjectId, role, kind }) => ({ partyId, subjectId, role, kind })),
      measures,
      groups,
    },
    incidents: incidentsOf(decisions, groups, entry.listCode),
  };
}

/** R-4-2, catalogue rule 1: by the kind and the role of the party itself. No match is no skip (catalogue rule 18). */
function matches(measure: CatalogueMeasure, party: EntryParty): boolean {
  return measure.subjectKinds.includes(party.kind) && measure.partyRoles.includes(party.role);
}

/** Parties with equal measures and skips share a group, so that a plan grows with measures plus parties (design §3). */
function groupParties(decisions: readonly Decision[], parties: readonly EntryParty[]): PlanGroup[] {
  const contents = new Map<string, Omit<PlanGroup, 'partyIds'>>();
  const groups = new Map<string, PlanGroup>();
  for (const party of parties) {
    const reachable = party.named && party.served;
    const sort = `${party.kind} ${party.role} ${reachable}`;
    const content = contents.get(sort) ?? contentFor(decisions, party);
    contents.set(sort, content);
    const key = JSON.stringify(content);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { partyIds: [party.partyId], ...content });
    else group.partyIds.push(party.partyId);
  }
  return [...groups.values()];
}

function contentFor(decisions: readonly Decision[], party: EntryParty): Omit<PlanGroup, 'partyIds'> {
  if (!(party.named && party.served)) {
    return { measureCodes: [], skips: [{ measureCode: null, reason: 'PARTY_NOT_SERVED', clause: skipClauses.PARTY_NOT_SERVED }] };
  }
  const matching = decisions.filter(({ measure, later }) => [measure, ...later].every((one) => matches(one, party)));
  return {
    measureCodes: matching.flatMap(({ planned }) => (planned === null ? [] : [planned.measureCode])),
    skips: matching.flatMap(({ skip }) => (skip === null ? [] : [skip])),
  };
}

/** R-4-2: an entry without any item, and each executor of a wanted measure that has no department. */
function incidentsOf(decisions: readonly Decision[], groups: readonly PlanGroup[], listCode: string): PlannedIncident[] {
  const wanted = new Set(groups.flatMap((group) => [...group.measureCodes, ...group.skips.map((skip) => skip.measureCode)]));
  const noDepartment = decisions
    .filter(({ measure }) => wanted.has(measure.code))
    .flatMap(({ measure, missing }) =>
      missing.map((groupKey): PlannedIncident => ({ cause: 'NO_DEPARTMENT', groupKey, measureCode: measure.code })),
    );
  const nothing = groups.every((group) => group.measureCodes.length === 0);
  return nothing ? [{ cause: 'NO_MEASURE_FOUND', groupKey: listCode, measureCode: null }, ...noDepartment] : noDepartment;
}
