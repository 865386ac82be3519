import type { PlanMeasure } from '@lianxin/contracts';
import { dueAfterAcknowledge, dueAtDispatch, feedbackDueAfterArm, feedbackDueAfterStart, termEnd } from './deadline.rules.ts';
import type { PlanBoard } from './plan.board.rules.ts';
import type { Basis, Task } from './task.rules.ts';

/**
 * What changes about a living task when its plan asks something else of its executor: the part it has, for the row that names the task, and whether
 * deadlines run at all (§4.5). A department that is supervised from now on gets the terms of the step it stands at, from today.
 * @returns nothing where all stays.
 */
export function termsPatch(
  board: PlanBoard,
  task: Task,
  basis: Basis,
  executor: Pick<PlanMeasure['executors'][number], 'role' | 'hasDeadline'>,
): Partial<Task> {
  const names = basis.measureCode === task.measureCode && basis.partyId === task.partyId;
  const role = names && executor.role !== task.role ? { role: executor.role } : {};
  if (executor.hasDeadline === task.hasDeadline) return role;
  if (!executor.hasDeadline) return { ...role, hasDeadline: false, dueAt: null, feedbackDueAt: null };
  return { ...role, hasDeadline: true, ...dueFromNow(board, task) };
}

function dueFromNow(board: PlanBoard, task: Task): Pick<Task, 'dueAt' | 'feedbackDueAt'> {
  const { context } = board;
  const atDispatch = dueAtDispatch(context, task.trigger);
  switch (task.previousStatus ?? task.status) {
    case 'ACKNOWLEDGED':
      return { dueAt: dueAfterAcknowledge(context, task.trigger, task.direction), feedbackDueAt: atDispatch.feedbackDueAt };
    case 'IN_EXECUTION': {
      const due = feedbackDueAfterStart(context, null);
      return { dueAt: due, feedbackDueAt: due };
    }
    case 'ARMED': {
      const due = feedbackDueAfterArm(context);
      return { dueAt: due, feedbackDueAt: due };
    }
    case 'FED_BACK':
      // Nothing is due until the next cycle opens.
      return { dueAt: null, feedbackDueAt: null };
    case 'RETURNED':
      return { dueAt: termEnd(context, context.terms.decideReturnDays), feedbackDueAt: atDispatch.feedbackDueAt };
    default:
      return atDispatch;
  }
}
