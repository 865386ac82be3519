import { describe, expect, test } from '@jest/globals';
import { type CsvRecord, CsvRecords } from './csv.records.ts';

function read(text: string, pieceLength = text.length, maxRecordLength = 1000): CsvRecord[] {
  const records = new CsvRecords(maxRecordLength);
  const found: CsvRecord[] = [];
  for (let start = 0; start < text.length; start += pieceLength) found.push(...records.push(text.slice(start, start + pieceLength)));
  return [...found, ...records.end()];
}

const file = ['a,b,c', '1, 2 ,3', '4,"5, ""five""\nand more",6', '', ',,', '7,"8"x,9', '10,11', '"12" ,\t"13",14', 'ab"c,"",""""', ''].join(
  '\r\n',
);
const expected: CsvRecord[] = [
  { line: 1, cells: ['a', 'b', 'c'] },
  { line: 2, cells: ['1', '2', '3'] },
  { line: 3, cells: ['4', '5, "five"\nand more', '6'] },
  { line: 7, cells: undefined },
  { line: 8, cells: ['10', '11'] },
  { line: 9, cells: ['12', '13', '14'] },
  { line: 10, cells: ['ab"c', '', '"'] },
];

describe('records of a list file', () => {
  test('every row is told with its line, also behind a faulty one; blank rows are passed over', () => {
    expect(read(file)).toEqual(expected);
  });

  test('wherever the file is cut into pieces, the records are the same', () => {
    for (let length = 1; length < file.length; length++) expect([length, read(file, length)]).toEqual([length, expected]);
  });

  test.each(['\n', '\r\n', '\r'])('lines may end in %j', (end) => {
    expect(read(['x,y', '1,2', '3,4'].join(end)).map((record) => [record.line, record.cells?.join()])).toEqual([
      [1, 'x,y'],
      [2, '1,2'],
      [3, '3,4'],
    ]);
  });

  test('a quote that is never closed is one faulty row, not the end of the file', () => {
    const rows = Array.from({ length: 100 }, (_, index) => `${index},good`).join('\n');
    const records = read(`x,y\n1,"open\n${rows}\n`, 7, 50);
    expect(records[1]).toEqual({ line: 2, cells: undefined });
    expect(records.length).toBeGreaterThan(85);
    expect(records.at(-1)).toEqual({ line: 102, cells: ['99', 'good'] });
    expect(read('x,y\n1,"open')).toEqual([
      { line: 1, cells: ['x', 'y'] },
      { line: 2, cells: undefined },
    ]);
  });

  test('a record longer than allowed is refused, and holds no memory', () => {
    expect(
      read(`x\n${'y'.repeat(60)}\n1\n"${'z'.repeat(60)}"\n2\n${','.repeat(60)}\n3`, 10, 50).map((record) => record.cells?.join()),
    ).toEqual(['x', undefined, '1', undefined, '2', undefined, '3']);
  });

  test('an empty file has no records', () => {
    expect(read('')).toEqual([]);
    expect(read('\r\n \r\n,,,\r\n')).toEqual([]);
  });
});
