import { addWorkingDays, type ObjectionDeadlineKind, type WorkingDayCalendar, workingDaysBetween } from '@lianxin/contracts';

/** Time limits of §6.3 in working days. */
export interface ObjectionTerms {
  readonly accept: number;
  readonly mark: number;
  readonly selfCheck: number;
  readonly forward: number;
  readonly verify: number;
  readonly extension: number;
  readonly correct: number;
  readonly answer: number;
  readonly total: number;
  readonly hard: number;
}

export interface Deadline {
  readonly kind: ObjectionDeadlineKind;
  readonly dueOn: string;
}

/** What begins to run on a day, and what a step has met. */
export interface Clocks {
  readonly set: readonly Deadline[];
  readonly met: readonly ObjectionDeadlineKind[];
}

export type ClockEvent =
  | 'COMPLETE_MATERIAL'
  | 'COMPLETION_ASKED'
  | 'ACCEPTED'
  | 'MARKED'
  | 'CHECKED'
  | 'FORWARDED'
  | 'EXTENDED'
  | 'DECIDED'
  | 'EXECUTED'
  | 'OVER';

const all: readonly ObjectionDeadlineKind[] = ['ACCEPT', 'MARK', 'SELF_CHECK', 'FORWARD', 'VERIFY', 'CORRECT', 'ANSWER', 'TOTAL', 'HARD'];

/** Clocks of §6.3: the day of the event does not count (R-7-4). `verifyDueOn`: the running limit, which an extension lengthens once. */
export function clocksOf(event: ClockEvent, on: string, terms: ObjectionTerms, calendar: WorkingDayCalendar, verifyDueOn?: string): Clocks {
  const after = (kind: ObjectionDeadlineKind, days: number, from = on): Deadline => ({
    kind,
    dueOn: addWorkingDays(calendar, from, days).date,
  });
  switch (event) {
    case 'COMPLETE_MATERIAL':
      return { set: [after('ACCEPT', terms.accept)], met: [] };
    case 'COMPLETION_ASKED':
      return { set: [], met: ['ACCEPT'] };
    case 'ACCEPTED':
      return {
        set: [after('MARK', terms.mark), after('SELF_CHECK', terms.selfCheck), after('TOTAL', terms.total), after('HARD', terms.hard)],
        met: ['ACCEPT'],
      };
    case 'MARKED':
      return { set: [], met: ['MARK'] };
    case 'CHECKED':
      return { set: [after('FORWARD', terms.forward)], met: ['SELF_CHECK'] };
    case 'FORWARDED':
      return { set: [after('VERIFY', terms.verify)], met: ['SELF_CHECK', 'FORWARD'] };
    case 'EXTENDED':
      return { set: [after('VERIFY', terms.extension, verifyDueOn ?? on)], met: [] };
    case 'DECIDED':
      return { set: [after('CORRECT', terms.correct)], met: ['SELF_CHECK', 'FORWARD', 'VERIFY'] };
    case 'EXECUTED':
      return { set: [after('ANSWER', terms.answer)], met: ['CORRECT'] };
    case 'OVER':
      return { set: [], met: all };
  }
}

/** Time for testing, appraisal or expert review does not count (§6.3): what runs is moved by the working days that the clock stood. */
export function moveBy(deadlines: readonly Deadline[], stoppedOn: string, startedOn: string, calendar: WorkingDayCalendar): Deadline[] {
  const stood = workingDaysBetween(calendar, stoppedOn, startedOn);
  return deadlines.map(({ kind, dueOn }) => ({ kind, dueOn: addWorkingDays(calendar, dueOn, stood).date }));
}

/** Limits that stand while the clock stands. */
export const stoppable: readonly ObjectionDeadlineKind[] = ['SELF_CHECK', 'VERIFY', 'TOTAL', 'HARD'];
