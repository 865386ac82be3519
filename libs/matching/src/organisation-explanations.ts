import type { NameComparison, NameUse } from './name-comparison.ts';
import type { OrganisationFacts } from './organisation-grade.rules.ts';
import type { OrganisationComparison } from './organisation-match.ts';
import type { ReadOrganisationQuery } from './organisation-query.ts';
import type { Explanation } from './types.ts';

type Explanations = Record<string, Explanation>;

/** Why the grade is what it is, in Chinese sentences (product §B.1); only what both sides have, and what one would miss. */
export function explainOrganisation(
  query: ReadOrganisationQuery,
  comparison: OrganisationComparison,
  counts: OrganisationFacts['sameNameCount'],
): Explanations {
  const { facts, names, record } = comparison;
  return {
    ...explainCodes(query, comparison),
    ...(names === undefined ? {} : explainNames(names)),
    ...explainPlain('legal_representative', facts.legalRepresentative, '法定代表人一致', '法定代表人不同', {
      query: query.legalRepresentative?.name.key,
      candidate: comparison.read.legalRepresentative?.name.key,
    }),
    ...explainPlain('address', facts.address, '地址一致', '地址不同', {
      query: query.address?.key,
      candidate: comparison.read.address?.key,
    }),
    ...explainPlain('phone', facts.phone, '联系电话一致', '联系电话不同', {}),
    ...explainPlain('county', facts.county, '同一县区', '县区不同', { query: query.county, candidate: comparison.read.county }),
    ...(counts.register > 1 && facts.name === 'FULL'
      ? { uniqueness: { score: 0, detail: `登记库中有 ${counts.register} 户使用此名称` } }
      : {}),
    ...explainStatus(record.status),
  };
}

function explainPlain(
  feature: string,
  state: 'EQUAL' | 'DIFFERENT' | 'ABSENT',
  equal: string,
  different: string,
  shown: { query?: string | undefined; candidate?: string | undefined },
): Explanations {
  if (state === 'ABSENT') return {};
  return { [feature]: { score: state === 'EQUAL' ? 1 : 0, detail: state === 'EQUAL' ? equal : different, ...shown } };
}

function explainStatus(status: string | undefined): Explanations {
  if (status === 'DEREGISTERED') return { status: { score: 0, detail: '该主体已注销：可以匹配，但不产生新的触发类任务' } };
  if (status === 'REVOKED') return { status: { score: 0, detail: '该主体已被吊销：任务保留，并适用责任人员规则' } };
  return {};
}

function explainCodes(query: ReadOrganisationQuery, { facts, read }: OrganisationComparison): Explanations {
  const shown = { query: query.codes.uscc ?? query.codes.faultyUscc, candidate: read.codes.uscc };
  const uscc: Readonly<Record<OrganisationFacts['uscc'], Explanations>> = {
    EQUAL: { uscc_exact: { score: 1, detail: '18 位统一社会信用代码一致', ...shown } },
    DIFFERENT: { uscc_conflict: { score: -1, detail: '双方的统一社会信用代码都有效但不同，判为不同主体', ...shown } },
    NEAR: { uscc_near: { score: 0.5, detail: '统一社会信用代码校验未通过，与登记代码仅差一处，请对照证照核对', ...shown } },
    UNREADABLE: { uscc_invalid: { score: 0, detail: '统一社会信用代码校验未通过，不作为依据', ...shown } },
    ABSENT: {},
  };
  const other: Readonly<Record<OrganisationFacts['otherCode'], Explanations>> = {
    EQUAL: { other_code: { score: 1, detail: '组织机构代码、工商注册号或纳税人识别号一致' } },
    CONFLICT: {
      other_code: { score: -1, detail: '组织机构代码不同', query: query.codes.organisationCode, candidate: read.codes.organisationCode },
    },
    DIFFERENT: { other_code: { score: -0.5, detail: '工商注册号或纳税人识别号不同' } },
    ABSENT: {},
  };
  return { ...uscc[facts.uscc], ...(facts.uscc === 'EQUAL' || facts.uscc === 'DIFFERENT' ? {} : other[facts.otherCode]) };
}

const useTexts: Readonly<Record<NameUse, { score: number; detail: string } | undefined>> = {
  CURRENT: undefined,
  FORMER_IN_USE: { score: 1, detail: '与曾用名比对，决定日期在该曾用名的使用期内' },
  FORMER_SAID: { score: 1, detail: '与曾用名比对，来源写明为曾用名' },
  FORMER_NOT_IN_USE: { score: -1, detail: '仅与曾用名相符，而决定日期不在该曾用名的使用期内，不能作为依据' },
  FORMER_UNKNOWN: { score: 0, detail: '仅与曾用名相符，缺少决定日期或曾用名起止日期，无法判断当时是否使用' },
};

function explainNames(names: NameComparison): Explanations {
  const shown = { query: names.query.name.original, candidate: names.candidate.name.original };
  const percent = (share: number) => `${Math.floor(share * 100)}%`;
  const usage = useTexts[names.use];
  const explanations: Explanations = usage === undefined ? {} : { former_name: { ...usage, candidate: names.candidate.name.original } };
  if (names.equality === 'FULL') explanations['name_full'] = { score: 1, detail: '名称完全一致', ...shown };
  else if (names.equality === 'VARIANT')
    explanations['name_variant'] = { score: 0.95, detail: '名称仅写法不同（组织形式、括号或行政区划写法）', ...shown };
  else if (names.equality === 'CORE')
    explanations['name_core'] = { score: names.total, detail: `字号、行业和组织形式一致，名称相近 ${percent(names.total)}`, ...shown };
  else
    explanations['name_similarity'] = {
      score: names.total,
      detail: `名称相近 ${percent(names.total)}（字号、行业、组织形式部分 ${percent(names.core)}）${names.singleEdit ? '，全称仅差一字' : ''}`,
      ...shown,
    };
  if (names.sameTrade && names.query.body.trade !== names.candidate.body.trade)
    explanations['trade_pinyin'] = {
      score: 0.9,
      detail: '字号读音相同',
      query: names.query.body.trade,
      candidate: names.candidate.body.trade,
    };
  if (!names.sameBranch) explanations['branch'] = { score: -1, detail: '一方是分支机构而另一方不是，或不是同一分支机构；互不延伸' };
  if (names.regionsExclude) explanations['region'] = { score: -0.5, detail: '名称或登记地的行政区划不同' };
  return explanations;
}
