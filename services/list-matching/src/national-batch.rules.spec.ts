import { describe, expect, test } from '@jest/globals';
import { calendar2026 } from '@lianxin/contracts';
import {
  type BatchRowContent,
  batchTerms,
  compareIssues,
  designationOf,
  kindOfCode,
  regionOfRow,
  rowKeyOf,
} from './national-batch.rules.ts';

const row = (changes: Partial<BatchRowContent> = {}): BatchRowContent => ({
  name: '示例有限公司',
  usccCode: '91320799MA00000155',
  list: 'BL-TAX',
  reason: '偷税',
  designatingUnit: '某税务局',
  decisionNumber: '税列〔2026〕1号',
  decisionDate: '2026-10-01',
  ...changes,
});

describe('a national batch (R-2-17)', () => {
  test('its terms count working days over holidays', () => {
    const settings = { matchWorkdays: 1, verifyWorkdays: 15, reportWorkdays: 5, hardWorkdays: 30 };
    expect(batchTerms('2026-09-30', settings, calendar2026)).toEqual({
      matchDueOn: '2026-10-08',
      verifyDueOn: '2026-10-27',
      dueOn: '2026-11-17',
    });
  });

  test('a row is known again however it is written, and by its record number before all', () => {
    expect(rowKeyOf(row({ usccCode: ' 91320799ma00000155', decisionNumber: '税列〔2026〕 1号' }))).toBe(rowKeyOf(row()));
    expect(rowKeyOf(row({ decisionNumber: '税列〔2026〕2号' }))).not.toBe(rowKeyOf(row()));
    expect(rowKeyOf(row({ list: 'BL-WAGE' }))).not.toBe(rowKeyOf(row()));
    expect(rowKeyOf(row({ sourceRecordId: 'A1', name: '另一个名称' }))).toBe(rowKeyOf(row({ sourceRecordId: 'a1' })));
  });

  test('a re-issue is told apart: unchanged, added, changed, removed', () => {
    const standing = ['a', 'b', 'c'].map((key) => ({ rowKey: key, contentHash: '1' }));
    const issued = [
      { rowKey: 'a', contentHash: '1' },
      { rowKey: 'b', contentHash: '2' },
      { rowKey: 'd', contentHash: '1' },
    ];
    const { unchanged, added, changed, removed } = compareIssues(standing, issued);
    expect([unchanged, added, removed].map((rows) => rows.map(({ rowKey }) => rowKey))).toEqual([['a'], ['d'], ['c']]);
    expect(changed.map(({ before, after }) => [before.contentHash, after.contentHash])).toEqual([['1', '2']]);
  });

  test('kind and region come from the code where the row does not tell', () => {
    expect([kindOfCode('92320799MA000004XF'), kindOfCode('91320799MA00000155')]).toEqual(['IB', 'LEGAL']);
    expect(regionOfRow(row(), '91320705MA00000155')).toBe('320706');
    expect(regionOfRow(row({ regionCode: 'LYG-XW' }), '91320705MA00000155')).toBe('LYG-XW');
  });

  test('its designation is of the batch’s origin, under its number, and runs from the decision', () => {
    const batch = { batchNo: 'G-1', origin: 'NATIONAL', sourceName: '平台', documentNo: '下发1号' } as const;
    const identity = { kind: 'LEGAL', name: '示例有限公司', usccCode: '91320799MA00000155', regionCode: '320706' } as const;
    expect(designationOf(row(), batch, 'BL-TAX', identity)).toMatchObject({ origin: 'NATIONAL', batchNo: 'G-1', validFrom: '2026-10-01' });
    const unnumbered = designationOf(row({ decisionNumber: undefined }), batch, 'BL-TAX', identity);
    expect(unnumbered.decision.number).toContain('91320799MA00000155');
  });
});
