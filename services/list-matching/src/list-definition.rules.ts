import type { ListType, SubjectKind } from '@lianxin/contracts';

export type TermKind = 'FIXED' | 'FROM_DECISION' | 'UNTIL_CORRECTED' | 'UNTIL_DOWNGRADED';

/** One version of a list (domain §2.2, catalogue README). Months are calendar months. */
export interface ListDefinition {
  readonly code: string;
  readonly version: number;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly type: ListType;
  readonly field: string | null;
  readonly designatingDepartments: readonly string[];
  readonly basis: string;
  readonly basisKind: string;
  readonly status: 'ENABLED' | 'DISABLED' | 'DISABLED_PENDING_LEGAL_REVIEW';
  readonly defaultMonths: number | null;
  readonly minRepairMonths: number | null;
  readonly subjectKinds: readonly SubjectKind[];
  readonly publishPerson: boolean;
  readonly holdExemptDefault: boolean;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
  readonly confidence: string;
  readonly termKind: TermKind;
  readonly termMinMonths: number | null;
  readonly termMaxMonths: number | null;
  /** R-2-12: ends by the court's removal on its own grounds, never by repair. */
  readonly courtExit: boolean;
}

/**
 * The version of a list that was in force on the day of the decision (R-0-1), the highest if several were. A decision older than every version
 * is judged by the first one: the stock of lists is older than our rows, and NOT_RETROACTIVE protects measure by measure (R-4-2).
 * @param versions versions of one code, in any order
 */
export function definitionOn(versions: readonly ListDefinition[], date: string): ListDefinition | undefined {
  const ascending = [...versions].sort((a, b) => a.version - b.version);
  const inForce = ascending.filter(
    (definition) => definition.effectiveFrom <= date && (definition.effectiveTo === null || date < definition.effectiveTo),
  );
  return inForce.at(-1) ?? (ascending.every((definition) => date < definition.effectiveFrom) ? ascending[0] : undefined);
}
