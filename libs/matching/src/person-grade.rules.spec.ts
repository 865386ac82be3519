import { describe, expect, it } from '@jest/globals';
import { familyOf } from './grade-names.rules.ts';
import { gradePerson, type PersonFacts, personGradeRules } from './person-grade.rules.ts';

/** A namesake of whom nothing else is known. */
const namesake: PersonFacts = {
  number: 'ABSENT',
  name: 'EQUAL',
  visibleDigits: 0,
  showsFirstSixAndLastFour: false,
  thirdField: false,
  fittingCount: 0,
  birthDateAndGenderEqual: false,
  sameRole: false,
  contradicted: false,
};
const fitting = { number: 'FITS', visibleDigits: 10, showsFirstSixAndLastFour: true, fittingCount: 1 } as const;

describe('the grade of a person (§11.4)', () => {
  it.each<[string, string, string, Partial<PersonFacts>]>([
    ['type, full number and name equal', 'E1', 'AUTOMATIC', { number: 'EQUAL' }],
    ['full number equal, former name', 'P2', 'CONFIRM', { number: 'EQUAL', name: 'FORMER' }],
    ['full number equal, unreadable character', 'P2', 'CONFIRM', { number: 'EQUAL', name: 'WILDCARD' }],
    ['full number equal, type not named', 'P2', 'CONFIRM', { number: 'EQUAL_WITHOUT_TYPE' }],
    ['full number equal, another name', 'C1', 'REVIEW', { number: 'EQUAL', name: 'DIFFERENT' }],
    ['full number equal without type, another name', 'C1', 'REVIEW', { number: 'EQUAL_WITHOUT_TYPE', name: 'DIFFERENT' }],
    ['name alone', 'NONE', 'NOTHING', {}],
    ['name and a third field', 'NONE', 'NOTHING', { thirdField: true }],
    ['name and a number that fails its check', 'NONE', 'NOTHING', { number: 'UNREADABLE', thirdField: true }],
    [
      'name and another number',
      'NONE',
      'NOTHING',
      { number: 'DIFFERENT', thirdField: true, birthDateAndGenderEqual: true, sameRole: true },
    ],
    ['mask fits one person, third field', 'P1', 'CONFIRM', { ...fitting, thirdField: true }],
    ['mask fits one person, no third field', 'S1', 'REVIEW', fitting],
    ['mask fits two persons of the name', 'S1', 'REVIEW', { ...fitting, thirdField: true, fittingCount: 2 }],
    ['mask without first six or last four', 'S1', 'REVIEW', { ...fitting, thirdField: true, showsFirstSixAndLastFour: false }],
    ['mask fits, unreadable character', 'S1', 'REVIEW', { ...fitting, thirdField: true, name: 'WILDCARD' }],
    ['mask fits, former name', 'S1', 'REVIEW', { ...fitting, thirdField: true, name: 'FORMER' }],
    ['mask fits, another birth date', 'S1', 'REVIEW', { ...fitting, thirdField: true, contradicted: true }],
    ['mask fits, another name', 'NONE', 'NOTHING', { ...fitting, thirdField: true, name: 'DIFFERENT' }],
    ['seven digits shown', 'NONE', 'NOTHING', { ...fitting, visibleDigits: 7 }],
    ['eight digits shown', 'S1', 'REVIEW', { ...fitting, visibleDigits: 8 }],
    ['name, birth date and gender', 'S2', 'REVIEW', { birthDateAndGenderEqual: true }],
    ['name and role in a company', 'S2', 'REVIEW', { sameRole: true }],
    ['name and role, another birth date', 'NONE', 'NOTHING', { sameRole: true, contradicted: true }],
    ['birth date and gender, another name', 'NONE', 'NOTHING', { name: 'DIFFERENT', birthDateAndGenderEqual: true }],
  ])('%s: %s', (_, grade, action, facts) => {
    expect(gradePerson({ ...namesake, ...facts })).toMatchObject({ grade, action });
  });
});

function* everyCombination(): Generator<PersonFacts> {
  const both = [true, false];
  for (const number of ['EQUAL', 'EQUAL_WITHOUT_TYPE', 'FITS', 'DIFFERENT', 'UNREADABLE', 'ABSENT'] as const)
    for (const name of ['EQUAL', 'FORMER', 'WILDCARD', 'DIFFERENT'] as const)
      for (const visibleDigits of [4, 10])
        for (const showsFirstSixAndLastFour of both)
          for (const thirdField of both)
            for (const fittingCount of [1, 2])
              for (const birthDateAndGenderEqual of both)
                for (const sameRole of both)
                  for (const contradicted of both)
                    yield {
                      number,
                      name,
                      visibleDigits,
                      showsFirstSixAndLastFour,
                      thirdField,
                      fittingCount,
                      birthDateAndGenderEqual,
                      sameRole,
                      contradicted,
                    };
}

describe('over all combinations of facts', () => {
  it('EXACT needs type, full number and name', () => {
    for (const facts of everyCombination())
      expect(familyOf(gradePerson(facts).grade) === 'EXACT').toBe(facts.number === 'EQUAL' && facts.name === 'EQUAL');
  });

  it('a name without number, birth date or role is nothing', () => {
    for (const facts of everyCombination()) {
      const nothingElse =
        !['EQUAL', 'EQUAL_WITHOUT_TYPE', 'FITS'].includes(facts.number) && !facts.birthDateAndGenderEqual && !facts.sameRole;
      if (nothingElse) expect(gradePerson(facts).grade).toBe('NONE');
    }
  });

  it('several persons with one name whom the mask fits are for review only', () => {
    for (const facts of everyCombination())
      if (facts.number === 'FITS' && facts.fittingCount > 1) expect(['S1', 'S2', 'NONE']).toContain(gradePerson(facts).grade);
  });

  it('every rule decides some case', () => {
    const reasons = new Set(Array.from(everyCombination(), (facts) => gradePerson(facts).reason));
    expect(personGradeRules.map(({ reason }) => reason).filter((reason) => !reasons.has(reason))).toEqual([]);
  });
});
