import { describe, expect, test } from '@jest/globals';
import { type ApprovedParameter, isParameterKey, parameterKeys, parameterOf, parameterOn, parameterOrderFault } from './parameter.ts';

const change = (key: string, value: number, validFrom: string, version = 1): ApprovedParameter => ({ key, value, validFrom, version });

describe('the value of a day (§12)', () => {
  test('is the default before any change, the new one from its day on and not the day before', () => {
    const changes = [change('task.ack_wd', 3, '2026-12-01')];
    expect(parameterOn('task.ack_wd', [], '2026-12-01')).toBe(2);
    expect(parameterOn('task.ack_wd', changes, '2026-11-30')).toBe(2);
    expect(parameterOn('task.ack_wd', changes, '2026-12-01')).toBe(3);
    expect(parameterOn('task.ack_wd', changes, '2027-06-01')).toBe(3);
    expect(parameterOn('task.armed_wd', changes, '2026-12-01')).toBe(5);
  });

  test('is that of the latest first day whatever the order of approval; of one day the later approval', () => {
    const changes = [
      change('task.ack_wd', 5, '2026-12-10', 1),
      change('task.ack_wd', 4, '2026-12-05', 3),
      change('task.ack_wd', 3, '2026-12-05', 2),
    ];
    for (const order of [changes, changes.toReversed()]) {
      expect(parameterOn('task.ack_wd', order, '2026-12-04')).toBe(2);
      expect(parameterOn('task.ack_wd', order, '2026-12-09')).toBe(4);
      expect(parameterOn('task.ack_wd', order, '2026-12-10')).toBe(5);
    }
  });
});

describe('steps that follow each other', () => {
  test('the letter never comes before the yellow card nor after the circular', () => {
    expect(parameterOrderFault('urge.red_wd', [change('urge.red_wd', 9, '2026-12-01')], '2026-12-01')).toBeUndefined();
    for (const value of [1, 10, 11])
      expect(parameterOrderFault('urge.red_wd', [change('urge.red_wd', value, '2026-12-01')], '2026-12-01')?.date).toBe('2026-12-01');
  });

  test('a change that waits already is looked at on its own day', () => {
    const waiting = change('urge.circular_wd', 6, '2027-01-01');
    expect(parameterOrderFault('urge.red_wd', [waiting, change('urge.red_wd', 7, '2026-12-01')], '2026-12-01')?.date).toBe('2027-01-01');
    expect(parameterOrderFault('urge.red_wd', [waiting, change('urge.red_wd', 5, '2026-12-01')], '2026-12-01')).toBeUndefined();
  });

  test('a key without neighbours has no order', () => {
    expect(parameterOrderFault('task.ack_wd', [change('task.ack_wd', 250, '2026-12-01')], '2026-12-01')).toBeUndefined();
  });
});

test('every default lies within its bounds and in order with its neighbours, and names are no keys by accident', () => {
  for (const key of parameterKeys) {
    const { default: byDefault, min, max } = parameterOf(key);
    expect([key, byDefault >= min && byDefault <= max]).toEqual([key, true]);
    expect(parameterOrderFault(key, [], '2026-01-01')).toBeUndefined();
  }
  for (const name of ['task.ack', 'toString', '', 'TASK.ACK_WD']) expect(isParameterKey(name)).toBe(false);
});
