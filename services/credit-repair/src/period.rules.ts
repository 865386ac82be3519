import { addMonths, type Grade, type PenaltyCategory, type PenaltyField } from '@lianxin/contracts';
import { findPeriod, gradeByCategories, type ItemKind, type Period, type RepairPolicy } from './policy.rules.ts';

/** First day of 信用修复管理办法 (36号令): what was decided before and is still public is graded again on it (R-5-6). */
export const newRegimeFrom = '2026-04-01';

/** From when a record can be repaired under one regime, and when its publicity ends by itself. */
export interface Span {
  readonly regime: string;
  readonly clause: string;
  readonly minMonths: number;
  readonly earliestOn: string | null;
  readonly endsOn: string | null;
  readonly grade: Grade;
  readonly extensionClause: string | null;
}

export interface DatedItem {
  readonly kind: ItemKind;
  readonly departmentCode: string;
  readonly grade: Grade | null;
  readonly categories: readonly PenaltyCategory[];
  /** By the laws that its basis cites. */
  readonly fields: readonly PenaltyField[];
  readonly decidedOn: string;
  readonly publicFrom: string;
}

/**
 * The periods that may count for a record: of the regime of its decision, and, for one decided before 2026-04-01 and asked about since, of both
 * (R-5-6). The old regime counts from the decision, the new one from publicity (R-5-4).
 */
export function spansOf(policy: RepairPolicy, item: DatedItem, today: string): Span[] {
  const isOld = item.decidedOn < newRegimeFrom;
  const regimeDates = [item.decidedOn, ...(isOld && today >= newRegimeFrom ? [newRegimeFrom] : [])];
  return regimeDates.map((regimeDate) => {
    const kind = item.kind === 'LIST_ENTRY' ? 'LIST_ENTRY' : 'PENALTY';
    const grade = gradeUnder(policy, item, regimeDate);
    const period = findPeriod(policy, { regimeDate, kind, grade, department: item.departmentCode, fields: item.fields });
    if (period === undefined) throw new Error(`no period is loaded for ${kind} ${grade} on ${regimeDate}`);
    return spanOf(item, period);
  });
}

/**
 * Every list entry is 严重. A penalty has the grade that its unit gave; one that was decided before the new regime is graded again by its kinds on
 * 2026-04-01, where they are known (R-5-6).
 */
function gradeUnder(policy: RepairPolicy, item: DatedItem, regimeDate: string): Grade {
  if (item.kind === 'LIST_ENTRY') return 'SERIOUS';
  const isGradedAgain = item.decidedOn < newRegimeFrom && regimeDate >= newRegimeFrom && item.categories.length > 0;
  return isGradedAgain || item.grade === null ? gradeByCategories(policy, item.categories, regimeDate) : item.grade;
}

function spanOf(item: DatedItem, period: Period): Span {
  const start = period.periodStart === 'DECISION_DATE' ? item.decidedOn : item.publicFrom;
  return {
    regime: period.regime,
    clause: period.clause,
    minMonths: period.minMonths,
    earliestOn: addMonths(start, period.minMonths),
    endsOn: addMonths(start, period.maxMonths),
    grade: period.grade,
    extensionClause: period.extensionClause,
  };
}

/** The span that is more favourable to the subject: it may apply earlier, and its publicity ends with the earlier of the two ends (R-5-6). */
export function bestSpan(spans: readonly Span[]): Span {
  const [first, ...others] = spans;
  if (first === undefined) throw new Error('a record without any period');
  return others.reduce((best, span) => {
    const better = (span.earliestOn ?? '') < (best.earliestOn ?? '') ? span : best;
    const ends = [best.endsOn, span.endsOn].filter((day) => day !== null).sort();
    return { ...better, endsOn: ends[0] ?? null };
  }, first);
}
