import { expect, test } from '@jest/globals';
import { cityReceiver, isTold } from './event-receivers.ts';
import {
  listEntryActivated,
  listEntryPublicationOrdered,
  taskAcknowledged,
  taskAssigned,
  taskDispatched,
  taskHeld,
  taskLifting,
} from './events/index.ts';

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
  expect(isTold({ replayMode, type, data: {} }, receiver)).toBe(told);
});

test.each([
  ['that channels take a punishment down', listEntryPublicationOrdered, { listType: 'BLACK' }, true],
  ['that its reputation is to be restored', taskAssigned, { kind: 'RESTORE' }, true],
  ['that an honour is given back', listEntryActivated, { listType: 'RED' }, true],
  ['that its rewards are given again', taskDispatched, { direction: 'REWARD' }, true],
  ['that it is listed', listEntryActivated, { listType: 'BLACK' }, false],
  ['that an honour is to be reviewed', taskAssigned, { kind: 'REVIEW' }, false],
  ['that it is to be punished more', taskDispatched, { listType: 'BLACK', direction: 'PUNISH' }, false],
] as const)('of a replay that tells nobody a department hears %s: %p', (_what, { type }, data, told) => {
  expect(isTold({ replayMode: 'none', type, data }, 'CZJ')).toBe(told);
});
