import type { FieldProblem } from '@lianxin/contracts';
import { type CellFault, type Table, type TableRow, unguardFormula } from '@lianxin/tables';
import { problemOf } from './import-file.ts';
import { dataColumns, isNotesRow, isResultHeader } from './import-header.ts';
import type { RowLayout } from './import-kind.ts';

/** A row below the header: what it says, or what is wrong with it. */
export type FileRow<Row> =
  | { readonly line: number; readonly ok: true; readonly row: Row; readonly warnings: readonly PlacedFault[] }
  | { readonly line: number; readonly ok: false; readonly faults: readonly PlacedFault[] };
/** A fault with the column of the file that it belongs to. */
export interface PlacedFault extends FieldProblem {
  readonly field: string | null;
}

export interface FileShape {
  readonly headerLine: number;
  readonly headers: readonly string[];
  readonly format: 'CSV' | 'XLSX';
}

/** An 18-digit code that a spreadsheet has made a number of. */
const lostDigits = /^[+-]?\d(?:\.\d+)?E\+1[5-9]$/i;

const cellTexts: Readonly<Record<CellFault['code'], string>> = {
  NUMBER_LOST_DIGITS: '单元格是数字，15 位以后的数字已丢失；请将该列设为“文本”格式后重新填写',
  FORMULA: '单元格是公式，不作计算；请复制后“选择性粘贴为数值”',
  ERROR_VALUE: '单元格是错误值（如 #N/A）；请改为实际内容',
  TOO_LONG: '单元格超过 32767 个字符',
};

/** Makes rows of the table below its header, with the layout of its kind; blank rows and rows of notes are passed over. */
export async function* readFileRows<Row>(table: Table, shape: FileShape, layout: RowLayout<Row>): AsyncGenerator<FileRow<Row>> {
  const places = dataColumns(shape.headers);
  const isResult = shape.format === 'CSV' && shape.headers.some(isResultHeader);
  try {
    for await (const row of table.rows) {
      if (row.line <= shape.headerLine || (row.cells !== undefined && isNotesRow(row.cells))) continue;
      yield fileRowOf(row, shape, places, isResult, layout);
    }
  } catch (error) {
    throw problemOf(error);
  } finally {
    await table.close();
  }
}

function fileRowOf<Row>(
  { line, cells, faults }: TableRow,
  shape: FileShape,
  places: readonly number[],
  isResult: boolean,
  layout: RowLayout<Row>,
): FileRow<Row> {
  if (cells === undefined) return refused(line, '该行不是合法的 CSV 或过长：含逗号、引号或换行的单元格须加双引号，单元格内的引号写成两个');
  const extra = cells.findIndex(
    (cell, place) => cell.trim() !== '' && !places.includes(place) && !isResultHeader(shape.headers[place] ?? ''),
  );
  if (extra >= 0 || (shape.format === 'CSV' && cells.length < shape.headers.length))
    return refused(
      line,
      `该行有 ${cells.length} 列，表头有 ${shape.headers.length} 列，第 ${extra + 1 || cells.length} 列起对不上；含逗号、引号或换行的单元格须加双引号`,
    );
  const damaged = [
    ...faults.filter((fault) => places.includes(fault.column)),
    ...places
      .filter((place) => lostDigits.test(cells[place]?.trim() ?? ''))
      .map((column) => ({ column, code: 'NUMBER_LOST_DIGITS' as const })),
  ];
  if (damaged.length > 0)
    return {
      line,
      ok: false,
      faults: damaged.map(({ column, code }) => ({
        pointer: '',
        code: 'IMPORT_ROW_INVALID',
        detail: cellTexts[code],
        field: shape.headers[column] ?? null,
      })),
    };
  const values = places.map((place) => cells[place] ?? '');
  const decision = layout.read(isResult ? values.map(unguardFormula) : values);
  const placed = (fault: FieldProblem): PlacedFault => ({ ...fault, field: layout.headerAt(fault.pointer) });
  return decision.ok
    ? { line, ok: true, row: decision.row, warnings: decision.warnings.map(placed) }
    : { line, ok: false, faults: decision.faults.map(placed) };
}

function refused(line: number, detail: string): FileRow<never> {
  return { line, ok: false, faults: [{ pointer: '', code: 'IMPORT_ROW_INVALID', detail, field: null }] };
}
