import { type LianxinEvent, measurePlanMade, taskDispatched } from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { done, inLists, placed, undone } from './figure.rules.ts';
import type { RecordFact, RecordSource } from './record.rules.ts';

type PlanFacts = {
  /** What the plan says of itself; null while only its tasks were heard of. */
  readonly made: {
    readonly departmentCode: string;
    readonly listCode: string;
    readonly entryId: string;
    readonly activatedOn: string;
    readonly measures: number;
  } | null;
  readonly hasTasks: boolean;
};

/** K04: of the entries in force for which a measure with an open gate exists, those that gave a task. A plan without measures is in neither. */
export const planSource: RecordSource<PlanFacts> = {
  source: 'PLAN',
  factsOf: (event) => planFactsOf(event),
  hear: (before, said) => ({ made: before?.made ?? said.made, hasTasks: (before?.hasTasks ?? false) || said.hasTasks }),
  departmentOf: ({ made }) => made?.departmentCode ?? '',
  rowsOf: (rowId, departmentCode, { made, hasTasks }) =>
    made === null || made.measures === 0
      ? []
      : inLists([made.listCode], {
          rowId,
          departmentCode,
          figure: 'K04',
          cycle: 0,
          ...placed(made.activatedOn),
          ...(hasTasks ? done : undone),
        }),
};

function planFactsOf(event: LianxinEvent): RecordFact<PlanFacts>[] {
  if (is(event, measurePlanMade)) {
    const { planId, entryId, listCode, designatingDepartment: departmentCode, activatedOn, measures } = event.data;
    return [{ id: planId, said: { made: { departmentCode, listCode, entryId, activatedOn, measures: measures.length }, hasTasks: false } }];
  }
  if (is(event, taskDispatched) && event.data.tasks.length > 0) return [{ id: event.data.planId, said: { made: null, hasTasks: true } }];
  return [];
}
