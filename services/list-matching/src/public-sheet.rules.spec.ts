import { describe, expect, test } from '@jest/globals';
import { type DeclarationCase, decideDeclaration, touchedBy } from './public-sheet.rules.ts';

const first: DeclarationCase = { month: '2026-10', declared: 5, reason: null, today: '2026-11-01', reported: 5, before: null };

describe('a declaration of how many decisions were made (K18 上报率)', () => {
  test.each<[string, Partial<DeclarationCase>, string]>([
    ['of a month that has ended', {}, 'new'],
    ['of a year that has ended', { month: '2025-12' }, 'new'],
    ['on the last day of its month', { today: '2026-10-31' }, 'DATE_IN_FUTURE /month'],
    ['of this month', { month: '2026-11' }, 'DATE_IN_FUTURE /month'],
    ['of the month after', { month: '2026-12' }, 'DATE_IN_FUTURE /month'],
    ['of nothing, where nothing was reported', { declared: 0, reported: 0 }, 'new'],
    ['of fewer than were reported', { declared: 4 }, 'DECLARED_BELOW_REPORTED /declared'],
    ['of fewer than were reported, with a reason', { declared: 4, reason: '重复' }, 'new'],
    ['that corrects one without a reason', { declared: 9, before: 6 }, 'VALIDATION_FAILED /reason'],
    ['that corrects one with a reason', { declared: 9, before: 6, reason: '漏计' }, 'new'],
    ['that says the same again', { declared: 6, before: 6 }, 'no news'],
    ['that says the same again, although more were reported since', { declared: 4, before: 4 }, 'no news'],
    ['that corrects one to fewer than were reported', { declared: 4, before: 6 }, 'DECLARED_BELOW_REPORTED /declared'],
  ])('%s', (_what, changes, expected) => {
    const decision = decideDeclaration({ ...first, ...changes });
    expect(decision.ok ? (decision.isNew ? 'new' : 'no news') : `${decision.code} ${decision.pointer}`).toBe(expected);
  });
});

test('the months whose count may have changed are those of new and of withdrawn licences and penalties, each once', () => {
  const row = (kind: string, decided_on: string, status = 'PUBLISHED') => ({ department_code: 'TJJ', kind, decided_on, status });
  const sheet = (kind: string, month: string) => ({ departmentCode: 'TJJ', kind, month });
  expect(touchedBy([row('PENALTY', '2026-10-31'), row('PENALTY', '2026-10-01'), row('ABNORMAL', '2026-10-01')], [])).toEqual([
    sheet('PENALTY', '2026-10'),
  ]);
  const changed = [
    row('LICENCE', '2026-09-30', 'WITHDRAWN'),
    row('PENALTY', '2026-09-30', 'STOPPED'),
    row('ABNORMAL', '2026-09-30', 'WITHDRAWN'),
  ];
  expect(touchedBy([], changed)).toEqual([sheet('LICENCE', '2026-09')]);
});
