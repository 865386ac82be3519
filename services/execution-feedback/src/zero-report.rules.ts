import { addDays, endOfDayBeijing, nextQuarter, type ProblemCode, quarterEnd, quarterOf } from '@lianxin/contracts';
import { lastDayOf } from './deadline.rules.ts';
import type { Task } from './task.rules.ts';

/** OPEN: owed. PENDING: waits for the second person. VALID: approved. AUTOMATIC: windows served every task of it. */
export type ZeroReportStatus = 'OPEN' | 'PENDING' | 'VALID' | 'AUTOMATIC';
export type ZeroReportAct = 'submit' | 'approve' | 'reject';

const transitions = {
  OPEN: { submit: 'PENDING' },
  PENDING: { approve: 'VALID', reject: 'OPEN' },
  VALID: {},
  AUTOMATIC: {},
} as const satisfies Record<ZeroReportStatus, Partial<Record<ZeroReportAct, ZeroReportStatus>>>;

/** A report's next state. Refuses TRANSITION_NOT_ALLOWED, naming what is allowed; SAME_PERSON where its author decides about it (§4.6). */
export function decideZeroReport(
  report: { readonly status: ZeroReportStatus; readonly submittedBy: string | null },
  act: ZeroReportAct,
  by: string,
): { readonly ok: true; readonly next: ZeroReportStatus } | { readonly ok: false; readonly code: ProblemCode; readonly detail: string } {
  const row: Partial<Record<ZeroReportAct, ZeroReportStatus>> = transitions[report.status];
  const next = row[act];
  if (next === undefined) {
    const allowed = Object.keys(row).join('、');
    return {
      ok: false,
      code: 'TRANSITION_NOT_ALLOWED',
      detail: `零报告处于 ${report.status}，不能 ${act}；当前允许：${allowed === '' ? '无' : allowed}`,
    };
  }
  if (act !== 'submit' && report.submittedBy === by)
    return { ok: false, code: 'SAME_PERSON', detail: '提交人不得审核自己提交的零报告，须由本部门另一人审核' };
  return { ok: true, next };
}

/** Due times of tasks that still owe their report of a quarter: `after < feedbackDueAt <= upTo`, for it is due in the quarter that follows (§4.4). */
export function owingSpan(quarter: string): { readonly after: Date; readonly upTo: Date } {
  return { after: endOfDayBeijing(quarterEnd(quarter)), upTo: endOfDayBeijing(quarterEnd(nextQuarter(quarter))) };
}

/** When windows have given their answer for a quarter: a day after its end. Whoever writes it down later, after a stop of the system, is not late for that. */
export function windowsSaidAt(quarter: string): Date {
  return endOfDayBeijing(addDays(quarterEnd(quarter), 1));
}

/**
 * Whether a task owes the zero report of a quarter: armed and not reported. What is on hold, being lifted or over is not asked, nor are references and
 * units without deadlines (§4.3, §4.5, R-1-4).
 */
export function owesZeroReport(
  task: Pick<Task, 'kind' | 'trigger' | 'status' | 'hasDeadline' | 'dueAt' | 'feedbackDueAt' | 'force'>,
  quarter: string,
): boolean {
  return (
    task.kind === 'EXECUTE' &&
    task.trigger === 'ON_EVENT' &&
    task.status === 'ARMED' &&
    task.force !== 'REFERENCE' &&
    task.hasDeadline &&
    task.dueAt !== null &&
    task.feedbackDueAt !== null &&
    quarterOf(lastDayOf(task.feedbackDueAt)) === nextQuarter(quarter)
  );
}

/** A matter of the catalogue, and whose it is. */
export interface Matter {
  readonly code: string;
  readonly departmentCode: string;
  readonly canonicalCodes: readonly string[];
}

/**
 * Whether windows served a restriction for a department in a quarter (§4.5): it is decided in matters of that department, and every one of them was asked
 * about at a window. One that was never asked about is decided elsewhere for all that is known here, and the department answers for it.
 * @param served names `department|matter` that a window asked about in the quarter
 */
export function isServedByWindows(
  task: Pick<Task, 'departmentCode' | 'canonicalCode'>,
  matters: readonly Matter[],
  served: ReadonlySet<string>,
): boolean {
  const own = matters.filter(
    (matter) => matter.departmentCode === task.departmentCode && matter.canonicalCodes.includes(task.canonicalCode),
  );
  return own.length > 0 && own.every((matter) => served.has(`${matter.departmentCode}|${matter.code}`));
}
