import { describe, expect, it } from '@jest/globals';
import { decisionOf, familyOf } from './grade-names.rules.ts';
import { gradeOrganisation, type OrganisationFacts, organisationGradeRules } from './organisation-grade.rules.ts';

const thresholds = { coreMin: 0.85, reviewMin: 0.6, mostSingleEdits: 10 };

/** Two organisations that have nothing to do with one another. */
const nothing: OrganisationFacts = {
  uscc: 'ABSENT',
  queryHasUscc: false,
  otherCode: 'ABSENT',
  name: 'OTHER',
  sameTrade: false,
  sameBranch: true,
  legalRepresentative: 'ABSENT',
  address: 'ABSENT',
  phone: 'ABSENT',
  county: 'ABSENT',
  regionsExclude: false,
  coreSimilarity: 0.2,
  totalSimilarity: 0.2,
  singleEdit: false,
  singleEditCount: 0,
  sameNameCount: { register: 0, province: 0, withRepresentative: 0 },
  inProvince: true,
};
const once = { register: 1, province: 1, withRepresentative: 1 };
const sameName = { name: 'FULL', sameTrade: true, coreSimilarity: 1, totalSimilarity: 1, sameNameCount: once } as const;
const sameCode = { uscc: 'EQUAL', queryHasUscc: true } as const;

describe('the grade of an organisation (§11.3)', () => {
  it.each<[string, string, string, Partial<OrganisationFacts>]>([
    ['code and full name equal', 'E1', 'AUTOMATIC', { ...sameCode, ...sameName }],
    ['code equal, name a variant of spelling', 'E2', 'AUTOMATIC', { ...sameCode, ...sameName, name: 'VARIANT' }],
    ['code equal, only 字号, 行业 and form equal', 'C1', 'REVIEW', { ...sameCode, ...sameName, name: 'CORE' }],
    ['code equal, name wholly different', 'C1', 'REVIEW', sameCode],
    ['code equal, name nearly the same', 'C1', 'REVIEW', { ...sameCode, coreSimilarity: 0.99, totalSimilarity: 0.99, singleEdit: true }],
    ['code of the parent, name of the branch', 'C1', 'REVIEW', { ...sameCode, sameBranch: false, name: 'CORE' }],
    ['same name, two valid codes', 'NONE', 'NOTHING', { ...sameName, uscc: 'DIFFERENT', queryHasUscc: true }],
    [
      'same name and representative, two valid codes',
      'NONE',
      'NOTHING',
      { ...sameName, uscc: 'DIFFERENT', queryHasUscc: true, legalRepresentative: 'EQUAL' },
    ],
    ['other code and core equal', 'P1', 'HINT', { otherCode: 'EQUAL', name: 'CORE', sameTrade: true }],
    ['other code and core equal, but a branch', 'C2', 'REVIEW', { otherCode: 'EQUAL', name: 'CORE', sameBranch: false }],
    ['other code equal, another name', 'C2', 'REVIEW', { otherCode: 'EQUAL' }],
    [
      'other code and name equal, a faulty USCC',
      'C2',
      'REVIEW',
      { ...sameName, otherCode: 'EQUAL', uscc: 'UNREADABLE', queryHasUscc: true },
    ],
    ['other code equal, two valid USCC', 'NONE', 'NOTHING', { ...sameName, otherCode: 'EQUAL', uscc: 'DIFFERENT', queryHasUscc: true }],
    ['same name, two valid organisation codes', 'NONE', 'NOTHING', { ...sameName, otherCode: 'CONFLICT' }],
    [
      'parent and branch',
      'NONE',
      'NOTHING',
      {
        name: 'CORE',
        sameTrade: true,
        sameBranch: false,
        coreSimilarity: 1,
        totalSimilarity: 1,
        address: 'EQUAL',
        legalRepresentative: 'EQUAL',
      },
    ],
    ['code one edit away, full name equal', 'P3', 'CONFIRM', { ...sameName, uscc: 'NEAR', queryHasUscc: true }],
    ['code one edit away, name a variant', 'S4', 'REVIEW', { ...sameName, name: 'VARIANT', uscc: 'NEAR', queryHasUscc: true }],
    ['no code, full name and representative, unique', 'P2', 'CONFIRM', { ...sameName, legalRepresentative: 'EQUAL' }],
    [
      'no code, full name and representative, twice',
      'S4',
      'REVIEW',
      { ...sameName, sameTrade: false, legalRepresentative: 'EQUAL', sameNameCount: { register: 2, province: 2, withRepresentative: 2 } },
    ],
    [
      'full name and representative, a faulty code',
      'S1',
      'REVIEW',
      { ...sameName, legalRepresentative: 'EQUAL', uscc: 'UNREADABLE', queryHasUscc: true },
    ],
    [
      'full name and representative, another registration number',
      'S1',
      'REVIEW',
      { ...sameName, legalRepresentative: 'EQUAL', otherCode: 'DIFFERENT' },
    ],
    ['full name only, unique in the province', 'S1', 'REVIEW', sameName],
    [
      'full name only, unique here, once more elsewhere',
      'S1',
      'REVIEW',
      { ...sameName, sameNameCount: { register: 2, province: 1, withRepresentative: 0 } },
    ],
    ['full name only, but of another province', 'S4', 'REVIEW', { ...sameName, inProvince: false }],
    [
      'full name only, twice in the province',
      'S4',
      'REVIEW',
      { ...sameName, sameNameCount: { register: 2, province: 2, withRepresentative: 0 } },
    ],
    ['core equal in the same county', 'S2', 'REVIEW', { name: 'CORE', county: 'EQUAL' }],
    [
      'core equal in another county and region',
      'NONE',
      'NOTHING',
      { name: 'CORE', county: 'DIFFERENT', regionsExclude: true, coreSimilarity: 1, totalSimilarity: 0.9 },
    ],
    ['字号 equal in sound, same address', 'S3', 'REVIEW', { sameTrade: true, address: 'EQUAL' }],
    ['字号 equal in sound, same representative', 'S3', 'REVIEW', { sameTrade: true, legalRepresentative: 'EQUAL' }],
    ['字号 equal in sound, nothing else', 'NONE', 'NOTHING', { sameTrade: true, coreSimilarity: 0.78, totalSimilarity: 0.8 }],
    ['same representative, nothing else', 'NONE', 'NOTHING', { legalRepresentative: 'EQUAL' }],
    ['similar core', 'S4', 'REVIEW', { coreSimilarity: 0.85, totalSimilarity: 0.6 }],
    ['core not similar enough', 'NONE', 'NOTHING', { coreSimilarity: 0.849, totalSimilarity: 0.9 }],
    ['similar core, but below the limit in all', 'NONE', 'NOTHING', { coreSimilarity: 0.9, totalSimilarity: 0.599 }],
    ['similar core in another region', 'NONE', 'NOTHING', { coreSimilarity: 0.9, totalSimilarity: 0.9, regionsExclude: true }],
    ['one character differs', 'S4', 'REVIEW', { singleEdit: true, coreSimilarity: 0.7, totalSimilarity: 0.7, singleEditCount: 10 }],
    [
      'one character differs, as from many others',
      'NONE',
      'NOTHING',
      { singleEdit: true, coreSimilarity: 0.7, totalSimilarity: 0.7, singleEditCount: 11 },
    ],
    ['less alike, same telephone', 'S4', 'REVIEW', { phone: 'EQUAL', coreSimilarity: 0.6, totalSimilarity: 0.6 }],
    ['nothing in common', 'NONE', 'NOTHING', {}],
  ])('%s: %s', (_, grade, action, facts) => {
    expect(gradeOrganisation({ ...nothing, ...facts }, thresholds)).toMatchObject({ grade, action });
  });

  it('follows the thresholds as they stand on the day', () => {
    const facts = { ...nothing, coreSimilarity: 0.8, totalSimilarity: 0.7 };
    expect(gradeOrganisation(facts, { ...thresholds, coreMin: 0.8 }).grade).toBe('S4');
    expect(gradeOrganisation(facts, { ...thresholds, coreMin: 0.8, reviewMin: 0.71 }).grade).toBe('NONE');
  });
});

/** Every combination of the facts that §11.3 speaks of; similarity at its greatest, so that nothing else hinders a match. */
function* everyCombination(): Generator<OrganisationFacts> {
  const states = ['EQUAL', 'DIFFERENT', 'ABSENT'] as const;
  for (const uscc of ['EQUAL', 'DIFFERENT', 'NEAR', 'UNREADABLE', 'ABSENT'] as const)
    for (const otherCode of ['EQUAL', 'DIFFERENT', 'CONFLICT', 'ABSENT'] as const)
      for (const name of ['FULL', 'VARIANT', 'CORE', 'OTHER'] as const)
        for (const legalRepresentative of states)
          for (const address of states)
            for (const county of states)
              for (const sameBranch of [true, false])
                for (const regionsExclude of [true, false])
                  for (const count of [1, 2])
                    yield {
                      ...nothing,
                      uscc,
                      queryHasUscc: uscc !== 'ABSENT',
                      otherCode,
                      name,
                      legalRepresentative,
                      address,
                      county,
                      sameBranch,
                      regionsExclude,
                      sameTrade: name !== 'OTHER',
                      coreSimilarity: 1,
                      totalSimilarity: 1,
                      singleEdit: true,
                      sameNameCount: { register: count, province: count, withRepresentative: count },
                    };
}

describe('over all combinations of facts', () => {
  it('EXACT needs a valid equal code and an equal name or a variant of it, and that alone decides', () => {
    for (const facts of everyCombination()) {
      const { grade } = gradeOrganisation(facts, thresholds);
      const expected = facts.uscc === 'EQUAL' && (facts.name === 'FULL' || facts.name === 'VARIANT');
      if ((familyOf(grade) === 'EXACT') !== expected) throw new Error(`${grade}: ${JSON.stringify(facts)}`);
      expect(decisionOf(grade) === 'match').toBe(expected);
    }
  });

  it('two valid codes that differ are two organisations, whatever else agrees', () => {
    for (const facts of everyCombination()) {
      if (facts.uscc === 'DIFFERENT')
        expect(gradeOrganisation(facts, thresholds)).toMatchObject({ grade: 'NONE', reason: 'CODE_CONFLICT' });
    }
  });

  it('a branch and its parent never go below a conflict of codes', () => {
    for (const facts of everyCombination()) {
      if (facts.sameBranch || facts.uscc === 'EQUAL') continue;
      expect(['NONE', 'C2']).toContain(gradeOrganisation(facts, thresholds).grade);
    }
  });

  it('every rule decides some case', () => {
    const reasons = new Set<string>();
    for (const facts of everyCombination())
      for (const coreSimilarity of [1, 0.7]) reasons.add(gradeOrganisation({ ...facts, coreSimilarity }, thresholds).reason);
    expect([...new Set(organisationGradeRules.map(({ reason }) => reason))].filter((reason) => !reasons.has(reason))).toEqual([]);
  });
});
