import {
  addDays,
  addWorkingDays,
  beijingDate,
  endOfDayBeijing,
  isWorkingDay,
  type UrgeLevel,
  type UrgeReceiver,
  type WorkingDayCalendar,
} from '@lianxin/contracts';

/** Days of §4.5 in working days before or after the last day of a term, and the hours within which anybody is written to. */
export interface UrgeTerms {
  readonly remindDays: number;
  readonly yellowDays: number;
  readonly redDays: number;
  readonly circularDays: number;
  /** Full hours of Beijing; `toHour` is the first in which nothing is sent. */
  readonly fromHour: number;
  readonly toHour: number;
}

/** Steps that single tasks take; INSPECTION is a department's. */
export type TaskUrgeLevel = Exclude<UrgeLevel, 'INSPECTION'>;

/** Due times that stand at one level on a day: `after < dueAt <= upTo`. */
export interface UrgeBand {
  readonly level: TaskUrgeLevel;
  readonly after: Date;
  readonly upTo: Date;
}

/** What is long overdue has been entered in its circular; older rows are not looked at again. */
const lookBackDays = 400;

/**
 * The bands of one working day, weakest first (§4.5). Each due time stands in one band only, so that after days of downtime a task is urged once, at the
 * level it has reached, and not for every day that was missed.
 */
export function bandsOn(today: string, calendar: WorkingDayCalendar, terms: UrgeTerms): UrgeBand[] {
  /** Terms that have been over for at least so many working days. */
  const overFor = (days: number) => endOfDayBeijing(addDays(addWorkingDays(calendar, today, 1 - days).date, -1));
  const yesterday = endOfDayBeijing(addDays(today, -1));
  const [yellow, red, circular] = [overFor(terms.yellowDays), overFor(terms.redDays), overFor(terms.circularDays)];
  return [
    { level: 'REMIND', after: yesterday, upTo: endOfDayBeijing(addWorkingDays(calendar, today, terms.remindDays).date) },
    { level: 'YELLOW', after: red, upTo: yellow },
    { level: 'RED', after: circular, upTo: red },
    { level: 'CIRCULAR', after: endOfDayBeijing(addDays(today, -lookBackDays)), upTo: circular },
  ];
}

/** What waits for the credit office itself (a return to be decided) is told to it before and after its term, and goes no further. */
export const officeLevels: readonly TaskUrgeLevel[] = ['REMIND', 'YELLOW'];

/**
 * Up to here what an internal replay asks for is urged in the application alone. The letter goes out as always: nobody stands in a circular without ever having
 * been written to, and by then it is the department's own delay that is told and no effect of the replay (decision 0018).
 */
export const mutableLevels: readonly TaskUrgeLevel[] = ['REMIND', 'YELLOW'];

/** Who is written to at a level (§4.5): the handler; the handler and the head of section; the liaison with a copy to the credit office. */
export const receiversOf: Readonly<Record<UrgeLevel, readonly UrgeReceiver[]>> = {
  REMIND: ['DEPT_HANDLER'],
  YELLOW: ['DEPT_HANDLER', 'DEPT_APPROVER'],
  RED: ['DEPT_LIAISON', 'CREDIT_OFFICE'],
  CIRCULAR: ['DEPT_LIAISON', 'CREDIT_OFFICE'],
  INSPECTION: ['DEPT_LIAISON', 'CREDIT_OFFICE'],
};

/** From so many circular entries of a half-year on a department is entered in the inspection (§4.5: twice). */
export const entriesForInspection = 2;

export function halfYearOf(date: string): string {
  return `${date.slice(0, 4)}${Number(date.slice(5, 7)) <= 6 ? 'H1' : 'H2'}`;
}

/** First and last date of `2026H1`. */
export function halfYearSpan(halfYear: string): { from: string; to: string } {
  const year = halfYear.slice(0, 4);
  return halfYear.endsWith('H1') ? { from: `${year}-01-01`, to: `${year}-06-30` } : { from: `${year}-07-01`, to: `${year}-12-31` };
}

/** Whether people may be written to: on a working day, within the hours. */
export function isUrgingTime(now: Date, calendar: WorkingDayCalendar, terms: UrgeTerms): boolean {
  const hour = beijingHour(now);
  return isWorkingDay(calendar, beijingDate(now)) && hour >= terms.fromHour && hour < terms.toHour;
}

/** The beginning of the hours of the next working day: today's where they have not begun yet. */
export function nextUrgingTime(now: Date, calendar: WorkingDayCalendar, terms: UrgeTerms): Date {
  const today = beijingDate(now);
  const day = isWorkingDay(calendar, today) && beijingHour(now) < terms.fromHour ? today : addWorkingDays(calendar, today, 1).date;
  return new Date(endOfDayBeijing(addDays(day, -1)).getTime() + terms.fromHour * 3_600_000);
}

function beijingHour(instant: Date): number {
  return new Date(instant.getTime() + 8 * 3_600_000).getUTCHours();
}
