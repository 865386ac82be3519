import { describe, expect, test } from '@jest/globals';
import { objectionStatuses } from '@lianxin/contracts';
import {
  allowedActions,
  decideStep,
  type EarlierObjection,
  isOwed,
  judgeProposal,
  judgeRepeat,
  lacksOf,
  type Proposal,
  type ProposedOn,
  type Submission,
  transitions,
} from './objection.rules.ts';

const today = '2026-11-23';
const submission = (change: Partial<Submission> = {}): Submission => ({
  capacity: 'SUBJECT',
  kinds: ['CONTENT_WRONG'],
  target: { kind: 'LIST_ENTRY', taskId: null },
  identityProof: { documentNo: '营业执照' },
  authority: null,
  relationProof: null,
  evidence: [{ sha256: 'a' }],
  ...change,
});

describe('the way of an objection (§6.4)', () => {
  test('every state can be reached, and only three are final', () => {
    const reached = new Set<string>(['SUBMITTED', ...Object.values(transitions).flatMap((row) => Object.values(row))]);
    expect(objectionStatuses.filter((status) => !reached.has(status))).toEqual([]);
    expect(objectionStatuses.filter((status) => allowedActions(status).length === 0)).toEqual(['CLOSED', 'REFUSED', 'WITHDRAWN']);
  });

  test.each([
    ['SUBMITTED', 'FORWARD'],
    ['SUBMITTED', 'UPHOLD'],
    ['REJECTED_FORM', 'ACCEPT'],
    ['ACCEPTED', 'FORWARD'],
    ['MARKED', 'DISMISS'],
    ['SELF_CHECK', 'DISMISS'],
    ['SELF_CHECK', 'LEAVE_UNCONFIRMED'],
    ['SELF_CHECK', 'EXTEND'],
    ['FORWARDED', 'UPHOLD'],
    ['EXTENDED', 'EXTEND'],
    ['UPHELD', 'WITHDRAW'],
    ['DISMISSED', 'ANSWER'],
    ['CLOSED', 'ACCEPT'],
    ['WITHDRAWN', 'ACCEPT'],
  ] as const)('in state %s refuses %s and says what is allowed', (status, action) => {
    expect(decideStep(status, action)).toMatchObject({
      ok: false,
      code: 'TRANSITION_NOT_ALLOWED',
      detail: expect.stringContaining('允许'),
    });
  });
});

describe('what a submission needs (R-6-1)', () => {
  test('a subject with proof and evidence lacks nothing', () => expect(lacksOf(submission(), today)).toEqual([]));

  test.each([
    ['no proof of identity', { identityProof: null }, ['/identityProof']],
    ['no evidence', { evidence: [] }, ['/evidence']],
    ['an agent without authority', { capacity: 'AGENT' }, ['/authority']],
    [
      'an agent whose authority has ended',
      { capacity: 'AGENT', authority: { documentNo: 'A', validTo: '2026-11-22' } },
      ['/authority/validTo'],
    ],
    ['an heir without proof', { capacity: 'HEIR' }, ['/relationProof']],
    ['a guardian without proof', { capacity: 'GUARDIAN' }, ['/relationProof']],
    ['an administrator without proof', { capacity: 'BANKRUPTCY_ADMINISTRATOR' }, ['/relationProof']],
    ['a successor without proof', { capacity: 'SUCCESSOR' }, ['/relationProof']],
    ['a measure without its task', { kinds: ['MEASURE_WRONGLY_APPLIED'] }, ['/target/taskId']],
    ['a task beside other grounds', { target: { kind: 'LIST_ENTRY', taskId: 't' } }, ['/kinds']],
    [
      'a task of a public record',
      { kinds: ['MEASURE_WRONGLY_APPLIED'], target: { kind: 'PUBLIC_RECORD', taskId: 't' } },
      ['/target/taskId'],
    ],
    ['all at once', { capacity: 'AGENT', identityProof: null, evidence: [] }, ['/identityProof', '/authority', '/evidence']],
  ] as [string, Partial<Submission>, string[]][])('names what is missing: %s', (_what, change, pointers) => {
    expect(lacksOf(submission(change), today).map((lack) => lack.pointer)).toEqual(pointers);
  });

  test('a department that found the error itself needs no proof of identity (R-6-9)', () =>
    expect(lacksOf(submission({ capacity: 'DEPARTMENT', identityProof: null }), today)).toEqual([]));

  test('an authority is good until its last day', () =>
    expect(lacksOf(submission({ capacity: 'AGENT', authority: { documentNo: 'A', validTo: today } }), today)).toEqual([]));
});

describe('a repeated objection (R-6-12)', () => {
  const earlier = (change: Partial<EarlierObjection> = {}): EarlierObjection => ({
    id: 'one',
    number: 'LYG-YY-2026-000001',
    status: 'CLOSED',
    outcome: 'DISMISSED',
    kinds: ['CONTENT_WRONG'],
    taskId: null,
    sameApplicant: true,
    evidenceHashes: ['a'],
    ...change,
  });

  test.each([
    ['on the same facts with the same evidence', earlier(), 'OBJECTION_DUPLICATE'],
    ['of somebody else on the same facts with the same evidence', earlier({ sameApplicant: false }), 'OBJECTION_DUPLICATE'],
    ['beside one that is open', earlier({ status: 'VERIFYING', outcome: null }), 'OBJECTION_OPEN'],
    ['beside one that waits for completion', earlier({ status: 'REJECTED_FORM', outcome: null }), 'OBJECTION_OPEN'],
  ])('is refused %s', (_what, one, code) => {
    expect(judgeRepeat(submission(), [one])).toMatchObject({ ok: false, code });
  });

  test.each([
    ['with new evidence', earlier({ evidenceHashes: ['b'] })],
    ['on other grounds', earlier({ kinds: ['DUPLICATE'] })],
    ['after one that was withdrawn', earlier({ status: 'WITHDRAWN', outcome: null })],
    ['beside an open one of somebody else', earlier({ status: 'VERIFYING', outcome: null, sameApplicant: false })],
    ['after one that could not be confirmed', earlier({ outcome: 'UNCONFIRMED' })],
  ])('is taken in %s', (_what, one) => {
    expect(judgeRepeat(submission(), [one])).toEqual({ ok: true, repeatOf: 'one' });
  });

  test('is taken in when one piece of evidence is new, beside those that are known', () =>
    expect(judgeRepeat(submission({ evidence: [{ sha256: 'a' }, { sha256: 'b' }] }), [earlier()])).toMatchObject({ ok: true }));

  test('to a measure has nothing to do with one to the record', () =>
    expect(judgeRepeat(submission(), [earlier({ taskId: 't' })])).toEqual({ ok: true, repeatOf: null }));
});

test.each([
  ['AMEND', null, ['grade'], true],
  ['AMEND', null, ['validTo'], true],
  ['AMEND', '2028-01-01', [], false],
  ['AMEND', '2028-01-01', ['validTo'], false],
  ['AMEND', '2028-01-01', ['validTo', 'OTHER'], true],
  ['KEEP', null, [], false],
])('a finding %s with the end %s and the fields %j leaves the unit something to correct: %s', (effect, validTo, correctedFields, owed) => {
  expect(isOwed({ effect, validTo, correctedFields })).toBe(owed);
});

describe('a finding (§6.4)', () => {
  const proposal = (change: Partial<Proposal> = {}): Proposal => ({
    outcome: 'DISMISSED',
    effect: 'KEEP',
    errorSource: null,
    validTo: null,
    correctedFields: [],
    ...change,
  });
  const on = (change: Partial<ProposedOn> = {}): ProposedOn => ({
    status: 'VERIFYING',
    target: { kind: 'LIST_ENTRY', taskId: null },
    validTo: '2029-11-01',
    ...change,
  });
  const partly = { outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE' } as const;
  const ofTask = on({ target: { kind: 'LIST_ENTRY', taskId: 't' } });

  test.each([
    ['dismissed', proposal(), on()],
    ['upheld for an error of the source', proposal({ outcome: 'UPHELD', effect: 'VOID', errorSource: 'SOURCE' }), on()],
    ['upheld because the basis is revoked', proposal({ outcome: 'UPHELD', effect: 'REVOKE', errorSource: 'SOURCE' }), on()],
    ['partly: an earlier end', proposal({ ...partly, validTo: '2028-11-01' }), on()],
    ['partly: other fields', proposal({ ...partly, correctedFields: ['OTHER'] }), on()],
    ['cannot be confirmed', proposal({ outcome: 'UNCONFIRMED', effect: 'NOTE' }), on()],
    [
      'an error of the platform, by its own check',
      proposal({ outcome: 'UPHELD', effect: 'VOID', errorSource: 'PLATFORM' }),
      on({ status: 'SELF_CHECK' }),
    ],
    ['a measure that was wrong', proposal({ outcome: 'UPHELD', effect: 'UNDO_MEASURE', errorSource: 'SOURCE' }), ofTask],
    ['a measure that was right', proposal(), ofTask],
  ])('may be: %s', (_what, one, context) => expect(judgeProposal(one, context)).toEqual({ ok: true }));

  test.each([
    ['dismissed and yet void', proposal({ effect: 'VOID' }), on()],
    ['upheld without effect', proposal({ outcome: 'UPHELD', effect: 'KEEP', errorSource: 'SOURCE' }), on()],
    ['upheld without saying whose error', proposal({ outcome: 'UPHELD', effect: 'VOID' }), on()],
    ['dismissed for an error', proposal({ errorSource: 'SOURCE' }), on()],
    ['partly without saying what', proposal(partly), on()],
    ['partly with a later end: an objection makes nothing worse', proposal({ ...partly, validTo: '2030-01-01' }), on()],
    ['partly with the same end', proposal({ ...partly, validTo: '2029-11-01' }), on()],
    ['an end of a public record', proposal({ ...partly, validTo: '2028-01-01' }), on({ target: { kind: 'PUBLIC_RECORD', taskId: null } })],
    [
      'an error of the source, by the platform’s check',
      proposal({ outcome: 'UPHELD', effect: 'VOID', errorSource: 'SOURCE' }),
      on({ status: 'SELF_CHECK' }),
    ],
    ['dismissed by the platform’s check', proposal(), on({ status: 'SELF_CHECK' })],
    [
      'revoked by the platform’s check',
      proposal({ outcome: 'UPHELD', effect: 'REVOKE', errorSource: 'PLATFORM' }),
      on({ status: 'SELF_CHECK' }),
    ],
    ['an entry void for one wrong measure', proposal({ outcome: 'UPHELD', effect: 'VOID', errorSource: 'SOURCE' }), ofTask],
    ['a measure that cannot be confirmed', proposal({ outcome: 'UNCONFIRMED', effect: 'NOTE' }), ofTask],
    ['corrections beside a dismissal', proposal({ correctedFields: ['facts'] }), on()],
  ])('may not be: %s', (_what, one, context) =>
    expect(judgeProposal(one, context)).toMatchObject({ ok: false, code: 'OUTCOME_NOT_ALLOWED' }),
  );
});
