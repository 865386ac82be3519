import type { LianxinEvent } from '@lianxin/contracts';
import type { ChangedTask, Notice, Plan, PlanBody } from './plan.board.rules.ts';
import type { Basis, HoldCause, Task } from './task.rules.ts';

/** Why a task of a plan stays as it is although the plan moved. */
export type StayReason = 'OTHER_BASIS' | 'HOLD_EXEMPT' | 'ALREADY_ENDED' | 'HELD_BY_OTHER_BASIS';
export interface Stay {
  readonly taskId: string;
  readonly departmentCode: string;
  readonly reason: StayReason;
}

/** A task as it left one step, and the row of the plan by which it was dispatched. */
export interface DispatchedTask {
  readonly task: Task;
  readonly basis: Basis;
  readonly joined: boolean;
}

export interface StepHead {
  readonly plan: Plan;
  readonly body: PlanBody;
  readonly cause: LianxinEvent;
}

/** What one event of a plan did to tasks; each becomes one event of ours (in parts). */
export type Step =
  | (StepHead & { readonly kind: 'DISPATCHED'; readonly tasks: readonly DispatchedTask[]; readonly notices: readonly Notice[] })
  | (StepHead & { readonly kind: 'HELD'; readonly holdCause: HoldCause; readonly tasks: readonly Task[]; readonly stays: readonly Stay[] })
  | (StepHead & { readonly kind: 'RELEASED'; readonly tasks: readonly Task[]; readonly stays: readonly Stay[] })
  | (StepHead & {
      readonly kind: 'LIFTING';
      readonly ground: string;
      readonly documentNo: string | null;
      readonly liftDueAt: Date | null;
      readonly tasks: readonly Task[];
      readonly stays: readonly Stay[];
    })
  | (StepHead & { readonly kind: 'ADJUSTED'; readonly tasks: readonly Task[] })
  | (StepHead & {
      readonly kind: 'MOVED';
      readonly at: Date;
      readonly tasks: readonly { readonly task: Task; readonly from: string; readonly entryIds: readonly string[] }[];
    });

/**
 * What the steps of one event say of tasks, and besides the tasks that got another version of which they say nothing: nobody who follows tasks misses one.
 * @throws Error when a task has another status and no step says it: its department would not learn that it must stop or go on.
 */
export function withAdjusted(head: StepHead | undefined, steps: readonly Step[], changed: readonly ChangedTask[]): Step[] {
  const told = new Map<string, Task>();
  for (const step of steps)
    for (const row of step.tasks) {
      const task = 'task' in row ? row.task : row;
      told.set(task.id, task);
    }
  const silent = changed.filter(({ task }) => told.get(task.id)?.version !== task.version);
  const lost = silent.find(({ task, from }) => (told.get(task.id)?.status ?? from) !== task.status);
  if (lost !== undefined) throw new Error(`task ${lost.task.id} became ${lost.task.status} and no step says it`);
  return silent.length === 0 || head === undefined
    ? [...steps]
    : [...steps, { ...head, kind: 'ADJUSTED', tasks: silent.map(({ task }) => task) }];
}
