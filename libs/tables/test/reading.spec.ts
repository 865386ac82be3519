import { describe, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import { openTable, TableFault, type TableRow, workbookLimits } from '../src/index.ts';
import { sheetOf, workbookParts, type ZipPart, zipOf } from './hostile-zip.ts';

/** As a file comes off a wire: in pieces of any length. */
async function* piecesOf(file: Buffer, length = 65_536) {
  for (let start = 0; start < file.length; start += length) yield file.subarray(start, start + length);
}

async function rowsOf(file: Buffer, sheet?: string, pieceLength?: number): Promise<TableRow[]> {
  const table = await openTable(piecesOf(file, pieceLength), sheet);
  const rows: TableRow[] = [];
  for await (const row of table.rows) rows.push(row);
  return rows;
}
const cellsOf = async (file: Buffer, sheet?: string) => (await rowsOf(file, sheet)).map((row) => row.cells);
const faultOf = async (file: Buffer, sheet?: string) => {
  try {
    await rowsOf(file, sheet);
  } catch (error) {
    if (error instanceof TableFault) return { code: error.code, detail: error.message };
    throw error;
  }
  return undefined;
};
const book = (changes: Readonly<Record<string, Buffer | string>>) => zipOf(workbookParts(changes));

describe('a CSV file', () => {
  const gb = (...bytes: number[]) => Buffer.from(bytes);

  test('UTF-8 with and without its mark, GB18030 with four-byte characters, cut anywhere on the wire, give the same rows', async () => {
    const plain = Buffer.from('名称,代码\r\n示例😀,1\r\n');
    const marked = Buffer.concat([Buffer.from('\uFEFF'), plain]);
    // 名称,代码 / 示例 and a character of the supplementary plane in GB18030.
    const chinese = Buffer.concat([
      gb(0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0xb4, 0xfa, 0xc2, 0xeb, 0x0d, 0x0a, 0xca, 0xbe, 0xc0, 0xfd),
      gb(0x94, 0x39, 0xfc, 0x36),
      Buffer.from(',1\r\n'),
    ]);
    const wanted = [
      { line: 1, cells: ['名称', '代码'], faults: [] },
      { line: 2, cells: ['示例😀', '1'], faults: [] },
    ];
    for (const file of [plain, marked, chinese])
      for (const length of [1, 3, 65_536]) expect(await rowsOf(file, undefined, length)).toEqual(wanted);
  });

  test('one byte that is in no encoding is told with its line, not replaced', async () => {
    const file = Buffer.concat([Buffer.from(`名称\n${'好\n'.repeat(50_000)}`), gb(0x61, 0xff, 0x0a), Buffer.from('好\n'.repeat(10))]);
    expect(await faultOf(file)).toEqual({ code: 'TABLE_UNREADABLE', detail: expect.stringContaining('第 50002 行') });
  });

  test('hostile texts come in as they are', async () => {
    const texts = [
      "=cmd|'/c calc'!A1",
      '+1+1',
      '-2',
      '@SUM(A1)',
      '\t=1',
      "'); DROP TABLE subject;--",
      '😀\u200b\u202e',
      '名'.repeat(10_000),
      '<script>',
      '{{7*7}}',
    ];
    const file = Buffer.from(texts.map((text) => `"${text}"`).join('\r\n'));
    expect(await cellsOf(file)).toEqual(texts.map((text) => [text]));
  });
});

describe('a workbook', () => {
  test('codes stay text, days become days, a number that lost digits is told, formulae are not computed', async () => {
    const file = book({
      'xl/worksheets/sheet1.xml': sheetOf(
        `<row r="3"><c r="A3" t="inlineStr"><is><t>91320799MA00000155</t></is></c><c r="B3"><v>9.13207E+17</v></c><c r="C3" s="1"><v>46022</v></c>
         <c r="D3"><v>320706</v></c><c r="F3"><f>WEBSERVICE("http://x")</f><v>1</v></c><c r="G3" t="e"><v>#N/A</v></c><c r="H3" t="b"><v>1</v></c>
         <c r="I3"><v>0.30000000000000004</v></c><c r="J3" s="1"><v>1</v></c><c r="K3" s="1"><v>61.5</v></c></row>`,
      ),
    });
    expect(await rowsOf(file)).toEqual([
      {
        line: 3,
        cells: [
          '91320799MA00000155',
          '9.13207E+17',
          '2025-12-31',
          '320706',
          '',
          '=WEBSERVICE("http://x")',
          '#N/A',
          'TRUE',
          '0.3',
          '1900-01-01',
          '1900-03-01 12:00:00',
        ],
        faults: [
          { column: 1, code: 'NUMBER_LOST_DIGITS' },
          { column: 5, code: 'FORMULA' },
          { column: 6, code: 'ERROR_VALUE' },
        ],
      },
    ]);
  });

  test('hidden sheets are not read, a sheet is chosen by its name, blank rows and reading aids are left out', async () => {
    const workbook = new ExcelJS.Workbook();
    workbook.addWorksheet('秘密', { state: 'hidden' }).addRow(['x']);
    const first = workbook.addWorksheet('第一');
    first.addRows([['甲'], [], ['乙'], [''], ['   ']]);
    workbook.addWorksheet('第二').addRow([{ richText: [{ text: '丙' }, { text: '丁' }] }]);
    const file = Buffer.from(await workbook.xlsx.writeBuffer());
    expect(await cellsOf(file)).toEqual([['甲'], ['乙']]);
    expect(await cellsOf(file, '第二')).toEqual([['丙丁']]);
    for (const name of ['秘密', '第三'])
      expect(await faultOf(file, name)).toEqual({ code: 'TABLE_SHEET_UNKNOWN', detail: expect.stringContaining('“第一”、“第二”') });
    const aids = book({
      'xl/sharedStrings.xml': '<sst><si><t>重</t><rPh><t>ZHONG</t></rPh><r><t>庆</t></r></si></sst>',
      'xl/worksheets/sheet1.xml': sheetOf('<row><c t="s"><v>0</v></c></row>'),
    });
    expect(await cellsOf(aids)).toEqual([['重庆']]);
  });

  test('hostile texts come in as they are, as text cells', async () => {
    const texts = ["=cmd|'/c calc'!A1", '+1', '-1', '@x', '\t=1', '<script>&amp;', '😀\u200b', '名'.repeat(10_000), '_x0041_'];
    const workbook = new ExcelJS.Workbook();
    workbook.addWorksheet('s').addRows(texts.slice(0, -1).map((text) => [text]));
    const rows = await rowsOf(Buffer.from(await workbook.xlsx.writeBuffer()));
    expect(rows.map((row) => [row.cells?.[0], row.faults])).toEqual(texts.slice(0, -1).map((text) => [text, []]));
  });

  const sheetPart = 'xl/worksheets/sheet1.xml';
  const lying = (claims: number): ZipPart[] =>
    workbookParts({}).map((part) =>
      part.name === sheetPart
        ? { ...part, data: Buffer.from(`<worksheet><sheetData>${' '.repeat(500_000)}</sheetData></worksheet>`), claims }
        : part,
    );
  const expanding = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>${sheetOf('<row><c t="inlineStr"><is><t>&b;</t></is></c></row>')}`;
  test.each<[string, () => Buffer, string]>([
    ['a part that unpacks to more than its limit', () => zipOf(lying(workbookLimits.sheetBytes + 1)), 'TABLE_TOO_LARGE'],
    ['a part that is longer than its entry says', () => zipOf(lying(100)), 'TABLE_UNREADABLE'],
    ['a part that is shorter than its entry says', () => zipOf(lying(600_000)), 'TABLE_UNREADABLE'],
    ['two parts of one name', () => zipOf([...workbookParts(), ...workbookParts().slice(-1)]), 'TABLE_UNREADABLE'],
    [
      'too many parts',
      () => zipOf([...workbookParts(), ...Array.from({ length: 2_001 }, (_, index) => ({ name: `xl/x${index}`, data: Buffer.from('x') }))]),
      'TABLE_TOO_LARGE',
    ],
    ['a zip without a workbook', () => zipOf([{ name: 'a.txt', data: Buffer.from('x') }]), 'TABLE_FORMAT_UNSUPPORTED'],
    ['a zip in a zip', () => zipOf([{ name: 'inner.xlsx', data: zipOf(workbookParts()) }]), 'TABLE_FORMAT_UNSUPPORTED'],
    ['a file cut in half', () => zipOf(workbookParts()).subarray(0, 600), 'TABLE_UNREADABLE'],
    ['entities that expand', () => book({ [sheetPart]: expanding }), 'TABLE_UNREADABLE'],
    [
      'an entity of the outside',
      () => book({ [sheetPart]: `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${sheetOf('')}` }),
      'TABLE_UNREADABLE',
    ],
    ['XML that ends early', () => book({ [sheetPart]: '<worksheet><sheetData><row>' }), 'TABLE_UNREADABLE'],
    ['a cell far beyond the last column', () => book({ [sheetPart]: sheetOf('<row><c r="ZZZZ1"><v>1</v></c></row>') }), 'TABLE_UNREADABLE'],
    ['a shared string that is not there', () => book({ [sheetPart]: sheetOf('<row><c t="s"><v>7</v></c></row>') }), 'TABLE_UNREADABLE'],
    [
      'one text of many megabytes',
      () => book({ [sheetPart]: sheetOf(`<row><c t="inlineStr"><is><t>${'a'.repeat(5_000_000)}</t></is></c></row>`) }),
      'TABLE_TOO_LARGE',
    ],
    [
      'shared strings beyond their limit',
      () => book({ 'xl/sharedStrings.xml': `<sst>${`<si><t>${'a'.repeat(30_000)}</t></si>`.repeat(2_300)}</sst>` }),
      'TABLE_TOO_LARGE',
    ],
    ['a sheet that says UTF-16 and is none', () => book({ [sheetPart]: Buffer.from([0xff, 0xfe, 0x3c, 0x00]) }), 'TABLE_UNREADABLE'],
  ])('%s is refused by name', async (_title, make, code) => {
    expect(await faultOf(make())).toMatchObject({ code });
  });

  test('a cell longer than any may be is told with its row, not cut in silence', async () => {
    const rows = await rowsOf(
      book({ [sheetPart]: sheetOf(`<row r="2"><c r="B2" t="inlineStr"><is><t>${'a'.repeat(40_000)}</t></is></c></row>`) }),
    );
    expect(rows.map((row) => [row.line, row.cells?.[1]?.length, row.faults])).toEqual([[2, 32_767, [{ column: 1, code: 'TOO_LONG' }]]]);
  });

  test('whoever stops early leaves no place taken: more files can be opened than may be open at a time', async () => {
    const file = book({ [sheetPart]: sheetOf('<row><c><v>1</v></c></row>'.repeat(5_000)) });
    for (let turn = 0; turn < 4; turn++) {
      const table = await openTable(piecesOf(file));
      for await (const row of table.rows) {
        expect(row.cells).toEqual(['1']);
        break;
      }
      await table.close();
    }
    expect(await rowsOf(file)).toHaveLength(5_000);
  });
});
