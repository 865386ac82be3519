import { describe, expect, it } from '@jest/globals';
import { readOrganisationName, variantKeyOf } from './organisation-name.ts';

describe('a name of an organisation is taken apart into region, 字号, 行业, form and branch', () => {
  it.each([
    ['江苏省连云港市海州区金达贸易有限责任公司', '320706', '金达', '贸易', 'LIMITED', undefined],
    ['连云港金达贸易有限公司', '320700', '金达', '贸易', 'LIMITED', undefined],
    ['江苏连云港金达贸易股份有限公司', '320700', '金达', '贸易', 'STOCK', undefined],
    ['金达贸易（连云港）有限公司', '320700', '金达', '贸易', 'LIMITED', undefined],
    ['金达（连云港）国际贸易有限公司', '320700', '金达', '国际贸易', 'LIMITED', undefined],
    ['上海建工（连云港）有限公司', '320700', '上海建工', '', 'LIMITED', undefined],
    ['赣榆县金山农机有限公司', '320707', '金山', '农机', 'LIMITED', undefined],
    ['新浦区便民超市', '320706', '便民', '超市', 'NONE', undefined],
    ['连云港开发区大鹏食品有限公司', '320771', '大鹏', '食品', 'LIMITED', undefined],
    ['徐圩新区盛虹石化有限公司', 'LYG-XW', '盛虹', '石化', 'LIMITED', undefined],
    ['连云港众诚企业管理合伙企业（有限合伙）', '320700', '众诚', '企业管理', 'LIMITED_PARTNERSHIP', undefined],
    ['连云港明信会计师事务所（普通合伙）', '320700', '明信', '会计师事务所', 'GENERAL_PARTNERSHIP', undefined],
    ['连云港天达会计师事务所（特殊普通合伙）', '320700', '天达', '会计师事务所', 'SPECIAL_PARTNERSHIP', undefined],
    ['金达贸易集团有限公司', undefined, '金达', '贸易', 'GROUP_LIMITED', undefined],
    ['金达贸易（集团）有限公司', undefined, '金达', '贸易', 'GROUP_LIMITED', undefined],
    ['东海县石湖蔬菜农民专业合作社', '320722', '石湖', '蔬菜', 'COOPERATIVE', undefined],
    ['连云港金达贸易有限公司海州分公司', '320700', '金达', '贸易', 'LIMITED', '320706:分公司'],
    ['连云港金达贸易有限公司海州区分公司', '320700', '金达', '贸易', 'LIMITED', '320706:分公司'],
    ['江苏示例农村商业银行股份有限公司新安支行', '320000', '示例', '农村商业银行', 'STOCK', '新安支行'],
    ['中国农业银行连云港分行', undefined, '中国', '农业银行', 'NONE', '320700:分行'],
    ['海州湾大酒店', undefined, '海州湾', '大酒店', 'NONE', undefined],
    ['上海路便利店', undefined, '上海路', '便利店', 'NONE', undefined],
    ['金昌贸易有限公司', undefined, '金昌', '贸易', 'LIMITED', undefined],
    ['鼓楼区便民超市', undefined, '鼓楼区', '便民超市', 'NONE', undefined],
    ['江苏有限公司', '320000', '江苏有限公司', '', 'LIMITED', undefined],
  ])('%s', (text, region, trade, industry, form, branch) => {
    const name = readOrganisationName(text);
    expect({ region: name.region, trade: name.trade, industry: name.industry, form: name.form, branch: name.branch }).toEqual({
      region,
      trade,
      industry,
      form,
      branch,
    });
    expect(name.reordered).toBe(false);
  });

  it.each(['有限公司连云港金达贸易', '金达连云港贸易有限公司', '金达贸易有限公司连云港', '有限公司江苏金达贸易'])(
    '%s stands in another order, which is never a mere variant',
    (text) => {
      const name = readOrganisationName(text);
      expect([name.trade, name.industry, name.form, name.branch]).toEqual(['金达', '贸易', 'LIMITED', undefined]);
      expect(name.reordered).toBe(true);
      expect(variantKeyOf(name)).not.toBe(variantKeyOf(readOrganisationName(`连云港金达贸易有限公司`)));
    },
  );
});

describe('K_full', () => {
  it.each([
    ['連雲港金達貿易有限公司', '连云港金达贸易有限公司'],
    ['连云港　金达\u200B贸易 有限公司', '连云港金达贸易有限公司'],
    ['连云港ａｂｃ贸易有限公司', '连云港ABC贸易有限公司'],
    ['连云港金峯贸易有限公司', '连云港金峰贸易有限公司'],
    ['连云港甦邨农业有限公司', '连云港苏村农业有限公司'],
    ['金达〔连云港〕有限公司', '金达(连云港)有限公司'],
    ['金达［连云港］有限公司', '金达(连云港)有限公司'],
    ['金达《连云港》有限公司', '金达(连云港)有限公司'],
    ['连云港金达贸易有限公司（已註銷）', '连云港金达贸易有限公司'],
    ['二〇一〇工作室', '二零一零工作室'],
    ['薴苧苎', '苎苎苎'],
  ])('of %s is %s', (text, full) => {
    expect(readOrganisationName(text).full).toBe(full);
  });

  it.each([
    ['堃', '堃'],
    ['喆', '喆'],
    ['乾元', '乾元'],
    ['昇辉', '昇辉'],
    ['鍾鼎', '鍾鼎'],
    ['於陵', '於陵'],
  ])('keeps %s, because both forms are names of their own', (text, full) => {
    expect(readOrganisationName(`${text}贸易有限公司`).full).toBe(`${full}贸易有限公司`);
  });
});

describe('two names are variants of one name', () => {
  it.each([
    ['连云港金达贸易有限责任公司', '连云港金达贸易有限公司'],
    ['江苏省连云港市金达贸易有限公司', '连云港金达贸易有限公司'],
    ['江苏连云港金达贸易有限公司', '连云港市金达贸易有限公司'],
    ['金达贸易（连云港）有限公司', '连云港金达贸易有限公司'],
    ['金达（国际）贸易有限公司', '金达国际贸易有限公司'],
    ['乾元贸易有限公司', '干元贸易有限公司'],
    ['昇辉贸易有限公司', '升辉贸易有限公司'],
    ['金达贸易集团有限责任公司', '金达贸易（集团）有限公司'],
    ['连云港市海州区金达超市', '海州区金达超市'],
  ])('%s and %s', (a, b) => {
    expect(variantKeyOf(readOrganisationName(a))).toBe(variantKeyOf(readOrganisationName(b)));
  });

  it.each([
    ['连云港金达贸易股份有限公司', '连云港金达贸易有限公司'],
    ['金达贸易有限公司', '连云港金达贸易有限公司'],
    ['海州区金达超市', '连云港金达超市'],
    ['三一贸易有限公司', '31贸易有限公司'],
    ['连云港金达贸易有限公司', '连云港金达贸易有限公司海州分公司'],
    ['连云港金达贸易有限公司赣榆分公司', '连云港金达贸易有限公司海州分公司'],
    ['连云港金达物流有限公司', '连云港金达贸易有限公司'],
    ['金达贸易集团有限公司', '金达贸易有限公司'],
    ['金达贸易有限公司', '金达贸易'],
  ])('not %s and %s', (a, b) => {
    expect(variantKeyOf(readOrganisationName(a))).not.toBe(variantKeyOf(readOrganisationName(b)));
  });
});

describe('any text', () => {
  const pieces = [
    ...'连云港金达贸易有限公司（）()[]江苏省东海县二十一〇壹鍾乾昇峯邨?□*A1.·—　\u200B\u0301İß㈱（曾用名：）已注销分行支行合伙',
    '有限公司',
    '(连云港)',
    '分公司',
    '\uD800',
    '😀',
  ];
  const next = seeded(77);

  it('gives a K_full that does not change when taken again, and the same parts', () => {
    for (let round = 0; round < 4_000; round += 1) {
      const text = Array.from({ length: next(14) }, () =>
        next(6) === 0 ? String.fromCodePoint(next(0x11_0000)) : pieces[next(pieces.length)],
      ).join('');
      const once = readOrganisationName(text);
      const again = readOrganisationName(once.full);
      expect(again.full).toBe(once.full);
      expect([again.region, again.trade, again.industry, again.form, again.branch]).toEqual([
        once.region,
        once.trade,
        once.industry,
        once.form,
        once.branch,
      ]);
    }
  });

  // A guard against work that grows with the square of the length.
  it.each(['(', '连云港', '有限公司', '(连云港)', '公司', '分行', '一', '?'])('a hundred thousand times %p comes at once', (piece) => {
    const started = process.hrtime.bigint();
    readOrganisationName(`金达${piece.repeat(100_000)}`);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(10_000);
  });
});

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
