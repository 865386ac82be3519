import { describe, expect, test } from '@jest/globals';
import { verificationResults } from '@lianxin/contracts';
import {
  decideVerification,
  effectOf,
  findAnswerFaults,
  upwardOf,
  type VerificationAnswer,
  type VerifiedEntry,
  verificationTransitions,
  verifierOf,
} from './verification.rules.ts';

const answerOf = (result: VerificationAnswer['result'], changes: Partial<VerificationAnswer> = {}): VerificationAnswer => ({
  result,
  verifiedOn: '2026-11-20',
  evidence: [{ kind: '现场核查', fileId: '018f0000-0000-7000-8000-000000000001' }],
  note: '说明',
  ...changes,
});
const entryOf = (changes: Partial<VerifiedEntry> = {}): VerifiedEntry => ({
  status: 'ACTIVE',
  isOwn: false,
  suspendedHere: false,
  ...changes,
});
const exit = { ground: 'DUTIES_PERFORMED', documentNo: '移出1号', date: '2026-11-01' };
const proceeding = { kind: 'LITIGATION', documentNo: '(2026)苏07行初1号', date: '2026-11-01' } as const;
const deregistered = { status: 'DEREGISTERED', documentNo: '注销1号', date: '2026-11-01' } as const;
const revoked = { ...deregistered, status: 'REVOKED' } as const;
const faultsOf = (answer: VerificationAnswer) =>
  findAnswerFaults(answer, '2026-11-02', '2026-11-23').map(({ pointer, code }) => `${pointer} ${code}`);

describe('result of a verification (R-2-17)', () => {
  test.each([
    ['V0', 'LIST', 'NONE'],
    ['V1', 'LIST', 'NONE'],
    ['V2', 'LIST', 'NONE'],
    ['V3', 'NONE', 'EXIT'],
    ['V5', 'LIST', 'NONE'],
    ['V6', 'NONE', 'SUSPEND'],
    ['V7', 'NONE', 'SUSPEND'],
    ['V8', 'NONE', 'SUSPEND'],
  ] as const)('%s makes of a new record %s and of one in force %s', (result, ofNew, ofActive) => {
    expect(effectOf(answerOf(result), undefined)).toBe(ofNew);
    expect(effectOf(answerOf(result), entryOf())).toBe(ofActive);
  });

  test('V4: a cancelled enterprise is listed no more (T22), one whose licence was revoked still is', () => {
    expect(effectOf(answerOf('V4', { registration: deregistered }), undefined)).toBe('NONE');
    expect(effectOf(answerOf('V4', { registration: deregistered }), entryOf())).toBe('END_SUBJECT');
    expect(effectOf(answerOf('V4', { registration: revoked }), undefined)).toBe('LIST');
    expect(effectOf(answerOf('V4', { registration: revoked }), entryOf())).toBe('NONE');
  });

  test('nothing comes out of an entry that has left, whatever the result', () => {
    for (const result of verificationResults)
      expect(effectOf(answerOf(result, { registration: deregistered }), entryOf({ status: 'EXPIRED' }))).toBe('NONE');
  });

  test('what this city itself designated is suspended by a county, but ended by its own unit only', () => {
    expect(effectOf(answerOf('V3'), entryOf({ isOwn: true }))).toBe('ASK_UNIT');
    expect(effectOf(answerOf('V4', { registration: deregistered }), entryOf({ isOwn: true }))).toBe('ASK_UNIT');
    expect(effectOf(answerOf('V6'), entryOf({ isOwn: true }))).toBe('SUSPEND');
  });

  test('a later result ends only the suspension that a verification made, never a court’s', () => {
    expect(effectOf(answerOf('V0'), entryOf({ status: 'SUSPENDED', suspendedHere: true }))).toBe('RESUME');
    expect(effectOf(answerOf('V0'), entryOf({ status: 'SUSPENDED' }))).toBe('NONE');
    expect(effectOf(answerOf('V6'), entryOf({ status: 'SUSPENDED' }))).toBe('NONE');
  });

  test('V2 asks the source, V6 and V7 object upward, no other result does', () => {
    expect(verificationResults.map(upwardOf)).toEqual([null, null, 'QUERY', null, null, null, 'OBJECTION', 'OBJECTION', null]);
  });

  test.each([
    [answerOf('V0', { evidence: [] }), '/evidence EVIDENCE_REQUIRED'],
    [answerOf('V0', { verifiedOn: '2026-11-24' }), '/verifiedOn DATE_IN_FUTURE'],
    [answerOf('V0', { verifiedOn: '2026-11-01' }), '/verifiedOn DATE_ORDER'],
    [answerOf('V3'), '/exit VERIFICATION_INCOMPLETE'],
    [answerOf('V3', { exit: { ...exit, date: '2026-12-01' } }), '/exit/date DATE_IN_FUTURE'],
    [answerOf('V4'), '/registration VERIFICATION_INCOMPLETE'],
    [answerOf('V8'), '/proceeding VERIFICATION_INCOMPLETE'],
    [answerOf('V0', { exit }), '/exit VERIFICATION_INCOMPLETE'],
    [answerOf('V6', { note: undefined }), '/note VERIFICATION_INCOMPLETE'],
    [answerOf('V7', { note: undefined }), '/note VERIFICATION_INCOMPLETE'],
    [answerOf('V2', { note: undefined }), '/note VERIFICATION_INCOMPLETE'],
  ])('an answer that does not state what it must is refused (%#)', (answer, fault) => {
    expect(faultsOf(answer)).toEqual([fault]);
  });

  test('complete answers have no fault', () => {
    for (const answer of [
      answerOf('V0'),
      answerOf('V3', { exit }),
      answerOf('V4', { registration: revoked }),
      answerOf('V8', { proceeding }),
    ])
      expect(faultsOf(answer)).toEqual([]);
  });
});

describe('steps of a verification', () => {
  test('every state is reached, and what is not in the table is refused by name', () => {
    const reached = new Set(Object.values(verificationTransitions).flatMap((row) => Object.values(row)));
    expect([...reached].sort()).toEqual(['CANCELLED', 'CLAIMED', 'CONCLUDED', 'OPEN', 'SUBMITTED']);
    const refused = decideVerification('OPEN', 'APPROVE');
    expect(refused).toMatchObject({ ok: false, code: 'VERIFICATION_STATE' });
    expect(refused.ok ? '' : refused.detail).toContain('CLAIM');
    expect(decideVerification('CANCELLED', 'CLAIM')).toMatchObject({ ok: false });
  });

  test('the county of registration verifies, an abolished code leads to its successor, elsewhere the industry department', () => {
    const offices = new Map([
      ['320706', 'HZ'],
      ['LYG-XW', 'XW'],
    ]);
    expect(verifierOf('320706', offices, 'SHUIJ')).toBe('HZ');
    expect(verifierOf('320705', offices, 'SHUIJ')).toBe('HZ');
    expect(verifierOf('LYG-XW', offices, 'SHUIJ')).toBe('XW');
    expect(verifierOf('330100', offices, 'SHUIJ')).toBe('SHUIJ');
    expect(verifierOf(null, offices, 'SHUIJ')).toBe('SHUIJ');
  });
});
