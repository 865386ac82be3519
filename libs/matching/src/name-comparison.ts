import type { FormClass } from './organisation-form.ts';
import type { OrganisationName } from './organisation-name.ts';
import type { ReadName, ReadOrganisationQuery, ReadOrganisationRecord } from './organisation-query.ts';
import { isWithin, regionsExclude } from './region-name.ts';
import { compareBodies, isLikelyChange, isSingleEdit } from './similarity.ts';
import type { MatchSettings, RegisterName } from './types.ts';

/** Whether a registered name may be used (§11.3, former names). UNKNOWN: the day of the decision or the dates of the name are missing. */
export type NameUse = 'CURRENT' | 'FORMER_IN_USE' | 'FORMER_SAID' | 'FORMER_NOT_IN_USE' | 'FORMER_UNKNOWN';

/** How one name of a query compares with one registered name. */
export interface NameComparison {
  readonly query: ReadName;
  readonly candidate: ReadName;
  readonly use: NameUse;
  readonly equality: 'FULL' | 'VARIANT' | 'CORE' | 'OTHER';
  readonly sameTrade: boolean;
  readonly sameBranch: boolean;
  readonly regionsExclude: boolean;
  readonly core: number;
  readonly total: number;
  /** The whole names are one character apart. */
  readonly singleEdit: boolean;
}

/** A former name is valid only on days of its use, or if the source says that it is a former name; both its dates must be known. */
export function useOf(name: RegisterName, decisionDate: string | undefined, saysFormer: boolean): NameUse {
  if (name.former !== true) return 'CURRENT';
  if (saysFormer) return 'FORMER_SAID';
  if (decisionDate === undefined || name.from === undefined || name.to === undefined) return 'FORMER_UNKNOWN';
  return name.from <= decisionDate && decisionDate <= name.to ? 'FORMER_IN_USE' : 'FORMER_NOT_IN_USE';
}

/** Names that may serve for a match of equal names; the others only for a look by a person, or (NOT_IN_USE) for nothing. */
export function isUsable(use: NameUse): boolean {
  return use === 'CURRENT' || use === 'FORMER_IN_USE' || use === 'FORMER_SAID';
}

/** The best pair of names of a query and a record; undefined when one of them has no readable name. */
export function bestComparison(
  query: ReadOrganisationQuery,
  record: ReadOrganisationRecord,
  isBranchRecord: boolean,
  settings: MatchSettings,
): NameComparison | undefined {
  let best: NameComparison | undefined;
  for (const name of query.names) {
    for (const candidate of record.names) {
      const use = useOf(candidate.registered, query.decisionDate, name.saysFormer);
      const regions = {
        query: name.name.region ?? query.regionCode,
        candidate: candidate.name.region ?? record.regionCode,
      };
      const comparison = compareNames(name, candidate, use, isBranchRecord, regions, settings);
      if (best === undefined || rankOf(comparison) > rankOf(best)) best = comparison;
    }
  }
  return best;
}

const ranks = { FULL: 6, VARIANT: 4, CORE: 2, OTHER: 0 } as const;

function rankOf({ use, equality, total, sameBranch }: NameComparison): number {
  if (use === 'FORMER_NOT_IN_USE') return total - 2;
  return (isUsable(use) ? ranks[equality] : 0) + (sameBranch ? 1 : 0) + total;
}

interface Regions {
  readonly query: string | undefined;
  readonly candidate: string | undefined;
}

function compareNames(
  query: ReadName,
  candidate: ReadName,
  use: NameUse,
  isBranchRecord: boolean,
  regions: Regions,
  settings: MatchSettings,
): NameComparison {
  const equality = equalityOf(query, candidate);
  const { weights } = settings;
  const body = compareBodies(query.body, candidate.body, weights);
  const form = formSimilarity(query.name.form, candidate.name.form);
  const exclude = regions.query !== undefined && regions.candidate !== undefined && regionsExclude(regions.query, regions.candidate);
  const core = weighted([
    [body.trade, weights.trade],
    [body.industry, weights.industry],
    [form, weights.form],
  ]);
  const total = weighted([
    [body.trade, weights.trade],
    [body.industry, weights.industry],
    [form, weights.form],
    [regionSimilarity(regions), weights.region],
  ]);
  return {
    query,
    candidate,
    use,
    equality,
    sameTrade: body.sameTradeReading,
    sameBranch: equality === 'FULL' || equality === 'VARIANT' || isSameBranch(query.name, candidate.name, isBranchRecord),
    regionsExclude: exclude,
    core,
    total,
    singleEdit: query.name.full.length >= shortestForSingleEdit && isSingleEdit(query.name.full, candidate.name.full),
  };
}

function equalityOf(query: ReadName, candidate: ReadName): NameComparison['equality'] {
  if (query.name.full === candidate.name.full) return 'FULL';
  if (query.variantKey === candidate.variantKey) return 'VARIANT';
  return query.coreKey === candidate.coreKey ? 'CORE' : 'OTHER';
}

/** One character of fewer is no misspelling but another name. */
const shortestForSingleEdit = 6;

/** Two branches are one if their own parts are equal, or one character of them sounds or looks the same; 第一分公司 is never 第二分公司. */
function isSameBranch(query: OrganisationName, candidate: OrganisationName, isBranchRecord: boolean): boolean {
  if (query.branch === undefined && candidate.branch === undefined) return !isBranchRecord;
  if (query.branch === undefined || candidate.branch === undefined) return false;
  return query.branch === candidate.branch || isLikelyChange(query.branchText ?? '', candidate.branchText ?? '');
}

function formSimilarity(a: FormClass, b: FormClass): number | undefined {
  if (a === b) return a === 'NONE' ? undefined : 1;
  return a === 'NONE' || b === 'NONE' || a === 'GENERIC' || b === 'GENERIC' ? 0.5 : 0;
}

function regionSimilarity({ query, candidate }: Regions): number | undefined {
  if (query === undefined && candidate === undefined) return undefined;
  if (query === undefined || candidate === undefined) return 0.5;
  if (query === candidate) return 1;
  return isWithin(query, candidate) || isWithin(candidate, query) ? 0.8 : 0;
}

/** Weighted mean of the components that at least one side has. */
function weighted(parts: readonly (readonly [number | undefined, number])[]): number {
  let sum = 0;
  let weight = 0;
  for (const [value, share] of parts) {
    if (value === undefined) continue;
    sum += value * share;
    weight += share;
  }
  return weight === 0 ? 0 : sum / weight;
}
