import type { FieldProblem } from '@lianxin/contracts';

/** Where a column's cells go in a designation, and how they are read. */
export interface ImportColumn {
  /** As it stands in the file. */
  readonly header: string;
  readonly path: readonly (string | number)[];
  readonly kind: 'TEXT' | 'FLAG' | 'JSON';
}
export type HeaderDecision =
  | { readonly ok: true; readonly columns: readonly ImportColumn[] }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

const scalarPaths = [
  'listCode origin batchNo sourceRecordId facts industry grade validFrom validTo',
  'subject.kind subject.name subject.usccCode subject.idType subject.idNumber subject.regionCode',
  'decision.name decision.number decision.date notice.servedOn notice.defenceEndedOn notice.method',
  'service.decisionServedOn service.repairNoticeServedOn service.method publicNotice.openedOn publicNotice.closedOn',
].flatMap((line) => line.split(' '));
/** Lists in a row: a JSON cell, or a column for each field of each item. */
const arrayFields: Readonly<Record<string, readonly string[]>> = {
  parties: ['role', 'name', 'idType', 'idNumber', 'namedInDecision', 'noticeServedOn', 'decisionServedOn'],
  basis: ['document', 'article'],
  conditions: ['code', 'documentNo'],
  evidence: ['kind', 'fileId'],
};
const flagFields = new Set(['namedInDecision']);
const maxItems = 200;

/** `subject.usccCode`, `subject_usccCode`, `subjectUsccCode` and ` SUBJECT usccCode ` are one column. */
function plain(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/[\s._\-/[\]\p{Cf}]/gu, '')
    .toLowerCase();
}

const scalars = new Map(scalarPaths.map((path) => [plain(path), path.split('.')]));
/** A last name that only one scalar has (`usccCode`, `defenceEndedOn`) is enough. */
const leaves = new Map(
  scalarPaths
    .map((path) => path.split('.'))
    .filter(([, leaf], _index, all) => leaf !== undefined && all.filter((other) => other.at(-1) === leaf).length === 1)
    .map((path) => [plain(path.at(-1) ?? ''), path]),
);

/** Understands the header of a list file, columns in any order. A column that is unknown or comes twice is refused by name: nothing is passed over silently. */
export function readHeader(headers: readonly string[]): HeaderDecision {
  const faults: FieldProblem[] = [];
  const columns: ImportColumn[] = [];
  const seen = new Set<string>();
  for (const header of headers) {
    const column = findColumn(header);
    const key = column?.path.join('.');
    if (column === undefined || key === undefined) faults.push(headerFault(header, '无法识别，请与模板核对'));
    else if (seen.has(key)) faults.push(headerFault(header, '与另一列重复'));
    else {
      seen.add(key);
      columns.push(column);
    }
  }
  return faults.length === 0 ? { ok: true, columns } : { ok: false, faults: faults.slice(0, 50) };
}

function headerFault(header: string, what: string): FieldProblem {
  const shown = header.trim() === '' ? '（空）' : header.trim().slice(0, 60);
  return { pointer: '', code: 'IMPORT_HEADER_UNKNOWN', detail: `表头“${shown}”${what}` };
}

function findColumn(header: string): ImportColumn | undefined {
  const name = plain(header);
  if (name in arrayFields) return { header, path: [name], kind: 'JSON' };
  const scalar = scalars.get(name) ?? leaves.get(name);
  if (scalar !== undefined) return { header, path: scalar, kind: 'TEXT' };
  const [, array = '', index = '', leafName = ''] = /^(parties|basis|conditions|evidence)(\d{0,3})([a-z]+)$/.exec(name) ?? [];
  const leaf = arrayFields[array]?.find((candidate) => candidate.toLowerCase() === leafName);
  if (leaf === undefined || Number(index) >= maxItems) return undefined;
  return { header, path: [array, Number(index), leaf], kind: flagFields.has(leaf) ? 'FLAG' : 'TEXT' };
}

export type RowDecision =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/**
 * Makes the body of a designation from the cells of a row. Empty cells are left out; list items without any cell are dropped.
 * @param parseJson throws when a text is no harmless JSON
 */
export function readRow(columns: readonly ImportColumn[], cells: readonly string[], parseJson: (text: string) => unknown): RowDecision {
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
    const cell = readCell(column, text, parseJson);
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

function readCell(column: ImportColumn, text: string, parseJson: (text: string) => unknown): CellDecision {
  if (column.kind === 'TEXT') return { ok: true, value: text };
  if (column.kind === 'FLAG') {
    const flag = text.trim().toLowerCase();
    if (['true', '1', 'y', 'yes', '是'].includes(flag)) return { ok: true, value: true };
    if (['false', '0', 'n', 'no', '否'].includes(flag)) return { ok: true, value: false };
    return { ok: false, detail: '应为 true 或 false' };
  }
  try {
    return { ok: true, value: parseJson(text) };
  } catch {
    // Whatever is wrong with the JSON of a cell, the remedy is the same; the text itself may hold personal data and is told nobody.
    return { ok: false, detail: '应为 JSON 数组，例如 [{"document":"…"}]' };
  }
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

/** The header of the column that a pointer into a designation belongs to; the nearest one above it otherwise. */
export function headerAt(columns: readonly ImportColumn[], pointer: string): string | null {
  const path = pointer.split('/').slice(1);
  const fits = (column: ImportColumn) => column.path.every((part, index) => String(part) === path[index]);
  const best = columns.filter(fits).sort((a, b) => b.path.length - a.path.length)[0];
  if (best !== undefined) return best.header;
  const below = path.length === 0 ? undefined : columns.find((column) => path.every((part, index) => String(column.path[index]) === part));
  return below?.header ?? (path.length === 0 ? null : path.join('.'));
}
