import { decisionOf, familyOf, type MatchGrade } from './grade-names.rules.ts';
import { countPossibleNumbers } from './masked-number.rules.ts';
import { gradePerson, type PersonFacts } from './person-grade.rules.ts';
import type { PersonComparison } from './person-match.ts';
import type { ReadPersonQuery } from './person-query.ts';
import { queueScoreOf } from './queue-score.rules.ts';
import type { Explanation, MatchResult } from './types.ts';

const scores: Readonly<Partial<Record<MatchGrade, number>>> = { E1: 1, P2: 0.94, P1: 0.92, C1: 0.9, S1: 0.78, S2: 0.7 };

/**
 * Grades persons and explains them, best first. Who is NONE does not appear at all: a name alone is no hint (§11.4). `comparisons` must hold every person
 * with the name of the query.
 */
export function gradePersons(query: ReadPersonQuery, comparisons: readonly PersonComparison[]): MatchResult[] {
  const fittingCount = comparisons.filter(({ facts }) => facts.number === 'FITS' && facts.name !== 'DIFFERENT').length;
  const results = comparisons.flatMap((comparison) => {
    const facts: PersonFacts = { ...comparison.facts, fittingCount };
    const { grade, action } = gradePerson(facts);
    if (grade === 'NONE') return [];
    return {
      recordId: comparison.record.id,
      grade,
      family: familyOf(grade),
      decision: decisionOf(grade),
      action,
      score: scores[grade] ?? 0,
      queueScore: queueScoreOfPerson(comparison),
      flags: flagsOf(comparison),
      explanations: explain(query, comparison, facts),
    };
  });
  return results.sort((a, b) => b.score - a.score || b.queueScore - a.queueScore || (a.recordId < b.recordId ? -1 : 1));
}

function queueScoreOfPerson({ facts, thirdFields }: PersonComparison): number {
  return queueScoreOf({
    numberEqual: facts.number === 'EQUAL' || facts.number === 'EQUAL_WITHOUT_TYPE',
    otherCodeEqual: false,
    fullNameEqual: facts.name === 'EQUAL',
    coreNameEqual: facts.name === 'WILDCARD' || facts.name === 'FORMER',
    legalRepresentativeEqual: facts.sameRole,
    addressEqual: false,
    phoneEqual: thirdFields.includes('联系电话'),
    regionEqual: thirdFields.includes('地址所在县区'),
    contradiction: facts.contradicted,
  });
}

function flagsOf({ facts, record }: PersonComparison): string[] {
  const flags: string[] = [];
  if (facts.name === 'FORMER') flags.push('FORMER_NAME');
  if (facts.name === 'WILDCARD') flags.push('UNREADABLE_CHARACTER');
  if (record.status === 'DEREGISTERED') flags.push('DEREGISTERED');
  return flags;
}

const numberTexts: Readonly<Partial<Record<PersonFacts['number'], Explanation>>> = {
  EQUAL: { score: 1, detail: '证件类型和完整号码一致' },
  EQUAL_WITHOUT_TYPE: { score: 0.9, detail: '完整号码一致，来源未写证件类型' },
  UNREADABLE: { score: 0, detail: '证件号码校验未通过，不作为依据' },
};

const nameTexts: Readonly<Record<PersonFacts['name'], Explanation>> = {
  EQUAL: { score: 1, detail: '姓名一致' },
  FORMER: { score: 0.8, detail: '姓名与曾用名一致' },
  WILDCARD: { score: 0.6, detail: '姓名含无法辨认的字，其余一致' },
  DIFFERENT: { score: -1, detail: '姓名不同' },
};

function explain(query: ReadPersonQuery, { thirdFields }: PersonComparison, facts: PersonFacts): Record<string, Explanation> {
  const explanations: Record<string, Explanation> = { person_name: nameTexts[facts.name] };
  const number = numberTexts[facts.number];
  if (number !== undefined) explanations['id_number'] = number;
  if (facts.number === 'FITS') explanations['id_number_masked'] = explainMask(query, facts);
  if (thirdFields.length > 0) explanations['third_field'] = { score: 1, detail: `另有一致项：${thirdFields.join('、')}` };
  if (facts.birthDateAndGenderEqual) explanations['birth_and_gender'] = { score: 1, detail: '出生日期和性别一致' };
  if (facts.sameRole) explanations['role'] = { score: 1, detail: '同为所列单位的法定代表人' };
  if (facts.contradicted) explanations['contradiction'] = { score: -1, detail: '出生日期或性别不符' };
  return explanations;
}

/** How much the mask leaves open; the number itself is not repeated. */
function explainMask(query: ReadPersonQuery, facts: PersonFacts): Explanation {
  const masked = query.number?.kind === 'MASKED' ? query.number.masked : undefined;
  const possible = masked === undefined ? undefined : countPossibleNumbers(masked);
  const left = possible === undefined ? '' : `；隐去 ${masked?.hidden ?? 0} 位，按校验位和日历尚有 ${possible} 个可能的号码`;
  return {
    score: facts.fittingCount === 1 ? 0.8 : 0.4,
    detail: `脱敏号码可见 ${facts.visibleDigits} 位，全部相符；同名者中符合的有 ${facts.fittingCount} 人${left}`,
  };
}
