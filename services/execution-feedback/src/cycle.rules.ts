import { nextQuarter, quarterOf, quarterStart } from '@lianxin/contracts';
import { type DeadlineContext, lastDayOf, periodicDue } from './deadline.rules.ts';
import { decideTransition, type Task } from './task.rules.ts';

/**
 * The task in its next quarterly cycle when a quarter has ended (§4.4): a standing measure is executed on and reported by the 10th; an armed one whose
 * quarter was reported, or that had been fed back as not applied, is armed for the quarter that begins. Undefined where no cycle opens: one-off
 * measures, units without deadlines, an armed measure that still owes the report of the quarter that ended.
 */
export function openNextCycle(task: Task, endedQuarter: string, context: DeadlineContext): Task | undefined {
  if (!task.hasDeadline || task.trigger === 'ONE_OFF') return undefined;
  const next = { ...task, cycle: task.cycle + 1, version: task.version + 1 };
  const reportOf = task.trigger === 'ON_EVENT' ? nextQuarter(endedQuarter) : endedQuarter;
  const due = periodicDue(context, quarterStart(reportOf));
  if (task.status === 'ARMED') {
    const isReported = task.dueAt === null && task.feedbackDueAt !== null;
    if (!isReported || quarterOf(lastDayOf(task.feedbackDueAt)) > nextQuarter(endedQuarter)) return undefined;
    return { ...next, dueAt: due, feedbackDueAt: due };
  }
  if (task.status !== 'FED_BACK') return undefined;
  const decision = decideTransition(task, 'reopen');
  return decision.ok ? { ...next, status: decision.next, dueAt: due, feedbackDueAt: due } : undefined;
}
