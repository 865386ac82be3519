import type { CatalogueMeasure } from '@lianxin/contracts';
import { toBasis, toDepartment, toExecutor, toMeasureHead, toMemorandum } from './catalogue.loader.ts';
import type { FileName } from './catalogue.rows.ts';
import type { Catalogue } from './catalogue.rules.ts';
import type { RowChange } from './catalogue-content.rules.ts';
import { english, faultTextZh } from './catalogue-fault.texts.ts';
import {
  columnTitles,
  type ImportRow,
  type ImportRows,
  importFiles,
  importSchemas,
  optionalColumns,
  passedColumns,
} from './catalogue-import.columns.ts';

/** One row of a file: its cells by column, as text. */
export interface RawRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface ImportFault {
  readonly file: FileName;
  readonly line: number;
  readonly column: string | null;
  readonly textZh: string;
}

/** Which column stands where: by its name, or by what people read above it; a star marks what must be filled in. */
export function readHeader(
  file: FileName,
  header: readonly string[],
): { ok: true; columns: (string | null)[] } | { ok: false; faults: ImportFault[] } {
  const wanted = Object.keys(importSchemas[file].shape);
  const faults: ImportFault[] = [];
  const columns = header.map((cell) => {
    const name = cell.trim().replace(/\*$/, '');
    const column = wanted.find((one) => one === name || columnTitles[one]?.[0] === name);
    if (column === undefined && name !== '' && !passedColumns.has(name)) {
      faults.push({ file, line: 1, column: name, textZh: `不认识的列“${name}”` });
    }
    return column ?? null;
  });
  const missing = wanted.filter((column) => !columns.includes(column) && !optionalColumns.has(column));
  faults.push(
    ...missing.map((column) => ({ file, line: 1, column, textZh: `缺少列 ${column}（${columnTitles[column]?.[0] ?? column}）` })),
  );
  return faults.length === 0 ? { ok: true, columns } : { ok: false, faults };
}

/** Rows of one file → typed rows, and every cell that is not as it should be. */
export function typeRows<Name extends FileName>(file: Name, rows: readonly RawRow[]): { rows: ImportRow<Name>[]; faults: ImportFault[] } {
  const faults: ImportFault[] = [];
  const columns = Object.keys(importSchemas[file].shape);
  const typed = rows.flatMap((row) => {
    const cells = Object.fromEntries(columns.map((column) => [column, row.cells[column] ?? '']));
    const parsed = importSchemas[file].safeParse(cells, { error: english });
    if (parsed.success) return [{ ...parsed.data, line: row.line } as unknown as ImportRow<Name>];
    faults.push(
      ...parsed.error.issues.map((issue) => ({ file, line: row.line, column: String(issue.path[0]), textZh: faultTextZh(issue.message) })),
    );
    return [];
  });
  return { rows: typed, faults };
}

export const noRows: ImportRows = {
  classes: [],
  departments: [],
  memoranda: [],
  measures: [],
  measure_executors: [],
  measure_basis: [],
  matters: [],
};

/**
 * What an import changes in a draft. A row replaces the one of its code; a measure keeps its bases and executors unless the import holds rows of them: then
 * those rows replace all that the measure had.
 */
export function changesOf(rows: ImportRows, draft: Catalogue): { changes: RowChange[]; faults: ImportFault[] } {
  const faults = [
    ...repeats('classes', rows),
    ...repeats('departments', rows),
    ...repeats('memoranda', rows),
    ...repeats('measures', rows),
    ...repeats('matters', rows),
  ];
  const { measures, unknown } = measuresOf(rows, draft);
  const row = (kind: RowChange['kind'], content: { code: string }): RowChange => ({ kind, code: content.code, content });
  const changes = [
    ...rows.classes.map(({ code, group, name_zh, name_en }) =>
      row('CLASS', { code, group, nameZh: name_zh, nameEn: name_en } as { code: string }),
    ),
    ...rows.departments.map((one) =>
      row('DEPARTMENT', {
        ...toDepartment(one),
        ...(one.valid_to === null ? {} : { validTo: one.valid_to, successorCode: one.successor_code }),
      }),
    ),
    ...rows.memoranda.map((one) => row('MEMORANDUM', toMemorandum(one))),
    ...measures.map((measure) => row('MEASURE', measure)),
    ...rows.matters.map((one) =>
      row('MATTER', {
        code: one.code,
        nameZh: one.name_zh,
        nameEn: one.name_en,
        departmentCode: one.department_code,
        canonicalCodes: one.canonical_codes,
      } as { code: string }),
    ),
  ];
  return { changes, faults: [...faults, ...unknown] };
}

function measuresOf(rows: ImportRows, draft: Catalogue): { measures: CatalogueMeasure[]; unknown: ImportFault[] } {
  const measures = new Map<string, CatalogueMeasure>();
  const find = (code: string) => measures.get(code) ?? draft.measures.find((one) => one.code === code);
  for (const head of rows.measures) {
    const known = find(head.code);
    measures.set(head.code, { ...toMeasureHead(head), executors: known?.executors ?? [], bases: known?.bases ?? [] });
  }
  const unknown: ImportFault[] = [];
  const replace = <Name extends 'measure_executors' | 'measure_basis'>(
    file: Name,
    put: (measure: CatalogueMeasure, own: readonly ImportRow<Name>[]) => CatalogueMeasure,
  ) => {
    const groups = Map.groupBy(rows[file] as readonly ImportRow<Name>[], (one) => (one as { measure_code: string }).measure_code);
    for (const [code, own] of groups) {
      const measure = find(code);
      if (measure !== undefined) measures.set(code, put(measure, own));
      else unknown.push({ file, line: own[0]?.line ?? 1, column: 'measure_code', textZh: `没有措施 ${code}` });
    }
  };
  replace('measure_executors', (measure, own) => ({ ...measure, executors: own.map(toExecutor) }));
  replace('measure_basis', (measure, own) => ({ ...measure, bases: own.map(toBasis) }));
  return { measures: [...measures.values()], unknown };
}

function repeats(file: 'classes' | 'departments' | 'memoranda' | 'measures' | 'matters', rows: ImportRows): ImportFault[] {
  const seen = new Set<string>();
  return rows[file].flatMap(({ code, line }) => {
    if (seen.has(code)) return [{ file, line, column: 'code', textZh: `编码 ${code} 在文件中出现两次` }];
    seen.add(code);
    return [];
  });
}

/** A document of several files: `{ measures: [{ code: …, list_codes: [BL-WAGE] }], … }`. Lists may be lists, yes and no may be true and false. */
export function rowsOfDocument(document: unknown): { files: Map<FileName, RawRow[]>; faults: ImportFault[] } {
  const files = new Map<FileName, RawRow[]>();
  const faults: ImportFault[] = [];
  const fault = (textZh: string, file: FileName = 'measures', line = 1, column: string | null = null) =>
    faults.push({ file, line, column, textZh });
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    fault(`文件应为以 ${importFiles.join('、')} 为键的映射`);
    return { files, faults };
  }
  for (const [name, rows] of Object.entries(document)) {
    const file = importFiles.find((one) => one === name);
    if (file === undefined || !Array.isArray(rows)) {
      fault(`“${name}”应为下列之一且为列表：${importFiles.join('、')}`);
      continue;
    }
    const wanted = Object.keys(importSchemas[file].shape);
    files.set(
      file,
      rows.map((row: unknown, place) => {
        const line = place + 1;
        const entries = row !== null && typeof row === 'object' && !Array.isArray(row) ? Object.entries(row) : [];
        if (entries.length === 0) fault('每一项应为列名到值的映射', file, line);
        for (const [column] of entries)
          if (!wanted.includes(column) && !passedColumns.has(column)) fault(`不认识的列“${column}”`, file, line, column);
        return { line, cells: Object.fromEntries(entries.map(([column, value]) => [column, cellOf(value)])) };
      }),
    );
  }
  return { files, faults };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === true) return '1';
  if (value === false) return '0';
  return Array.isArray(value) ? value.map(cellOf).join(';') : String(value);
}
