import { describe, expect, test } from '@jest/globals';
import { isRecordDisputed, publicRecordLines } from './public-record-publication.rules.ts';

describe('how a licence, a penalty or abnormal operation is shown (R-7-0, §7.7)', () => {
  test('stands under the labels of the standard; what the source left out is left out; nobody is named beside it', () => {
    const facts = {
      kind: 'PENALTY',
      name: '示例有限公司',
      usccCode: '91320799MA00000155',
      documentName: null,
      documentNumber: '示罚〔2026〕1号',
      decidedOn: '2026-05-01',
      authority: '市监局',
      validFrom: null,
      validTo: null,
      publicUntil: null,
      content: { penalty: { categories: ['FINE', 'WARNING'], detail: '罚款一万元', fineWan: '1.000000' } },
    } as const;
    expect(publicRecordLines({ ...facts, content: { penalty: { ...facts.content.penalty, categories: ['FINE', 'WARNING'] } } })).toEqual([
      { label: '行政相对人名称', value: '示例有限公司' },
      { label: '统一社会信用代码', value: '91320799MA00000155' },
      { label: '行政处罚决定书文号', value: '示罚〔2026〕1号' },
      { label: '处罚类别', value: '罚款、警告' },
      { label: '处罚内容', value: '罚款一万元' },
      { label: '罚款金额（万元）', value: '1.000000' },
      { label: '处罚决定日期', value: '2026-05-01' },
      { label: '处罚机关', value: '市监局' },
    ]);
    const licence = publicRecordLines({ ...facts, kind: 'LICENCE', content: { licence: { category: 'ORDINARY', detail: '食品经营' } } });
    expect(licence.map(({ label }) => label)).toEqual([
      '行政相对人名称',
      '统一社会信用代码',
      '行政许可决定文书号',
      '许可类别',
      '许可内容',
      '许可决定日期',
      '许可机关',
    ]);
    expect(publicRecordLines({ ...facts, kind: 'ABNORMAL', content: { abnormal: { reason: '通过登记的住所无法联系' } } })[2]).toEqual({
      label: '列入经营异常名录原因类型名称',
      value: '通过登记的住所无法联系',
    });
  });

  test('that its source calls it disputed is marked, nothing else is', () => {
    expect(isRecordDisputed([{ what: 'RECEIVE', detail: { state: 'DISPUTED' } }])).toBe(true);
    expect(
      isRecordDisputed([
        { what: 'RECEIVE', detail: { state: 'OTHER' } },
        { what: 'PUBLISH', detail: {} },
      ]),
    ).toBe(false);
    expect(isRecordDisputed([])).toBe(false);
  });
});
