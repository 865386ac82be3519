import type { Grading } from './organisation-grade.rules.ts';

/** What is known about one person of the register against one query. */
export interface PersonFacts {
  /**
   * EQUAL: type and full valid number equal. EQUAL_WITHOUT_TYPE: the number is equal, the source names no type. FITS: a masked number that can be the
   * registered one. DIFFERENT: a full number or a mask that is somebody else's. UNREADABLE: no number by its check, so it says nothing.
   */
  readonly number: 'EQUAL' | 'EQUAL_WITHOUT_TYPE' | 'FITS' | 'DIFFERENT' | 'UNREADABLE' | 'ABSENT';
  /** WILDCARD: equal but for characters the source could not write. */
  readonly name: 'EQUAL' | 'FORMER' | 'WILDCARD' | 'DIFFERENT';
  readonly visibleDigits: number;
  readonly showsFirstSixAndLastFour: boolean;
  /** Birth year (where the mask hides it), county of the address, employer or telephone is equal. */
  readonly thirdField: boolean;
  /** How many persons with this name the masked number can belong to. */
  readonly fittingCount: number;
  readonly birthDateAndGenderEqual: boolean;
  /** Said to be, and registered as, legal representative of the same organisation. */
  readonly sameRole: boolean;
  /** Birth date or gender say that it is somebody else. */
  readonly contradicted: boolean;
}

interface PersonRule extends Grading {
  readonly conditionZh: string;
  readonly holds: (facts: PersonFacts) => boolean;
}

const equalNumber = ({ number }: PersonFacts) => number === 'EQUAL' || number === 'EQUAL_WITHOUT_TYPE';
const fewestVisibleDigits = 8;

/** §11.4 as one table, read from above; the first rule that holds decides. A name alone reaches the end: NONE, not even a hint. */
export const personGradeRules: readonly PersonRule[] = [
  {
    grade: 'E1',
    action: 'AUTOMATIC',
    reason: 'E1',
    conditionZh: '证件类型和完整号码一致（校验通过），姓名一致',
    holds: (facts) => facts.number === 'EQUAL' && facts.name === 'EQUAL',
  },
  {
    grade: 'P2',
    action: 'CONFIRM',
    reason: 'P2',
    conditionZh: '完整号码一致，姓名为曾用名、含无法辨认的字，或来源未写证件类型',
    holds: (facts) => equalNumber(facts) && facts.name !== 'DIFFERENT',
  },
  {
    grade: 'C1',
    action: 'REVIEW',
    reason: 'C1',
    conditionZh: '完整号码一致而姓名不同，号码可能有误',
    holds: equalNumber,
  },
  {
    grade: 'NONE',
    action: 'NOTHING',
    reason: 'NUMBER_CONFLICT',
    conditionZh: '证件号码不同',
    holds: (facts) => facts.number === 'DIFFERENT',
  },
  { grade: 'NONE', action: 'NOTHING', reason: 'NAME', conditionZh: '姓名不同', holds: (facts) => facts.name === 'DIFFERENT' },
  {
    grade: 'P1',
    action: 'CONFIRM',
    reason: 'P1',
    conditionZh: '脱敏号码（前六位和后四位可见）只符合登记库中的一人，姓名一致，另有一项一致（出生年份、地址县区、工作单位或电话）',
    holds: (facts) =>
      facts.number === 'FITS' &&
      facts.name === 'EQUAL' &&
      facts.showsFirstSixAndLastFour &&
      facts.thirdField &&
      facts.fittingCount === 1 &&
      !facts.contradicted,
  },
  {
    grade: 'S1',
    action: 'REVIEW',
    reason: 'S1',
    conditionZh: '姓名一致，脱敏号码（可见不少于八位）相符，但没有第三项或符合的不止一人',
    holds: (facts) => facts.number === 'FITS' && facts.visibleDigits >= fewestVisibleDigits,
  },
  {
    grade: 'S2',
    action: 'REVIEW',
    reason: 'S2',
    conditionZh: '姓名、出生日期和性别一致，或姓名与所任法定代表人的单位一致',
    holds: (facts) => !facts.contradicted && (facts.birthDateAndGenderEqual || facts.sameRole),
  },
];

const none: Grading = { grade: 'NONE', action: 'NOTHING', reason: 'NAME_ONLY' };

/** Grade of one person (§11.4). Pure: the same facts always give the same grade. */
export function gradePerson(facts: PersonFacts): Grading {
  const rule = personGradeRules.find(({ holds }) => holds(facts));
  return rule === undefined ? none : { grade: rule.grade, action: rule.action, reason: rule.reason };
}
