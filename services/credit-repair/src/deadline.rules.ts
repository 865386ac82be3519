import { addWorkingDays, type RepairDeadlineKind, type WorkingDayCalendar, workingDaysBetween } from '@lianxin/contracts';

/** Terms of §5.5 in working days (`repair.*` of §12), as they are on the day on which a clock starts. */
export interface RepairTerms {
  readonly acceptDays: number;
  readonly supplementDays: number;
  readonly resultDays: number;
  /** Units whose own rule sets another term for the result, by the code of the city's unit (107号: SCJGJ 7). */
  readonly resultDaysOf: ReadonlyMap<string, number>;
  readonly extendDays: number;
  readonly syncDepartmentDays: number;
  readonly syncSiteDays: number;
  readonly liftDays: number;
}

export interface Due {
  readonly kind: RepairDeadlineKind;
  readonly dueOn: string;
}
interface Days {
  readonly calendar: WorkingDayCalendar;
  readonly terms: RepairTerms;
}

const after = ({ calendar }: Days, day: string, days: number) => addWorkingDays(calendar, day, days).date;

/** S3: three working days from the push; after a supplement only what was left of them, at least the day itself (S4: the clock stops). */
export function acceptDue(days: Days, from: string, left: number = days.terms.acceptDays): Due {
  return { kind: 'ACCEPT', dueOn: after(days, from, Math.max(left, 0)) };
}

/** Working days of a term that are left on a day. */
export function daysLeft(calendar: WorkingDayCalendar, today: string, dueOn: string): number {
  return Math.max(0, workingDaysBetween(calendar, today, dueOn));
}

export function supplementDue(days: Days, today: string): Due {
  return { kind: 'SUPPLEMENT', dueOn: after(days, today, days.terms.supplementDays) };
}

/** S5: ten working days from acceptance, or the unit's own term; a county's unit has that of its city's. */
export function resultDue(days: Days, today: string, department: string): Due {
  const own = days.terms.resultDaysOf.get(department) ?? days.terms.resultDaysOf.get(department.split('-').at(-1) ?? '');
  return { kind: 'RESULT', dueOn: after(days, today, own ?? days.terms.resultDays) };
}

/** Once, counted from the end of the first term. */
export function extendedDue(days: Days, dueOn: string): Due {
  return { kind: 'RESULT', dueOn: after(days, dueOn, days.terms.extendDays) };
}

/** S6–S8 from the day of the grant: the unit, then 信用中国, and everybody who lifts. */
export function syncDues(days: Days, grantedOn: string): readonly Due[] {
  const { syncDepartmentDays, syncSiteDays, liftDays } = days.terms;
  return [
    { kind: 'SYNC_DEPARTMENT', dueOn: after(days, grantedOn, syncDepartmentDays) },
    { kind: 'SYNC_SITE', dueOn: after(days, grantedOn, syncDepartmentDays + syncSiteDays) },
    { kind: 'LIFT', dueOn: after(days, grantedOn, liftDays) },
  ];
}
