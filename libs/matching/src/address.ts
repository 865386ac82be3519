import { foldFull, foldKept, foldNumerals, isPlain } from './characters.ts';
import { readRegion } from './region-name.ts';

/** An address for comparison: `key` without region, spaces and punctuation; `region` the most specific one named at its head. */
export interface Address {
  readonly key: string;
  readonly region: string | undefined;
}

/** Shorter keys (a village, a street alone) prove nothing. */
const shortestKey = 4;

/** Normalises an address; undefined when nothing comparable is left. */
export function readAddress(text: string | undefined): Address | undefined {
  if (text === undefined || text === '') return undefined;
  const folded =
    isPlain(text) && !text.includes('(') && !text.includes(')')
      ? text
      : foldFull(text.normalize('NFKC').toUpperCase()).replace(/[\s\p{P}\p{C}]/gu, '');
  const region = readRegion(folded);
  const key = foldNumerals(foldKept(folded.slice(region?.end ?? 0)));
  return { key, region: region?.code };
}

/** EQUAL only for the same place below the region, and only if neither region excludes the other. */
export function compareAddresses(a: Address | undefined, b: Address | undefined): 'EQUAL' | 'DIFFERENT' | 'ABSENT' {
  if (a === undefined || b === undefined || a.key.length < shortestKey || b.key.length < shortestKey) return 'ABSENT';
  return a.key === b.key ? 'EQUAL' : 'DIFFERENT';
}
