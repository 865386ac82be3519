import { describe, expect, test } from '@jest/globals';
import { isRecordDisputed, isRecordPublic, type PublishableRecord, publicRecordLines } from './public-record-publication.rules.ts';

const penalty: PublishableRecord = {
  kind: 'PENALTY',
  status: 'PUBLISHED',
  subjectKind: 'LEGAL',
  grade: 'GENERAL',
  decidedOn: '2026-05-01',
  publishedOn: '2026-05-08',
  publicUntil: null,
  hidden: false,
};

describe('which licences, penalties and abnormal operations anybody may see (R-7-0, §5.2)', () => {
  test.each<[string, Partial<PublishableRecord>, string]>([
    ['one that is no longer public', { status: 'STOPPED' }, '2026-06-01'],
    ['one that was taken back', { status: 'WITHDRAWN' }, '2026-06-01'],
    ['one of which it is not certain whom it means', { status: 'CHECKING', publishedOn: null }, '2026-06-01'],
    ['one of a natural person (R-8-7)', { subjectKind: 'PERSON' }, '2026-06-01'],
    ['a licence of a natural person', { subjectKind: 'PERSON', kind: 'LICENCE' }, '2026-06-01'],
    ['one of the lightest grade', { grade: 'MINOR' }, '2026-05-08'],
    ['one that is hidden for the time of a reorganisation plan', { hidden: true }, '2026-05-01'],
    ['one after its own period', { publicUntil: '2026-05-31' }, '2026-06-01'],
    ['a general one a year after its publication', {}, '2027-05-08'],
    ['a general one a year after its decision, under the old rule', { decidedOn: '2026-03-31', publishedOn: '2026-04-10' }, '2027-03-31'],
    ['one without a grade a year later: it counts as general, never as serious', { grade: null }, '2027-05-08'],
    ['a serious one three years later', { grade: 'SERIOUS' }, '2029-05-08'],
    ['abnormal operation after its own period', { kind: 'ABNORMAL', grade: null, publicUntil: '2026-05-31' }, '2026-06-01'],
  ])('not %s', (_what, changes, today) => {
    expect(isRecordPublic({ ...penalty, ...changes }, today)).toBe(false);
  });

  test.each<[string, Partial<PublishableRecord>, string]>([
    ['a general one within the year', {}, '2027-05-07'],
    ['one on the last day of its own period', { publicUntil: '2026-06-01' }, '2026-06-01'],
    ['a serious one within three years', { grade: 'SERIOUS' }, '2029-05-07'],
    ['a licence, however old', { kind: 'LICENCE', grade: null }, '2036-05-07'],
    ['one of an individual business', { subjectKind: 'IB' }, '2026-06-01'],
  ])('%s', (_what, changes, today) => {
    expect(isRecordPublic({ ...penalty, ...changes }, today)).toBe(true);
  });

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
