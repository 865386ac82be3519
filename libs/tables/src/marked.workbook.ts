import { PassThrough, type Readable } from 'node:stream';
import type ExcelJS from 'exceljs';
import { csvField, guardFormula } from './cell.rules.ts';

/** exceljs takes no heed of a slow reader: what it may pile up is bounded by the rows; the CSV form has all. */
const maxRows = 50_000;
/** Beyond so many comments a workbook opens too slowly to be of use. */
const maxComments = 5_000;
const red = 'FFFFC7CE';

/** One row of a sender's file, given back with what became of it. */
export interface MarkedRow {
  readonly cells: readonly string[];
  /** 未导入, 已导入, … */
  readonly result: string;
  readonly reason: string;
  /** Cells that are wrong, by column, with the reason for each. */
  readonly marks: readonly { readonly column: number; readonly reason: string }[];
}

export interface MarkedFile {
  readonly sheet: string;
  readonly headers: readonly string[];
  readonly resultHeaders: readonly string[];
  /** With this a row of notes begins. */
  readonly notesMark: string;
  readonly rows: AsyncIterable<MarkedRow>;
}

/**
 * The sender's own file in its own columns and order, with two columns behind, red cells and comments. Every cell is text: what looks like a formula
 * stays text. Written as it is read; memory stays flat.
 */
export function markedWorkbook(file: MarkedFile): Readable {
  const out = new PassThrough();
  writeWorkbook(out, file).catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))));
  return out;
}

/** exceljs is loaded when it is wanted: it is an eighth of what a service has to load, and few ever write such a workbook. */
async function writeWorkbook(stream: PassThrough, file: MarkedFile): Promise<void> {
  const { default: excel } = await import('exceljs');
  await writeSheet(new excel.stream.xlsx.WorkbookWriter({ stream, useStyles: true, useSharedStrings: false }), file);
}

async function writeSheet(workbook: ExcelJS.stream.xlsx.WorkbookWriter, file: MarkedFile): Promise<void> {
  const sheet = workbook.addWorksheet(file.sheet, { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = [...file.headers, ...file.resultHeaders].map(() => ({ width: 20, style: { numFmt: '@' } }));
  const header = sheet.addRow([...file.headers, ...file.resultHeaders]);
  header.font = { bold: true };
  header.commit();
  let rows = 0;
  let comments = 0;
  for await (const { cells, result, reason, marks } of file.rows) {
    if (++rows > maxRows) {
      sheet.addRow([`${file.notesMark}其余各行请下载 CSV 形式`]).commit();
      break;
    }
    const row = sheet.addRow([...file.headers.map((_header, place) => cells[place] ?? ''), result, reason]);
    for (const mark of marks) {
      const cell = row.getCell(mark.column + 1);
      cell.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: red } };
      if (comments++ < maxComments) cell.note = mark.reason;
    }
    row.commit();
  }
  sheet.commit();
  await workbook.commit();
}

/** The same as CSV, UTF-8 with a byte order mark; what looks like a formula is guarded, and taken back as it was when the file is sent again. */
export async function* markedCsv(file: MarkedFile): AsyncGenerator<Buffer> {
  const line = (cells: readonly string[]) => `${cells.map((cell) => csvField(guardFormula(cell))).join(',')}\r\n`;
  yield Buffer.from(`\uFEFF${line([...file.headers, ...file.resultHeaders])}`, 'utf8');
  for await (const { cells, result, reason } of file.rows)
    yield Buffer.from(line([...file.headers.map((_header, place) => cells[place] ?? ''), result, reason]), 'utf8');
}
