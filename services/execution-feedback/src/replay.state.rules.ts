import type { TaskStatus } from '@lianxin/contracts';
import type { Known, Plan } from './plan.board.rules.ts';
import { type Basis, endedStatuses, foldBases, holds, type Task } from './task.rules.ts';

export interface Mismatch {
  readonly id: string;
  readonly expected: string;
  readonly found: string;
}

/** The facts of a task folded: how many, whether each starts where the one before it ended, and where the last leads. */
export interface FactFold {
  readonly count: number;
  readonly isChain: boolean;
  readonly status: TaskStatus;
}

/**
 * Where what is stored does not follow from what else is stored: a task from its facts (its version counts them, its state is the last one's), its state from
 * its bases (R-4-5, R-6-4), a basis from its plan.
 */
export function mismatchesOf(known: Known, facts: ReadonlyMap<string, FactFold>): Mismatch[] {
  const plans = new Map(known.plans.map((plan) => [keyOf(plan), plan]));
  const basesOf = new Map<string, Basis[]>();
  for (const basis of known.bases) basesOf.set(basis.taskId, [...(basesOf.get(basis.taskId) ?? []), basis]);
  return known.tasks.flatMap((task) => {
    const bases = basesOf.get(task.id) ?? [];
    return [
      ...ofFacts(task, facts.get(task.id)),
      ...(task.kind === 'EXECUTE' ? ofBases(task, bases) : []),
      ...bases.flatMap((basis) => ofPlan(basis, plans.get(keyOf(basis)))),
    ];
  });
}

function ofFacts(task: Task, facts: FactFold | undefined): Mismatch[] {
  const expected = facts === undefined ? 'NONE' : `${facts.count}:${facts.isChain ? facts.status : 'BROKEN'}`;
  const found = `${task.version}:${task.status}`;
  return expected === found ? [] : [{ id: task.id, expected, found }];
}

function ofBases(task: Task, bases: readonly Basis[]): Mismatch[] {
  const fold = foldBases(bases);
  const place = endedStatuses.includes(task.status) ? 'END' : task.status === 'ON_HOLD' ? 'HOLD' : 'RUN';
  // What a department rightly returned is over for it, whatever lists still name it; a new basis finds no living task then.
  const isAnswered = task.status === 'NOT_APPLICABLE';
  return fold === place || isAnswered ? [] : [{ id: task.id, expected: fold, found: task.status }];
}

function ofPlan(basis: Basis, plan: Plan | undefined): Mismatch[] {
  if (plan === undefined || basis.status === 'ENDED') return [];
  const { holdCause } = plan;
  const isHeld = plan.status === 'HELD' && holdCause !== null && holds(holdCause, basis.holdExempt);
  const expected = plan.status === 'ENDED' ? 'ENDED' : isHeld ? 'HELD' : 'LIVE';
  return expected === basis.status ? [] : [{ id: basis.taskId, expected: `${plan.planId} ${expected}`, found: basis.status }];
}

const keyOf = (row: { entryId: string; activationNo: number }) => `${row.entryId}|${row.activationNo}`;
