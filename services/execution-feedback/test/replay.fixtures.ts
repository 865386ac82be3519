import type { AssessedPlan, MeasurePlanMade } from '@lianxin/contracts';
import type { Plan } from '../src/plan.board.rules.ts';
import type { CaseWorld } from '../src/replay.rules.ts';
import type { FactFold } from '../src/replay.state.rules.ts';
import type { Memory } from './plan.memory.ts';

/** What a plan orders and tells, by parties, as measure-decomposition says it; parties for whom it is over get nothing. */
export function demandsOf(data: MeasurePlanMade, over: readonly string[] = []): NonNullable<AssessedPlan['demands']> {
  const measures = new Map(data.measures.map((measure) => [measure.measureCode, measure]));
  return data.groups.flatMap((group) => {
    const partyIds = group.partyIds.filter((id) => !over.includes(id));
    if (partyIds.length === 0) return [];
    const rows = group.measureCodes.map((measureCode) => {
      const executors = measures.get(measureCode)?.executors ?? [];
      const of = (notice: boolean) => executors.filter((one) => one.notice === notice).map((one) => one.departmentCode);
      return { measureCode, tasks: of(false), notices: of(true) };
    });
    return [{ partyIds, measures: rows }];
  });
}

/** A plan as it stands here, said to come out the same. */
export function keptPlan(seen: Plan, data: MeasurePlanMade, over: readonly string[] = []): AssessedPlan {
  const { planId, entryId, planVersion, status } = seen;
  const rows = { withdrawn: [], added: [], changed: [], kept: 0 };
  const versions = { catalogueVersionBefore: data.catalogueVersion, catalogueVersionAfter: data.catalogueVersion };
  return {
    planId,
    entryId,
    planVersion,
    status,
    action: 'KEEP',
    ...versions,
    ...rows,
    demands: status === 'ENDED' ? [] : demandsOf(data, over),
  };
}

/** The plan as it would be: everything of it is described. */
export function revisedPlan(seen: Plan, data: MeasurePlanMade, changed: AssessedPlan['changed'] = []): AssessedPlan {
  return { ...keptPlan(seen, data), action: 'REVISE', changed, demands: demandsOf(data), measures: data.measures, parties: data.parties };
}

export function endedPlan(seen: Plan, data: MeasurePlanMade): AssessedPlan {
  return { ...keptPlan(seen, data), action: 'END', demands: [] };
}

/** All that a memory holds, as the world of a case about these entries. */
export function worldOf(memory: Memory, entryIds: readonly string[], over: Partial<CaseWorld> = {}): CaseWorld {
  const { known } = memory;
  const ids = new Set(known.bases.filter((basis) => entryIds.includes(basis.entryId)).map(({ taskId }) => taskId));
  return {
    known: {
      plans: known.plans.filter(({ entryId }) => entryIds.includes(entryId)),
      tasks: known.tasks.filter(({ id, status }) => ids.has(id) || !['LIFTING', 'LIFTED', 'CANCELLED', 'NOT_APPLICABLE'].includes(status)),
      bases: known.bases,
      notices: known.notices.filter(({ entryId }) => entryIds.includes(entryId)),
    },
    acted: new Set(),
    restored: new Set(),
    facts: factsOf(memory),
    ...over,
  };
}

export function factsOf(memory: Memory): Map<string, FactFold> {
  const folds = new Map<string, FactFold>();
  for (const fact of memory.facts) {
    const before = folds.get(fact.taskId);
    const isChain = (before?.isChain ?? true) && fact.from === (before?.status ?? null);
    folds.set(fact.taskId, { count: (before?.count ?? 0) + 1, isChain, status: fact.to });
  }
  return folds;
}
