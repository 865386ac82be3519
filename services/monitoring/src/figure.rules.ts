import { beijingDate, type caseRecorded, dayNumberOf, type EventData } from '@lianxin/contracts';
import { executionOf, type FeedbackRegisters } from './feedback.rules.ts';
import { type FigureKind, isOpen } from './figure-definition.rules.ts';
import { quarterStartOf } from './period.rules.ts';
import { countsAt, cycleDues, isAcknowledged, liftOf, listsAt, listsNow, type TaskRegisters } from './task.rules.ts';

/** One thing that one figure counts: a task, a task-cycle, an activation of an entry, a case. One row for each list it counts in. */
export interface FigureRow {
  readonly figure: string;
  readonly rowId: string;
  /** Cycle of a task, activation of an entry; else 0. */
  readonly cycle: number;
  /** Empty while no list is known. */
  readonly listCode: string;
  readonly departmentCode: string;
  /** First day of the quarter of `day`; `timeless` for a stock. */
  readonly quarter: string;
  /** The day that places it in a period: of the deadline, of the activation, of the case. */
  readonly day: string;
  /** It was done: signed, answered, lifted, verified. */
  readonly isCounted: boolean;
  /** It was done in time; where no time is asked, the same as `isCounted`. */
  readonly isTimely: boolean;
  /** Calendar days by which it was done too late; else 0. */
  readonly lateDays: number;
  /** True for one of its rows: over all lists it counts once. */
  readonly isFirst: boolean;
  /** How much it counts, where it stands for more than one thing, as a report stands for its records; `isCounted` then tells that it counts any. */
  readonly amounts?: RowAmounts | undefined;
}

export interface RowAmounts {
  readonly due: number;
  readonly counted: number;
}

/** What a row adds to its figure. */
export function amountsOf(row: { readonly isCounted: boolean; readonly amounts?: RowAmounts | undefined }): RowAmounts {
  return row.amounts ?? { due: 1, counted: row.isCounted ? 1 : 0 };
}

/** Counts over all lists. */
export const allLists = '*';
/** Quarter of what stands now, in whatever period. */
export const timeless = '1970-01-01';

/**
 * Rows of a task: one of the stock of open tasks; one of K05 where a deadline to sign runs; one of K07 for each cycle with a deadline; one of K14 where its
 * lift is due. Units that are not supervised have no deadlines and so no rows; a task of mere reference counts nowhere (R-1-4). A task whose dispatch
 * was not yet heard has no rows.
 * @param answers by cycle, when its first valid feedback was submitted.
 */
export function rowsOfTask(taskId: string, departmentCode: string, task: TaskRegisters, answers: ReadonlyMap<number, string>): FigureRow[] {
  const { birth, status } = task;
  if (birth === null || status === null) return [];
  const base = { rowId: taskId, departmentCode };
  const stock = { ...base, ...placed(beijingDate(new Date(birth.dispatchedAt))), figure: `TASKS-${status}`, cycle: 0, quarter: timeless };
  const rows = isOpen(status) ? inLists(listsNow(task), { ...stock, ...done }) : [];
  if (birth.force === 'REFERENCE') return rows;
  const signBy = task.acknowledgeDue?.dueAt;
  if (signBy !== undefined && countsAt(task, signBy)) {
    const signedAt = isAcknowledged(task) ? task.signed?.at : undefined;
    rows.push(
      ...inLists(listsAt(task, signBy), { ...base, ...placed(lastDayOf(signBy)), ...doneBy(signedAt, signBy), figure: 'K05', cycle: 0 }),
    );
  }
  for (const { cycle, dueAt } of cycleDues(task)) {
    if (dueAt === null || !countsAt(task, dueAt)) continue;
    const row = { ...base, ...placed(lastDayOf(dueAt)), ...doneBy(answers.get(cycle), dueAt), figure: 'K07', cycle };
    rows.push(...inLists(listsAt(task, dueAt), row));
  }
  const lift = liftOf(task);
  if (lift !== undefined)
    rows.push(
      ...inLists(listsNow(task), {
        ...base,
        ...placed(lastDayOf(lift.dueAt)),
        ...doneBy(lift.liftedAt, lift.dueAt),
        figure: 'K14',
        cycle: 0,
      }),
    );
  return rows;
}

/**
 * Rows of a feedback that carries a verdict, on the day of the verdict: K10 for a valid hit; K09 for what was executed and for what was not without an
 * accepted reason. A zero report and the receipt of a lift say nothing of execution.
 */
export function rowsOfFeedback(feedbackId: string, departmentCode: string, feedback: FeedbackRegisters, task: TaskRegisters): FigureRow[] {
  const execution = executionOf(feedback);
  if (execution === undefined || task.birth === null || task.birth.force === 'REFERENCE') return [];
  const base = { rowId: feedbackId, departmentCode, ...placed(beijingDate(new Date(execution.at))), cycle: 0 };
  const lists = listsNow(task);
  const rows = inLists(lists, { ...base, ...(execution.isExecuted ? done : undone), figure: 'K09' });
  return execution.kind === 'HIT' ? [...rows, ...inLists(lists, { ...base, ...done, figure: 'K10' })] : rows;
}

/** The row of a case (K11): reward and punishment apart. */
export function rowsOfCase(one: EventData<typeof caseRecorded> & { readonly withdrawn?: boolean }): FigureRow[] {
  if (one.withdrawn === true) return [];
  return inLists([...new Set(one.listCodes)].sort(), {
    figure: `K11-${one.direction}`,
    rowId: one.caseId,
    cycle: 0,
    departmentCode: one.departmentCode,
    ...placed(one.recordedOn),
    ...done,
  });
}

export function inLists(listCodes: readonly string[], row: Omit<FigureRow, 'listCode' | 'isFirst'>): FigureRow[] {
  const lists = listCodes.length > 0 ? listCodes : [''];
  return lists.map((listCode, place) => ({ ...row, listCode, isFirst: place === 0 }));
}

export function placed(day: string): { day: string; quarter: string } {
  return { day, quarter: quarterStartOf(day) };
}

/** The last day of a term: it ends at 24:00, which is the first instant of the day after. */
export function lastDayOf(dueAt: string): string {
  return beijingDate(new Date(Date.parse(dueAt) - 1));
}

/** What of a row is so when it needs no time: it counts. */
export const done = { isCounted: true, isTimely: true, lateDays: 0 } as const;
export const undone = { isCounted: false, isTimely: false, lateDays: 0 } as const;

/** Whether something was done, whether by its deadline, and else how many days too late. */
export function doneBy(doneAt: string | undefined, dueAt: string): Pick<FigureRow, 'isCounted' | 'isTimely' | 'lateDays'> {
  if (doneAt === undefined) return undone;
  if (doneAt <= dueAt) return done;
  return { isCounted: true, isTimely: false, lateDays: dayNumberOf(beijingDate(new Date(doneAt))) - dayNumberOf(lastDayOf(dueAt)) };
}

/**
 * How a figure reads (R-10-1): a rate in percent with one decimal, half up, `–` where nothing was due; a median in days, also in halves, of whose double
 * the numerator is; a count as it is.
 */
export function readingOf(kind: FigureKind, denominator: number, numerator: number): { value: number | null; display: string } {
  if (kind === 'MEDIAN')
    return denominator === 0 ? { value: null, display: '–' } : { value: numerator / 2, display: String(numerator / 2) };
  if (kind !== 'RATE') return { value: numerator, display: String(numerator) };
  if (denominator === 0) return { value: null, display: '–' };
  // In whole tenths of a percent: a binary fraction must not decide which way a half goes.
  const tenths = Math.floor((2000 * numerator + denominator) / (2 * denominator));
  return { value: tenths / 10, display: `${Math.floor(tenths / 10)}.${tenths % 10}%` };
}
