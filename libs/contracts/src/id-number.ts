import { daysInMonth, isRealDate } from './calendar-date.ts';
import type { IdentifierWarning } from './identifier-text.ts';
import { cleanIdentifier, countCharacters, describeCharacter, findForeignCharacter, weightedSum } from './identifier-text.ts';
import { findRegionWarning } from './region.ts';

const digits = '0123456789';
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = '10X98765432';

/** Nobody registered since the number exists (1984) was born before; an earlier year is a typing error. */
const earliestBirthYear = 1800;

export interface IdNumberOptions {
  /** The day of the check, `YYYY-MM-DD`: a birth date after it is refused. */
  today: string;
  /** Made-up data (region 320799) raise no doubt: demonstration and tests only. */
  syntheticRegionAllowed?: boolean;
}

/** Why a number is refused. `position` counts from 1 in what was typed. The texts never repeat the number: they reach logs and screens. */
export interface IdNumberFault {
  ok: false;
  problem: 'LENGTH' | 'ALPHABET' | 'DATE' | 'DATE_IN_FUTURE' | 'CHECK_CHARACTER';
  position?: number;
  expected?: string;
  detailZh: string;
  detailEn: string;
}

/** `number` has 18 characters, upper-case X; `convertedFrom15` when an old number was given. */
export type IdNumberCheck = { ok: true; number: string; convertedFrom15: boolean; warnings: IdentifierWarning[] } | IdNumberFault;

/**
 * Check character of a 公民身份号码 by GB 11643 (domain §7.4).
 * @throws RangeError when `first17` is not 17 digits
 */
export function idNumberCheckCharacter(first17: string): string {
  if (!/^\d{17}$/.test(first17)) throw new RangeError('the body of an ID number is 17 digits');
  return checkCharacters.charAt(weightedSum(first17, digits, weights) % 11);
}

/**
 * The 18-character form of an old 15-digit number: `19` after position 6, check character at the end (domain §7.4).
 * @throws RangeError when `number15` is not 15 digits
 */
export function convertIdNumber15(number15: string): string {
  if (!/^\d{15}$/.test(number15)) throw new RangeError('an old ID number is 15 digits');
  const first17 = `${number15.slice(0, 6)}19${number15.slice(6)}`;
  return first17 + idNumberCheckCharacter(first17);
}

/** Checks a 公民身份号码 (GB 11643-1999, domain §7.4), 18 characters or the old 15; a doubtful region only warns. */
export function checkIdNumber(input: string, options: IdNumberOptions): IdNumberCheck {
  if (!isRealDate(options.today)) throw new RangeError('today must be a calendar date YYYY-MM-DD');
  const typed = cleanIdentifier(input);
  const fault = findShapeFault(typed);
  if (fault) return fault;
  const convertedFrom15 = typed.length === 15;
  const number = convertedFrom15 ? convertIdNumber15(typed) : typed;
  const dateFault = findDateFault(number, options.today, convertedFrom15 ? 2 : 0);
  if (dateFault) return dateFault;
  const expected = idNumberCheckCharacter(number.slice(0, 17));
  if (number.charAt(17) !== expected) {
    const detailZh = `第 18 位应为 ${expected}；若第 18 位无误，则前 17 位有误，请对照证件核对`;
    const detailEn = `character 18 should be ${expected}, or one of the first 17 is wrong: compare with the document`;
    return { ok: false, problem: 'CHECK_CHARACTER', position: 18, expected, detailZh, detailEn };
  }
  const warning = findNumberWarning(number, options.syntheticRegionAllowed);
  return { ok: true, number, convertedFrom15, warnings: warning ? [warning] : [] };
}

/** Length 15 or 18, digits, and at position 18 a digit or X. */
function findShapeFault(typed: string): IdNumberFault | undefined {
  const length = countCharacters(typed);
  if (length !== 18 && length !== 15) {
    const detailZh = `公民身份号码应为 18 位（旧号 15 位），实为 ${length} 位`;
    return { ok: false, problem: 'LENGTH', detailZh, detailEn: `an ID number has 18 characters (old: 15), this has ${length}` };
  }
  const foreign = findForeignCharacter(length === 18 ? typed.replace(/X$/, '0') : typed, digits);
  if (!foreign) return undefined;
  const shown = describeCharacter(foreign.character);
  const expected = foreign.position === 18 ? '0–9 / X' : '0–9';
  const detailZh = `第 ${foreign.position} 位应为 ${expected}，不能是 ${shown}`;
  const detailEn = `character ${foreign.position} should be ${expected}, not ${shown}`;
  return { ok: false, problem: 'ALPHABET', position: foreign.position, expected, detailZh, detailEn };
}

/** `shift`: how many characters the conversion from 15 put in front of month and day, so that positions are those typed. */
function findDateFault(number: string, today: string, shift: number): IdNumberFault | undefined {
  const date = writtenDate(number);
  const month = date.slice(0, 7);
  if (Number(date.slice(0, 4)) < earliestBirthYear)
    return dateFault(7, `${earliestBirthYear}–${today.slice(0, 4)}`, '出生年份', 'birth year');
  if (!isRealDate(`${month}-01`)) return dateFault(11 - shift, '01–12', '出生月份', 'birth month');
  if (!isRealDate(date)) return dateFault(13 - shift, `01–${daysInMonth(month)}`, '该月的出生日', 'day of that month');
  if (date <= today) return undefined;
  const detailZh = '第 7 位起的出生日期晚于今天';
  return { ok: false, problem: 'DATE_IN_FUTURE', position: 7, detailZh, detailEn: 'the birth date from character 7 lies in the future' };
}

function dateFault(position: number, expected: string, nameZh: string, nameEn: string): IdNumberFault {
  const detailZh = `第 ${position} 位起的${nameZh}应为 ${expected}`;
  const detailEn = `the ${nameEn} from character ${position} should be ${expected}`;
  return { ok: false, problem: 'DATE', position, expected, detailZh, detailEn };
}

/** The region, which may have been abolished since; 81, 82 and 83 stand on residence permits (domain §7.4), never on ID cards. */
function findNumberWarning(number: string, syntheticRegionAllowed?: boolean): IdentifierWarning | undefined {
  if (!/^8[123]0000/.test(number)) return findRegionWarning(number.slice(0, 6), 1, syntheticRegionAllowed);
  const detailZh = '该号码属于港澳台居民居住证，请核对证件类型';
  return {
    code: 'RESIDENCE_PERMIT',
    position: 1,
    detailZh,
    detailEn: 'this is the number of a residence permit: verify the document type',
  };
}

/** Positions 7–14 with hyphens, real date or not. */
function writtenDate(number: string): string {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

/**
 * Birth date `YYYY-MM-DD` of an 18-character number that has passed its check.
 * @throws RangeError when it is none; the message does not repeat the number
 */
export function birthDateOf(number: string): string {
  const date = writtenDate(number);
  if (!/^\d{17}[\dX]$/.test(number) || !isRealDate(date)) throw new RangeError('not a checked ID number of 18 characters');
  return date;
}

/** Gender by position 17 of a checked 18-character number: odd male, even female. */
export function genderOf(number: string): 'MALE' | 'FEMALE' {
  birthDateOf(number);
  return Number(number.charAt(16)) % 2 === 1 ? 'MALE' : 'FEMALE';
}

/**
 * Completed years of age (周岁) on a date, the birthday itself counted; who was born on 29 February completes a year on 1 March of a common year.
 * Negative before birth.
 */
export function ageOn(number: string, date: string): number {
  const birth = birthDateOf(number);
  if (!isRealDate(date)) throw new RangeError('not a calendar date YYYY-MM-DD');
  return Number(date.slice(0, 4)) - Number(birth.slice(0, 4)) - (date.slice(5) < birth.slice(5) ? 1 : 0);
}
