import { expect, test } from '@jest/globals';
import { penaltyFieldLaws } from './penalty-field.data.ts';
import { penaltyFieldsOf } from './penalty-field.rules.ts';

test.each<[basis: string | undefined, fields: string[]]>([
  ['《中华人民共和国食品安全法》第一百二十四条第一款', ['FOOD']],
  ['《药品管理法》第一百一十六条', ['DRUG']],
  ['《中华人民共和国特种设备安全法》第八十四条；《中华人民共和国安全生产法》第九十七条', ['SPECIAL_EQUIPMENT', 'WORK_SAFETY']],
  ['《中华人民共和国消防法》第六十条', ['FIRE']],
  ['《中华人民共和国产品质量法》第四十九条', []],
  // A title within a longer one is another document, and a mention without a title is no basis.
  ['《江苏省消防法实施办法》第十条', []],
  ['参照食品安全法办理', []],
  [undefined, []],
])('a penalty on the basis %s belongs to the fields %j', (basis, fields) => {
  expect(penaltyFieldsOf(penaltyFieldLaws, basis)).toEqual(fields);
});
