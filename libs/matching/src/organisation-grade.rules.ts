import type { MatchAction, MatchGrade } from './grade-names.rules.ts';

/**
 * What is known about one organisation of the register against one query; plain facts, no text. ABSENT: one side does not have it.
 * `uscc`: NEAR is a code with a wrong check character one edit away from the registered one; UNREADABLE any other faulty code of the query.
 */
export interface OrganisationFacts {
  readonly uscc: 'EQUAL' | 'DIFFERENT' | 'NEAR' | 'UNREADABLE' | 'ABSENT';
  /** Whether the query came with a USCC at all, right or wrong. */
  readonly queryHasUscc: boolean;
  /** 组织机构代码, 工商注册号, 纳税人识别号: one of them is equal; CONFLICT: both sides have a valid 组织机构代码 and they differ. */
  readonly otherCode: 'EQUAL' | 'DIFFERENT' | 'CONFLICT' | 'ABSENT';
  /** The best of the names that may be used: the current one, or a former one that was in use on the day of the decision. */
  readonly name: 'FULL' | 'VARIANT' | 'CORE' | 'OTHER';
  /** 字号 equal, or equal in sound. */
  readonly sameTrade: boolean;
  readonly sameBranch: boolean;
  readonly legalRepresentative: 'EQUAL' | 'DIFFERENT' | 'ABSENT';
  readonly address: 'EQUAL' | 'DIFFERENT' | 'ABSENT';
  readonly phone: 'EQUAL' | 'DIFFERENT' | 'ABSENT';
  readonly county: 'EQUAL' | 'DIFFERENT' | 'ABSENT';
  /** Both regions are named and neither lies in the other. */
  readonly regionsExclude: boolean;
  /** R-11-6: weighted similarity of 字号, 行业 and FORM; `total` with REGION as well. 0–1. */
  readonly coreSimilarity: number;
  readonly totalSimilarity: number;
  /** One character of the whole name is changed, left out, added, or swapped with its neighbour. */
  readonly singleEdit: boolean;
  /** How many records are so near that only one character tells them apart, and nothing else speaks for them. */
  readonly singleEditCount: number;
  /** How many records of the register have this very name, in all and in the province of the register, and with this legal representative. */
  readonly sameNameCount: { readonly register: number; readonly province: number; readonly withRepresentative: number };
  readonly inProvince: boolean;
}

export interface GradeThresholds {
  readonly coreMin: number;
  readonly reviewMin: number;
  /** So many names one character away are shown to a person; where there are more, such a likeness says nothing. */
  readonly mostSingleEdits: number;
}

/** `reason` is the rule that decided: a grade's own name, or why it is NONE. */
export interface Grading {
  readonly grade: MatchGrade;
  readonly action: MatchAction;
  readonly reason: string;
}

interface GradeRule extends Grading {
  /** The condition in the words of §11.3. */
  readonly conditionZh: string;
  readonly holds: (facts: OrganisationFacts, thresholds: GradeThresholds) => boolean;
}

const sameCore = ({ name }: OrganisationFacts) => name !== 'OTHER';
const corroborated = (facts: OrganisationFacts) =>
  facts.legalRepresentative === 'EQUAL' || facts.address === 'EQUAL' || facts.phone === 'EQUAL';
const noCode = (facts: OrganisationFacts) => !facts.queryHasUscc && facts.otherCode === 'ABSENT';

/** Whether nothing but one differing character speaks for a record. */
export function isSingleEditOnly(
  facts: Omit<OrganisationFacts, 'sameNameCount' | 'singleEditCount'>,
  { coreMin }: GradeThresholds,
): boolean {
  return facts.singleEdit && facts.name === 'OTHER' && facts.sameBranch && facts.uscc !== 'DIFFERENT' && facts.coreSimilarity < coreMin;
}

/** §11.3 as one table, read from above; the first rule that holds decides. */
export const organisationGradeRules: readonly GradeRule[] = [
  {
    grade: 'E1',
    action: 'AUTOMATIC',
    reason: 'E1',
    conditionZh: '统一社会信用代码有效且一致，名称与现用名或当时有效的曾用名一致',
    holds: (facts) => facts.uscc === 'EQUAL' && facts.name === 'FULL',
  },
  {
    grade: 'E2',
    action: 'AUTOMATIC',
    reason: 'E2',
    conditionZh: '统一社会信用代码有效且一致，名称仅写法不同（组织形式、括号、行政区划写法）',
    holds: (facts) => facts.uscc === 'EQUAL' && facts.name === 'VARIANT',
  },
  {
    grade: 'C1',
    action: 'REVIEW',
    reason: 'C1',
    conditionZh: '统一社会信用代码一致而名称不同，不论相似程度',
    holds: (facts) => facts.uscc === 'EQUAL',
  },
  {
    grade: 'NONE',
    action: 'NOTHING',
    reason: 'CODE_CONFLICT',
    conditionZh: '双方都有有效的统一社会信用代码且不同，判为不同主体',
    holds: (facts) => facts.uscc === 'DIFFERENT',
  },
  {
    grade: 'P1',
    action: 'HINT',
    reason: 'P1',
    conditionZh: '无统一社会信用代码可比，组织机构代码、工商注册号或纳税人识别号一致，字号、行业和组织形式一致',
    holds: (facts) => facts.uscc === 'ABSENT' && facts.otherCode === 'EQUAL' && sameCore(facts) && facts.sameBranch,
  },
  {
    grade: 'C2',
    action: 'REVIEW',
    reason: 'C2',
    conditionZh: '其他代码一致而名称不同，或统一社会信用代码有误',
    holds: (facts) => facts.otherCode === 'EQUAL',
  },
  {
    grade: 'NONE',
    action: 'NOTHING',
    reason: 'CODE_CONFLICT',
    conditionZh: '双方都有有效的组织机构代码且不同，判为不同主体',
    holds: (facts) => facts.otherCode === 'CONFLICT',
  },
  {
    grade: 'NONE',
    action: 'NOTHING',
    reason: 'BRANCH',
    conditionZh: '一方是分支机构而另一方不是，或不是同一分支机构；互不延伸',
    holds: (facts) => !facts.sameBranch,
  },
  {
    grade: 'P3',
    action: 'CONFIRM',
    reason: 'P3',
    conditionZh: '统一社会信用代码校验位有误、与登记代码仅差一处，名称完全一致',
    holds: (facts) => facts.uscc === 'NEAR' && facts.name === 'FULL',
  },
  {
    grade: 'P2',
    action: 'CONFIRM',
    reason: 'P2',
    conditionZh: '无代码，名称完全一致且法定代表人一致，在登记库中唯一',
    holds: (facts) =>
      noCode(facts) && facts.name === 'FULL' && facts.legalRepresentative === 'EQUAL' && facts.sameNameCount.withRepresentative === 1,
  },
  {
    grade: 'S1',
    action: 'REVIEW',
    reason: 'S1',
    conditionZh: '仅名称完全一致，在全省登记库中唯一',
    holds: (facts) => facts.name === 'FULL' && facts.inProvince && facts.sameNameCount.province === 1,
  },
  {
    grade: 'S2',
    action: 'REVIEW',
    reason: 'S2',
    conditionZh: '字号、行业和组织形式一致，且在同一县区',
    holds: (facts) => sameCore(facts) && facts.county === 'EQUAL',
  },
  {
    grade: 'S3',
    action: 'REVIEW',
    reason: 'S3',
    conditionZh: '字号相同或同音，且地址或法定代表人一致',
    holds: (facts) => facts.sameTrade && (facts.address === 'EQUAL' || facts.legalRepresentative === 'EQUAL'),
  },
  {
    grade: 'NONE',
    action: 'NOTHING',
    reason: 'REGION',
    conditionZh: '行政区划不同，且没有其他佐证',
    holds: (facts) => facts.regionsExclude && !corroborated(facts),
  },
  {
    grade: 'S4',
    action: 'REVIEW',
    reason: 'S4',
    conditionZh: '名称相近（R-11-6）：相似度达到复核下限，且核心相近，或有法定代表人、地址、电话佐证',
    holds: (facts, { coreMin, reviewMin }) =>
      facts.totalSimilarity >= reviewMin && (facts.coreSimilarity >= coreMin || corroborated(facts)),
  },
  {
    grade: 'S4',
    action: 'REVIEW',
    reason: 'SINGLE_EDIT',
    conditionZh: '全称仅差一字，没有其他佐证；登记库中这样的名称不多',
    holds: (facts, thresholds) => isSingleEditOnly(facts, thresholds) && facts.singleEditCount <= thresholds.mostSingleEdits,
  },
];

const none: Grading = { grade: 'NONE', action: 'NOTHING', reason: 'NONE' };

/** Grade of one organisation (§11.3). Pure: the same facts always give the same grade. */
export function gradeOrganisation(facts: OrganisationFacts, thresholds: GradeThresholds): Grading {
  const rule = organisationGradeRules.find(({ holds }) => holds(facts, thresholds));
  return rule === undefined ? none : { grade: rule.grade, action: rule.action, reason: rule.reason };
}
