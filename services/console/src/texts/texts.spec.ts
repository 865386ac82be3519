import { expect, test } from '@jest/globals';
import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

test('several lists are named as each language joins names', () => {
  expect(en.rows.lists(['Tax', 'Wages'])).toBe('Tax, Wages');
  expect(zhCN.rows.lists(['税收', '工资'])).toBe('税收、工资');
});
