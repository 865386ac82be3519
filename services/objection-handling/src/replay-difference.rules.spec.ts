import { expect, test } from '@jest/globals';
import { type Assessment, joinAssessments } from './replay-difference.rules.ts';

const id = '0198c1d0-0000-7000-8000-000000000001';
/** What list-matching says of an entry whose term is corrected to `validTo`. */
function corrected(listType: 'RED' | 'BLACK', validTo: string | null, hardens?: string[]): Assessment {
  const entry = {
    ...{ entryId: id, subjectId: id, number: 'LYG-2026-1', listCode: 'L', listType, designatingDepartment: 'SHUIJ' },
    ...{
      entryVersion: 1,
      activationNo: 1,
      status: 'ACTIVE' as const,
      action: 'CORRECT' as const,
      clause: '§6.4',
      facts: { validTo },
      validTo: null,
    },
    ...(hardens === undefined ? {} : { hardens }),
  };
  return {
    ...{
      change: { kind: 'CORRECT_ENTRY', facts: { validTo } },
      replayId: id,
      round: 1,
      entryId: id,
      subjectId: id,
      owner: 'list-matching',
      part: 1,
      parts: 1,
      result: 'ASSESSED',
    },
    ...{ clause: null, detail: null, acts: true, versions: [], plans: [], tasks: [], unchangedTasks: 0, state: null, mismatches: [] },
    entries: [entry],
  };
}

test.each([
  ['an honour cut shorter', 'RED', '2028-01-01', ['validTo'], { addsRestriction: false, losesHonour: true }],
  ['an honour given its end back', 'RED', '2030-01-01', [], { addsRestriction: false, losesHonour: false }],
  ['a restriction prolonged', 'BLACK', '2030-01-01', ['validTo'], { addsRestriction: true, losesHonour: false }],
  ['a restriction cut shorter', 'BLACK', '2028-01-01', [], { addsRestriction: false, losesHonour: false }],
  ['an honour cut shorter, which its owner does not say', 'RED', '2028-01-01', undefined, { addsRestriction: false, losesHonour: true }],
  ['an honour prolonged, which its owner does not say', 'RED', null, undefined, { addsRestriction: false, losesHonour: false }],
  ['a restriction without end from now on', 'BLACK', null, undefined, { addsRestriction: true, losesHonour: false }],
] as const)('%s is counted as what it does to its subject (R-6-7a)', (_what, listType, validTo, hardens, expected) => {
  const answer = corrected(listType, validTo, hardens === undefined ? undefined : [...hardens]);
  expect(joinAssessments([answer], { grade: 'GENERAL', validTo: '2029-01-01' })).toMatchObject(expected);
});

test.each([
  ['a reward that becomes weaker or stronger', 'RED', undefined, { addsRestriction: false, losesHonour: true }],
  ['a restriction that binds less', 'BLACK', true, { addsRestriction: false, losesHonour: false }],
  ['a restriction that binds more', 'BLACK', false, { addsRestriction: true, losesHonour: false }],
] as const)('%s: a measure that is changed is counted, too (R-6-7a)', (_what, listType, frees, expected) => {
  const [entry] = corrected(listType, null, []).entries;
  const row = { measureCode: 'M-1', departmentCode: 'SHUIJ', notice: false, partyIds: [id], ...(frees === undefined ? {} : { frees }) };
  const plan = {
    ...{ planId: id, planVersion: 1, entryId: id, status: 'LIVE', action: 'REVISE' as const },
    ...{ catalogueVersionBefore: 1, catalogueVersionAfter: 2, withdrawn: [], added: [], changed: [row], kept: 0 },
  };
  const answer: Assessment = {
    ...corrected(listType, null, []),
    ...{
      change: { kind: 'CATALOGUE_VERSION', version: 2 },
      entries: entry === undefined ? [] : [{ ...entry, action: 'KEEP', facts: null }],
    },
  };
  const plans: Assessment = { ...answer, owner: 'measure-decomposition', entries: [], plans: [plan] };
  expect(joinAssessments([answer, plans], { grade: null, validTo: null })).toMatchObject(expected);
});
