import { cleanIdentifier, countCharacters, describeCharacter, findForeignCharacter, weightedSum } from './identifier-text.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const checkCharacters = '0123456789X';
const weights = [3, 7, 9, 10, 5, 8, 4, 2];

/** Why an organisation code is refused. `position` counts from 1 over the nine characters, the hyphen not counted. */
export interface OrganisationCodeFault {
  ok: false;
  problem: 'LENGTH' | 'ALPHABET' | 'CHECK_CHARACTER';
  position?: number;
  expected?: string;
  detailZh: string;
  detailEn: string;
}

/** `code` is the nine characters as they stand in positions 9–17 of a USCC; `written` is the old form `XXXXXXXX-X`. */
export type OrganisationCodeCheck = { ok: true; code: string; written: string } | OrganisationCodeFault;

/**
 * Check character of 组织机构代码 by GB 11714 (domain §7.3) for the first eight characters (0–9, A–Z).
 * @throws RangeError when `body` is not eight such characters
 */
export function organisationCodeCheckCharacter(body: string): string {
  if (!/^[0-9A-Z]{8}$/.test(body)) throw new RangeError('an organisation code body is eight characters of 0-9 and A-Z');
  const value = 11 - (weightedSum(body, alphabet, weights) % 11);
  if (value === 10) return 'X';
  return value === 11 ? '0' : String(value);
}

/** Checks a 组织机构代码 (GB 11714, domain §7.3), written with or without the hyphen before the check character. */
export function checkOrganisationCode(input: string): OrganisationCodeCheck {
  const code = cleanIdentifier(input).replace(/-(?=.$)/u, '');
  const length = countCharacters(code);
  if (length !== 9) {
    return {
      ok: false,
      problem: 'LENGTH',
      detailZh: `组织机构代码应为 9 位，实为 ${length} 位`,
      detailEn: `an organisation code has 9 characters, this has ${length}`,
    };
  }
  const foreign = findForeignCharacter(code, alphabet) ?? findForeignCharacter(code.charAt(8), checkCharacters, 8);
  if (foreign) {
    const shown = describeCharacter(foreign.character);
    return {
      ok: false,
      problem: 'ALPHABET',
      position: foreign.position,
      detailZh: `第 ${foreign.position} 位 ${shown} 不是允许的字符`,
      detailEn: `character ${foreign.position}, ${shown}, is not allowed`,
    };
  }
  const expected = organisationCodeCheckCharacter(code.slice(0, 8));
  if (code.charAt(8) === expected) return { ok: true, code, written: `${code.slice(0, 8)}-${expected}` };
  return {
    ok: false,
    problem: 'CHECK_CHARACTER',
    position: 9,
    expected,
    detailZh: `第 9 位应为 ${expected}；若第 9 位无误，则前 8 位有误，请对照证照核对`,
    detailEn: `character 9 should be ${expected}, or one of the first 8 is wrong: compare with the certificate`,
  };
}
