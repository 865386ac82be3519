import { fieldsOf, type HeardList } from './field.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';
import { type FigureKind, figureDefinitions, type RowPart } from './figure-definition.rules.ts';

/** Counts that no row stands for: cycles overdue on the day of the count (`due`) with their days (`lateDays`); black entries at the start of the period. */
export const overdueCount = 'K17-NOW';
export const standingAtStart = 'K19-START';
/** Decided applications for repair by the days they took: the number of days follows, so that the median is found among counters too (K15). */
export const repairDays = 'K15-DAYS:';

/** A figure that follows from other counts. `opens` is the figure whose rows it opens; null: the page of departments. */
export interface DerivedFigure {
  readonly code: string;
  readonly nameZh: string;
  readonly kind: Extract<FigureKind, 'RATE' | 'COUNT' | 'MEDIAN'>;
  /** Makes sense for the whole city only. */
  readonly cityOnly: boolean;
  readonly opens: string | null;
  /** Of a median the numerator is twice the median, so that it is a whole number, and the denominator how many there are. */
  of(
    counts: readonly FigureCount[],
    byList: readonly FigureCount[],
    lists: ReadonlyMap<string, HeardList>,
  ): { readonly denominator: number; readonly numerator: number };
}

const caseFigures = ['K11-PUNISH', 'K11-REWARD'];
const taskFigures = ['K05', 'K07', ...figureDefinitions.filter(({ code }) => code.startsWith('TASKS-')).map(({ code }) => code)];
/** Its rows are fields, which are made of the counts of lists. */
export const fieldFigure = 'K13';

export const derivedFigures: readonly DerivedFigure[] = [
  {
    code: 'K12',
    nameZh: '部门覆盖率',
    kind: 'RATE',
    cityOnly: true,
    opens: null,
    of: (counts) => departmentShare(counts),
  },
  {
    code: fieldFigure,
    nameZh: '领域覆盖率',
    kind: 'RATE',
    cityOnly: true,
    opens: fieldFigure,
    of: (_, byList, lists) => {
      const fields = fieldsOf(byList, lists);
      return { denominator: fields.length, numerator: fields.filter(({ hasCase }) => hasCase).length };
    },
  },
  {
    code: 'K15-MEDIAN',
    nameZh: '修复办结用时中位数（自然日）',
    kind: 'MEDIAN',
    cityOnly: false,
    opens: 'K15',
    of: (counts) => medianOf(counts),
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

/** Of the departments that have a task or a case, those that have a case. */
function departmentShare(counts: readonly FigureCount[]) {
  const withCase = new Set(
    counts.filter((count) => caseFigures.includes(count.figure) && count.counted > 0).map(({ departmentCode }) => departmentCode),
  );
  const asked = counts.filter((count) => taskFigures.includes(count.figure) && count.due > 0).map(({ departmentCode }) => departmentCode);
  return { denominator: new Set([...asked, ...withCase]).size, numerator: withCase.size };
}

/** Twice the median of the days, and how many there are: between the two in the middle where their number is even. */
function medianOf(counts: readonly FigureCount[]): { readonly denominator: number; readonly numerator: number } {
  const days = counts
    .filter(({ figure }) => figure.startsWith(repairDays))
    .map(({ figure, due }) => ({ value: Number(figure.slice(repairDays.length)), due }))
    .sort((one, other) => one.value - other.value);
  const total = days.reduce((sum, { due }) => sum + due, 0);
  if (total === 0) return { denominator: 0, numerator: 0 };
  return { denominator: total, numerator: atPlace(days, Math.ceil(total / 2)) + atPlace(days, Math.floor(total / 2) + 1) };
}

/** The value of the n-th of these, counted from 1 in their order. */
function atPlace(sorted: readonly { readonly value: number; readonly due: number }[], place: number): number {
  let passed = 0;
  for (const { value, due } of sorted) {
    passed += due;
    if (passed >= place) return value;
  }
  throw new Error(`there is no place ${place}`);
}

function only(count: number) {
  return { denominator: count, numerator: count };
}
