import { listTypes } from '@lianxin/contracts';
import { type FigureKind, figureDefinitions, type RowPart } from './figure-definition.rules.ts';

/** How many rows of one code a department has in a period and a list. */
export interface FigureCount {
  readonly listCode: string;
  readonly figure: string;
  readonly departmentCode: string;
  readonly due: number;
  readonly counted: number;
  readonly timely: number;
  readonly lateDays: number;
}

/** Counts that no row stands for: cycles overdue on the day of the count (`due`) with their days (`lateDays`); black entries at the start of the period. */
export const overdueCount = 'K17-NOW';
export const standingAtStart = 'K19-START';

/** A figure that follows from other counts. `opens` is the figure whose rows it opens; null: the page of departments. */
export interface DerivedFigure {
  readonly code: string;
  readonly nameZh: string;
  readonly kind: Extract<FigureKind, 'RATE' | 'COUNT'>;
  /** Makes sense for the whole city only. */
  readonly cityOnly: boolean;
  readonly opens: string | null;
  of(counts: readonly FigureCount[], byList: readonly FigureCount[]): { readonly denominator: number; readonly numerator: number };
}

const caseFigures = ['K11-PUNISH', 'K11-REWARD'];
const taskFigures = ['K05', 'K07', ...figureDefinitions.filter(({ code }) => code.startsWith('TASKS-')).map(({ code }) => code)];
const entryFigures = ['ENTRIES-ACTIVE', ...listTypes.map((type) => `K01-${type}`)];

export const derivedFigures: readonly DerivedFigure[] = [
  {
    code: 'K12',
    nameZh: '部门覆盖率',
    kind: 'RATE',
    cityOnly: true,
    opens: null,
    of: (counts) => shareOf(counts, ({ departmentCode }) => departmentCode, taskFigures),
  },
  {
    code: 'K13',
    nameZh: '领域覆盖率',
    kind: 'RATE',
    cityOnly: true,
    opens: 'K11-PUNISH',
    of: (_, byList) => shareOf(byList, ({ listCode }) => listCode, entryFigures),
  },
  {
    code: 'K17-DAYS',
    nameZh: '逾期天数',
    kind: 'COUNT',
    cityOnly: false,
    opens: 'K17-OPEN',
    of: (counts) => only(overdueDaysOf(counts)),
  },
  {
    code: 'K19',
    nameZh: '退出率',
    kind: 'RATE',
    cityOnly: false,
    opens: 'K19-PERFORMED',
    of: (counts) => ({ denominator: sumOf(counts, standingAtStart, 'ALL'), numerator: sumOf(counts, 'K19-PERFORMED', 'ALL') }),
  },
];

/** Days by which cycles of the period were answered too late, and by which those still open are overdue (K17). */
export function overdueDaysOf(counts: readonly FigureCount[]): number {
  return counts.filter(({ figure }) => figure === 'K07' || figure === overdueCount).reduce((sum, { lateDays }) => sum + lateDays, 0);
}

/** Rows of one code and part. */
export function sumOf(counts: readonly FigureCount[], rows: string, part: RowPart): number {
  return counts.filter(({ figure }) => figure === rows).reduce((sum, count) => sum + partOf(count, part), 0);
}

function partOf({ due, counted, timely }: FigureCount, part: RowPart): number {
  if (part === 'ALL') return due;
  if (part === 'DONE') return counted;
  if (part === 'TIMELY') return timely;
  return part === 'LATE' ? counted - timely : due - counted;
}

/** Of those that have anything of `anything` or a case, those that have a case. */
function shareOf(counts: readonly FigureCount[], keyOf: (count: FigureCount) => string, anything: readonly string[]) {
  const withCase = new Set(counts.filter((count) => caseFigures.includes(count.figure) && count.counted > 0).map(keyOf));
  const asked = new Set(counts.filter((count) => anything.includes(count.figure) && count.due > 0).map(keyOf));
  return { denominator: new Set([...asked, ...withCase]).size, numerator: withCase.size };
}

function only(count: number) {
  return { denominator: count, numerator: count };
}
