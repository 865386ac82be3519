import type { IdentifierWarning } from './identifier-text.ts';
import { cleanIdentifier, countCharacters, describeCharacter, findForeignCharacter, weightedSum } from './identifier-text.ts';
import { organisationCodeCheckCharacter } from './organisation-code.ts';
import { findRegionWarning } from './region.ts';
import { findRegistrationWarning } from './uscc-registration.ts';
import type { SubjectKind } from './vocabulary.ts';

/** The 31 characters of GB 32100 in the order of their values 0–30; I, O, S, V and Z do not occur (domain §7.2). */
export const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Letters that cannot occur and the digit they are usually mistyped for. */
const lookAlikes: Readonly<Record<string, string>> = { O: '0', I: '1', Z: '2', S: '5' };

export interface UsccOptions {
  /** A record of a source known to hold codes from before GB 32100 was enforced: a wrong last character is then a warning (E2). */
  sourceIsLegacy?: boolean;
  /** When given, the registering authority is compared with it (E5). */
  subjectKind?: SubjectKind;
  /** Made-up data (region 320799) raise no doubt: demonstration and tests only. */
  syntheticRegionAllowed?: boolean;
}

/**
 * Why a USCC is refused. `position` counts from 1. `suggestion` is a whole code that would pass, offered when a letter was typed for a digit:
 * a person has to confirm it, it is never applied silently (domain §7.2).
 */
export interface UsccFault {
  ok: false;
  problem: 'LENGTH' | 'ALPHABET' | 'CHECK_CHARACTER';
  position?: number;
  expected?: string;
  suggestion?: string;
  detailZh: string;
  detailEn: string;
}

/** `code` is the cleaned code, 18 characters. */
export type UsccCheck = { ok: true; code: string; warnings: IdentifierWarning[] } | UsccFault;

/**
 * Check character of a 统一社会信用代码 by GB 32100 (domain §7.2).
 * @throws RangeError when the first 17 are not 17 characters of the alphabet
 */
export function usccCheckCharacter(first17: string): string {
  if (first17.length !== 17 || findForeignCharacter(first17, usccAlphabet)) {
    throw new RangeError('the body of a unified social credit code is 17 characters of its alphabet');
  }
  return usccAlphabet.charAt((31 - (weightedSum(first17, usccAlphabet, weights) % 31)) % 31);
}

/** Checks a 统一社会信用代码 with levels E1–E5 of domain §7.2: E1 and E2 refuse, E3 (positions 9–17), E4 (region), E5 (registering authority) warn. */
export function checkUscc(input: string, options: UsccOptions = {}): UsccCheck {
  const code = cleanIdentifier(input);
  const fault = findShapeFault(code);
  if (fault) return fault;
  const expected = usccCheckCharacter(code.slice(0, 17));
  const checkCharacterIsRight = code.charAt(17) === expected;
  const detailZh = `第 18 位应为 ${expected}；若第 18 位无误，则前 17 位有误，请对照证照核对`;
  const detailEn = `character 18 should be ${expected}, or one of the first 17 is wrong: compare with the licence`;
  if (!checkCharacterIsRight && !options.sourceIsLegacy) {
    return { ok: false, problem: 'CHECK_CHARACTER', position: 18, expected, detailZh, detailEn };
  }
  const warnings: (IdentifierWarning | undefined)[] = [
    checkCharacterIsRight ? undefined : { code: 'CHECK_CHARACTER', position: 18, detailZh, detailEn },
    findOrganisationCodeWarning(code),
    findRegionWarning(code.slice(2, 8), 3, options.syntheticRegionAllowed),
    findRegistrationWarning(code.slice(0, 2), options.subjectKind),
  ];
  return { ok: true, code, warnings: warnings.filter((warning) => warning !== undefined) };
}

/** E1: length, then alphabet. */
function findShapeFault(code: string): UsccFault | undefined {
  const length = countCharacters(code);
  const foreign = findForeignCharacter(code, usccAlphabet);
  if (length !== 18) {
    const alsoZh = foreign ? `；第 ${foreign.position} 位 ${describeCharacter(foreign.character)} 不是允许的字符` : '';
    const alsoEn = foreign ? `; character ${foreign.position}, ${describeCharacter(foreign.character)}, is not allowed` : '';
    return {
      ok: false,
      problem: 'LENGTH',
      detailZh: `统一社会信用代码应为 18 位，实为 ${length} 位${alsoZh}`,
      detailEn: `a unified social credit code has 18 characters, this has ${length}${alsoEn}`,
    };
  }
  if (!foreign) return undefined;
  const shown = describeCharacter(foreign.character);
  const suggestion = suggestDigits(code);
  const expected = suggestion === undefined ? undefined : lookAlikes[foreign.character];
  return {
    ok: false,
    problem: 'ALPHABET',
    position: foreign.position,
    ...(expected !== undefined && { expected, suggestion }),
    detailZh: `第 ${foreign.position} 位不能是 ${shown}${expected ? `，应为 ${expected}？请对照证照确认后再改` : ''}`,
    detailEn: `character ${foreign.position} cannot be ${shown}${expected ? `; should it be ${expected}? Confirm with the licence before changing it` : ''}`,
  };
}

/** The code with every look-alike letter read as its digit, only if that makes a code whose check character is right. */
function suggestDigits(code: string): string | undefined {
  const candidate = code.replace(/[OIZS]/g, (letter) => lookAlikes[letter] ?? letter);
  if (findForeignCharacter(candidate, usccAlphabet)) return undefined;
  return usccCheckCharacter(candidate.slice(0, 17)) === candidate.charAt(17) ? candidate : undefined;
}

/** E3: old codes with assignment errors exist, so a wrong inner check character is only a warning. */
function findOrganisationCodeWarning(code: string): IdentifierWarning | undefined {
  const expected = organisationCodeCheckCharacter(code.slice(8, 16));
  if (code.charAt(16) === expected) return undefined;
  return {
    code: 'ORGANISATION_CODE',
    position: 17,
    detailZh: `第 9–17 位组织机构代码的校验位（第 17 位）应为 ${expected}`,
    detailEn: `the check character of the organisation code in positions 9–17 (character 17) should be ${expected}`,
  };
}

/** Positions 9–17, the 组织机构代码, of a code that has passed `checkUscc`. */
export function organisationCodeOf(uscc: string): string {
  return uscc.slice(8, 17);
}

/**
 * Makes a valid code for made-up data, in region 320799, which does not exist. `registration` is the first two characters (`91` enterprise);
 * the organisation part is `series` followed by `serial`, filled with zeros to eight characters: ('91', 'MA', 1) gives 91320799MA00000155.
 * @throws RangeError when the parts do not fit
 */
export function generateUscc(registration: string, series: string, serial: number): string {
  const body = series + String(serial).padStart(8 - series.length, '0');
  if (!Number.isSafeInteger(serial) || serial < 0 || registration.length !== 2 || body.length !== 8) {
    throw new RangeError('registration has two characters; series and serial together have at most eight');
  }
  const first17 = `${registration}320799${body}${organisationCodeCheckCharacter(body)}`;
  return first17 + usccCheckCharacter(first17);
}
