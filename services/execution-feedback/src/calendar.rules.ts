import {
  addDays,
  addWorkingDays,
  beijingDate,
  endOfDayBeijing,
  moveToWorkingDay,
  quarterOf,
  quarterStart,
  type WorkingDayCalendar,
  workingDaysBetween,
  type YearTable,
} from '@lianxin/contracts';
import { lastDayOf } from './deadline.rules.ts';
import type { Task } from './task.rules.ts';

/** One version of one year's table, with who loaded it and on what ground. */
export interface CalendarYear extends YearTable {
  readonly source: string;
  readonly loadedBy: string;
  readonly loadedAt: Date;
}

/** Years without a table between today and a due time: until they are loaded Monday to Friday are counted (R-7-3). */
export function missingYears(calendar: WorkingDayCalendar, today: string, dueAt: Date): number[] {
  const last = Number(lastDayOf(dueAt).slice(0, 4));
  const first = Math.min(last, Number(today.slice(0, 4)));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((year) => calendar.years[String(year)] === undefined);
}

/** When each deadline of a task was computed: what was computed after a table counted, counted it. */
export interface DueAnchors {
  readonly dueAt: Date;
  readonly feedbackDueAt: Date;
}

/** A table that has come to count, and what counted before it. */
export interface CalendarChange {
  readonly before: WorkingDayCalendar;
  readonly after: WorkingDayCalendar;
  readonly effectiveAt: Date;
  /** Day of the month on which periodic feedback is due (`task.cycle_day`), as it was when a deadline was computed. */
  readonly cycleDayOn: (date: string) => number;
}

/**
 * A task's deadlines under the new table (R-7-3): the same number of working days from the day on which they began, the same day of the month for
 * periodic ones, a fixed day where one was ordered. Undefined where none moves, or none was computed before the table counted.
 */
export function reschedule(task: Task, anchors: DueAnchors, change: CalendarChange, fixedDay: string | null): Task | undefined {
  const move = (due: Date | null, anchor: Date): Date | null => {
    if (due === null || anchor >= change.effectiveAt) return due;
    const lastDay = lastDayOf(due);
    if (lastDay === fixedDay) return due;
    return endOfDayBeijing(movedDay(task, lastDay, beijingDate(anchor), change));
  };
  const dueAt = move(task.dueAt, anchors.dueAt);
  const feedbackDueAt = move(task.feedbackDueAt, anchors.feedbackDueAt);
  if (dueAt?.getTime() === task.dueAt?.getTime() && feedbackDueAt?.getTime() === task.feedbackDueAt?.getTime()) return undefined;
  return { ...task, dueAt, feedbackDueAt, version: task.version + 1 };
}

function movedDay(task: Task, lastDay: string, anchor: string, { before, after, cycleDayOn }: CalendarChange): string {
  const tenth = addDays(quarterStart(quarterOf(lastDay)), cycleDayOn(anchor) - 1);
  const mayBePeriodic = task.kind === 'EXECUTE' && (task.trigger === 'ON_EVENT' || task.cycle > 1);
  if (mayBePeriodic && moveToWorkingDay(before, tenth).date === lastDay) return moveToWorkingDay(after, tenth).date;
  if (lastDay < anchor) return lastDay;
  return addWorkingDays(after, anchor, workingDaysBetween(before, anchor, lastDay)).date;
}
