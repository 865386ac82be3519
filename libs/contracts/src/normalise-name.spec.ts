import { describe, expect, it } from '@jest/globals';
import { normaliseOrganisationName, normalisePersonName, sameOrganisationName } from './normalise-name.ts';

describe('the key of an organisation name', () => {
  it.each([
    ['示例一号公司', '示例一号公司'],
    [' 示例　一号\u200B 公司\n', '示例一号公司'],
    ['示例（连云港）有限公司', '示例(连云港)有限公司'],
    ['示例〔连云港】有限公司', '示例(连云港)有限公司'],
    ['示例［连云港］有限公司', '示例(连云港)有限公司'],
    ['《示例》<贸易>公司', '(示例)(贸易)公司'],
    ['ＡＢＣ abc１２３公司', 'ABCABC123公司'],
    ['约翰•史密斯・贸易．公司', '约翰·史密斯·贸易·公司'],
    ['甲—乙–丙－丁公司', '甲-乙-丙-丁公司'],
    ['二〇一○公司', '二零一零公司'],
    ['㈱示例', '(株)示例'],
    ['示例(有限合伙)', '示例(有限合伙)'],
    ['示例(原生态)', '示例(原生态)'],
    ['(已注销)', '(已注销)'],
    ["'; DROP TABLE subjects;--", "';DROPTABLESUBJECTS;--"],
    ['=CMD|/C calc!A0', '=CMD|/CCALC!A0'],
    ['示例😀公司', '示例😀公司'],
    ['示例\uD800公司', '示例公司'],
    ['', ''],
    ['\u200B\u3164 \uFEFF', ''],
    ['示例))((', '示例))(('],
  ])('of %p is %p, without a flag', (name, key) => {
    expect(normaliseOrganisationName(name)).toEqual({ key, flags: [] });
  });

  it.each([
    ['示例公司（已注销）', '示例公司', ['DEREGISTERED']],
    ['示例公司(注销)', '示例公司', ['DEREGISTERED']],
    ['示例公司(吊销)', '示例公司', ['REVOKED']],
    ['示例公司(已吊销)', '示例公司', ['REVOKED']],
    ['示例公司(已吊销，未注销)', '示例公司', ['REVOKED']],
    ['示例公司（吊销，未注销）', '示例公司', ['REVOKED']],
    ['示例公司（吊销未注销）', '示例公司', ['REVOKED']],
    ['示例公司(已吊销，已注销)', '示例公司', ['REVOKED', 'DEREGISTERED']],
    ['示例小吃店（个体工商户）', '示例小吃店', ['INDIVIDUAL_BUSINESS']],
    ['示例小吃店（个体工商户）【注销】', '示例小吃店', ['INDIVIDUAL_BUSINESS', 'DEREGISTERED']],
    ['示例公司(曾用名：样板(连云港)公司)', '示例公司', ['FORMER_NAME:样板(连云港)公司']],
    ['示例(有限合伙)(已注销)', '示例(有限合伙)', ['DEREGISTERED']],
  ])('of %p is %p and the remark becomes %p', (name, key, flags) => {
    expect(normaliseOrganisationName(name)).toEqual({ key, flags });
  });

  // A guard against work that grows with the square of the length, not a measurement: the limit is a hundred times what is needed.
  it.each(['(', ')', '()', '(已注销)', '(曾用名', '先生', 'ﷺ', '·', ' '])('of a hundred thousand times %p comes at once', (piece) => {
    const started = process.hrtime.bigint();
    normaliseOrganisationName(`示例${piece.repeat(100_000)}`);
    normalisePersonName(`示例${piece.repeat(100_000)}`);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(10_000);
  });
});

describe('two organisation names', () => {
  it.each([
    ['示例（连云港）有限公司', '示例(连云港)有限公司', 'EQUAL'],
    ['示例公司(已注销)', '示例公司', 'EQUAL'],
    ['ｓｈｉｌｉ公司', 'SHILI公司', 'EQUAL'],
    ['示例有限责任公司', '示例有限公司', 'VARIANT'],
    ['示例集团有限责任公司', '示例集团有限公司', 'VARIANT'],
    ['示例有限责任公司海州分公司', '示例有限公司海州分公司', 'VARIANT'],
    ['示例有限责任公司', '示例股份有限公司', 'DIFFERENT'],
    ['示例股份有限责任公司', '示例股份有限公司', 'DIFFERENT'],
    ['示例有限公司', '示例有限公司海州分公司', 'DIFFERENT'],
    ['示例一号公司', '示例1号公司', 'DIFFERENT'],
    ['示例一公司', '示例-公司', 'DIFFERENT'],
    ['示例(有限合伙)', '示例', 'DIFFERENT'],
    ['示例公司', '示例公司2', 'DIFFERENT'],
    ['示例(连云港)有限公司', '示例连云港有限公司', 'DIFFERENT'],
    ['', '', 'DIFFERENT'],
    ['', '\u200B', 'DIFFERENT'],
    ['示例公司', '', 'DIFFERENT'],
  ] as const)('%p and %p are %s', (a, b, comparison) => {
    expect(sameOrganisationName(a, b)).toBe(comparison);
    expect(sameOrganisationName(b, a)).toBe(comparison);
  });
});

describe('the key of a person’s name', () => {
  it.each([
    ['张 三', '张三', []],
    ['　张\u200B三 ', '张三', []],
    ['张三先生', '张三', ['TITLE:先生']],
    ['欧阳女士', '欧阳', ['TITLE:女士']],
    ['李先生', '李先生', []],
    ['先生', '先生', []],
    ['张三（曾用名李四）', '张三', ['NOTE:曾用名李四']],
    ['张三 (丙) 先生', '张三', ['NOTE:丙', 'TITLE:先生']],
    ['买买提 • 艾力', '买买提·艾力', []],
    ['买买提．艾力', '买买提·艾力', []],
    ['John  smith', 'JOHN SMITH', []],
    ['张?', '张?', ['UNREADABLE_CHARACTER']],
    ['张□明', '张□明', ['UNREADABLE_CHARACTER']],
    ['张(三', '张(三', []],
    ['张)三', '张)三', []],
    ['(张三)', '', ['NOTE:张三']],
    ['', '', []],
    ['=1+1', '=1+1', []],
  ])('%p is %p with %p', (name, key, flags) => {
    expect(normalisePersonName(name)).toEqual({ key, flags });
  });
});
