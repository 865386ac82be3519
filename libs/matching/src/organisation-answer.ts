import { decisionOf, familyOf, type MatchGrade } from './grade-names.rules.ts';
import { explainOrganisation } from './organisation-explanations.ts';
import { type Grading, gradeOrganisation, isSingleEditOnly, type OrganisationFacts } from './organisation-grade.rules.ts';
import type { OrganisationComparison } from './organisation-match.ts';
import type { ReadOrganisationQuery } from './organisation-query.ts';
import { queueScoreOf } from './queue-score.rules.ts';
import type { MatchResult, MatchSettings } from './types.ts';

/** Where a grade stands on the scale 0–1 that orders an answer; S4 and NONE go by similarity. */
const scores: Readonly<Record<MatchGrade, number>> = {
  E1: 1,
  E2: 0.99,
  P1: 0.95,
  P2: 0.93,
  C1: 0.9,
  P3: 0.88,
  C2: 0.86,
  S1: 0.8,
  S2: 0.77,
  S3: 0.74,
  S4: 0.6,
  NONE: 0,
};
/** Below this nothing but one differing character speaks for a record: a caller who wants evidence asks with this threshold. */
const scoreOfSingleEdit = 0.5;
const rangeOfSimilarity = 0.1;
const mostOfNone = 0.5;

/** One graded record, before it is explained. */
export interface GradedOrganisation {
  readonly comparison: OrganisationComparison;
  readonly grading: Grading;
  readonly score: number;
  readonly queueScore: number;
}

export interface GradedAnswer {
  readonly results: GradedOrganisation[];
  readonly rejected: GradedOrganisation[];
  readonly counts: OrganisationFacts['sameNameCount'][];
}

/** How many records have the very name of the query, now or validly on the day of the decision. */
function countSameNames(comparisons: readonly OrganisationComparison[]): Omit<OrganisationFacts['sameNameCount'], never> {
  const same = comparisons.filter(({ facts }) => facts.name === 'FULL');
  return {
    register: same.length,
    province: same.filter(({ facts }) => facts.inProvince).length,
    withRepresentative: same.filter(({ facts }) => facts.legalRepresentative === 'EQUAL').length,
  };
}

/**
 * Grades what was compared and orders it. Similar names (S4) are left out as soon as a record has the very name, or the code: a theory of misspelling is
 * then not needed. `comparisons` must hold every record with the very name of the query.
 */
export function gradeOrganisations(
  comparisons: readonly OrganisationComparison[],
  settings: MatchSettings,
): { results: GradedOrganisation[]; rejected: GradedOrganisation[]; counts: OrganisationFacts['sameNameCount'] } {
  const counts = countSameNames(comparisons);
  const singleEditCount = comparisons.filter(({ facts }) => isSingleEditOnly(facts, settings)).length;
  const graded = comparisons.map((comparison) => {
    const grading = gradeOrganisation({ ...comparison.facts, sameNameCount: counts, singleEditCount }, settings);
    return { comparison, grading, score: scoreOf(comparison, grading), queueScore: queueScoreOfOrganisation(comparison) };
  });
  const certain = graded.some(
    ({ comparison, grading }) => grading.grade !== 'NONE' && (comparison.facts.name === 'FULL' || comparison.facts.uscc === 'EQUAL'),
  );
  const results = graded.filter(
    ({ grading, comparison }) => grading.grade !== 'NONE' && !(certain && grading.grade === 'S4' && comparison.facts.name !== 'FULL'),
  );
  const rejected = graded.filter(
    ({ grading, comparison }) =>
      grading.grade === 'NONE' &&
      (comparison.facts.name !== 'OTHER' ||
        comparison.facts.totalSimilarity >= settings.coreMin ||
        (grading.reason === 'BRANCH' && comparison.facts.totalSimilarity >= settings.reviewMin)),
  );
  return { results: results.sort(byRank), rejected: rejected.sort(byRank), counts };
}

function byRank(a: GradedOrganisation, b: GradedOrganisation): number {
  const { id } = a.comparison.record;
  return (
    b.score - a.score ||
    b.queueScore - a.queueScore ||
    b.comparison.facts.totalSimilarity - a.comparison.facts.totalSimilarity ||
    (id < b.comparison.record.id ? -1 : 1)
  );
}

function scoreOf({ facts }: OrganisationComparison, { grade, reason }: Grading): number {
  if (grade === 'S4') return (reason === 'SINGLE_EDIT' ? scoreOfSingleEdit : scores.S4) + rangeOfSimilarity * facts.totalSimilarity;
  if (grade === 'NONE') return reason === 'CODE_CONFLICT' ? 0 : mostOfNone * facts.totalSimilarity;
  return scores[grade];
}

function queueScoreOfOrganisation({ facts }: OrganisationComparison): number {
  return queueScoreOf({
    numberEqual: facts.uscc === 'EQUAL',
    otherCodeEqual: facts.otherCode === 'EQUAL' && facts.uscc !== 'EQUAL',
    fullNameEqual: facts.name === 'FULL',
    coreNameEqual: facts.name !== 'OTHER',
    legalRepresentativeEqual: facts.legalRepresentative === 'EQUAL',
    addressEqual: facts.address === 'EQUAL',
    phoneEqual: facts.phone === 'EQUAL',
    regionEqual: facts.county === 'EQUAL',
    contradiction: facts.regionsExclude,
  });
}

/** The result with its explanations, as it leaves the library. */
export function resultOf(
  query: ReadOrganisationQuery,
  { comparison, grading, score, queueScore }: GradedOrganisation,
  counts: OrganisationFacts['sameNameCount'],
): MatchResult {
  return {
    recordId: comparison.record.id,
    grade: grading.grade,
    family: familyOf(grading.grade),
    decision: decisionOf(grading.grade),
    action: grading.action,
    score,
    queueScore,
    flags: flagsOf(comparison),
    explanations: explainOrganisation(query, comparison, counts),
  };
}

function flagsOf({ record, names }: OrganisationComparison): string[] {
  const flags = new Set<string>(names?.query.name.flags);
  for (const flag of names?.candidate.name.flags ?? []) flags.add(flag);
  if (record.status === 'REVOKED' || record.status === 'DEREGISTERED') flags.add(record.status);
  if (names !== undefined && names.use !== 'CURRENT') flags.add('FORMER_NAME');
  if (record.parentId !== undefined || names?.candidate.name.branch !== undefined) flags.add('BRANCH');
  return [...flags].sort();
}
