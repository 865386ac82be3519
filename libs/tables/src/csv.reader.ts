import { TextSniffer } from './csv.encoding.ts';
import { CsvRecords } from './csv.records.ts';
import { maxRecordLength } from './table.limits.ts';
import type { Table, TableRow } from './table.reading.ts';

const noFaults: TableRow['faults'] = [];

/** Reads a CSV file (RFC 4180; UTF-8 or GB18030) as it comes; memory stays flat. */
export function openCsv(bytes: AsyncIterable<Buffer>): Table {
  const sniffer = new TextSniffer();
  return {
    format: 'CSV',
    encoding: () => sniffer.encoding,
    sheets: [],
    sheet: null,
    rows: readRows(bytes, sniffer),
    close: async () => undefined,
  };
}

async function* readRows(bytes: AsyncIterable<Buffer>, sniffer: TextSniffer): AsyncGenerator<TableRow> {
  const records = new CsvRecords(maxRecordLength);
  let isFirst = true;
  const textOf = (text: string) => {
    if (!isFirst || text === '') return text;
    isFirst = false;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
  for await (const chunk of bytes) for (const record of records.push(textOf(sniffer.push(chunk)))) yield { ...record, faults: noFaults };
  for (const record of records.push(textOf(sniffer.end()))) yield { ...record, faults: noFaults };
  for (const record of records.end()) yield { ...record, faults: noFaults };
}
