import { type FieldProblem, type ListEntryRequest, listEntryRequestSchema } from '@lianxin/contracts';
import { parseJsonBody, pointerOf } from '@lianxin/platform';
import { z } from 'zod';
import type { CsvRecord } from './csv-records.ts';
import { faultOf, type RowError } from './import.store.ts';
import { headerAt, type ImportColumn, readRow } from './import-columns.rules.ts';

const maxFaultsPerRow = 20;
const chinese = z.locales.zhCN().localeError;

/** A row of a file: a designation to be received, or what is wrong with it. */
export type ParsedRow =
  | { readonly line: number; readonly request: ListEntryRequest }
  | { readonly line: number; readonly request: undefined; readonly error: RowError };

/** Makes a designation of a record, under the same schema as the API's. What it reports names columns and reasons, never values. */
export function parseRow(columns: readonly ImportColumn[], record: CsvRecord): ParsedRow {
  const { line, cells } = record;
  if (cells === undefined) {
    const detail = '该行不是合法的 CSV 或过长：含逗号、引号或换行的单元格须加双引号，单元格内的引号写成两个';
    return { line, request: undefined, error: rowErrorOf(columns, line, [{ pointer: '', code: 'IMPORT_ROW_INVALID', detail }]) };
  }
  const row = readRow(columns, cells, parseJsonBody);
  if (!row.ok) return { line, request: undefined, error: rowErrorOf(columns, line, row.faults) };
  const parsed = listEntryRequestSchema.safeParse(row.value, { error: chinese });
  if (parsed.success) return { line, request: parsed.data };
  const faults = parsed.error.issues.map(
    (issue): FieldProblem => ({ pointer: pointerOf(issue.path), code: 'VALIDATION_FAILED', detail: issue.message }),
  );
  return { line, request: undefined, error: rowErrorOf(columns, line, faults) };
}

/** The first fault of a row leads; the others stand beside it, so that one row is one error. */
export function rowErrorOf(columns: readonly ImportColumn[], line: number, faults: readonly FieldProblem[]): RowError {
  const [first, ...others] = faults.slice(0, maxFaultsPerRow).map((fault) => faultOf(fault, headerAt(columns, fault.pointer)));
  if (first === undefined) throw new Error('a refused row without a fault');
  return { line, ...first, others };
}
