import { expect, test } from '@jest/globals';
import { departmentCodeSchema } from '@lianxin/contracts';
import { z } from 'zod';
import { chineseFault } from './validation.texts.ts';

const told = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: chineseFault }).error?.issues.map(({ message }) => message);

test.each<[string, z.ZodType, unknown, string]>([
  ['a field that is missing', z.string(), undefined, '必填，未提供'],
  ['a list that is missing', z.array(z.string()), undefined, '必填，未提供'],
  ['one of several forms that is missing', z.union([z.string(), z.number()]), undefined, '必填，未提供'],
  ['a choice that is missing', z.enum(['CONFIRM', 'RETURN']), undefined, '必填，应为下列之一：CONFIRM、RETURN'],
  ['a choice that there is not', z.enum(['CONFIRM', 'RETURN']), 'MAYBE', '应为下列之一：CONFIRM、RETURN'],
  ['a word that must be this one', z.literal('NOTHING'), 'ALL', '应为 NOTHING'],
  ['none of several forms', z.union([z.string(), z.number()]), true, '不符合任何一种允许的写法，见 /docs'],
  ['a number for a text', z.string(), 1, '应为文本'],
  ['a text for a number', z.number(), '1', '应为数字'],
  ['a text that is no number', z.coerce.number(), 'many', '应为数字'],
  ['a day that there is not', z.iso.date(), '2026-02-30', '应为存在的日期，写作 YYYY-MM-DD'],
  ['a time without its zone', z.iso.datetime({ offset: true }), '2026-11-24T09:30:00', '应为带时区的时间，如 2026-11-24T09:30:00+08:00'],
  ['an id that is none', z.uuid(), 'x', '应为标识（UUID），如 018f3c1e-7a2b-7c4d-9e5f-0a1b2c3d4e5f'],
  ['a form that is written otherwise', z.string().regex(/^\d{4}Q[1-4]$/), '2026-4', '格式应符合 /^\\d{4}Q[1-4]$/'],
  ['a department that no code is', departmentCodeSchema, '人社局', '应为部门代码，如 RSJ、HZ-RSJ'],
  ['an empty text', z.string().min(1), '', '不能为空'],
  ['a text too long', z.string().max(3), 'four', '最多 3 个字符'],
  ['a text of another length', z.string().length(18), 'x', '应为 18 个字符'],
  ['an empty list', z.array(z.string()).min(1), [], '至少 1 项'],
  ['a list too long', z.array(z.string()).max(1), ['a', 'b'], '最多 1 项'],
  ['a number too great', z.number().max(200), 9999, '不能大于 200'],
  ['a number that must be above another', z.number().positive(), 0, '应大于 0'],
  ['a field that nobody knows', z.strictObject({}), { sujbect: 1 }, '没有字段 sujbect，请核对拼写'],
])('%s is told in the words of who fills it in', (_what, schema, value, words) => {
  expect(told(schema, value)).toEqual([words]);
});

test('what has no words here is told by zod, in Chinese', () => {
  expect(told(z.number().multipleOf(5), 3)?.[0]).toMatch(/\p{Script=Han}.*5/u);
  expect(told(z.date(), 'x')?.[0]).toMatch(/\p{Script=Han}/u);
});
