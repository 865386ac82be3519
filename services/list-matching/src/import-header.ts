import type { FieldProblem } from '@lianxin/contracts';
import type { LayoutDecision, RowLayout } from './import-kind.ts';

/** Rows among which the header is looked for; titles and notes may stand above it. */
export const headerRows = 20;
/** Columns that an error workbook adds; they are no part of the data. */
export const resultHeaders = ['结果', '错误原因'] as const;
/** With this the row of notes below the header of a template begins. */
export const notesMark = '【填写说明】';

export interface HeaderRow {
  readonly line: number;
  readonly cells: readonly string[];
}
export type FoundHeader<Row> =
  | { readonly ok: true; readonly line: number; readonly headers: readonly string[]; readonly layout: RowLayout<Row> }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/** Which columns of a file hold data, by their places; the others are blank or of an error workbook. */
export function dataColumns(headers: readonly string[]): number[] {
  return headers.flatMap((header, index) => (header.trim() === '' || isResultHeader(header) ? [] : [index]));
}

export function isResultHeader(header: string): boolean {
  return (resultHeaders as readonly string[]).includes(header.trim());
}

/**
 * Finds the header among the first rows of a file. A header may stand on two rows, with cells merged sideways or downwards: the value of a merged cell
 * stands in its first place, the others are blank.
 */
export function findHeader<Row>(
  rows: readonly HeaderRow[],
  recognise: (headers: readonly string[]) => LayoutDecision<Row>,
): FoundHeader<Row> {
  let best: { recognised: number; faults: readonly FieldProblem[] } | undefined;
  for (const [index, row] of rows.slice(0, headerRows).entries()) {
    for (const cells of headersOf(row, rows[index - 1])) {
      const headers = withoutTrailingBlanks(cells);
      const decision = recognise(dataColumns(headers).map((place) => headers[place] ?? ''));
      if (decision.ok) return { ok: true, line: row.line, headers, layout: decision.layout };
      if (best === undefined || decision.recognised > best.recognised) best = decision;
    }
  }
  return { ok: false, faults: best?.faults ?? [] };
}

/** The row as it stands; with what stands above its blanks (merged downwards); with the name of its group before it (merged sideways). */
function headersOf(row: HeaderRow, above: HeaderRow | undefined): (readonly string[])[] {
  if (above === undefined) return [row.cells];
  const width = Math.max(row.cells.length, above.cells.length);
  const places = Array.from({ length: width }, (_none, place) => place);
  const own = (place: number) => row.cells[place]?.trim() ?? '';
  const over = (place: number) => above.cells[place]?.trim() ?? '';
  const group = (place: number) => {
    for (let left = place; left >= 0; left--) if (over(left) !== '') return over(left);
    return '';
  };
  return [
    row.cells,
    places.map((place) => own(place) || over(place)),
    places.map((place) => (own(place) === '' ? over(place) : group(place) + own(place))),
  ];
}

function withoutTrailingBlanks(cells: readonly string[]): readonly string[] {
  let end = cells.length;
  while (end > 0 && (cells[end - 1]?.trim() ?? '') === '') end--;
  return cells.slice(0, end);
}

/** A row that only tells how to fill in the template. */
export function isNotesRow(cells: readonly string[]): boolean {
  return (
    cells
      .find((cell) => cell.trim() !== '')
      ?.trim()
      .startsWith(notesMark) === true
  );
}
