import { describe, expect, test } from '@jest/globals';
import { type FeedbackFact, hearFeedback, isValidFeedback } from './feedback.rules.ts';

const head = { feedbackId: 'f', taskId: 't', departmentCode: 'WMB', cycle: 1 };
const approved = (
  version: number,
  kind: 'APPLIED' | 'HIT' | 'ZERO' | 'PARTIAL' | 'NOT_APPLIED' | 'LIFTED',
  at = '2026-11-02T00:00:00.000Z',
): FeedbackFact => ({
  ...head,
  approved: { version, at, kind, notAppliedReason: null },
});
const rejected = (version: number, at = '2026-11-03T00:00:00.000Z'): FeedbackFact => ({ ...head, rejected: { version, at } });
const isValid = (...facts: FeedbackFact[]) => isValidFeedback(facts.reduce(hearFeedback, hearFeedback(undefined, head)));

describe('a feedback answers its cycle (R-4-9)', () => {
  test.each(['APPLIED', 'HIT', 'ZERO', 'PARTIAL'] as const)('%s does once the second person has approved', (kind) => {
    expect(isValid()).toBe(false);
    expect(isValid(approved(1, kind))).toBe(true);
  });

  test('the receipt of a lift never does', () => {
    expect(isValid(approved(1, 'LIFTED'))).toBe(false);
  });

  test('NOT_APPLIED does only with a reason', () => {
    expect(isValid(approved(1, 'NOT_APPLIED'))).toBe(false);
    expect(
      isValid({ ...head, approved: { version: 1, at: '2026-11-02T00:00:00.000Z', kind: 'NOT_APPLIED', notAppliedReason: 'OTHER' } }),
    ).toBe(true);
  });

  test('one that was sent back does not, its corrected version does', () => {
    expect(isValid(rejected(1))).toBe(false);
    expect(isValid(rejected(1), approved(2, 'APPLIED'))).toBe(true);
  });

  test('a correction that is sent back leaves the approved version valid', () => {
    expect(isValid(approved(1, 'APPLIED'), rejected(2))).toBe(true);
  });

  test('one that is sent back after its approval is valid no more', () => {
    expect(isValid(approved(1, 'APPLIED'), rejected(1))).toBe(false);
  });

  test('the order in which its events come does not matter', () => {
    expect(isValid(approved(2, 'APPLIED'), rejected(1), approved(1, 'LIFTED'))).toBe(true);
    expect(isValid(approved(2, 'LIFTED'), approved(1, 'APPLIED'))).toBe(false);
  });
});
