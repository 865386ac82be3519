import { describe, expect, it } from '@jest/globals';
import { csvField, guardFormula, looksLikeFormula, serialOf, sheetText, unguardFormula } from './cell.rules.ts';

describe('the content of a cell', () => {
  it.each([
    ['=cmd|calc!A0'],
    ['+1'],
    ['-1'],
    ['@SUM(A1)'],
    ['\t=1'],
    ['\rtext'],
    ['\ntext'],
    [' =1'],
    ['\u200b=1'],
    ['\u3000=1'],
    ['＝1+1'],
    ['＋1'],
    ['－1'],
    ['＠SUM'],
    ['﹦1'],
    ['−1'],
    ["'=1"],
    ["''@x"],
    ['\ufeff=1'],
  ])('takes %j for a possible formula, guards it and gives it back unchanged', (text) => {
    expect(looksLikeFormula(text)).toBe(true);
    expect(guardFormula(text)).toBe(`'${text}`);
    expect(unguardFormula(guardFormula(text))).toBe(text);
  });

  it.each([['连云港示例有限公司'], ['91320799MA00000155'], [''], ["'90年代餐饮店"], ['1=1'], ['（示例）+1'], ["O'Neill"]])(
    'leaves %j as it is, guarded and read back',
    (text) => {
      expect(guardFormula(text)).toBe(text);
      expect(unguardFormula(text)).toBe(text);
    },
  );

  it('puts quotes around what would break a CSV record', () => {
    expect(csvField('a,"b"\r\nc')).toBe('"a,""b""\r\nc"');
    expect(csvField(' blank')).toBe('" blank"');
    expect(csvField('平常')).toBe('平常');
  });

  it('writes for a sheet what XML cannot hold, and what could be mistaken for that', () => {
    expect(sheetText('<a & "b">')).toBe('&lt;a &amp; &quot;b&quot;&gt;');
    expect(sheetText('\u0007\r\uffff')).toBe('_x0007_&#13;_xFFFF_');
    expect(sheetText('_x0041_')).toBe('_x005F_x0041_');
    expect(sheetText('\ud800')).toBe('\ufffd');
    expect(sheetText('😀\n\t')).toBe('😀\n\t');
  });

  it('says so where a text is longer than a cell may be', () => {
    const shown = sheetText('长'.repeat(40_000));
    expect(shown).toHaveLength(32_767);
    expect(shown.endsWith('…（超出单元格上限，全文请导出 CSV）')).toBe(true);
  });

  it('counts days as spreadsheets do, in Beijing time', () => {
    expect(serialOf('date', '2026-11-23')).toBe(46_349);
    expect(serialOf('instant', '2026-11-22T16:00:00Z')).toBe(46_349);
    expect(serialOf('date', '1899-01-01')).toBeUndefined();
    expect(serialOf('date', '长期')).toBeUndefined();
  });
});
