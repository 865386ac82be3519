import { overdueDaysOf, sumOf } from './derived-figure.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';

/** R-10-2. Case counts never score: a quota would breed punishment. */
const weights = { K07: 45, K08: 35, K14: 20 } as const;
/** `stats.min_cycles_for_rank` (§12): below this many due cycles chance would rank. */
export const leastCycles = 5;

export type Colour = 'GREEN' | 'YELLOW' | 'RED';
export type Unranked = 'TOO_FEW_CYCLES' | 'NOT_SUPERVISED';

export interface DepartmentToRank {
  readonly departmentCode: string;
  readonly level: string | null;
  readonly supervised: boolean | null;
  readonly counts: readonly FigureCount[];
}

export interface RankedDepartment {
  readonly departmentCode: string;
  /** Counties are ranked apart from the departments of the city. */
  readonly group: 'CITY' | 'COUNTY';
  readonly rank: number;
  /** Points of 100 with one decimal, half up. */
  readonly score: number;
  readonly colour: Colour;
  readonly dueCycles: number;
  readonly overdueDays: number;
}

export interface UnrankedDepartment {
  readonly departmentCode: string;
  readonly reason: Unranked;
  readonly dueCycles: number;
}

/** Ranks departments by R-10-2; those that are equal in points and overdue days share a place. */
export function rank(departments: readonly DepartmentToRank[]): { ranked: RankedDepartment[]; unranked: UnrankedDepartment[] } {
  const unranked: UnrankedDepartment[] = [];
  const scored: Omit<RankedDepartment, 'rank'>[] = [];
  for (const { departmentCode, level, supervised, counts } of departments) {
    const dueCycles = sumOf(counts, 'K07', 'ALL');
    if (supervised === false) unranked.push({ departmentCode, reason: 'NOT_SUPERVISED', dueCycles });
    else if (dueCycles < leastCycles) unranked.push({ departmentCode, reason: 'TOO_FEW_CYCLES', dueCycles });
    else {
      const score = scoreOf(counts);
      const group = level === 'COUNTY' ? 'COUNTY' : 'CITY';
      scored.push({ departmentCode, group, score, colour: colourOf(score), dueCycles, overdueDays: overdueDaysOf(counts) });
    }
  }
  const ranked = (['CITY', 'COUNTY'] as const).flatMap((group) => placesOf(scored.filter((one) => one.group === group)));
  return { ranked, unranked: unranked.sort((one, other) => (one.departmentCode < other.departmentCode ? -1 : 1)) };
}

/** 45·K07 + 35·K08 + 20·K14. Where no lift was due there is nothing to judge: the other two share its weight in their own proportion. */
export function scoreOf(counts: readonly FigureCount[]): number {
  const cycles = sumOf(counts, 'K07', 'ALL');
  const lifts = sumOf(counts, 'K14', 'ALL');
  const ofCycles = weights.K07 * sumOf(counts, 'K07', 'DONE') + weights.K08 * sumOf(counts, 'K07', 'TIMELY');
  if (lifts === 0) return tenths(100 * ofCycles, (weights.K07 + weights.K08) * cycles);
  return tenths(ofCycles * lifts + weights.K14 * sumOf(counts, 'K14', 'TIMELY') * cycles, cycles * lifts);
}

export function colourOf(score: number): Colour {
  if (score >= 90) return 'GREEN';
  return score >= 75 ? 'YELLOW' : 'RED';
}

/** A quotient with one decimal, half up, from whole numbers: a binary fraction must not decide which way a half goes. */
function tenths(numerator: number, denominator: number): number {
  return Math.floor((20 * numerator + denominator) / (2 * denominator)) / 10;
}

function placesOf(scored: readonly Omit<RankedDepartment, 'rank'>[]): RankedDepartment[] {
  const isAhead = (one: Omit<RankedDepartment, 'rank'>, other: Omit<RankedDepartment, 'rank'>) =>
    one.score > other.score || (one.score === other.score && one.overdueDays < other.overdueDays);
  return scored
    .map((one) => ({ ...one, rank: 1 + scored.filter((other) => isAhead(other, one)).length }))
    .sort((one, other) => one.rank - other.rank || (one.departmentCode < other.departmentCode ? -1 : 1));
}
