import { expect, test } from '@jest/globals';
import { configSchema } from './config.ts';

test('matters that wait are read with blanks between them: one that is not known by its code would not wait', () => {
  const { LIANXIN_CHECK_HOLD_MATTERS: matters } = configSchema.shape;
  expect(matters.parse(' SPJY, ZFCG-TB ,,')).toEqual(['SPJY', 'ZFCG-TB']);
  expect(matters.parse(undefined)).toEqual([]);
});
