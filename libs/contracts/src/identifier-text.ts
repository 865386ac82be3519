/** What the checks of codes and document numbers share: cleaning, weighted sums, warnings. Nothing here knows a particular code. */

/**
 * A doubt that does not stop an identifier from being accepted; shown to a person, never a ground for a match or a refusal (domain §7.2, E3–E5).
 * `position` counts characters from 1.
 */
export interface IdentifierWarning {
  code:
    | 'CHECK_CHARACTER'
    | 'ORGANISATION_CODE'
    | 'REGION_UNKNOWN'
    | 'REGION_SYNTHETIC'
    | 'REGISTRATION_UNKNOWN'
    | 'KIND_MISMATCH'
    | 'RESIDENCE_PERMIT';
  position: number;
  detailZh: string;
  detailEn: string;
}

/**
 * Cleans what a person typed: trims, makes full-width characters half-width, makes Latin letters upper-case (domain §7.2).
 * ASCII only on purpose: Unicode case mapping would turn `ı` into `I` and `ſ` into `S`, that is, change a code silently.
 */
export function cleanIdentifier(input: string): string {
  return input
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .trim()
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Σ value(character) × weight over the given weights; every character must be in `alphabet`, whose order gives the values from 0. */
export function weightedSum(text: string, alphabet: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + alphabet.indexOf(text.charAt(index)) * weight, 0);
}

/** The first character that is not in `alphabet`, with its position counted in whole characters after `before` others; undefined when all are. */
export function findForeignCharacter(text: string, alphabet: string, before = 0): { position: number; character: string } | undefined {
  let position = before;
  for (const character of text) {
    position += 1;
    if (!alphabet.includes(character)) return { position, character };
  }
  return undefined;
}

/** A character as a message may show it: letters and digits as they are, all else (spaces, control, emoji) by code point. */
export function describeCharacter(character: string): string {
  if (/^[\x21-\x7E]$/.test(character)) return character;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Number of whole characters (an emoji counts once), so that messages count as people do. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}
