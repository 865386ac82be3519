import type { FieldProblem } from '@lianxin/contracts';
import { type Field, type FieldIndex, findColumn, headerFault, type ImportColumn, indexFields } from './import-fields.rules.ts';

/** One field of the 双公示 standards or of a published list (§7.7, §7.8). */
export interface RecordField {
  /** Code of the standard: `CF_WSH`. A label alone where the layout has no codes. */
  readonly code: string;
  readonly titleZh: string;
  readonly aliases?: readonly string[];
  /** Where it goes: a path of the record; `#…` a word that the reader of the layout understands; null: known, and no part of a record. */
  readonly path: string | null;
  /** Without this column no row can be read. */
  readonly isNeeded?: boolean;
}

export interface RecordLayout {
  readonly code: string;
  readonly titleZh: string;
  readonly standard: '1.0' | '2.0';
  readonly fields: readonly RecordField[];
}

/** Columns of a file that fit one layout. */
export interface FoundLayout {
  readonly layout: RecordLayout;
  readonly columns: readonly (ImportColumn & { readonly recordField: RecordField })[];
  /** Headers that are known and not imported. */
  readonly ignored: readonly string[];
}
export type LayoutSearch =
  | { readonly ok: true; readonly found: FoundLayout }
  | { readonly ok: false; readonly recognised: number; readonly faults: readonly FieldProblem[] };

const indexes = new WeakMap<RecordLayout, FieldIndex>();

function indexOf(layout: RecordLayout): FieldIndex {
  const known = indexes.get(layout);
  if (known !== undefined) return known;
  const fields = layout.fields.map(
    (field): Field => ({ path: field.code, titleZh: field.titleZh, aliases: field.aliases ?? [], kind: 'TEXT' }),
  );
  const index = indexFields(fields);
  indexes.set(layout, index);
  return index;
}

/**
 * The layout whose fields are all the headers of a file, by code or label, in any order. Of two versions that share their fields the one whose needed
 * fields are there is meant; the newer goes first.
 * @param layouts in the order in which they are tried
 */
export function findLayout(layouts: readonly RecordLayout[], headers: readonly string[]): LayoutSearch {
  let best: Extract<LayoutSearch, { ok: false }> | undefined;
  for (const layout of layouts) {
    const search = tryLayout(layout, headers);
    if (search.ok) return search;
    if (best === undefined || search.recognised > best.recognised) best = search;
  }
  return best ?? { ok: false, recognised: 0, faults: [] };
}

function tryLayout(layout: RecordLayout, headers: readonly string[]): LayoutSearch {
  const index = indexOf(layout);
  const faults: FieldProblem[] = [];
  const columns: FoundLayout['columns'][number][] = [];
  const seen = new Set<string>();
  for (const header of headers) {
    const column = findColumn(index, header);
    const recordField = layout.fields.find((field) => field.code === column?.field.path);
    if (column === undefined || recordField === undefined) faults.push(headerFault(header, `不是${layout.titleZh}的字段`));
    else if (seen.has(recordField.code)) faults.push(headerFault(header, '与另一列重复'));
    else {
      seen.add(recordField.code);
      columns.push({ ...column, recordField });
    }
  }
  const missing = layout.fields.filter((field) => field.isNeeded === true && !seen.has(field.code));
  if (missing.length > 0) {
    const names = missing.map((field) => `${field.code}（${field.titleZh}）`).join('、');
    faults.push({ pointer: '', code: 'IMPORT_HEADER_UNKNOWN', detail: `${layout.titleZh}缺少列：${names}`.slice(0, 1000) });
  }
  if (faults.length > 0) return { ok: false, recognised: columns.length, faults: faults.slice(0, 50) };
  const ignored = columns.filter((column) => column.recordField.path === null).map((column) => column.header);
  return { ok: true, found: { layout, columns, ignored } };
}

/** The cells of one row by field code, blank ones left out. */
export function cellsByCode(found: FoundLayout, cells: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    found.columns.flatMap(({ recordField }, place): [string, string][] => {
      const cell = (cells[place] ?? '').trim();
      return cell === '' || /^(?:无|空|null|-|—|\/)$/iu.test(cell) ? [] : [[recordField.code, cell]];
    }),
  );
}

/** The header of the column that fills the field of a pointer of the record. */
export function headerOfPointer(found: FoundLayout, pointer: string): string | null {
  const path = pointer.slice(1).replaceAll('/', '.');
  const column = found.columns.find(({ recordField }) => recordField.path === path || (recordField.path ?? '').split('|').includes(path));
  return column?.header ?? null;
}
