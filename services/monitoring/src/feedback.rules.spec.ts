import { describe, expect, test } from '@jest/globals';
import { answeredAt, executionOf, type FeedbackFact, hearFeedback, isValidFeedback } from './feedback.rules.ts';

type Kind = 'APPLIED' | 'HIT' | 'ZERO' | 'PARTIAL' | 'NOT_APPLIED' | 'LIFTED';
const submittedAt = '2026-11-01T00:00:00.000Z';
const head = { feedbackId: 'f', taskId: 't', departmentCode: 'WMB', cycle: 1 };
const submitted = (version = 1, kind: Kind = 'APPLIED', at = submittedAt): FeedbackFact => ({
  ...head,
  version,
  said: { kind, notAppliedReason: null, submittedAt: at },
});
const approved = (version: number, kind: Kind, at = '2026-11-02T00:00:00.000Z'): FeedbackFact => ({
  ...submitted(version, kind),
  approvedAt: at,
});
const rejected = (version: number, at = '2026-11-03T00:00:00.000Z', kind: Kind = 'APPLIED'): FeedbackFact => ({
  ...submitted(version, kind),
  rejectedAt: at,
});
const heard = (...facts: FeedbackFact[]) => facts.reduce(hearFeedback, hearFeedback(undefined, submitted()));
const isValid = (...facts: FeedbackFact[]) => isValidFeedback(heard(...facts));

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
    const accepted = approved(1, 'NOT_APPLIED');
    expect(isValid({ ...accepted, said: { ...accepted.said, notAppliedReason: 'OTHER' } })).toBe(true);
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

describe('when a cycle was answered (K08)', () => {
  const late = '2026-12-24T00:00:00.000Z';

  test('by the submission, however long the second person takes', () => {
    expect(answeredAt(heard(approved(1, 'APPLIED', late)))).toBe(submittedAt);
    expect(answeredAt(heard())).toBeUndefined();
  });

  test('by its first version that stands: a correction does not make it late, one that was sent back does not make it early', () => {
    const corrected = { ...submitted(2, 'APPLIED', late), approvedAt: late };
    expect(answeredAt(heard(approved(1, 'APPLIED'), corrected))).toBe(submittedAt);
    expect(answeredAt(heard(rejected(1), corrected))).toBe(late);
    expect(answeredAt(heard(approved(1, 'APPLIED'), rejected(1), corrected))).toBe(late);
  });
});

describe('what a feedback says of execution (K09)', () => {
  test.each([
    ['APPLIED', true],
    ['HIT', true],
    ['PARTIAL', true],
    ['NOT_APPLIED', false],
  ] as const)('%s, approved, counts as executed: %s', (kind, isExecuted) => {
    expect(executionOf(heard(approved(1, kind)))).toMatchObject({ kind, isExecuted });
  });

  test.each(['ZERO', 'LIFTED'] as const)('%s says nothing of it', (kind) => {
    expect(executionOf(heard(approved(1, kind)))).toBeUndefined();
  });

  test('a refusal with an accepted reason is in neither part; one that was sent back was not executed; one that waits is not judged', () => {
    const accepted = approved(1, 'NOT_APPLIED');
    expect(executionOf(heard({ ...accepted, said: { ...accepted.said, notAppliedReason: 'OTHER' } }))).toBeUndefined();
    expect(executionOf(heard(rejected(1, '2026-11-03T00:00:00.000Z', 'NOT_APPLIED')))).toMatchObject({ isExecuted: false });
    expect(executionOf(heard(submitted(1, 'NOT_APPLIED')))).toBeUndefined();
  });

  test('an answer that was sent back after its approval is not executed any more', () => {
    expect(executionOf(heard(approved(1, 'APPLIED'), rejected(1)))).toBeUndefined();
  });
});
