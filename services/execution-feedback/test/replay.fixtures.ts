import {
  type AssessedPlan,
  calendar2026,
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanMade,
  type ReplayChange,
  replayAssessed,
} from '@lianxin/contracts';
import type { Plan } from '../src/plan.board.rules.ts';
import { eventsOfStep } from '../src/plan.events.rules.ts';
import type { Step } from '../src/plan.step.rules.ts';
import { assessCase, type CaseWorld } from '../src/replay.rules.ts';
import type { FactFold } from '../src/replay.state.rules.ts';
import { planMade } from './plan.fixtures.ts';
import { Memory, terms } from './plan.memory.ts';

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

let eventNo = 0;
export function event<Definition extends EventDefinition>(definition: Definition, data: EventData<Definition>): LianxinEvent {
  const id = `event-${eventNo++}`;
  const time = '2026-11-23T04:00:00Z';
  const head = { id, type: definition.type, source: 'urn:credit:320700:measure-decomposition', subjectSeq: 1, time, recordedTime: time };
  return { ...head, key: (data as MeasurePlanMade).subjectId, correlationId: id, classification: 'internal', data };
}
export const context = { now: new Date('2026-11-23T04:00:00Z'), calendar: calendar2026, terms };
export const cause = { ...event(measurePlanMade, planMade([])), type: replayAssessed.type };
export const nothing: ReplayChange = { kind: 'NOTHING' };

export const head = (plan: MeasurePlanMade, planVersion: number) => {
  const { planId, entryId, entryVersion, activationNo, subjectId } = plan;
  return { planId, entryId, entryVersion, activationNo, planVersion, subjectId };
};
export const made = (plan: MeasurePlanMade) => event(measurePlanMade, plan);
export const ended = (plan: MeasurePlanMade, version = 2, inError = false) =>
  event(measurePlanEnded, { ...head(plan, version), ground: 'TERM_REACHED', inError, documentNo: null, endedOn: '2026-11-20' });
export const planIn = (memory: Memory, plan: MeasurePlanMade) => {
  const seen = memory.known.plans.find(({ planId }) => planId === plan.planId);
  if (seen === undefined) throw new Error('no such plan');
  return seen;
};
export const assess = (world: CaseWorld, change: ReplayChange, ...plans: AssessedPlan[]) =>
  assessCase(world, change, plans, cause, context);

/** A department does something on a task, and it is told. */
export function actOn(
  memory: Memory,
  taskId: string,
  to: 'ACKNOWLEDGED' | 'RETURNED' | 'IN_EXECUTION' | 'ARMED' | 'FED_BACK' | 'NOT_APPLICABLE',
): void {
  const index = memory.known.tasks.findIndex(({ id }) => id === taskId);
  const task = memory.task(index);
  if (['ON_HOLD', 'LIFTING', 'LIFTED', 'CANCELLED', 'NOT_APPLICABLE'].includes(task.status)) return;
  memory.alter(index, { status: to, version: task.version + 1, begunAt: context.now });
  const fact = { taskId, version: task.version + 1, departmentCode: task.departmentCode, what: to, from: task.status, to, at: context.now };
  memory.facts.push({ ...fact, actor: 'somebody', causeEvent: null, detail: null });
  if (memory instanceof ToldMemory) memory.tell(taskId, task.version + 1, to);
}
/** A memory that keeps what was told of tasks, by their newest versions. */
export class ToldMemory extends Memory {
  readonly told = new Map<string, string>();

  override apply(events: readonly LianxinEvent[]): readonly Step[] {
    const steps = super.apply(events);
    for (const { data } of steps.flatMap(eventsOfStep)) {
      const fields = data as Record<string, unknown>;
      const rows = (fields['tasks'] ?? []) as { taskId: string; taskVersion: number; status: string }[];
      for (const { taskId, taskVersion, status } of rows) this.tell(taskId, taskVersion, status);
    }
    return steps;
  }

  tell(taskId: string, version: number, status: string): void {
    if (Number(this.told.get(taskId)?.split(':')[0] ?? 0) <= version) this.told.set(taskId, `${version}:${status}`);
  }
}
