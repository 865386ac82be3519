import type { Force, MeasurePlanMade } from '@lianxin/contracts';

/** One thing that a plan orders or tells: against which party, by whom. A task where `notice` is false. */
export interface PlanRowItem {
  readonly partyId: string;
  readonly measureCode: string;
  readonly departmentCode: string;
  readonly notice: boolean;
}

/** What else an executor reads of a row. */
interface RowTerms {
  readonly force: Force;
  readonly holdExempt: boolean;
  readonly hasDeadline: boolean;
  readonly role: string;
}

/** `isSofter`: it asks less than before and in nothing more; a replay under another version or with other facts may ask more. */
export interface SoftenedRow extends PlanRowItem {
  readonly isSofter: boolean;
}

export interface PlanDifference {
  readonly withdrawn: readonly PlanRowItem[];
  readonly added: readonly PlanRowItem[];
  /** In both, under a weaker force or without a deadline from now on. */
  readonly softened: readonly SoftenedRow[];
  readonly kept: readonly PlanRowItem[];
}

type Body = Pick<MeasurePlanMade, 'groups' | 'measures'>;

/** R-4-3: what makes a row the same row. */
export const rowKey = ({ partyId, measureCode, departmentCode, notice }: PlanRowItem) =>
  `${partyId}|${measureCode}|${departmentCode}|${notice}`;

/** What a plan orders or tells, row by row, by the key of R-4-3; the value is what else an executor reads of it. */
export function rowsOf(plan: Body): Map<string, { readonly item: PlanRowItem; readonly terms: RowTerms }> {
  const measures = new Map(plan.measures.map((measure) => [measure.measureCode, measure]));
  const rows = new Map<string, { item: PlanRowItem; terms: RowTerms }>();
  for (const group of plan.groups)
    for (const partyId of group.partyIds)
      for (const measureCode of group.measureCodes) {
        const measure = measures.get(measureCode);
        if (measure === undefined) throw new Error(`the plan names measure ${measureCode} without describing it`);
        for (const { departmentCode, notice, hasDeadline, role } of measure.executors) {
          const item = { partyId, measureCode, departmentCode, notice };
          const terms = { force: measure.force, holdExempt: measure.holdExempt, hasDeadline, role };
          rows.set(rowKey(item), { item, terms });
        }
      }
  return rows;
}

/** Compares what was planned with what is planned now (R-4-8). */
export function differenceOf(before: Body, after: Body): PlanDifference {
  const old = rowsOf(before);
  const fresh = rowsOf(after);
  const both = [...fresh].filter(([key]) => old.has(key));
  return {
    withdrawn: [...old].filter(([key]) => !fresh.has(key)).map(([, { item }]) => item),
    added: [...fresh].filter(([key]) => !old.has(key)).map(([, { item }]) => item),
    softened: both.flatMap(([key, { item, terms }]) => {
      const was = old.get(key)?.terms;
      return was === undefined || isSame(was, terms) ? [] : [{ ...item, isSofter: isSofter(was, terms) }];
    }),
    kept: both.map(([, { item }]) => item),
  };
}

const strength: Readonly<Record<Force, number>> = { REFERENCE: 0, RECOMMENDED: 1, MANDATORY: 2 };
const isSame = (was: RowTerms, is: RowTerms) => isAsMild(was, is) && isAsMild(is, was);
const isSofter = (was: RowTerms, is: RowTerms) => isAsMild(was, is) && !isAsMild(is, was);

/** Whether a row asks no more than it did: of nobody else, by no stronger force, by no new deadline, and not during an objection that had stopped it. */
function isAsMild(was: RowTerms, is: RowTerms): boolean {
  const isMore = strength[is.force] > strength[was.force] || (is.holdExempt && !was.holdExempt) || (is.hasDeadline && !was.hasDeadline);
  return is.role === was.role && !isMore;
}

export function isEmptyDifference(difference: PlanDifference): boolean {
  return difference.withdrawn.length === 0 && difference.added.length === 0 && difference.softened.length === 0;
}
