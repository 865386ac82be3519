import type { Grade, PenaltyCategory } from '@lianxin/contracts';

/** What may be repaired: an entry of a list, an administrative penalty, an entry in the list of abnormal operation (R-5-3). */
export type ItemKind = 'LIST_ENTRY' | 'PENALTY' | 'ABNORMAL';
interface Dated {
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
}

/** How long something stays public at least and at most, by regime, kind and grade (§5.2). */
export interface Period extends Dated {
  /** `REG58` until 2026-04-01, `REG36` since. */
  readonly regime: string;
  readonly kind: 'PENALTY' | 'LIST_ENTRY';
  readonly grade: Grade;
  /** `KEY`: a field for which the regime has a longer minimum; `*` every field. */
  readonly field: string;
  readonly minMonths: number;
  readonly maxMonths: number;
  /** R-5-4. */
  readonly periodStart: 'DECISION_DATE' | 'PUBLICITY_DATE';
  readonly clause: string;
  /** Verified clause by which publicity goes on at the maximum while the duty is not performed (R-5-5); null: it stops. */
  readonly extensionClause: string | null;
}

/** The exit rule of a list's own law, which comes first (R-5-3a). */
export interface ListExitRule extends Dated {
  /** `FL-*`: every list whose code begins so. */
  readonly listCode: string;
  /** OWN_EXIT: by its own road, never by repair. TERM_ONLY: ends with its statutory term. REPAIR: by application. */
  readonly mode: 'REPAIR' | 'OWN_EXIT' | 'TERM_ONLY';
  /** Null where the list's own law is silent. */
  readonly minMonths: number | null;
  readonly periodStart: 'PUBLICITY' | 'CORRECTION';
  readonly needsDuties: boolean;
  readonly needsCommitment: boolean;
  readonly routeZh: string;
  readonly clause: string;
}

/** Something that cannot be repaired, or not early: never without its citation (R-5-2, §5.6). */
export interface NonRepairable {
  readonly code: string;
  readonly scope: 'LIST' | 'CATEGORY';
  readonly scopeValue: string;
  readonly effect: 'NEVER' | 'UNTIL_TERM' | 'AFTER_MONTHS';
  readonly months: number | null;
  /** The record does not tell it: the competent unit has to say so, with a document. */
  readonly asserted: boolean;
  readonly nameZh: string;
  readonly citation: string;
  readonly decidedFrom: string;
  readonly decidedBefore: string | null;
}

/** Law as data (§5.2, §5.6), loaded from `catalogue/`. */
export interface RepairPolicy {
  readonly periods: readonly Period[];
  readonly grades: readonly (Dated & { readonly category: PenaltyCategory; readonly grade: Grade })[];
  /** Units all of whose penalties, and fields whose penalties, have the longer minimum of a regime. */
  readonly keyFields: readonly { readonly regime: string; readonly scope: 'DEPARTMENT' | 'FIELD'; readonly value: string }[];
  readonly listRules: readonly ListExitRule[];
  readonly nonRepairable: readonly NonRepairable[];
}

const isInForce = (row: Dated, date: string) => row.effectiveFrom <= date && (row.effectiveTo === null || date < row.effectiveTo);
const order: readonly Grade[] = ['MINOR', 'GENERAL', 'SERIOUS'];

/** The grade of a penalty by its kinds; of several the heaviest, none known is 一般, never 严重 (R-7-0). */
export function gradeByCategories(policy: RepairPolicy, categories: readonly PenaltyCategory[], date: string): Grade {
  const grades = categories.flatMap(
    (category) => policy.grades.find((row) => row.category === category && isInForce(row, date))?.grade ?? [],
  );
  return grades.length === 0 ? 'GENERAL' : (order[Math.max(...grades.map((grade) => order.indexOf(grade)))] ?? 'GENERAL');
}

/** The period of a regime for one grade; the row of a key field before the general one. */
export function findPeriod(
  policy: RepairPolicy,
  asked: { regimeDate: string; kind: Period['kind']; grade: Grade; department: string; fields: readonly string[] },
): Period | undefined {
  const rows = policy.periods.filter((row) => row.kind === asked.kind && row.grade === asked.grade && isInForce(row, asked.regimeDate));
  const regime = rows[0]?.regime;
  const base = asked.department.split('-').at(-1);
  const isKey = policy.keyFields.some(
    (row) => row.regime === regime && (row.scope === 'DEPARTMENT' ? row.value === base : asked.fields.includes(row.value)),
  );
  return (isKey ? rows.find((row) => row.field === 'KEY') : undefined) ?? rows.find((row) => row.field === '*');
}

/** The exit rule of a list on a day; undefined where its law says nothing. */
export function findListRule(policy: RepairPolicy, listCode: string, date: string): ListExitRule | undefined {
  const fits = (code: string) => (code.endsWith('*') ? listCode.startsWith(code.slice(0, -1)) : code === listCode);
  return policy.listRules
    .filter((row) => fits(row.listCode) && isInForce(row, date))
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0];
}
