import { maskIdNumber } from '@lianxin/contracts';

/** ID numbers of 18 and 15 places with a possible day of birth, also in full-width digits or with spaces or hyphens between the groups. */
const idNumber =
  /(?<![0-9A-Za-z])\d{6}[\s-]?(?:(?:18|19|20)\d{2}[\s-]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dXx]|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])/g;
const mobileNumber = /(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/g;

/**
 * What somebody typed, without the numbers of natural persons: nobody needs them there, for the check itself holds them sealed (R-8-6). Names cannot be told from
 * other words; that is why such texts leave the system in no file.
 */
export function withoutPersonalNumbers(text: string): string {
  const plain = text.replace(/[\uFF10-\uFF19\uFF38\uFF58]/g, (character) => character.normalize('NFKC'));
  return plain
    .replace(idNumber, (number) => maskIdNumber(number.replace(/[\s-]/g, '').toUpperCase()))
    .replace(mobileNumber, (number) => `${number.slice(0, 3)}****${number.slice(-4)}`);
}
