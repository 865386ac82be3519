import type { FieldProblem } from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

/** What a list's own law says beyond its definition, by the day (R-2-12, R-2-13, T16, T20, T21). Loaded from `catalogue/list-rules.csv`. */
export interface ListRule {
  /** SUPERSEDE: a newer entry of the same subject takes over by itself (T21). BESIDE: entries stand beside each other unless one names the other (R-2-14). */
  readonly renewal: 'SUPERSEDE' | 'BESIDE';
  /** T16: the term alone does not end it, the cited clause wants its duties performed. Never true without a clause (R-5-5). */
  readonly termNeedsPerformance: boolean;
  /** MONTHLY: released on the first working day of the month, in force after so many working days of publicity (R-2-13). */
  readonly release: 'NONE' | 'MONTHLY';
  readonly releaseNoticeWorkdays: number;
  /** Honours without a term are looked at again after so many months (T20). */
  readonly reEvaluationMonths: number | null;
  /** A request for correction is decided within so many calendar days (R-2-12). */
  readonly correctionReviewDays: number | null;
}
export interface DatedListRule extends ListRule {
  /** `*`: every list without a row of its own. */
  readonly listCode: string;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
}

/** One of the grounds on which a list's law lists (R-2-12: six of the court). */
export interface ListingGround {
  readonly listCode: string;
  readonly code: string;
  readonly nameZh: string;
  /** Default term; null: until the duties are performed. */
  readonly months: number | null;
  /** Longest extension for violence, obstruction or several acts. */
  readonly extensionMaxMonths: number;
  readonly clause: string;
}

/** The rule of a list on a day; of several that hold the one with the later beginning. */
export function listRuleOn(rules: readonly DatedListRule[], listCode: string, date: string): ListRule {
  const holding = (code: string) =>
    rules
      .filter((rule) => rule.listCode === code && rule.effectiveFrom <= date && (rule.effectiveTo === null || date < rule.effectiveTo))
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0];
  const rule = holding(listCode) ?? holding('*');
  if (rule === undefined) throw new Error(`no rule holds for list ${listCode} on ${date}`);
  return rule;
}

/** A ground that the list's law does not know. Whether one must be given is for those who draft here; records from above may lack it. */
export function findGroundFaults(listCode: string, ground: string | undefined, grounds: readonly ListingGround[] = []): FieldProblem[] {
  const known = grounds.filter((candidate) => candidate.listCode === listCode).map((candidate) => candidate.code);
  if (ground === undefined || known.includes(ground)) return [];
  const detail = known.length === 0 ? '该名单不区分列入情形' : `列入情形应为：${known.join('、')}`;
  return [{ pointer: '/listingGround', code: 'VALIDATION_FAILED', detail }];
}

/** The list with the term of one of its grounds: a fixed one that may be extended, or none until the duties are performed (R-2-12). */
export function onGround(
  definition: ListDefinition,
  ground: string | null | undefined,
  grounds: readonly ListingGround[] = [],
): ListDefinition {
  const known = grounds.find((candidate) => candidate.listCode === definition.code && candidate.code === ground);
  if (known === undefined) return definition;
  if (known.months === null) return { ...definition, termKind: 'UNTIL_CORRECTED', defaultMonths: null, termMaxMonths: null };
  return { ...definition, defaultMonths: known.months, termMaxMonths: known.months + known.extensionMaxMonths };
}
