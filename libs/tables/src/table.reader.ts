import { openCsv } from './csv.reader.ts';
import type { Table } from './table.reading.ts';
import { sniffBytes, sniffFormat } from './table.sniff.ts';
import { openXlsx } from './xlsx.reader.ts';

/**
 * Opens a list file for reading, whatever it is called: CSV (UTF-8 with or without BOM, GB18030) or .xlsx. Rows come as they are read; memory stays
 * within `maxRecordLength` for a CSV file and `workbookMemoryBytes` for a workbook.
 * @param sheet name of the sheet to read; the first visible one when left out
 * @throws TableFault when it cannot be read: here, or while its rows are read
 */
export async function openTable(bytes: AsyncIterable<Buffer>, sheet?: string): Promise<Table> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < sniffBytes) {
    const piece = await iterator.next();
    if (piece.done === true) break;
    first.push(piece.value);
    length += piece.value.length;
  }
  const head = Buffer.concat(first);
  const all = goOn(head, iterator);
  try {
    return sniffFormat(head) === 'XLSX' ? await openXlsx(all, sheet) : openCsv(all);
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

async function* goOn(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  try {
    for (let piece = await iterator.next(); piece.done !== true; piece = await iterator.next()) yield piece.value;
  } finally {
    await iterator.return?.();
  }
}
