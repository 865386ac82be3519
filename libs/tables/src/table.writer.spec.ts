import { describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import iconv from 'iconv-lite';
import { tableBytes, tableBytesInThread } from './table.writer.ts';
import type { TableNotes, WrittenRow, WrittenRows, WrittenTable } from './table.written.ts';
import { xlsxBytes } from './xlsx.writer.ts';

const table: WrittenTable = {
  format: 'xlsx',
  encoding: 'utf-8',
  titleZh: '任务',
  footer: '水印 A&B',
  columns: [
    { titleZh: '名称', kind: 'text' },
    { titleZh: '统一社会信用代码', kind: 'code' },
    { titleZh: '金额（万元）', kind: 'number' },
    { titleZh: '决定日期', kind: 'date' },
    { titleZh: '下发时间', kind: 'instant' },
    { titleZh: '超期', kind: 'flag' },
  ],
};
const formula = "=cmd|'/C calc'!A0";
const hostile: WrittenRow[] = [
  [formula, '913207993000001253', -0.000001, '2026-11-23', '2026-11-23T01:02:03Z', true],
  ['😀\u200b𠀀,"\r\n', '007', null, null, null, false],
];
const notes: TableNotes = [
  ['筛选条件', 'status=DISPATCHED'],
  ['水印编号', '=1'],
];

async function* portions(...rows: (readonly WrittenRow[])[]): WrittenRows {
  yield* rows;
  return notes;
}

async function bytesOf(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function opened(bytes: Buffer): Promise<exceljs.Workbook> {
  const book = new exceljs.Workbook();
  await book.xlsx.load(bytes as unknown as Parameters<typeof book.xlsx.load>[0]);
  return book;
}

describe('an exported table', () => {
  it('opens as a workbook whose texts are texts, whose days are days, with a last sheet that tells where it comes from', async () => {
    const book = await opened(await bytesOf(tableBytes(table, portions(hostile))));
    expect(book.worksheets.map((sheet) => sheet.name)).toEqual(['任务', '导出说明']);
    const [sheet, last] = book.worksheets;
    expect(sheet?.getRow(1).values).toEqual([undefined, ...table.columns.map((column) => column.titleZh)]);
    const cell = sheet?.getCell('A2');
    expect([cell?.value, cell?.formula]).toEqual([formula, undefined]);
    expect(sheet?.getCell('B2').value).toBe('913207993000001253');
    expect(sheet?.getCell('C2').value).toBe(-0.000001);
    expect(sheet?.getCell('D2').value).toEqual(new Date('2026-11-23T00:00:00Z'));
    expect(sheet?.getCell('E2').value).toEqual(new Date('2026-11-23T09:02:03Z'));
    expect(sheet?.getCell('A3').value).toBe('😀\u200b𠀀,"\r\n');
    expect([sheet?.getCell('F2').value, sheet?.getCell('F3').value]).toEqual(['是', '否']);
    expect(last?.getCell('B3').value).toBe('=1');
    expect(last?.getCell('B3').formula).toBeUndefined();
  });

  it('marks what looks like a formula as text in the way of spreadsheets, and only that', async () => {
    const { default: yauzl } = await import('yauzl');
    const bytes = await bytesOf(tableBytes(table, portions([[formula, '1', 1, null, null, null]])));
    const xml = await new Promise<string>((resolve, reject) => {
      yauzl.fromBuffer(bytes, { lazyEntries: false }, (error, zip) => {
        if (error) return reject(error);
        zip.on('entry', (entry) => {
          if (entry.fileName !== 'xl/worksheets/sheet1.xml') return;
          zip.openReadStream(entry, (fault, stream) => {
            if (fault) return reject(fault);
            void bytesOf(stream as AsyncIterable<Buffer>).then((content) => resolve(content.toString('utf8')));
          });
        });
      });
    });
    expect(xml).toContain(`<c r="A2" s="3" t="inlineStr"><is><t xml:space="preserve">=cmd`);
    expect(xml).toContain(`<c r="B2" s="2" t="inlineStr"><is><t xml:space="preserve">1<`);
    expect(xml).not.toContain('<f>');
    expect(xml).toContain('水印 A&amp;&amp;B');
  });

  it('goes on in another sheet with its own header when one is full', async () => {
    const rows: WrittenRow[] = Array.from({ length: 7 }, (_, place) => [`第${place}行`, null, null, null, null, null]);
    const book = await opened(await bytesOf(xlsxBytes(table, portions(rows.slice(0, 5), rows.slice(5)), { maxRows: 4 })));
    expect(book.worksheets.map((sheet) => [sheet.name, sheet.rowCount])).toEqual([
      ['任务', 4],
      ['任务(2)', 4],
      ['任务(3)', 2],
      ['导出说明', 3],
    ]);
    expect(book.worksheets.slice(0, 3).flatMap((sheet) => sheet.getColumn(1).values.slice(2))).toEqual(rows.map((row) => row[0]));
  });

  it('stands as a header without rows when nothing was found', async () => {
    const book = await opened(await bytesOf(tableBytes(table, portions())));
    expect(book.worksheets.map((sheet) => sheet.rowCount)).toEqual([1, 3]);
  });

  it('begins as CSV with the mark by which spreadsheets know UTF-8, and escapes formulae', async () => {
    const bytes = await bytesOf(tableBytes({ ...table, format: 'csv' }, portions(hostile)));
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.toString('utf8').slice(1)).toBe(
      `名称,统一社会信用代码,金额（万元）,决定日期,下发时间,超期\r\n'=cmd|'/C calc'!A0,913207993000001253,-0.000001,2026-11-23,2026-11-23 09:02:03,是\r\n"😀\u200b𠀀,""\r\n",007,,,,否\r\n`,
    );
  });

  /** The one code point that the encoding tables leave out; nobody's character (private use). */
  const withoutPlace = 0xe5e5;

  it('holds every character of Unicode in GB18030', async () => {
    const blocks: WrittenRow[] = [];
    for (let start = 0x20; start < 0x110000; start += 0x800) {
      const points = Array.from({ length: 0x800 }, (_, place) => start + place).filter(
        (point) => point < 0x110000 && (point < 0xd800 || point > 0xdfff) && point !== withoutPlace,
      );
      blocks.push([`字${String.fromCodePoint(...points)}`]);
    }
    const one = { ...table, format: 'csv' as const, encoding: 'gb18030' as const, columns: table.columns.slice(0, 1) };
    const text = iconv.decode(await bytesOf(tableBytes(one, portions(blocks))), 'gb18030');
    const expected = blocks.map(([block]) => `"${String(block).replaceAll('"', '""')}"\r\n`);
    // Only the first block holds a comma and quotes; the others stand bare unless they end in a blank.
    expect(text.replaceAll('"', '') === `名称\r\n${expected.join('')}`.replaceAll('"', '')).toBe(true);
  });

  it('is read by a decoder of another make', async () => {
    const bytes = await bytesOf(
      tableBytes({ ...table, format: 'csv', encoding: 'gb18030' }, portions([['连云港“示例”😀𠀀龘', null, null, null, null, null]])),
    );
    expect(new TextDecoder('gb18030', { fatal: true }).decode(bytes)).toContain('连云港“示例”😀𠀀龘');
  });

  it.each(['xlsx', 'csv'] as const)('is the same %s byte for byte when a thread of its own writes it', async (format) => {
    const many = Array.from({ length: 40 }, () => Array.from({ length: 50 }, () => hostile[0] as WrittenRow));
    const here = await bytesOf(tableBytes({ ...table, format }, portions(...many)));
    expect((await bytesOf(tableBytesInThread({ ...table, format }, portions(...many)))).equals(here)).toBe(true);
  });

  it('does not read ahead of a slow reader, and stops reading when the reader leaves', async () => {
    let asked = 0;
    let ended = false;
    async function* endless(): WrittenRows {
      try {
        for (;;) {
          asked++;
          yield Array.from(
            { length: 500 },
            (_, place): WrittenRow => [`${asked}-${place}-${Math.sin(asked * place)}`, null, null, null, null, null],
          );
        }
      } finally {
        ended = true;
      }
    }
    let taken = 0;
    for await (const bytes of tableBytesInThread(table, endless())) {
      taken += bytes.length;
      if (taken > 300_000) break;
    }
    expect(asked).toBeLessThan(100);
    expect(ended).toBe(true);
  });

  it.each([tableBytes, tableBytesInThread])('fails with the cause when its rows fail', async (write) => {
    async function* broken(): WrittenRows {
      yield hostile;
      throw new Error('the database has gone');
    }
    await expect(bytesOf(write(table, broken()))).rejects.toThrow('the database has gone');
  });
});
