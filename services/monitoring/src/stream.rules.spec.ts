import { expect, test } from '@jest/globals';
import { cityReceiver } from '@lianxin/contracts';
import { isTold } from './stream.rules.ts';

test.each([
  [undefined, 'CZJ', true],
  ['notify', 'CZJ', true],
  ['internal', 'CZJ', true],
  ['none', 'CZJ', false],
  ['none', cityReceiver, true],
] as const)('what a replay with side effects %s causes is told to %s: %s', (replayMode, receiver, told) => {
  expect(isTold({ replayMode }, receiver)).toBe(told);
});
