import { expect, test } from '@jest/globals';
import { cityReceiver, isTold } from './event-receivers.ts';
import { taskAcknowledged, taskDispatched, taskHeld, taskLifting } from './events/index.ts';

test.each([
  [undefined, taskDispatched, 'CZJ', true],
  ['notify', taskDispatched, 'CZJ', true],
  ['internal', taskDispatched, 'CZJ', true],
  ['none', taskDispatched, 'CZJ', false],
  ['none', taskAcknowledged, 'CZJ', false],
  ['none', taskDispatched, cityReceiver, true],
  ['none', taskLifting, 'CZJ', true],
  ['none', taskHeld, 'CZJ', true],
] as const)('of a replay with side effects %s, %p is told to %s: %s', (replayMode, { type }, receiver, told) => {
  expect(isTold({ replayMode, type }, receiver)).toBe(told);
});
