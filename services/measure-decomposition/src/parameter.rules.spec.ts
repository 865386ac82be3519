import { describe, expect, test } from '@jest/globals';
import type { ApprovedParameter, ParameterKey } from '@lianxin/contracts';
import { decideParameter, decideWithdrawal } from './parameter.rules.ts';

const today = '2026-12-01';
const approved = (key: ParameterKey, value: number, validFrom: string, version = 1): ApprovedParameter => ({
  key,
  value,
  validFrom,
  version,
});
const asked = (key: ParameterKey, value: number, validFrom = today, known: readonly ApprovedParameter[] = []) => {
  const decision = decideParameter({ key, value, validFrom }, known, today);
  return decision.ok ? decision.previousValue : decision.code;
};

describe('a change of a parameter is refused', () => {
  test.each([
    ['below its least value', 'task.ack_wd', 0],
    ['above its greatest', 'task.ack_wd', 251],
    ['with half a day', 'task.ack_wd', 2.5],
    ['a day that not every month has', 'task.cycle_day', 29],
    ['a reminder after the due time', 'urge.remind_wd', 1],
    ['an hour that no day has', 'urge.to_hour', 25],
  ] as const)('%s', (_name, key, value) => expect(asked(key, value)).toBe('PARAMETER_OUT_OF_BOUNDS'));

  test('for a day that is over', () => {
    expect(asked('task.ack_wd', 3, '2026-11-30')).toBe('PARAMETER_DAY_PAST');
    expect(asked('task.ack_wd', 3, today)).toBe(2);
    // Whether a defence was long enough is judged again at the decision, by the day of its notice.
    expect(asked('list.defence_days_wd', 7, today)).toBe('PARAMETER_DAY_PAST');
    expect(asked('list.defence_days_wd', 7, '2026-12-02')).toBe(5);
  });

  test('where the value counts already on that day', () => {
    expect(asked('task.ack_wd', 2)).toBe('PARAMETER_UNCHANGED');
    const known = [approved('task.ack_wd', 3, '2026-12-10')];
    expect(asked('task.ack_wd', 3, '2026-12-10', known)).toBe('PARAMETER_UNCHANGED');
    expect(asked('task.ack_wd', 2, '2026-12-10', known)).toBe(3);
  });

  test('where steps would no longer follow each other, also on a later day', () => {
    expect(asked('urge.yellow_wd', 5)).toBe('PARAMETER_ORDER');
    expect(asked('urge.to_hour', 9)).toBe('PARAMETER_ORDER');
    expect(asked('urge.yellow_wd', 4, today, [approved('urge.red_wd', 3, '2026-12-10')])).toBe('PARAMETER_ORDER');
    expect(asked('urge.yellow_wd', 4)).toBe(1);
  });
});

describe('what was approved is withdrawn', () => {
  const withdrawn = (key: ParameterKey, validFrom: string, remaining: readonly ApprovedParameter[] = []) => {
    const decision = decideWithdrawal({ key, value: 4, validFrom }, remaining, today);
    return decision.ok ? decision.previousValue : decision.code;
  };
  test('before its day only', () => {
    expect(withdrawn('task.ack_wd', '2026-12-02')).toBe(2);
    for (const day of [today, '2026-11-01']) expect(withdrawn('task.ack_wd', day)).toBe('PARAMETER_CHANGE_CLOSED');
  });
  test('only where what then counts is in order', () => {
    const remaining = [approved('urge.yellow_wd', 6, '2026-12-10')];
    expect(withdrawn('urge.red_wd', '2026-12-05', remaining)).toBe('PARAMETER_ORDER');
  });
});
