import {
  addDays,
  addWorkingDays,
  beijingDate,
  type Direction,
  endOfDayBeijing,
  moveToWorkingDay,
  quarterEnd,
  quarterOf,
  type Trigger,
  type WorkingDayCalendar,
  workingDaysBetween,
} from '@lianxin/contracts';

/** Terms of §4.4 in working days, as they are on the day on which a clock starts (§12); `cycleDay` is a day of the month. */
export interface DeadlineTerms {
  readonly acknowledgeDays: number;
  readonly decideReturnDays: number;
  readonly executeDays: number;
  readonly armDays: number;
  readonly startRewardDays: number;
  readonly feedbackDays: number;
  readonly feedbackAtLatestDays: number;
  readonly hitFeedbackDays: number;
  readonly liftDays: number;
  readonly leastAfterObjectionDays: number;
  readonly cycleDay: number;
  readonly restoreDays: number;
}

/** What every deadline is computed from. */
export interface DeadlineContext {
  readonly now: Date;
  readonly calendar: WorkingDayCalendar;
  readonly terms: DeadlineTerms;
}

interface Due {
  readonly dueAt: Date | null;
  readonly feedbackDueAt: Date | null;
}

/** 24:00 Beijing of the last day of a term that begins at an instant (R-7-4). */
export function termEnd(context: DeadlineContext, days: number, from: Date = context.now): Date {
  return endOfDayBeijing(addWorkingDays(context.calendar, beijingDate(from), days).date);
}

/** When the periodic feedback of the quarter of `date` is due: by the 10th of the month after it, moved to a working day (§4.4, R-7-4). */
export function periodicDue(context: Pick<DeadlineContext, 'calendar' | 'terms'>, date: string): Date {
  const day = addDays(quarterEnd(quarterOf(date)), context.terms.cycleDay);
  return endOfDayBeijing(moveToWorkingDay(context.calendar, day).date);
}

/** A task stands in its department's queue: to be acknowledged, and fed back at the latest. */
export function dueAtDispatch(context: DeadlineContext, trigger: Trigger): { dueAt: Date; feedbackDueAt: Date } {
  const { acknowledgeDays, armDays, feedbackAtLatestDays } = context.terms;
  const armedBy = addWorkingDays(context.calendar, beijingDate(context.now), acknowledgeDays + armDays).date;
  return {
    dueAt: termEnd(context, acknowledgeDays),
    feedbackDueAt: trigger === 'ON_EVENT' ? periodicDue(context, armedBy) : termEnd(context, feedbackAtLatestDays),
  };
}

/** The department has signed: to be armed, or executed; rewards sooner than restrictions. */
export function dueAfterAcknowledge(context: DeadlineContext, trigger: Trigger, direction: Direction): Date {
  const { armDays, startRewardDays, executeDays } = context.terms;
  if (trigger === 'ON_EVENT') return termEnd(context, armDays);
  return termEnd(context, direction === 'REWARD' ? startRewardDays : executeDays);
}

/** Execution has begun: the first feedback within its term, never later than it was due before. */
export function feedbackDueAfterStart(context: DeadlineContext, feedbackDueAt: Date | null): Date {
  const due = termEnd(context, context.terms.feedbackDays);
  return feedbackDueAt !== null && feedbackDueAt < due ? feedbackDueAt : due;
}

/** Armed: what happens in this quarter is reported after it. */
export function feedbackDueAfterArm(context: DeadlineContext): Date {
  return periodicDue(context, beijingDate(context.now));
}

/**
 * Deadlines when a hold ends: moved by the working days it lasted (R-10-1). After an objection, what was not overdue when it was held has at least three
 * working days left (§6.4 DISMISSED).
 * @param held first and last date of the hold.
 */
export function dueAfterHold(context: DeadlineContext, due: Due, held: { from: string; to: string }, afterObjection: boolean): Due {
  const days = Math.max(0, workingDaysBetween(context.calendar, held.from, held.to));
  const move = (instant: Date | null): Date | null => {
    if (instant === null) return null;
    const moved = endOfDayBeijing(addWorkingDays(context.calendar, lastDayOf(instant), days).date);
    if (!afterObjection || lastDayOf(instant) < held.from) return moved;
    const least = endOfDayBeijing(addWorkingDays(context.calendar, held.to, context.terms.leastAfterObjectionDays).date);
    return moved < least ? least : moved;
  };
  return { dueAt: move(due.dueAt), feedbackDueAt: move(due.feedbackDueAt) };
}

/** The date on which a term ends, from its end at 24:00. */
export function lastDayOf(dueAt: Date): string {
  return beijingDate(new Date(dueAt.getTime() - 1));
}

/** Working days left until a due time, 0 on its last day, negative once it is over. */
export function remainingWorkdays(calendar: WorkingDayCalendar, now: Date, dueAt: Date): number {
  return workingDaysBetween(calendar, beijingDate(now), lastDayOf(dueAt));
}
