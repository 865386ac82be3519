import { checkIdNumber, type IdNumberFault, type IdNumberOptions } from './id-number.ts';
import type { IdentifierWarning } from './identifier-text.ts';
import { cleanIdentifier } from './identifier-text.ts';
import type { IdType } from './vocabulary.ts';

/** Why a document number is refused; FORMAT says what the number of this document looks like. */
export type IdentityDocumentFault = Omit<IdNumberFault, 'problem'> & { problem: IdNumberFault['problem'] | 'FORMAT' };

/** `number` is cleaned; an old 15-digit ID number is returned in its 18-character form. */
export type IdentityDocumentCheck = { ok: true; number: string; warnings: IdentifierWarning[] } | IdentityDocumentFault;

interface DocumentFormat {
  nameZh: string;
  nameEn: string;
  pattern: RegExp;
  formatZh: string;
  formatEn: string;
}

/** Documents of domain §7.4 besides the ID card: what their numbers look like. No check character is published for the first three. */
const formats: Readonly<Record<Exclude<IdType, 'ID_CARD'>, DocumentFormat>> = {
  PASSPORT: {
    nameZh: '护照',
    nameEn: 'passport',
    pattern: /^(?=.*\d)[A-Z0-9]{5,15}$/,
    formatZh: '5–15 位字母和数字，至少一位数字',
    formatEn: '5–15 letters and digits with at least one digit',
  },
  HK_MACAO_PERMIT: {
    nameZh: '港澳居民来往内地通行证',
    nameEn: 'Mainland travel permit for Hong Kong and Macao residents',
    pattern: /^[HM]\d{8}(\d{2})?$/,
    formatZh: 'H 或 M 加 8 位数字（旧证 10 位）',
    formatEn: 'H or M and 8 digits (old permits 10)',
  },
  TAIWAN_PERMIT: {
    nameZh: '台湾居民来往大陆通行证',
    nameEn: 'Mainland travel permit for Taiwan residents',
    pattern: /^(\d{8}|\d{10}([A-Z]|\([A-Z]\))?)$/,
    formatZh: '8 位数字（旧证 10 位数字，可带一个字母）',
    formatEn: '8 digits (old permits 10 digits, a letter may follow)',
  },
  FOREIGN_PERMANENT_RESIDENT: {
    nameZh: '外国人永久居留身份证',
    nameEn: 'foreign permanent resident ID card',
    pattern: /^([A-Z]{3}\d{12}|9\d{16}[\dX])$/,
    formatZh: '以 9 开头的 18 位号码（2023 年前的旧证为 3 个字母加 12 位数字）',
    formatEn: '18 characters beginning with 9 (cards from before 2023: 3 letters and 12 digits)',
  },
  HKMT_RESIDENCE_PERMIT: {
    nameZh: '港澳台居民居住证',
    nameEn: 'residence permit for Hong Kong, Macao and Taiwan residents',
    pattern: /^8[123]0000\d{11}[\dX]$/,
    formatZh: '以 810000、820000 或 830000 开头的 18 位号码',
    formatEn: '18 characters beginning with 810000, 820000 or 830000',
  },
};

/**
 * Checks the number of any identity document (domain §7.4). Residence permits and the 2023 permanent resident card follow the rule of the
 * 18-character ID number, with their own prefix; the others have a plain format.
 */
export function checkIdentityDocument(idType: IdType, input: string, options: IdNumberOptions): IdentityDocumentCheck {
  if (idType === 'ID_CARD') return checkIdNumber(input, options);
  const format = formats[idType];
  const number = cleanIdentifier(input);
  if (!format.pattern.test(number)) {
    return {
      ok: false,
      problem: 'FORMAT',
      expected: format.formatZh,
      detailZh: `${format.nameZh}号码应为${format.formatZh}`,
      detailEn: `the number of a ${format.nameEn} is ${format.formatEn}`,
    };
  }
  const hasCheckCharacter = idType === 'HKMT_RESIDENCE_PERMIT' || number.length === 18;
  if (!hasCheckCharacter) return { ok: true, number, warnings: [] };
  const checked = checkIdNumber(number, options);
  return checked.ok ? { ok: true, number, warnings: [] } : checked;
}
