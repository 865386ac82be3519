import type { Grade, IdType, LicenceCategory, PenaltyCategory, PublicRecordRequest, SubjectKind } from '@lianxin/contracts';

/** The words of the 双公示 standards (§7.7), as departments write them, and what they mean here. */

const plain = (text: string) => text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');

function meaningOf<Meaning>(words: Readonly<Record<string, Meaning>>, text: string): Meaning | undefined {
  return Object.hasOwn(words, plain(text)) ? words[plain(text)] : undefined;
}

const subjectKinds: Readonly<Record<string, SubjectKind>> = {
  法人及非法人组织: 'LEGAL',
  法人和非法人组织: 'LEGAL',
  法人: 'LEGAL',
  非法人组织: 'UNINC',
  个体工商户: 'IB',
  自然人: 'PERSON',
};
export const subjectKindOfWord = (text: string) => meaningOf(subjectKinds, text);

const idTypes: Readonly<Record<string, IdType>> = {
  身份证: 'ID_CARD',
  居民身份证: 'ID_CARD',
  护照: 'PASSPORT',
  护照号: 'PASSPORT',
  港澳居民来往内地通行证: 'HK_MACAO_PERMIT',
  台湾居民来往大陆通行证: 'TAIWAN_PERMIT',
  外国人永久居留身份证: 'FOREIGN_PERMANENT_RESIDENT',
  外国人永久居留证: 'FOREIGN_PERMANENT_RESIDENT',
  港澳台居民居住证: 'HKMT_RESIDENCE_PERMIT',
};
export const idTypeOfWord = (text: string) => meaningOf(idTypes, text);

const grades: Readonly<Record<string, Grade>> = { 轻微: 'MINOR', 一般: 'GENERAL', 严重: 'SERIOUS' };
export const gradeOfWord = (text: string) => meaningOf(grades, text);

const penaltyWords: Readonly<Record<string, PenaltyCategory>> = {
  警告: 'WARNING',
  通报批评: 'PUBLIC_CRITICISM',
  罚款: 'FINE',
  没收违法所得: 'CONFISCATED_INCOME',
  没收非法财物: 'CONFISCATED_GOODS',
  暂扣许可证件: 'LICENCE_SUSPENDED',
  降低资质等级: 'GRADE_LOWERED',
  吊销许可证件: 'LICENCE_REVOKED',
  限制开展生产经营活动: 'BUSINESS_RESTRICTED',
  责令停产停业: 'BUSINESS_SUSPENDED',
  责令关闭: 'BUSINESS_CLOSED',
  限制从业: 'OCCUPATION_BANNED',
  行政拘留: 'DETENTION',
  其他: 'OTHER',
};
export const penaltyCategoryWords = Object.keys(penaltyWords);

/** The categories that a cell names, each once; `unknown` what is none of the fourteen. `其他-…` says in words what else it is. */
export function penaltyCategoriesOf(text: string): { categories: PenaltyCategory[]; unknown: string[] } {
  const words = text
    .split(/[;；,，、|/\n]/u)
    .map(plain)
    .filter((word) => word !== '');
  const found = words.map((word) => ({
    word,
    meaning: meaningOf(penaltyWords, word) ?? (/^其他[-—:：(]/u.test(word) ? 'OTHER' : undefined),
  }));
  return {
    categories: [...new Set(found.flatMap(({ meaning }) => (meaning === undefined ? [] : [meaning as PenaltyCategory])))],
    unknown: found.flatMap(({ word, meaning }) => (meaning === undefined ? [word] : [])),
  };
}

const licenceWords: Readonly<Record<string, LicenceCategory>> = {
  普通: 'ORDINARY',
  特许: 'FRANCHISE',
  认可: 'RECOGNITION',
  核准: 'APPROVAL',
  登记: 'REGISTRATION',
  其他: 'OTHER',
};
export const licenceCategoryWords = Object.keys(licenceWords);
export const licenceCategoryOf = (text: string): LicenceCategory | undefined =>
  meaningOf(licenceWords, text) ?? (/^其他[-—:(]/u.test(plain(text)) ? 'OTHER' : undefined);

type State = PublicRecordRequest['state'];
/** 2.0: 1 in force, 2 not. 1.0: 0 normal, 1 revoked, 2 disputed, 3 other. */
const states: Readonly<Record<'1.0' | '2.0', Readonly<Record<string, State>>>> = {
  '2.0': { '1': 'VALID', 有效: 'VALID', '2': 'REVOKED', 无效: 'REVOKED' },
  '1.0': { '0': 'VALID', 正常: 'VALID', '1': 'REVOKED', 撤销: 'REVOKED', '2': 'DISPUTED', 异议: 'DISPUTED', '3': 'OTHER', 其他: 'OTHER' },
};
export const stateOfWord = (standard: '1.0' | '2.0', text: string) => meaningOf(states[standard], text);

/** 万元 as the standard writes them: up to six decimals, perhaps grouped; undefined for anything else, above all for an amount that would be rounded. */
export function wanAmountOf(text: string): string | undefined {
  const number = plain(text).replace(/万?元$/u, (unit) => (unit === '万元' ? '' : unit));
  const match = /^(\d{1,3}(?:,\d{3})*|\d{1,12})(?:\.(\d{1,6}))?$/.exec(number);
  if (match === null) return undefined;
  const whole = (match[1] ?? '').replaceAll(',', '').replace(/^0+(?=\d)/, '');
  const decimals = (match[2] ?? '').replace(/0+$/, '');
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

/** The standard's way to say that a licence does not end. */
export function isForEver(date: string): boolean {
  return /^(?:长期|永久|2099-12-31|9999-12-31)$/u.test(date);
}

const wordOf = <Meaning extends string>(words: Readonly<Record<string, Meaning>>, meaning: Meaning): string =>
  Object.keys(words).find((word) => words[word] === meaning) ?? meaning;
/** The word of the standard for what stands here. */
export const penaltyCategoryWord = (category: PenaltyCategory) => wordOf(penaltyWords, category);
export const licenceCategoryWord = (category: LicenceCategory) => wordOf(licenceWords, category);
