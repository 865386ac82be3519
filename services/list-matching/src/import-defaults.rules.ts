import type { FieldProblem } from '@lianxin/contracts';
import { type FieldIndex, findColumn, type ImportColumn, plainHeader } from './import-fields.rules.ts';

export type DefaultsDecision =
  | {
      readonly ok: true;
      /** The columns, and behind them one for each default whose field has none. */
      readonly columns: readonly ImportColumn[];
      /** The cells of a row for these columns; a blank cell takes its field's default. */
      fill(cells: readonly string[], all: readonly string[]): string[];
    }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/**
 * Values that were given at upload for what a layout lacks: a fixed one (`basis.0.document` → 《…办法》), or `@header` for the cell of another column
 * of the same row, by which the sender says that this column means that field.
 * @param headers all headers of the file, in the order in which `fill` gets their cells as `all`
 */
export function applyDefaults(
  index: FieldIndex,
  columns: readonly ImportColumn[],
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
): DefaultsDecision {
  const faults: FieldProblem[] = [];
  const added: ImportColumn[] = [];
  const sources: { readonly place: number; readonly take: (all: readonly string[]) => string }[] = [];
  for (const [path, value] of Object.entries(defaults)) {
    const column = findColumn(index, path);
    const from = value.startsWith('@') ? headers.findIndex((header) => plainHeader(header) === plainHeader(value.slice(1))) : undefined;
    if (column === undefined) faults.push(defaultFault(path, '不是该类文件的字段'));
    else if (from === -1) faults.push(defaultFault(path, '所指的列在文件中不存在'));
    else {
      const key = column.path.join('.');
      const known = columns.findIndex((candidate) => candidate.path.join('.') === key);
      if (known === -1) added.push({ ...column, header: from === undefined ? column.field.titleZh : (headers[from] ?? '') });
      sources.push({
        place: known === -1 ? columns.length + added.length - 1 : known,
        take: from === undefined ? () => value : (all) => all[from] ?? '',
      });
    }
  }
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    columns: [...columns, ...added],
    fill: (cells, all) => {
      const filled = [...cells, ...added.map(() => '')];
      for (const { place, take } of sources) if ((filled[place] ?? '').trim() === '') filled[place] = take(all);
      return filled;
    },
  };
}

function defaultFault(path: string, what: string): FieldProblem {
  return { pointer: `/defaults/${path}`, code: 'VALIDATION_FAILED', detail: `补充值 ${path.slice(0, 60)} ${what}` };
}
