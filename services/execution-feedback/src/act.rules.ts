import type { TaskStatus } from '@lianxin/contracts';
import {
  type DeadlineContext,
  dueAfterAcknowledge,
  dueAtDispatch,
  feedbackDueAfterArm,
  feedbackDueAfterStart,
  termEnd,
} from './deadline.rules.ts';
import { decideTransition, type Refusal, type Task, type TaskAction } from './task.rules.ts';

/** Acts of people on one task, other than feedback. */
export type Act = Extract<TaskAction, 'acknowledge' | 'return' | 'start' | 'arm' | 'acceptReturn' | 'refuseReturn'>;

/** The task after an act, and whether the act was in time; null where no deadline ran. */
export type ActDecision = { readonly ok: true; readonly task: Task; readonly onTime: boolean | null } | Refusal;

/** Decides an act of a department or, on a return, of the credit office (§4.3, §4.4). Refuses like `decideTransition`. */
export function decideAct(task: Task, act: Act, context: DeadlineContext): ActDecision {
  const decision = decideTransition(task, act);
  if (!decision.ok) return decision;
  const due = task.hasDeadline ? dueAfter(task, act, context) : { dueAt: null, feedbackDueAt: null };
  const begunAt = act === 'start' || act === 'arm' ? (task.begunAt ?? context.now) : task.begunAt;
  return {
    ok: true,
    task: { ...task, ...due, begunAt, status: decision.next, version: task.version + 1 },
    onTime: isOnTime(task.dueAt, context.now),
  };
}

/** Null where no deadline runs; a term ends at 24:00 of its last day (R-7-4). */
export function isOnTime(dueAt: Date | null, at: Date): boolean | null {
  return dueAt === null ? null : at < dueAt;
}

function dueAfter(task: Task, act: Act, context: DeadlineContext): Pick<Task, 'dueAt' | 'feedbackDueAt'> {
  // What was ordered beside plans has its one day, whatever step it stands at.
  if (task.kind !== 'EXECUTE' && (act === 'acknowledge' || act === 'start'))
    return { dueAt: task.feedbackDueAt, feedbackDueAt: task.feedbackDueAt };
  if (task.kind !== 'EXECUTE' && act === 'refuseReturn')
    return { dueAt: termEnd(context, context.terms.acknowledgeDays), feedbackDueAt: task.feedbackDueAt };
  switch (act) {
    case 'acknowledge':
      return { dueAt: dueAfterAcknowledge(context, task.trigger, task.direction), feedbackDueAt: task.feedbackDueAt };
    case 'start': {
      const feedbackDueAt = feedbackDueAfterStart(context, task.feedbackDueAt);
      return { dueAt: feedbackDueAt, feedbackDueAt };
    }
    case 'arm': {
      const feedbackDueAt = feedbackDueAfterArm(context);
      return { dueAt: feedbackDueAt, feedbackDueAt };
    }
    case 'return':
      // The next step is the credit office's.
      return { dueAt: termEnd(context, context.terms.decideReturnDays), feedbackDueAt: task.feedbackDueAt };
    case 'refuseReturn':
      return dueAtDispatch(context, task.trigger);
    case 'acceptReturn':
      return { dueAt: null, feedbackDueAt: null };
  }
}

/** Name of the fact of an act. */
export const factOfAct = {
  acknowledge: 'ACKNOWLEDGED',
  return: 'RETURNED',
  start: 'STARTED',
  arm: 'ARMED',
  acceptReturn: 'RETURN_ACCEPTED',
  refuseReturn: 'RETURN_REFUSED',
} as const satisfies Record<Act, string>;

/** When a task must be signed for; null once it is, and where no deadline runs. */
export function acknowledgeDueAt(task: { status: TaskStatus; previousStatus: TaskStatus | null; dueAt: Date | null }): string | null {
  const waits = task.status === 'DISPATCHED' || (task.status === 'ON_HOLD' && task.previousStatus === 'DISPATCHED');
  return waits ? (task.dueAt?.toISOString() ?? null) : null;
}
