import type { MeasurePlanMade } from '@lianxin/contracts';
import { differenceOf, type PlanDifference, type PlanRowItem, rowsOf } from './plan-difference.rules.ts';

interface Counts {
  readonly withdrawn: number;
  readonly added: number;
  readonly newForLater: number;
}

/** What a job has found so far. Tasks are counted; notices beside. */
export interface JobFigures {
  /** Entries whose plan comes out otherwise. */
  readonly entries: number;
  readonly withdrawn: number;
  readonly added: number;
  /** From a merged department to its successor. */
  readonly moved: number;
  readonly softened: number;
  readonly left: number;
  readonly noticesWithdrawn: number;
  readonly noticesAdded: number;
  /** What entries like these would get besides if they were decided from the version's day on; stored ones never do (R-4-8). */
  readonly newForLater: number;
  /** Incidents that are no more. */
  readonly resolved: number;
  readonly byMeasure: Readonly<Record<string, Counts>>;
  readonly byDepartment: Readonly<Record<string, Counts>>;
  /** Plans that do not stand as they should (reconciliation), the first of them. */
  readonly differences: readonly string[];
}

export const noFigures: JobFigures = {
  entries: 0,
  withdrawn: 0,
  added: 0,
  moved: 0,
  softened: 0,
  left: 0,
  noticesWithdrawn: 0,
  noticesAdded: 0,
  newForLater: 0,
  resolved: 0,
  byMeasure: {},
  byDepartment: {},
  differences: [],
};

const maxDifferencesShown = 100;

/** Adds what one plan comes to. A task that goes to the successor of its department is moved, neither withdrawn nor added. */
export function tally(
  figures: JobFigures,
  found: {
    readonly planId: string;
    readonly difference: PlanDifference;
    readonly isNews: boolean;
    readonly newForLater: readonly PlanRowItem[];
  },
  moves: readonly { from: string; to: string }[],
): JobFigures {
  const { difference } = found;
  const successor = new Map(moves.map(({ from, to }) => [from, to]));
  const added = difference.added.filter((row) => !row.notice);
  const arrivals = new Set(added.map(placeOf));
  const goes = (row: PlanRowItem) => arrivals.has(placeOf({ ...row, departmentCode: successor.get(row.departmentCode) ?? '' }));
  const withdrawn = difference.withdrawn.filter((row) => !row.notice);
  const moved = withdrawn.filter(goes);
  const destinations = new Set(moved.map((row) => placeOf({ ...row, departmentCode: successor.get(row.departmentCode) ?? '' })));
  const lost = withdrawn.filter((row) => !goes(row));
  const gained = added.filter((row) => !destinations.has(placeOf(row)));
  const later = found.newForLater.filter((row) => !row.notice);
  return {
    entries: figures.entries + (found.isNews ? 1 : 0),
    withdrawn: figures.withdrawn + lost.length,
    added: figures.added + gained.length,
    moved: figures.moved + moved.length,
    softened: figures.softened + difference.softened.filter((row) => !row.notice).length,
    left: figures.left + difference.kept.filter((row) => !row.notice).length,
    noticesWithdrawn: figures.noticesWithdrawn + difference.withdrawn.filter((row) => row.notice).length,
    noticesAdded: figures.noticesAdded + difference.added.filter((row) => row.notice).length,
    newForLater: figures.newForLater + later.length,
    resolved: figures.resolved,
    byMeasure: counted(figures.byMeasure, lost, gained, later, (row) => row.measureCode),
    byDepartment: counted(figures.byDepartment, lost, gained, later, (row) => row.departmentCode),
    differences:
      found.isNews && figures.differences.length < maxDifferencesShown ? [...figures.differences, found.planId] : figures.differences,
  };
}

const placeOf = (row: PlanRowItem) => `${row.partyId}|${row.measureCode}|${row.departmentCode}`;

function counted(
  before: Readonly<Record<string, Counts>>,
  withdrawn: readonly PlanRowItem[],
  added: readonly PlanRowItem[],
  later: readonly PlanRowItem[],
  keyOf: (row: PlanRowItem) => string,
): Record<string, Counts> {
  const counts = { ...before };
  const count = (rows: readonly PlanRowItem[], name: keyof Counts) => {
    for (const row of rows) {
      const known = counts[keyOf(row)] ?? { withdrawn: 0, added: 0, newForLater: 0 };
      counts[keyOf(row)] = { ...known, [name]: known[name] + 1 };
    }
  };
  count(withdrawn, 'withdrawn');
  count(added, 'added');
  count(later, 'newForLater');
  return counts;
}

/** Rows that `after` has over what is planned under the new version anyway. */
export function rowsBeyond(planned: Pick<MeasurePlanMade, 'groups' | 'measures'>, after: Pick<MeasurePlanMade, 'groups' | 'measures'>) {
  const known = new Set([...rowsOf(planned).values()].map(({ item }) => placeOf(item)));
  return differenceOf(planned, after).added.filter((row) => !known.has(placeOf(row)));
}

/** What a simulation says to the office in one sentence. */
export function simulationText(figures: JobFigures, effectiveFrom: string): string {
  const parts = [
    `将撤回 ${figures.withdrawn} 项任务，保留 ${figures.left} 项`,
    ...(figures.moved > 0 ? [`移交承接部门 ${figures.moved} 项`] : []),
    ...(figures.added > 0 ? [`因执行部门更正或激励措施新增 ${figures.added} 项`] : []),
    ...(figures.softened > 0 ? [`其中 ${figures.softened} 项要求减轻`] : []),
    `同类记录自 ${effectiveFrom} 起作出认定的，将新增 ${figures.newForLater} 项（此前的认定不溯及）`,
  ];
  return `${parts.join('；')}。`;
}
