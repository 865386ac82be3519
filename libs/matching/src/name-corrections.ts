import { formNames } from './organisation-form.ts';
import { type OrganisationName, readOrganisationName } from './organisation-name.ts';
import { isWithin, readRegion, regionNames } from './region-name.ts';
import { isLikelyChange, isSingleEdit } from './similarity.ts';

/**
 * What a name would be if its region or its form had been misspelt (连云巷…, …有限工司). Such a reading only helps to find records that a person may look
 * at; it never makes two names equal.
 */

const mostCorrections = 12;
const longestRegion = 9;

/** Texts under themselves and under what is left without one of their characters. */
function byDeletions(texts: Iterable<string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of texts) for (const key of deletionsOf(text)) found.set(key, [...(found.get(key) ?? []), text]);
  return found;
}

function deletionsOf(text: string): string[] {
  return [...new Set([text, ...Array.from(text, (_, index) => text.slice(0, index) + text.slice(index + 1))])];
}

const regionsByDeletion = byDeletions(regionNames().keys());
const formsByDeletion = byDeletions([...formNames().keys()].filter((text) => text.length >= 4));

/** Words one edit away; of two characters only what sounds or looks the same. */
function nearWords(words: ReadonlyMap<string, readonly string[]>, text: string): string[] {
  const near = deletionsOf(text).flatMap((key) => words.get(key) ?? []);
  return [...new Set(near)].filter((word) => {
    if (word === text || !isSingleEdit(word, text)) return false;
    return Math.min(word.length, text.length) >= 3 || (word.length === text.length && isLikelyChange(word, text));
  });
}

/** Other readings of a name under the assumption of one misspelling in its region or form; the misspelt name stays the original. */
export function correctName(name: OrganisationName): OrganisationName[] {
  const { full } = name;
  const texts = new Set<string>();
  for (const start of startsOf(full)) addRegions(full, start, texts);
  if (name.form === 'NONE' || name.form === 'GENERIC') addForms(full, texts);
  return [...texts].slice(0, mostCorrections).map((text) => ({ ...readOrganisationName(text), original: name.original }));
}

/** Where a misspelt region may begin: at the head, behind a region that was read, behind a bracket. */
function startsOf(full: string): number[] {
  const bracket = full.indexOf('(');
  return [...new Set([readRegion(full)?.end ?? 0, 0, ...(bracket < 0 ? [] : [bracket + 1])])];
}

function addRegions(full: string, start: number, texts: Set<string>): void {
  const outer = start === 0 ? undefined : readRegion(full.slice(0, start))?.code;
  const names = regionNames();
  for (let length = Math.min(longestRegion, full.length - start - 2); length >= 2; length -= 1) {
    for (const region of nearWords(regionsByDeletion, full.slice(start, start + length))) {
      const codes = names.get(region) ?? [];
      if (outer !== undefined && !codes.some((code) => code !== outer && isWithin(code, outer))) continue;
      texts.add(full.slice(0, start) + region + full.slice(start + length));
    }
  }
}

function addForms(full: string, texts: Set<string>): void {
  for (let length = Math.min(8, full.length - 2); length >= 3; length -= 1) {
    for (const form of nearWords(formsByDeletion, full.slice(-length))) texts.add(full.slice(0, -length) + form);
  }
}
