import type { MeasurePlanMade } from '@lianxin/contracts';

/** One thing that a plan orders or tells: against which party, by whom. A task where `notice` is false. */
export interface PlanRowItem {
  readonly partyId: string;
  readonly measureCode: string;
  readonly departmentCode: string;
  readonly notice: boolean;
}

export interface PlanDifference {
  readonly withdrawn: readonly PlanRowItem[];
  readonly added: readonly PlanRowItem[];
  /** In both, under a weaker force or without a deadline from now on. */
  readonly softened: readonly PlanRowItem[];
  readonly kept: readonly PlanRowItem[];
}

type Body = Pick<MeasurePlanMade, 'groups' | 'measures'>;

/** What a plan orders or tells, row by row, by the key of R-4-3; the value is what else an executor reads of it. */
export function rowsOf(plan: Body): Map<string, { readonly item: PlanRowItem; readonly terms: string }> {
  const measures = new Map(plan.measures.map((measure) => [measure.measureCode, measure]));
  const rows = new Map<string, { item: PlanRowItem; terms: string }>();
  for (const group of plan.groups)
    for (const partyId of group.partyIds)
      for (const measureCode of group.measureCodes) {
        const measure = measures.get(measureCode);
        if (measure === undefined) throw new Error(`the plan names measure ${measureCode} without describing it`);
        for (const { departmentCode, notice, hasDeadline, role } of measure.executors) {
          const item = { partyId, measureCode, departmentCode, notice };
          const terms = [measure.force, measure.holdExempt, hasDeadline, role].join(' ');
          rows.set(`${partyId}|${measureCode}|${departmentCode}|${notice}`, { item, terms });
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
    softened: both.filter(([key, { terms }]) => old.get(key)?.terms !== terms).map(([, { item }]) => item),
    kept: both.map(([, { item }]) => item),
  };
}

export function isEmptyDifference(difference: PlanDifference): boolean {
  return difference.withdrawn.length === 0 && difference.added.length === 0 && difference.softened.length === 0;
}
