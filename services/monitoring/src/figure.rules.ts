import { beijingDate, type caseRecorded, type EventData, listTypes, type TaskStatus } from '@lianxin/contracts';
import type { EntryRegisters } from './entry.rules.ts';
import { quarterStartOf } from './period.rules.ts';
import { countsAt, cycleDues, isAcknowledged, listsAt, listsNow, type TaskRegisters } from './task.rules.ts';

/** RATE: numerator of denominator in a period. COUNT: rows of a period. STOCK: rows of now, whatever the period. */
export type FigureKind = 'RATE' | 'COUNT' | 'STOCK';
/** What a row of the figure is. */
export type FigureSource = 'ENTRY' | 'TASK' | 'CASE';

export interface FigureDefinition {
  readonly code: string;
  readonly nameZh: string;
  readonly kind: FigureKind;
  readonly source: FigureSource;
}

const openStatuses: Partial<Record<TaskStatus, string>> = {
  DISPATCHED: '待签收任务',
  ACKNOWLEDGED: '已签收任务',
  RETURNED: '退回待定任务',
  IN_EXECUTION: '执行中任务',
  ARMED: '已布控任务',
  FED_BACK: '已反馈任务',
  ON_HOLD: '暂停执行任务',
  LIFTING: '解除中任务',
};
const listTypeNames: Record<(typeof listTypes)[number], string> = {
  BLACK: '黑名单',
  RED: '红名单',
  FOCUS: '重点关注名单',
  ABNORMAL: '异常名录',
};

/** Every figure of this service (§10.1). The indicator's code comes first in the code of its parts. */
export const figureDefinitions: readonly FigureDefinition[] = [
  ...listTypes.map(
    (type): FigureDefinition => ({ code: `K01-${type}`, nameZh: `${listTypeNames[type]}归集量`, kind: 'COUNT', source: 'ENTRY' }),
  ),
  ...Object.entries(openStatuses).map(
    ([status, nameZh]): FigureDefinition => ({ code: `TASKS-${status}`, nameZh, kind: 'STOCK', source: 'TASK' }),
  ),
  { code: 'K05', nameZh: '响应率（签收率）', kind: 'RATE', source: 'TASK' },
  { code: 'K07', nameZh: '反馈率', kind: 'RATE', source: 'TASK' },
  { code: 'K11-PUNISH', nameZh: '联合惩戒案例数', kind: 'COUNT', source: 'CASE' },
  { code: 'K11-REWARD', nameZh: '联合激励案例数', kind: 'COUNT', source: 'CASE' },
];

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
  /** It is in the numerator, too. */
  readonly isCounted: boolean;
  /** True for one of its rows: over all lists it counts once. */
  readonly isFirst: boolean;
}

/** Quarter of what stands now, in whatever period. */
export const timeless = '1970-01-01';

/**
 * Rows of a task: one of the stock of open tasks; one of K05 where a deadline to sign runs; one of K07 for each cycle with a deadline. Units that are not
 * supervised have no deadlines and so no rows; a task of mere reference counts nowhere (R-1-4). A task whose dispatch was not yet heard has no rows.
 * @param answered cycles with a valid feedback.
 */
export function rowsOfTask(taskId: string, departmentCode: string, task: TaskRegisters, answered: ReadonlySet<number>): FigureRow[] {
  const { birth, status } = task;
  if (birth === null || status === null) return [];
  const base = { rowId: taskId, departmentCode };
  const rows =
    openStatuses[status] === undefined
      ? []
      : inLists(listsNow(task), {
          ...base,
          ...placed(beijingDate(new Date(birth.dispatchedAt))),
          figure: `TASKS-${status}`,
          cycle: 0,
          quarter: timeless,
          isCounted: true,
        });
  if (birth.force === 'REFERENCE') return rows;
  const signBy = task.acknowledgeDue?.dueAt;
  if (signBy !== undefined && countsAt(task, signBy))
    rows.push(
      ...inLists(listsAt(task, signBy), {
        ...base,
        ...placed(lastDayOf(signBy)),
        figure: 'K05',
        cycle: 0,
        isCounted: isAcknowledged(task),
      }),
    );
  for (const { cycle, dueAt } of cycleDues(task)) {
    if (dueAt === null || !countsAt(task, dueAt)) continue;
    rows.push(
      ...inLists(listsAt(task, dueAt), { ...base, ...placed(lastDayOf(dueAt)), figure: 'K07', cycle, isCounted: answered.has(cycle) }),
    );
  }
  return rows;
}

/** Rows of an entry: one for each time that it came into force (K01). */
export function rowsOfEntry(entryId: string, entry: EntryRegisters): FigureRow[] {
  return Object.entries(entry.activations).flatMap(([activationNo, { activatedOn }]) =>
    inLists([entry.listCode], {
      figure: `K01-${entry.listType}`,
      rowId: entryId,
      cycle: Number(activationNo),
      departmentCode: entry.departmentCode,
      ...placed(activatedOn),
      isCounted: true,
    }),
  );
}

/** The row of a case (K11): reward and punishment apart. */
export function rowsOfCase(one: EventData<typeof caseRecorded>): FigureRow[] {
  return inLists([...new Set(one.listCodes)].sort(), {
    figure: `K11-${one.direction}`,
    rowId: one.caseId,
    cycle: 0,
    departmentCode: one.departmentCode,
    ...placed(one.recordedOn),
    isCounted: true,
  });
}

function inLists(listCodes: readonly string[], row: Omit<FigureRow, 'listCode' | 'isFirst'>): FigureRow[] {
  const lists = listCodes.length > 0 ? listCodes : [''];
  return lists.map((listCode, place) => ({ ...row, listCode, isFirst: place === 0 }));
}

function placed(day: string): { day: string; quarter: string } {
  return { day, quarter: quarterStartOf(day) };
}

/** The last day of a term: it ends at 24:00, which is the first instant of the day after. */
function lastDayOf(dueAt: string): string {
  return beijingDate(new Date(Date.parse(dueAt) - 1));
}

/** How a figure reads (R-10-1): a rate in percent with one decimal, half up, `–` where nothing was due; a count as it is. */
export function readingOf(kind: FigureKind, denominator: number, numerator: number): { value: number | null; display: string } {
  if (kind !== 'RATE') return { value: numerator, display: String(numerator) };
  if (denominator === 0) return { value: null, display: '–' };
  // In whole tenths of a percent: a binary fraction must not decide which way a half goes.
  const tenths = Math.floor((2000 * numerator + denominator) / (2 * denominator));
  return { value: tenths / 10, display: `${Math.floor(tenths / 10)}.${tenths % 10}%` };
}
