import ExcelJS from 'exceljs';
import { designationOf } from './designations.ts';

/** Columns of the list files of these tests. */
export const header = [
  'listCode',
  'sourceRecordId',
  'subject.kind',
  'subject.name',
  'subject.usccCode',
  'subject.regionCode',
  'facts',
  'basis.document',
  'decision.name',
  'decision.number',
  'decision.date',
  'notice.servedOn',
  'notice.defenceEndedOn',
  'service.decisionServedOn',
  'service.repairNoticeServedOn',
  'parties',
];

type Cells = Record<string, string>;

/** Cells of a lawful designation, in the order of `header`; `changes` by column. */
export function cellsOf(changes: Cells = {}, parties: readonly unknown[] = []): string[] {
  const body = designationOf('BL-WAGE');
  const notice = body['notice'] as Cells;
  const service = body['service'] as Cells;
  const cells: Cells = {
    listCode: 'BL-WAGE',
    sourceRecordId: body.sourceRecordId,
    'subject.kind': 'LEGAL',
    'subject.name': String(body.subject['name']),
    'subject.usccCode': String(body.subject['usccCode']),
    'subject.regionCode': '320706',
    facts: '合成数据',
    'basis.document': '示例依据',
    'decision.name': body.decision.name,
    'decision.number': body.decision.number,
    'decision.date': body.decision.date,
    'notice.servedOn': notice['servedOn'] ?? '',
    'notice.defenceEndedOn': notice['defenceEndedOn'] ?? '',
    'service.decisionServedOn': service['decisionServedOn'] ?? '',
    'service.repairNoticeServedOn': service['repairNoticeServedOn'] ?? '',
    parties: parties.length === 0 ? '' : JSON.stringify(parties),
    ...changes,
  };
  return header.map((column) => cells[column] ?? '');
}

/** A row of CSV of a lawful designation. */
export function rowOf(changes: Cells = {}, parties: readonly unknown[] = []): string {
  return cellsOf(changes, parties)
    .map((cell) => `"${cell.replaceAll('"', '""')}"`)
    .join(',');
}

export function fileOf(rows: readonly string[], headers: readonly string[] = header): string {
  return `\uFEFF${[headers.join(','), ...rows].join('\r\n')}\r\n`;
}

/** A workbook of one sheet, as a department's program would write it. */
export async function workbookOf(sheet: string, rows: readonly (readonly unknown[])[]): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  book.addWorksheet(sheet).addRows(rows.map((row) => [...row]));
  return Buffer.from(await book.xlsx.writeBuffer());
}
