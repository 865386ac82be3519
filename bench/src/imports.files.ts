import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { addDays, beijingDate, generateUscc } from '@lianxin/contracts';
import { tableBytesInThread } from '@lianxin/tables';

const header = [
  'listCode',
  'sourceRecordId',
  'subject.kind',
  'subject.name',
  'subject.usccCode',
  'subject.regionCode',
  'facts',
  'grade',
  'basis.document',
  'decision.name',
  'decision.number',
  'decision.date',
  'notice.servedOn',
  'notice.defenceEndedOn',
  'service.decisionServedOn',
  'service.repairNoticeServedOn',
];
const portion = 1_000;

/** A list file of so many rows, sixteen columns; of `distinct` records, which come again and again. All data are synthetic. */
export async function writeListFile(path: string, format: 'csv' | 'xlsx', rows: number, distinct = rows): Promise<void> {
  const columns = header.map((titleZh) => ({ titleZh, kind: 'text' as const }));
  const table = { format, encoding: 'utf-8' as const, titleZh: '名单', columns, footer: '' };
  await pipeline(Readable.from(tableBytesInThread(table, rowsOf(rows, distinct))), createWriteStream(path));
}

async function* rowsOf(rows: number, distinct: number) {
  const today = beijingDate(new Date());
  const [decided, told, defended, served] = [10, 40, 20, 8].map((days) => addDays(today, -days));
  for (let start = 0; start < rows; start += portion) {
    yield Array.from({ length: Math.min(portion, rows - start) }, (_, index) => {
      const serial = (start + index) % distinct;
      const uscc = generateUscc('91', `M${String.fromCharCode(65 + Math.floor(serial / 1_000_000))}`, serial % 1_000_000);
      const name = `示例${serial}号有限公司`;
      const documents = ['示例依据', '列入决定书', `示例决〔2026〕${serial}号`, decided, told, defended, served, served];
      return [
        'FL-WAGE',
        `bench-${serial}`,
        'LEGAL',
        name,
        uscc,
        '320706',
        '合成数据：拖欠工资，责令后逾期未支付',
        'GENERAL',
        ...documents,
      ].map(String);
    });
  }
  return [];
}
