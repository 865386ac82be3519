import iconv from 'iconv-lite';
import { beijingText, csvField, guardFormula } from './cell.rules.ts';
import type { WrittenCell, WrittenColumn, WrittenRows, WrittenTable } from './table.written.ts';

/**
 * A table as CSV (RFC 4180): a header row in Chinese, one record per row, CRLF. UTF-8 begins with a byte order mark, because spreadsheets take a file
 * without one for the local encoding. What is noted about the table does not stand in the file: it would be one more row to whoever reads it.
 */
export async function* csvBytes(table: WrittenTable, rows: WrittenRows): AsyncGenerator<Buffer> {
  const { columns, encoding } = table;
  const encode = (text: string) => (encoding === 'gb18030' ? iconv.encode(text.toWellFormed(), 'gb18030') : Buffer.from(text, 'utf8'));
  const header = columns.map((column) => csvField(guardFormula(column.titleZh))).join(',');
  yield encode(`${encoding === 'utf-8' ? '\uFEFF' : ''}${header}\r\n`);
  for await (const portion of rows) {
    const records = portion.map((row) => `${columns.map((column, place) => fieldOf(column, row[place] ?? null)).join(',')}\r\n`);
    if (records.length > 0) yield encode(records.join(''));
  }
}

function fieldOf(column: WrittenColumn, cell: WrittenCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return cell ? '是' : '否';
  if (column.kind === 'instant') return beijingText(cell) ?? csvField(guardFormula(cell));
  return csvField(guardFormula(cell));
}
