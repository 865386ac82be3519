import { derivedFigures, overdueCount, sumOf } from './derived-figure.rules.ts';
import { type HeardList, isOfLists } from './field.rules.ts';
import { readingOf } from './figure.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';
import { type FigureDefinition, type FigureKind, figureDefinitions } from './figure-definition.rules.ts';
import type { Period } from './period.rules.ts';
import type { FigureView, StatsQuery } from './stats.schemas.ts';

/** What was counted in a period. Of a closed one `counts` are those of its closing, `now` those of now. */
export interface MeasuredPeriod {
  readonly period: Period;
  readonly closedAt: Date | null;
  readonly counts: readonly FigureCount[];
  readonly byList: readonly FigureCount[];
  readonly now: readonly FigureCount[] | null;
  readonly listsNow: readonly FigureCount[];
  /** What was known of lists: at the closing of a closed period, else now. */
  readonly lists: ReadonlyMap<string, HeardList>;
  readonly heardListsNow: ReadonlyMap<string, HeardList>;
}

export interface GroupedView {
  readonly group: 'ENTRIES' | 'TASKS' | 'FIGURES';
  readonly view: FigureView;
}

/** Figures by list that K13 asks for. */
export const listFigures = figureDefinitions.map(({ code }) => code).filter(isOfLists);
/** Figures that a row of a department shows. */
export const ofDepartments: ReadonlySet<string> = new Set([
  'K05',
  'K06',
  'K07',
  'K08',
  'K09',
  'K10',
  'K11-PUNISH',
  'K11-REWARD',
  'K14',
  'K17-URGED',
  'K17-LATE',
  'K17-OPEN',
  'K17-DAYS',
  'K18-REPORTED',
  'K18-TIMELY',
  'K18-VALID',
]);

interface Count {
  readonly denominator: number;
  readonly numerator: number;
}

/** All figures of what was measured, in the order of §10.1. Those of the whole city are left out for a department or a single list. */
export function figureViews(measured: MeasuredPeriod, query: StatsQuery, isWholeCity: boolean): GroupedView[] {
  const { counts, byList, now, listsNow, lists, heardListsNow } = measured;
  const views = [
    ...figureDefinitions.map((definition) => ({
      group: groupOf(definition),
      view: viewOf(
        definition,
        countOf(definition, counts),
        now === null ? null : countOf(definition, now),
        rowsHref(definition.code, query),
      ),
    })),
    ...derivedFigures
      .filter((figure) => isWholeCity || !figure.cityOnly)
      .map((figure) => ({
        group: 'FIGURES' as const,
        view: viewOf(
          figure,
          figure.of(counts, byList, lists),
          now === null ? null : figure.of(now, listsNow, heardListsNow),
          figure.opens === null ? hrefOf('departments', query) : rowsHref(figure.opens, query),
        ),
      })),
  ];
  return views.sort((one, other) =>
    one.group === 'FIGURES' && other.group === 'FIGURES' ? compareCodes(one.view.code, other.view.code) : 0,
  );
}

function countOf(definition: FigureDefinition, counts: readonly FigureCount[]): Count {
  if (definition.pastOnly === true) {
    const open = sumOf(counts, overdueCount, 'ALL');
    return { denominator: open, numerator: open };
  }
  return {
    denominator: sumOf(counts, definition.rows, definition.denominator),
    numerator: sumOf(counts, definition.rows, definition.numerator),
  };
}

function viewOf(
  figure: { readonly code: string; readonly nameZh: string; readonly kind: FigureKind },
  count: Count,
  now: Count | null,
  rowsHref: string,
): FigureView {
  const hasDenominator = figure.kind === 'RATE' || figure.kind === 'MEDIAN';
  const isCorrected =
    now !== null && figure.kind !== 'STOCK' && (now.numerator !== count.numerator || now.denominator !== count.denominator);
  const shown = ({ denominator, numerator }: Count) => ({
    numerator,
    denominator: hasDenominator ? denominator : null,
    ...readingOf(figure.kind, denominator, numerator),
  });
  return {
    code: figure.code,
    nameZh: figure.nameZh,
    ...shown(count),
    // Late data never change a closed period; what they would make of it stands beside (R-10-1).
    correction: isCorrected ? shown(now) : null,
    rowsHref,
  };
}

function groupOf({ source, kind, code }: FigureDefinition): GroupedView['group'] {
  if (source === 'ENTRY' && (kind === 'STOCK' || code.startsWith('K01-'))) return 'ENTRIES';
  return kind === 'STOCK' ? 'TASKS' : 'FIGURES';
}

function compareCodes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function rowsHref(figure: string, query: StatsQuery): string {
  return hrefOf('rows', { figure, ...query });
}

function hrefOf(page: string, query: Readonly<Record<string, string | undefined>>): string {
  const { figure, period, from, to, listCode, department } = query;
  const parameters = Object.entries({ figure, period, from, to, listCode, department }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return `/api/v1/stats/${page}?${new URLSearchParams(parameters)}`;
}
