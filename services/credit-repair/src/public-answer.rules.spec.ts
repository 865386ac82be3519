import { describe, expect, test } from '@jest/globals';
import { penaltyItem } from '../test/repair-item.fixture.ts';
import type { RepairItem } from './eligibility.rules.ts';
import { isToldPublicly } from './public-answer.rules.ts';

const today = '2026-11-23';
const penalty = penaltyItem();
const entry: Partial<RepairItem> = { kind: 'LIST_ENTRY', listCode: 'BL-MKT', listType: 'BLACK', grade: 'SERIOUS' };
const shown = { byPlan: false, byNote: false };

describe('what anybody is told of a record without a key (§8.3)', () => {
  test.each<[string, Partial<RepairItem>]>([
    ['a penalty within its period', {}],
    ['one on the last day that its unit announced', { termEnd: today }],
    ['abnormal operation', { kind: 'ABNORMAL', grade: null }],
    [
      'an entry of a black list, also after the longest period of a penalty',
      { ...entry, decidedOn: '2021-05-06', publicFrom: '2021-05-06' },
    ],
  ])('%s', (_what, changes) => {
    expect(isToldPublicly({ ...penalty, ...changes }, 'LEGAL', shown, today)).toBe(true);
  });
  test.each<[string, Partial<RepairItem>]>([
    ['a penalty of the lightest grade (§5.2)', { grade: 'MINOR' }],
    ['one a year after its publicity that nobody has ended yet', { decidedOn: '2026-04-01', publicFrom: '2025-11-23' }],
    ['one a year after its decision, under the old rule', { decidedOn: '2025-11-23', publicFrom: '2026-02-01' }],
    ['one after the period that its unit announced', { termEnd: '2026-11-22' }],
    ['one that is over', { state: 'ENDED' }],
    ['one that a court has stopped', { ...entry, state: 'SUSPENDED' }],
    ['an entry of a focus list (R-2-5)', { ...entry, listType: 'FOCUS' }],
    ['an entry of another region (R-2-16)', { ...entry, originRegion: '320600' }],
  ])('not %s', (_what, changes) => {
    expect(isToldPublicly({ ...penalty, ...changes }, 'LEGAL', shown, today)).toBe(false);
  });
  test('not of a natural person (R-8-7), not for the time of a plan (R-5-14), not what is kept with a note (§6.4)', () => {
    for (const item of [penalty, { ...penalty, ...entry }]) {
      expect(isToldPublicly(item, 'PERSON', shown, today)).toBe(false);
      expect(isToldPublicly(item, 'LEGAL', { byPlan: true, byNote: false }, today)).toBe(false);
      expect(isToldPublicly(item, 'LEGAL', { byPlan: false, byNote: true }, today)).toBe(false);
    }
  });
});
