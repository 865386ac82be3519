import { describe, expect, test } from '@jest/globals';
import { isRecordPublic, type PublishableRecord } from './record-publicity.ts';

const penalty: PublishableRecord = {
  kind: 'PENALTY',
  status: 'PUBLISHED',
  subjectKind: 'LEGAL',
  grade: 'GENERAL',
  decidedOn: '2026-05-01',
  publishedOn: '2026-05-08',
  publicUntil: null,
  hidden: false,
};

describe('which licences, penalties and abnormal operations anybody may see (R-7-0, §5.2)', () => {
  test.each<[string, Partial<PublishableRecord>, string]>([
    ['one that is no longer public', { status: 'STOPPED' }, '2026-06-01'],
    ['one that was taken back', { status: 'WITHDRAWN' }, '2026-06-01'],
    ['one of which it is not certain whom it means', { status: 'CHECKING', publishedOn: null }, '2026-06-01'],
    ['one of a natural person (R-8-7)', { subjectKind: 'PERSON' }, '2026-06-01'],
    ['a licence of a natural person', { subjectKind: 'PERSON', kind: 'LICENCE' }, '2026-06-01'],
    ['one of the lightest grade', { grade: 'MINOR' }, '2026-05-08'],
    ['one that is hidden for the time of a reorganisation plan', { hidden: true }, '2026-05-01'],
    ['one after its own period', { publicUntil: '2026-05-31' }, '2026-06-01'],
    ['a general one a year after its publication', {}, '2027-05-08'],
    ['a general one a year after its decision, under the old rule', { decidedOn: '2026-03-31', publishedOn: '2026-04-10' }, '2027-03-31'],
    ['one without a grade a year later: it counts as general, never as serious', { grade: null }, '2027-05-08'],
    ['a serious one three years later', { grade: 'SERIOUS' }, '2029-05-08'],
    ['abnormal operation after its own period', { kind: 'ABNORMAL', grade: null, publicUntil: '2026-05-31' }, '2026-06-01'],
  ])('not %s', (_what, changes, today) => {
    expect(isRecordPublic({ ...penalty, ...changes }, today)).toBe(false);
  });

  test.each<[string, Partial<PublishableRecord>, string]>([
    ['a general one within the year', {}, '2027-05-07'],
    ['one on the last day of its own period', { publicUntil: '2026-06-01' }, '2026-06-01'],
    ['a serious one within three years', { grade: 'SERIOUS' }, '2029-05-07'],
    ['a licence, however old', { kind: 'LICENCE', grade: null }, '2036-05-07'],
    ['one of an individual business', { subjectKind: 'IB' }, '2026-06-01'],
  ])('%s', (_what, changes, today) => {
    expect(isRecordPublic({ ...penalty, ...changes }, today)).toBe(true);
  });
});
