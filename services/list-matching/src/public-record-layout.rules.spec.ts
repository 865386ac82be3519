import { describe, expect, test } from '@jest/globals';
import { abnormalLayout, licenceLayout1, licenceLayout2 } from './licence-layout.rules.ts';
import { penaltyLayout1, penaltyLayout2 } from './penalty-layout.rules.ts';
import { type FoundLayout, findLayout, headerOfPointer, type RecordLayout } from './public-record-layout.rules.ts';
import { readRecordRow } from './public-record-row.rules.ts';
import { penaltyCategoriesOf, wanAmountOf } from './public-record-words.rules.ts';

const penalties = [penaltyLayout2, penaltyLayout1];
const licences = [licenceLayout2, licenceLayout1];

function foundIn(layouts: readonly RecordLayout[], headers: readonly string[]): FoundLayout {
  const search = findLayout(layouts, headers);
  if (!search.ok) throw new Error(search.faults.map((fault) => fault.detail).join('；'));
  return search.found;
}

/** A row by field code, in the order of the layout turned round. */
function read(
  kind: 'PENALTY' | 'LICENCE' | 'ABNORMAL',
  layout: RecordLayout,
  layouts: readonly RecordLayout[],
  cells: Record<string, string>,
) {
  const codes = [
    ...new Set([...layout.fields.filter((field) => field.isNeeded).map((field) => field.code), ...Object.keys(cells)]),
  ].reverse();
  return readRecordRow(
    kind,
    foundIn(layouts, codes),
    codes.map((code) => cells[code] ?? ''),
  );
}

const penalty = {
  CF_XDR_MC: '示例一号有限公司',
  CF_XDR_LB: '法人及非法人组织',
  CF_XDR_SHXYM: '91320799MA00000155',
  CF_WSH: '示环罚〔2026〕1号',
  CF_CFLB: '罚款；没收违法所得',
  CF_NR_FK: '1.500001',
  CF_JDRQ: '2026年3月2日',
  CF_GSJZQ: '20270302',
};

describe('files of licences and penalties (§7.7)', () => {
  test.each([
    ['penalty-2.0', penalties, penaltyLayout2],
    ['penalty-1.0', penalties, penaltyLayout1],
    ['licence-2.0', licences, licenceLayout2],
    ['licence-1.0', licences, licenceLayout1],
    ['abnormal', [abnormalLayout], abnormalLayout],
  ] as const)('%s is recognised by its codes and by its Chinese labels, in any order', (code, layouts, layout) => {
    for (const headers of [layout.fields.map((field) => field.code), layout.fields.map((field) => field.titleZh)]) {
      expect(foundIn(layouts, headers).layout.code).toBe(code);
      expect(foundIn(layouts, [...headers].reverse()).layout.code).toBe(code);
      expect(
        foundIn(
          layouts,
          headers.map((header) => ` *${header.toLowerCase()} `),
        ).layout.code,
      ).toBe(code);
    }
  });

  test.each([penalties, licences])('no label of one version stands for two fields', (...layouts) => {
    for (const layout of layouts) {
      const found = foundIn(
        [layout],
        layout.fields.map((field) => field.titleZh),
      );
      expect(found.columns.map((column) => column.recordField.code)).toEqual(layout.fields.map((field) => field.code));
    }
  });

  test('a column that the standard does not have is refused by name, one that is missing too', () => {
    const headers = penaltyLayout2.fields.map((field) => field.code);
    const religion = findLayout(penalties, [...headers, '宗教信仰']);
    expect(religion).toMatchObject({ ok: false, faults: [{ code: 'IMPORT_HEADER_UNKNOWN', detail: expect.stringContaining('宗教信仰') }] });
    const without = findLayout(
      penalties,
      headers.filter((header) => header !== 'CF_WFXW'),
    );
    expect(without).toMatchObject({ ok: false, faults: [{ detail: expect.stringContaining('CF_WFXW（违法行为类型）') }] });
    expect(findLayout(penalties, [...headers, 'cf_wsh']).ok).toBe(false);
    expect(findLayout(licences, headers).ok).toBe(false);
  });

  test('the timestamp of version 1.0 is known and told as not imported', () => {
    expect(
      foundIn(
        penalties,
        penaltyLayout1.fields.map((field) => field.code),
      ).ignored,
    ).toEqual(['SJC']);
  });

  test('a penalty of version 2.0 is read field by field, amounts unrounded', () => {
    const reading = read('PENALTY', penaltyLayout2, penalties, {
      ...penalty,
      CF_DJ: '轻微',
      CF_FRDB: '王某',
      CF_FR_ZJHM: '320799189901010019',
    });
    expect(reading).toMatchObject({
      ok: true,
      value: {
        kind: 'PENALTY',
        standard: '2.0',
        subject: { kind: 'LEGAL', name: '示例一号有限公司', usccCode: '91320799MA00000155' },
        representative: { name: '王某', idType: 'ID_CARD' },
        penalty: { categories: ['FINE', 'CONFISCATED_INCOME'], fineWan: '1.500001' },
        decidedOn: '2026-03-02',
        publicUntil: '2027-03-02',
        grade: 'MINOR',
      },
    });
  });

  test.each([
    ['CF_XDR_LB', '公司'],
    ['CF_CFLB', '罚款；批评教育'],
    ['CF_NR_FK', '1.2345678'],
    ['CF_NR_FK', '壹万'],
    ['CF_NR_FK', '15000元'],
    ['CF_NR_FK', '-1'],
    ['CF_DJ', '特别严重'],
    ['CF_FR_ZJLX', '军官证'],
  ])('in version 2.0 %s may not read %s, and the reason does not repeat it', (code, text) => {
    const reading = read('PENALTY', penaltyLayout2, penalties, { ...penalty, CF_FRDB: '王某', [code]: text });
    if (reading.ok) throw new Error('it was read');
    expect(reading.faults[0]?.detail).not.toContain(text);
    const found = foundIn(
      penalties,
      penaltyLayout2.fields.map((field) => field.code),
    );
    expect(headerOfPointer(found, reading.faults[0]?.pointer ?? '')).toBe(code);
  });

  test.each([
    [{ CF_XDR_SHXYM: '92320799MA000004XF' }, 'IB'],
    [{ CF_XDR_SHXYM: '91320799MA00000155', CF_XDR_SFZ: '无' }, 'LEGAL'],
    [{ CF_XDR_SFZ: '320799189901010019' }, 'PERSON'],
    [{ CF_XDR_ZDM: 'MA000001-5' }, 'LEGAL'],
    [{}, 'LEGAL'],
  ])('version 1.0 has no kind of subject: %j means %s', (cells, kind) => {
    const reading = read('PENALTY', penaltyLayout1, penalties, {
      CF_XDR_MC: '示例',
      CF_WSH: '1',
      CF_JG: '罚',
      CF_JDRQ: '2016-05-04',
      CF_XZJG: '局',
      ...cells,
    });
    expect(reading).toMatchObject({ ok: true, value: { standard: '1.0', subject: { kind } } });
  });

  test.each([
    ['0', 'VALID', 0],
    ['1', 'REVOKED', 0],
    ['2', 'DISPUTED', 1],
    ['3', 'OTHER', 1],
  ])('state %s of version 1.0 is %s', (text, state, warnings) => {
    const reading = read('PENALTY', penaltyLayout1, penalties, { CF_ZT: text, GSQX: '2018-05-04' });
    expect(reading).toMatchObject({ ok: true, value: { state, publicUntil: '2018-05-04' } });
    expect(reading.ok && reading.warnings).toHaveLength(warnings);
  });

  test('categories of version 1.0 that are none of the fourteen are others, and a term that is no date is told', () => {
    const reading = read('PENALTY', penaltyLayout1, penalties, { CF_CFLB1: '罚款', CF_CFLB2: '责令改正', GSQX: '三年' });
    expect(reading).toMatchObject({
      ok: true,
      value: { penalty: { categories: ['FINE', 'OTHER'] }, remark: '公示期限：三年' },
      warnings: [{ pointer: '/publicUntil' }],
    });
  });

  test('a licence of version 2.0 that is no longer in force is one that its source takes back', () => {
    expect(read('LICENCE', licenceLayout2, licences, { XK_ZT: '2', XK_XKLB: '核准', XK_YXQZI: '长期' })).toMatchObject({
      ok: true,
      value: { state: 'REVOKED', licence: { category: 'APPROVAL' }, validTo: '2099-12-31' },
    });
    expect(read('LICENCE', licenceLayout2, licences, { XK_ZT: '0' }).ok).toBe(false);
  });

  test('an entry of abnormal operation is read by the labels of the public report (§7.8)', () => {
    const cells = {
      企业名称: '示例',
      代码: '91320799MA00000155',
      列入经营异常名录原因类型名称: '通过登记的住所无法联系',
      设立日期: '2026-03-02',
      列入决定机关名称: '示例局',
    };
    expect(read('ABNORMAL', abnormalLayout, [abnormalLayout], cells)).toMatchObject({
      ok: true,
      value: { abnormal: { reason: '通过登记的住所无法联系' }, decidedOn: '2026-03-02', authority: { name: '示例局' } },
    });
  });
});

test.each([
  ['0', '0'],
  ['12', '12'],
  ['1,234.5', '1234.5'],
  ['1.500000', '1.5'],
  ['０．５', '0.5'],
  ['3万元', '3'],
  ['1.0000001', undefined],
  ['12,34', undefined],
  ['1e3', undefined],
  ['', undefined],
])('the amount %j in 万元 is %j', (text, amount) => {
  expect(wanAmountOf(text)).toBe(amount);
});

test('every one of the fourteen categories has its word, and what is none is named', () => {
  const words =
    '警告;通报批评;罚款;没收违法所得;没收非法财物;暂扣许可证件;降低资质等级;吊销许可证件;限制开展生产经营活动;责令停产停业;责令关闭;限制从业;行政拘留;其他';
  expect(penaltyCategoriesOf(words).categories).toHaveLength(14);
  expect(penaltyCategoriesOf('其他-责令改正；训诫')).toEqual({ categories: ['OTHER'], unknown: ['训诫'] });
});
