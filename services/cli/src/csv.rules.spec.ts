import { describe, expect, test } from '@jest/globals';
import { csvCell, csvLine } from './csv.rules.ts';

describe('cells of a CSV that somebody opens in a spreadsheet', () => {
  test.each([
    ['=cmd|"/c calc"!A1', `"'=cmd|""/c calc""!A1"`],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['＝1+1', "'＝1+1"],
  ])('%j is text, not a formula', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  test('a negative number stays a number', () => {
    expect(csvCell(-3)).toBe('-3');
    expect(csvCell(false)).toBe('false');
  });

  test('commas, quotes and line breaks are quoted; nothing is an empty cell; control characters go', () => {
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('a"b')).toBe('"a""b"');
    expect(csvCell('a\nb')).toBe('"a\nb"');
    expect(csvCell(null)).toBe('');
    expect(csvCell(undefined)).toBe('');
    expect(csvCell('a\u0000b\u001b[31m')).toBe('ab[31m');
    // A control character in front must not shield the formula behind it.
    expect(csvCell('\u0000=1')).toBe("'=1");
  });

  test('a line ends as RFC 4180 wants', () => {
    expect(csvLine(['a', 1, ['x', 'y']])).toBe('a,1,"[""x"",""y""]"\r\n');
  });
});
