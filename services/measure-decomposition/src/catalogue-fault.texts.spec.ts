import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { english, faultTextZh } from './catalogue-fault.texts.ts';

test.each<[z.ZodType, string, string]>([
  [z.string().min(1), '', '不能为空'],
  [z.string().max(3), 'four', '最多 3 个字符'],
  [z.string().regex(/^\d+$/), 'x', '格式应符合 /^\\d+$/'],
  [z.enum(['0', '1']), '2', '应为下列之一："0"|"1"'],
  [z.iso.date(), '', '日期应为 YYYY-MM-DD'],
])('a cell that is not as it should be is told without a word of English: %#', (schema, cell, words) => {
  expect(faultTextZh(schema.safeParse(cell, { error: english }).error?.issues[0]?.message ?? '')).toBe(words);
});
