import { describe, expect, test } from '@jest/globals';
import { penaltyItem } from '../test/repair-item.fixture.ts';
import type { RepairItem } from './eligibility.rules.ts';
import { repairPolicy } from './policy.data.ts';
import { publicityLimitOf } from './publicity.rules.ts';

const today = '2026-11-23';

describe('the longest publicity of a penalty (R-5-5)', () => {
  test.each<[why: string, item: Partial<RepairItem>, publicUntil: string]>([
    ['general, nothing announced: a year from publicity, its last day the one before', {}, '2027-05-11'],
    ['general, announced for three years', { termEnd: '2029-05-11' }, '2027-05-11'],
    ['announced for one day too many', { termEnd: '2027-05-12' }, '2027-05-11'],
    ['minor', { grade: 'MINOR', categories: ['WARNING'] }, '2026-08-11'],
    ['serious', { grade: 'SERIOUS', categories: ['LICENCE_REVOKED'], termEnd: '2030-01-01' }, '2029-05-11'],
    [
      'of the old regime, graded again: the fine is general, a year from its publicity',
      { decidedOn: '2025-01-06', publicFrom: '2025-01-13', grade: 'SERIOUS', termEnd: '2028-01-05' },
      '2026-01-12',
    ],
    [
      'of the old regime, whose own end is the earlier one',
      { decidedOn: '2023-11-01', publicFrom: '2023-12-20', grade: 'SERIOUS', categories: ['LICENCE_REVOKED'] },
      '2026-10-31',
    ],
    // 58号令 does not publish a warning: shown by mistake, it ends with the day on which it was shown.
    ['an old warning', { decidedOn: '2026-01-06', publicFrom: '2026-02-01', grade: 'MINOR', categories: ['WARNING'] }, '2026-02-01'],
  ])('%s', (_why, item, publicUntil) => {
    expect(publicityLimitOf(repairPolicy, penaltyItem(item), null, today)).toMatchObject({
      state: 'LIMITED',
      publicUntil,
      recheckOn: null,
    });
  });
  test.each<[why: string, item: Partial<RepairItem>]>([
    ['announced for exactly the maximum', { termEnd: '2027-05-11' }],
    ['announced for less', { termEnd: '2026-12-01' }],
    ['over already', { state: 'ENDED' }],
    ['an entry of a list, whose term is its list’s', { kind: 'LIST_ENTRY', listCode: 'BL-MKT' }],
    ['abnormal operation, which ends with its correction', { kind: 'ABNORMAL' }],
  ])('nothing is to be done: %s', (_why, item) => {
    expect(publicityLimitOf(repairPolicy, penaltyItem(item), null, today)).toEqual({ state: 'AS_ANNOUNCED', recheckOn: null });
  });
  test('nobody has graded again before 2026-04-01', () => {
    const old = penaltyItem({ decidedOn: '2025-01-06', publicFrom: '2025-01-13', termEnd: '2028-01-05' });
    expect(publicityLimitOf(repairPolicy, old, null, '2026-03-31')).toEqual({ state: 'AS_ANNOUNCED', recheckOn: null });
  });
  test('no clause is loaded that lets publicity go on beyond its maximum', () => {
    expect(repairPolicy.periods.filter((period) => period.extensionClause !== null)).toEqual([]);
  });
});

describe('with a verified clause that lets it go on while the duty is not performed', () => {
  const periods = repairPolicy.periods.map((period) => ({ ...period, extensionClause: '示例条款' }));
  const policy = { ...repairPolicy, periods };
  const old = penaltyItem({ publicFrom: '2025-11-23', decidedOn: '2026-04-01' });
  test('nothing happens before the maximum; that day it is looked at', () => {
    expect(publicityLimitOf(policy, old, null, '2026-11-22')).toEqual({ state: 'AS_ANNOUNCED', recheckOn: '2026-11-23' });
  });
  test('from the maximum on it stays public and is looked at every month', () => {
    const limit = { state: 'MAX_REACHED_NOT_PERFORMED', clause: '示例条款' };
    expect(publicityLimitOf(policy, old, null, '2026-11-23')).toEqual({ ...limit, recheckOn: '2026-12-23' });
    expect(publicityLimitOf(policy, old, '2027-01-05', '2026-12-23')).toEqual({ ...limit, recheckOn: '2027-01-23' });
  });
  test('once performed it stops', () => {
    expect(publicityLimitOf(policy, old, '2026-12-01', '2026-12-23')).toMatchObject({ state: 'LIMITED', publicUntil: '2026-11-22' });
  });
});
