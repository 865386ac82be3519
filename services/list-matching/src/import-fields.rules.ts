import type { FieldProblem } from '@lianxin/contracts';

/**
 * A field that a column may fill. `path` is dotted; `basis.*.document` stands for the items of a list: columns `basis.0.document` or `认定依据1`, in
 * either writing the number may be left out.
 */
export interface Field {
  readonly path: string;
  readonly titleZh: string;
  /** Other names under which departments send it. */
  readonly aliases?: readonly string[];
  readonly kind: 'TEXT' | 'DATE' | 'FLAG' | 'JSON' | 'CHOICE';
  /** For CHOICE: what may stand in a cell, the code or its label. */
  readonly choices?: readonly Choice[];
}
export interface Choice {
  readonly code: string;
  readonly labelZh: string;
}

/** Where a column's cells go, and how they are read. */
export interface ImportColumn {
  /** As it stands in the file. */
  readonly header: string;
  readonly path: readonly (string | number)[];
  readonly field: Field;
}
export type HeaderDecision =
  | { readonly ok: true; readonly columns: readonly ImportColumn[] }
  | { readonly ok: false; readonly recognised: number; readonly faults: readonly FieldProblem[] };

/** Ways of writing a field, to find it by. */
export interface FieldIndex {
  readonly scalars: ReadonlyMap<string, Field>;
  readonly items: readonly { readonly pattern: RegExp; readonly field: Field; readonly firstNumber: 0 | 1 }[];
}

const maxItems = 200;

/** `subject.usccCode`, `subject_usccCode`, ` SUBJECT usccCode ` are one column, and so are `认定日期*` and `认定日期（YYYY-MM-DD）`. */
export function plainHeader(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/\([^()]*\)\s*$/u, '')
    .replace(/[\s._\-/[\]*:\p{Cf}]/gu, '')
    .toLowerCase();
}

export function indexFields(fields: readonly Field[]): FieldIndex {
  const scalarFields = fields.filter((field) => !field.path.includes('*'));
  const leafOf = (field: Field) => field.path.split('.').at(-1) ?? '';
  const scalars = new Map<string, Field>();
  // A last name that only one field has (`usccCode`, `defenceEndedOn`) is enough.
  for (const field of scalarFields)
    if (field.path.includes('.') && scalarFields.filter((other) => leafOf(other) === leafOf(field)).length === 1)
      scalars.set(plainHeader(leafOf(field)), field);
  for (const field of scalarFields)
    for (const name of [field.path, field.titleZh, ...(field.aliases ?? [])]) scalars.set(plainHeader(name), field);
  const items = fields
    .filter((field) => field.path.includes('*'))
    .flatMap((field) => [
      { field, firstNumber: 0 as const, pattern: patternOf(field.path.replace('*', '#')) },
      ...[field.titleZh, ...(field.aliases ?? [])].map((name) => ({ field, firstNumber: 1 as const, pattern: patternOf(name) })),
    ]);
  return { scalars, items };
}

/** `#` in a name stands for its number. */
function patternOf(name: string): RegExp {
  const [before = '', after = ''] = name.split('#').map((part) => plainHeader(part).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${before}(\\d{0,3})${after}$`, 'u');
}

/** Understands a header, columns in any order. A column that is unknown or comes twice is refused by name: nothing is passed over silently. */
export function readHeader(index: FieldIndex, headers: readonly string[]): HeaderDecision {
  const faults: FieldProblem[] = [];
  const columns: ImportColumn[] = [];
  const seen = new Set<string>();
  for (const header of headers) {
    const column = findColumn(index, header);
    const key = column?.path.join('.');
    if (column === undefined || key === undefined) faults.push(headerFault(header, '无法识别，请与模板核对'));
    else if (seen.has(key)) faults.push(headerFault(header, '与另一列重复'));
    else {
      seen.add(key);
      columns.push(column);
    }
  }
  return faults.length === 0 ? { ok: true, columns } : { ok: false, recognised: columns.length, faults: faults.slice(0, 50) };
}

export function headerFault(header: string, what: string): FieldProblem {
  const shown = header.trim() === '' ? '（空）' : header.trim().slice(0, 60);
  return { pointer: '', code: 'IMPORT_HEADER_UNKNOWN', detail: `表头“${shown}”${what}` };
}

export function findColumn(index: FieldIndex, header: string): ImportColumn | undefined {
  const name = plainHeader(header);
  const scalar = index.scalars.get(name);
  if (scalar !== undefined) return { header, path: scalar.path.split('.'), field: scalar };
  for (const { pattern, field, firstNumber } of index.items) {
    const number = pattern.exec(name)?.[1];
    if (number === undefined) continue;
    const place = number === '' ? 0 : Number(number) - firstNumber;
    if (place < 0 || place >= maxItems) return undefined;
    return { header, path: field.path.split('.').map((part) => (part === '*' ? place : part)), field };
  }
  return undefined;
}

export type ValueDecision =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/**
 * Makes the body of a request from the cells of a row. Empty cells are left out; list items without any cell are dropped.
 * @param parseJson throws when a text is no harmless JSON
 */
export function readRow(columns: readonly ImportColumn[], cells: readonly string[], parseJson: (text: string) => unknown): ValueDecision {
  if (cells.length !== columns.length) {
    const detail = `该行有 ${cells.length} 列，表头有 ${columns.length} 列；含逗号、引号或换行的单元格须加双引号`;
    return { ok: false, faults: [{ pointer: '', code: 'IMPORT_ROW_INVALID', detail }] };
  }
  const faults: FieldProblem[] = [];
  const value: Record<string, unknown> = {};
  const items = new Map<string, Map<number, Record<string, unknown>>>();
  for (const [place, column] of columns.entries()) {
    const text = cells[place] ?? '';
    if (text.trim() === '') continue;
    const cell = readCell(column.field, text, parseJson);
    if (!cell.ok) faults.push({ pointer: `/${column.path.join('/')}`, code: 'IMPORT_ROW_INVALID', detail: cell.detail });
    else put(value, items, column.path, cell.value);
  }
  for (const [array, byIndex] of items) {
    if (array in value) faults.push({ pointer: `/${array}`, code: 'IMPORT_ROW_INVALID', detail: '同一清单不能既用 JSON 列又用分列填写' });
    value[array] = [...byIndex].sort(([a], [b]) => a - b).map(([, item]) => item);
  }
  return faults.length === 0 ? { ok: true, value } : { ok: false, faults };
}

type CellDecision = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

function readCell(field: Field, text: string, parseJson: (text: string) => unknown): CellDecision {
  switch (field.kind) {
    case 'TEXT':
      return { ok: true, value: text };
    case 'DATE':
      return { ok: true, value: isoDate(text) };
    case 'FLAG':
      return readFlag(text);
    case 'CHOICE':
      return { ok: true, value: codeOf(field.choices ?? [], text) };
    case 'JSON':
      try {
        return { ok: true, value: parseJson(text) };
      } catch {
        // Whatever is wrong with the JSON of a cell, the remedy is the same; the text itself may hold personal data and is told nobody.
        return { ok: false, detail: '应为 JSON 数组，例如 [{"document":"…"}]' };
      }
  }
}

function readFlag(text: string): CellDecision {
  const flag = text.trim().toLowerCase();
  if (['true', '1', 'y', 'yes', '是'].includes(flag)) return { ok: true, value: true };
  if (['false', '0', 'n', 'no', '否'].includes(flag)) return { ok: true, value: false };
  return { ok: false, detail: '应为“是”或“否”（true 或 false）' };
}

/** The code of a choice by its code, its label, or both as the template's drop-down shows them (`BL-TAX｜…`); what is neither stays as it is and is refused later. */
function codeOf(choices: readonly Choice[], text: string): string {
  const wanted = text.trim().split('｜')[0]?.trim() ?? '';
  return choices.find((choice) => choice.code === wanted.toUpperCase() || choice.labelZh === wanted)?.code ?? wanted;
}

/** Ways of writing a day that can only be read in one way, as YYYY-MM-DD; anything else stays as it is and is refused later. */
export function isoDate(text: string): string {
  const plain = text.normalize('NFKC').trim();
  const match = /^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?$/.exec(
    plain,
  );
  if (match === null) return plain;
  const [, year = '', ...rest] = match;
  const [month = '', day = ''] = rest.filter((part) => part !== undefined);
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function put(
  value: Record<string, unknown>,
  items: Map<string, Map<number, Record<string, unknown>>>,
  path: readonly (string | number)[],
  cell: unknown,
): void {
  const [first, second, third] = path;
  const name = String(first);
  if (second === undefined) value[name] = cell;
  else if (typeof second === 'number') {
    const byIndex = items.get(name) ?? new Map<number, Record<string, unknown>>();
    const item = byIndex.get(second) ?? {};
    item[String(third)] = cell;
    items.set(name, byIndex.set(second, item));
  } else {
    const child = (value[name] ?? {}) as Record<string, unknown>;
    child[second] = cell;
    value[name] = child;
  }
}

/** The header of the column that a pointer into a row belongs to; the nearest one above it otherwise. */
export function headerAt(columns: readonly ImportColumn[], pointer: string): string | null {
  const path = pointer.split('/').slice(1);
  const fits = (column: ImportColumn) => column.path.every((part, index) => String(part) === path[index]);
  const best = columns.filter(fits).sort((a, b) => b.path.length - a.path.length)[0];
  if (best !== undefined) return best.header;
  const below = path.length === 0 ? undefined : columns.find((column) => path.every((part, index) => String(column.path[index]) === part));
  return below?.header ?? (path.length === 0 ? null : path.join('.'));
}
