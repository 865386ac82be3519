import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { recordedAtOf } from './event-id.ts';

test('an id tells the millisecond in which its event was recorded', () => {
  expect(recordedAtOf('01a207b8-dce9-7a08-96e6-7e1d0558b236')?.toISOString()).toBe('2026-11-23T09:24:45.417Z');
  const before = Date.now();
  const at = recordedAtOf(randomUUIDv7())?.getTime() ?? 0;
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test.each([randomUUID(), '', 'lx', '01a207b8-dce9-7a08-96e6', '01a207b8-dce9-7a08-c6e6-7e1d0558b236'])('%s tells nothing', (id) => {
  expect(recordedAtOf(id)).toBeUndefined();
});
