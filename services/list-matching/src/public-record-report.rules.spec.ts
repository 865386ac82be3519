import { describe, expect, test } from '@jest/globals';
import type { FieldProblem, ProblemCode } from '@lianxin/contracts';
import { hasReported } from './import-progress.ts';
import { countFile, countRefused } from './public-record-report.rules.ts';

const fault = (code: ProblemCode): FieldProblem => ({ pointer: '/x', code, detail: '' });

describe('what a report counts (K18 合规率)', () => {
  test.each<[string, { done: number; refused: number }, { unjudged: number; rightInForm: number }, number, number]>([
    ['all taken', { done: 5, refused: 0 }, { unjudged: 0, rightInForm: 0 }, 5, 5],
    ['some refused for their form', { done: 5, refused: 2 }, { unjudged: 0, rightInForm: 0 }, 5, 3],
    ['some refused though right in form', { done: 5, refused: 3 }, { unjudged: 0, rightInForm: 2 }, 5, 4],
    ['some that we could not judge', { done: 5, refused: 3 }, { unjudged: 1, rightInForm: 0 }, 4, 2],
    ['none judged', { done: 2, refused: 2 }, { unjudged: 2, rightInForm: 0 }, 0, 0],
  ])('a file with %s', (_what, rows, refusals, received, valid) => {
    expect(countFile(rows, refusals)).toEqual({ received, valid });
  });

  test.each<[ProblemCode, ProblemCode[], number | undefined]>([
    ['VALIDATION_FAILED', ['VALIDATION_FAILED'], 0],
    ['USCC_INVALID', ['USCC_INVALID', 'VALIDATION_FAILED'], 0],
    ['SOURCE_RECORD_DIFFERS', ['SOURCE_RECORD_DIFFERS'], 1],
    ['CONFLICT', ['CONFLICT'], 1],
    ['SOURCE_RECORD_DIFFERS', ['SOURCE_RECORD_DIFFERS', 'VALIDATION_FAILED'], 0],
    // No field of the record is named: a key used twice, a key too long, a broken text.
    ['IDEMPOTENCY_KEY_REUSED', [], undefined],
    ['VALIDATION_FAILED', [], undefined],
    ['CONFLICT', [], undefined],
    ['FORBIDDEN', ['FORBIDDEN'], undefined],
    ['UNAUTHENTICATED', ['UNAUTHENTICATED'], undefined],
    ['UNAVAILABLE', ['UNAVAILABLE'], undefined],
    ['INTERNAL', ['INTERNAL'], undefined],
  ])('a request refused as %s with %j', (code, codes, valid) => {
    expect(countRefused({ code, errors: codes.map(fault) })).toEqual(valid === undefined ? undefined : { received: 1, valid });
  });

  test.each([
    ['RUN', 'partial', 'succeeded', false, true],
    ['RUN', 'partial', 'cancelled', false, true],
    ['RUN', 'partial', 'failed', true, true],
    ['RUN', 'all', 'succeeded', false, true],
    ['RUN', 'all', 'failed', false, true],
    ['RUN', 'all', 'failed', true, false],
    ['RUN', 'all', 'cancelled', false, false],
    ['PREVIEW', 'partial', 'failed', false, false],
    ['PREVIEW', 'all', 'failed', true, false],
  ] as const)('a file %s in mode %s that ended as %s, given up: %s, has reported: %s', (wanted, mode, status, isGivenUp, reported) => {
    expect(hasReported({ wanted, mode }, status, isGivenUp)).toBe(reported);
  });
});
