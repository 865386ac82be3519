import { describe, expect, test } from '@jest/globals';
import { endOfDayBeijing } from '@lianxin/contracts';
import { decideZeroReport, isServedByWindows, owesZeroReport, owingSpan } from './zero-report.rules.ts';

const due = endOfDayBeijing('2027-01-11');
const armed = {
  kind: 'EXECUTE',
  trigger: 'ON_EVENT',
  status: 'ARMED',
  force: 'MANDATORY',
  hasDeadline: true,
  dueAt: due,
  feedbackDueAt: due,
} as const;

describe('who owes the zero report of a quarter (§4.5)', () => {
  test('an armed measure that has not reported the quarter', () => {
    expect(owesZeroReport(armed, '2026Q4')).toBe(true);
    const { after, upTo } = owingSpan('2026Q4');
    expect([after < due, due <= upTo]).toEqual([true, true]);
  });

  test.each([
    ['reported already', { ...armed, dueAt: null }],
    ['armed for the quarter that runs', { ...armed, feedbackDueAt: endOfDayBeijing('2027-04-12') }],
    ['owing the quarter before', { ...armed, feedbackDueAt: endOfDayBeijing('2026-10-10') }],
    ['on hold', { ...armed, status: 'ON_HOLD' }],
    ['being lifted', { ...armed, status: 'LIFTING' }],
    ['not armed yet', { ...armed, status: 'ACKNOWLEDGED' }],
    ['a standing measure', { ...armed, trigger: 'STANDING' }],
    ['a reference', { ...armed, force: 'REFERENCE' }],
    ['of a unit without deadlines', { ...armed, hasDeadline: false }],
    ['ordered beside plans', { ...armed, kind: 'RESTORE' }],
  ] as const)('nobody is asked for a task that is %s', (_name, task) => {
    expect(owesZeroReport(task, '2026Q4')).toBe(false);
  });

  test('the first instant of the quarter belongs to the report before, its last one to this', () => {
    const { after, upTo } = owingSpan('2026Q4');
    expect([after, upTo]).toEqual([endOfDayBeijing('2026-12-31'), endOfDayBeijing('2027-03-31')]);
  });
});

describe('when windows answer for a department', () => {
  const matters = [
    { code: 'SPJY', departmentCode: 'SCJGJ', canonicalCodes: ['FOOD-BAN'] },
    { code: 'YPJY', departmentCode: 'SCJGJ', canonicalCodes: ['FOOD-BAN', 'DRUG-BAN'] },
    { code: 'ZFCG', departmentCode: 'CZJ', canonicalCodes: ['BID-BAN'] },
  ];
  const task = (departmentCode: string, canonicalCode: string) => ({ departmentCode, canonicalCode });

  test('every matter in which the restriction is decided was asked about', () => {
    expect(isServedByWindows(task('SCJGJ', 'FOOD-BAN'), matters, new Set(['SCJGJ|SPJY', 'SCJGJ|YPJY']))).toBe(true);
    expect(isServedByWindows(task('SCJGJ', 'DRUG-BAN'), matters, new Set(['SCJGJ|YPJY']))).toBe(true);
  });

  test.each([
    ['one of its matters was never asked about', 'SCJGJ', 'FOOD-BAN', ['SCJGJ|SPJY']],
    ['only the matter of another department was', 'SCJGJ', 'FOOD-BAN', ['CZJ|SPJY', 'CZJ|YPJY']],
    ['the restriction is decided in no matter', 'SCJGJ', 'LOAN', ['SCJGJ|SPJY', 'SCJGJ|YPJY']],
    ['the matter is of another department', 'SCJGJ', 'BID-BAN', ['CZJ|ZFCG']],
    ['a county has no matter of its own', '320703-SCJGJ', 'FOOD-BAN', ['SCJGJ|SPJY', 'SCJGJ|YPJY']],
  ])('not where %s', (_name, department, canonical, served) => {
    expect(isServedByWindows(task(department, canonical), matters, new Set(served))).toBe(false);
  });
});

describe('the report is given once, and counts by a second person', () => {
  test('from open to valid, or back', () => {
    expect(decideZeroReport({ status: 'OPEN', submittedBy: null }, 'submit', 'a')).toEqual({ ok: true, next: 'PENDING' });
    expect(decideZeroReport({ status: 'PENDING', submittedBy: 'a' }, 'approve', 'b')).toEqual({ ok: true, next: 'VALID' });
    expect(decideZeroReport({ status: 'PENDING', submittedBy: 'a' }, 'reject', 'b')).toEqual({ ok: true, next: 'OPEN' });
  });

  test.each(['approve', 'reject'] as const)('its author does not %s it', (act) => {
    expect(decideZeroReport({ status: 'PENDING', submittedBy: 'a' }, act, 'a')).toMatchObject({ ok: false, code: 'SAME_PERSON' });
  });

  test.each([
    ['OPEN', 'approve'],
    ['OPEN', 'reject'],
    ['PENDING', 'submit'],
    ['VALID', 'submit'],
    ['VALID', 'approve'],
    ['VALID', 'reject'],
    ['AUTOMATIC', 'submit'],
    ['AUTOMATIC', 'reject'],
  ] as const)('%s refuses %s', (status, act) => {
    expect(decideZeroReport({ status, submittedBy: 'a' }, act, 'b')).toMatchObject({ ok: false, code: 'TRANSITION_NOT_ALLOWED' });
  });
});
