import { looksLikeFormula, serialOf, sheetText } from './cell.rules.ts';
import type { TableNotes, WrittenCell, WrittenColumn, WrittenRow, WrittenRows, WrittenTable } from './table.written.ts';
import { columnName, partsOf, sheetEnd, sheetStart, styles } from './xlsx.parts.ts';
import { ZipWriter } from './zip.writer.ts';

/** Rows of one sheet, its header among them. */
export const maxSheetRows = 1_048_576;
/** A sheet of more XML than this is continued on the next: the lengths in the archive end at 4 GiB. */
const maxSheetBytes = 3 * 1024 ** 3;

/**
 * A table as xlsx, written from front to back: a header row in Chinese, text in text cells only, as many sheets as the rows need, and a last sheet 导出说明.
 * Written here and not by exceljs: that one takes no heed of a slow reader, holds hundreds of megabytes at a hundred thousand rows, and knows no
 * `quotePrefix`, without which `=cmd…` becomes a formula as soon as somebody edits its cell (decision 0010).
 * @throws RangeError when the file would pass 4 GiB.
 */
export async function* xlsxBytes(
  table: WrittenTable,
  rows: WrittenRows,
  limits: { readonly maxRows: number } = { maxRows: maxSheetRows },
): AsyncGenerator<Buffer> {
  const zip = new ZipWriter();
  const source = new RowSource(rows);
  const names: string[] = [];
  try {
    do {
      names.push(names.length === 0 ? table.titleZh : `${table.titleZh}(${names.length + 1})`);
      yield* zip.file(`xl/worksheets/sheet${names.length}.xml`, sheetOf(table, source, limits.maxRows));
    } while (await source.hasMore());
    names.push('导出说明');
    yield* zip.file(`xl/worksheets/sheet${names.length}.xml`, [notesSheet(source.notes, table.footer)]);
    for (const [name, xml] of partsOf(names)) yield* zip.file(name, [Buffer.from(xml, 'utf8')]);
    yield* zip.end();
  } finally {
    await rows.return([]);
  }
}

/** Portions of rows, cut where a sheet ends. */
class RowSource {
  readonly #rows: WrittenRows;
  #waiting: readonly WrittenRow[] = [];
  notes: TableNotes = [];
  #isOver = false;

  constructor(rows: WrittenRows) {
    this.#rows = rows;
  }

  async hasMore(): Promise<boolean> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      const next = await this.#rows.next();
      if (next.done === true) {
        this.#isOver = true;
        this.notes = next.value;
      } else this.#waiting = next.value;
    }
    return this.#waiting.length > 0;
  }

  /** Up to so many rows of the portion at hand. */
  take(most: number): readonly WrittenRow[] {
    const taken = this.#waiting.slice(0, most);
    this.#waiting = this.#waiting.slice(taken.length);
    return taken;
  }
}

async function* sheetOf(table: WrittenTable, source: RowSource, maxRows: number): AsyncGenerator<Buffer> {
  const { columns } = table;
  const names = columns.map((_column, place) => columnName(place));
  yield Buffer.from(`${sheetStart(columns.map((column) => column.kind))}${headerRow(columns.map((column) => column.titleZh))}`, 'utf8');
  let rows = 1;
  let bytes = 0;
  while (rows < maxRows && bytes < maxSheetBytes && (await source.hasMore())) {
    const portion = source.take(maxRows - rows);
    let xml = '';
    for (const row of portion) {
      rows++;
      xml += `<row r="${rows}">`;
      for (let place = 0; place < columns.length; place++) {
        xml += cellXml(`${names[place]}${rows}`, columns[place] as WrittenColumn, row[place] ?? null);
      }
      xml += '</row>';
    }
    const encoded = Buffer.from(xml, 'utf8');
    bytes += encoded.length;
    yield encoded;
  }
  yield Buffer.from(sheetEnd(columns.length, rows, table.footer), 'utf8');
}

function notesSheet(notes: TableNotes, footer: string): Buffer {
  const lines = notes.map(
    ([label, text], place) =>
      `<row r="${place + 2}">${textCell(`A${place + 2}`, label, styles.header)}${textCell(`B${place + 2}`, text)}</row>`,
  );
  const end = sheetEnd(2, notes.length + 1, footer);
  return Buffer.from(`${sheetStart(['code', 'text'])}${headerRow(['项目', '内容'])}${lines.join('')}${end}`, 'utf8');
}

function headerRow(titles: readonly string[]): string {
  return `<row r="1">${titles.map((title, place) => textCell(`${columnName(place)}1`, title, styles.header)).join('')}</row>`;
}

/** @param place such as `B7`; an empty cell is left out */
function cellXml(place: string, column: WrittenColumn, cell: WrittenCell): string {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c r="${place}"><v>${cell}</v></c>` : '';
  if (typeof cell === 'boolean') return textCell(place, cell ? '是' : '否');
  if (column.kind === 'date' || column.kind === 'instant') {
    const serial = serialOf(column.kind, cell);
    if (serial !== undefined) return `<c r="${place}" s="${column.kind === 'date' ? styles.day : styles.instant}"><v>${serial}</v></c>`;
  }
  return textCell(place, cell);
}

/** Text is never a shared string, so that nothing need be remembered until the end. */
function textCell(place: string, text: string, style?: number): string {
  const shown = style ?? (looksLikeFormula(text) ? styles.guarded : styles.text);
  return `<c r="${place}" s="${shown}" t="inlineStr"><is><t xml:space="preserve">${sheetText(text)}</t></is></c>`;
}
