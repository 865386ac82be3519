import { describe, expect, it } from '@jest/globals';
import { compareAddresses, readAddress } from './address.ts';
import { useOf } from './name-comparison.ts';
import { comparePersonNames, readPersonName } from './person-name.ts';
import { cityOf, countyOf, regionsExclude } from './region-name.ts';
import { compareBodies, isSingleEdit, textSimilarity } from './similarity.ts';

const weights = { trade: 0.6, industry: 0.2 };

describe('字号 and 行业 compared (R-11-6)', () => {
  it.each([
    ['equal', '金达', '贸易', '金达', '贸易', 1, 1],
    ['another industry', '金达', '物流', '金达', '贸易', 1, 0],
    ['industry left out', '金达', '', '金达', '贸易', 1, 0.5],
    ['no industry on either side', '金达', '', '金达', '', 1, undefined],
    ['one character changed', '金全', '贸易', '金达', '贸易', 0.5, 1],
    ['a look-alike', '金过', '贸易', '金达', '贸易', 0.8, 1],
    ['the whole 字号 in other characters of the same sound', '近大', '贸易', '金达', '贸易', 0.9, 1],
    ['in pinyin', 'JINDA', '贸易', '金达', '贸易', 0.9, 1],
    ['two neighbours swapped', '达金', '服务', '金达', '贸易', 0.7, 0],
    ['another order', '贸易', '金达', '金达', '贸易', 0.9, 0.9],
    ['a misspelt industry that was not recognised', '金达贸昜', '', '金达', '贸易', 1, 0.8],
    ['nothing in common', '宏图', '物流', '金达', '贸易', 0, 0],
  ])('%s', (_, trade, industry, otherTrade, otherIndustry, tradeSimilarity, industrySimilarity) => {
    const found = compareBodies({ trade, industry }, { trade: otherTrade, industry: otherIndustry }, weights);
    expect(found.trade).toBeCloseTo(tradeSimilarity, 5);
    if (industrySimilarity === undefined) expect(found.industry).toBeUndefined();
    else expect(found.industry).toBeCloseTo(industrySimilarity, 5);
  });

  it('never leaves 0–1, whatever the texts', () => {
    for (const [a, b] of [
      ['', ''],
      ['金', ''],
      ['金'.repeat(500), '达'],
      ['😀', '金达'],
    ] as const) {
      expect(textSimilarity(a, b)).toBeGreaterThanOrEqual(0);
      expect(textSimilarity(a, b)).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    ['金达', '金达', true],
    ['金达', '金全', true],
    ['金达', '金', true],
    ['金达', '金达达', true],
    ['金达', '达金', true],
    ['金达', '', false],
    ['金达', '全金', false],
    ['甲乙丙', '丙乙甲', false],
  ])('%s and %s are one edit apart: %p', (a, b, expected) => {
    expect(isSingleEdit(a, b)).toBe(expected);
    expect(isSingleEdit(b, a)).toBe(expected);
  });
});

describe('a former name (§11.3)', () => {
  const former = { text: '旧名', former: true, from: '2010-01-01', to: '2015-06-30' };
  it.each([
    ['on its first day', '2010-01-01', 'FORMER_IN_USE'],
    ['on its last day', '2015-06-30', 'FORMER_IN_USE'],
    ['the day before', '2009-12-31', 'FORMER_NOT_IN_USE'],
    ['the day after', '2015-07-01', 'FORMER_NOT_IN_USE'],
    ['day unknown', undefined, 'FORMER_UNKNOWN'],
  ])('%s', (_, date, expected) => {
    expect(useOf(former, date, false)).toBe(expected);
    expect(useOf(former, date, true)).toBe('FORMER_SAID');
    expect(useOf({ text: '现名' }, date, false)).toBe('CURRENT');
  });

  it('without both its dates cannot be judged', () => {
    expect(useOf({ ...former, from: undefined }, '2012-01-01', false)).toBe('FORMER_UNKNOWN');
    expect(useOf({ ...former, to: undefined }, '2012-01-01', false)).toBe('FORMER_UNKNOWN');
  });
});

describe('names of persons (§11.2)', () => {
  it.each([
    ['张伟', '張偉', 'EQUAL'],
    ['张 伟', '张伟先生', 'EQUAL'],
    ['钟强', '鍾強', 'EQUAL'],
    ['买买提·艾力', '买买提•艾力', 'EQUAL'],
    ['张伟', '张伟（男）', 'EQUAL'],
    ['张伟', '章伟', 'DIFFERENT'],
    ['曾强', '增强', 'DIFFERENT'],
    ['张?', '张伟', 'WILDCARD'],
    ['张□明', '张喆明', 'WILDCARD'],
    ['张zhe', '张喆', 'WILDCARD'],
    ['张ming', '张喆', 'DIFFERENT'],
    ['张??', '张伟', 'DIFFERENT'],
    ['??', '张伟', 'DIFFERENT'],
    ['', '张伟', 'DIFFERENT'],
    ['JOHN SMITH', 'John Smith', 'EQUAL'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(comparePersonNames(readPersonName(a), readPersonName(b))).toBe(expected);
    expect(comparePersonNames(readPersonName(b), readPersonName(a))).toBe(expected);
  });
});

describe('places', () => {
  it.each([
    ['江苏省连云港市海州区朝阳路12号', '海州区 朝阳路 12号', 'EQUAL'],
    ['朝阳路１２号一幢', '朝阳路12号1幢', 'EQUAL'],
    ['朝阳路12号', '朝阳路13号', 'DIFFERENT'],
    ['海州区朝阳路', '海州区朝阳路', 'ABSENT'],
    ['', '朝阳路12号', 'ABSENT'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(compareAddresses(readAddress(a), readAddress(b))).toBe(expected);
  });

  it.each([
    ['320706', '320700', false],
    ['320706', '320000', false],
    ['320706', '320707', true],
    ['320706', '320300', true],
    ['320771', '320706', false],
    ['LYG-XW', '320700', false],
    ['LYG-XW', '320300', true],
    ['310000', '320700', true],
  ])('%s and %s exclude each other: %p', (a, b, expected) => {
    expect(regionsExclude(a, b)).toBe(expected);
    expect(regionsExclude(b, a)).toBe(expected);
  });

  it('abolished counties are those they went into; cities, provinces and the made-up region are no counties', () => {
    expect([countyOf('320705'), countyOf('320721')]).toEqual(['320706', '320707']);
    expect([countyOf('320700'), countyOf('320000'), countyOf('320701'), countyOf('320799'), countyOf(undefined)]).toEqual(
      Array(5).fill(undefined),
    );
    expect([cityOf('320706'), cityOf('LYG-XW'), cityOf('310115'), cityOf('')]).toEqual(['320700', '320700', '310000', undefined]);
  });
});
