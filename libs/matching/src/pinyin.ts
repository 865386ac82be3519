import { polyphonic } from 'pinyin-pro';

/**
 * Readings of characters without tones, for homophones (§11.1 keys). A character with several readings has them all, up to three; a text has at most
 * `mostReadings` readings, the frequent ones first.
 */

const mostCharacterReadings = 3;
const mostReadings = 4;

const numbers = new Map<string, number>();
const readings: (readonly number[] | undefined)[] = [];
const none: readonly number[] = [];
/** A digit is read as its numeral: search sees 三 as 3. */
const numerals = [...'零一二三四五六七八九'];

/** A small number for each syllable, the same all over one process. */
function numberOf(syllable: string): number {
  const known = numbers.get(syllable);
  if (known !== undefined) return known;
  numbers.set(syllable, numbers.size + 1);
  return numbers.size;
}

/** Syllables of one character as numbers, frequent first; empty when it has none. */
function syllablesOf(code: number): readonly number[] {
  const known = readings[code];
  if (known !== undefined) return known;
  const character = code >= 48 && code <= 57 ? (numerals[code - 48] ?? '') : String.fromCharCode(code);
  const found = /\p{Script=Han}/u.test(character) ? (polyphonic(character, { toneType: 'none', type: 'array' })[0] ?? []) : [];
  const plain = [...new Set(found.map((reading) => reading.replaceAll('ü', 'v')))].filter((reading) => /^[a-z]+$/.test(reading));
  const result = plain.length === 0 ? none : plain.slice(0, mostCharacterReadings).map(numberOf);
  readings[code] = result;
  return result;
}

/** Whether a syllable in Latin letters is a reading of a character. */
export function isReadingOf(letters: string, character: string): boolean {
  const found = syllablesOf(character.charCodeAt(0));
  return found.includes(numbers.get(letters.toLowerCase()) ?? -1);
}

/** Whether two characters, given as UTF-16 units, can sound the same. */
export function soundsLike(a: number, b: number): boolean {
  const others = syllablesOf(b);
  return syllablesOf(a).some((syllable) => others.includes(syllable));
}

/**
 * Every reading of a text as a hash, at most four; Latin letters that are pinyin count as syllables (`JINDA` as `jin da`). Texts that can be read the same
 * share one.
 */
export function readingHashes(text: string, seed: number): number[] {
  let hashes = [seed];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const choices = isLatin(code) ? undefined : syllablesOf(code);
    if (choices === undefined) {
      let end = index + 1;
      while (end < text.length && isLatin(text.charCodeAt(end))) end += 1;
      for (const number of readLatin(text.slice(index, end))) hashes = hashes.map((hash) => mix(hash, number));
      index = end - 1;
    } else if (choices.length <= 1) {
      const number = choices[0] ?? 1000 + code;
      for (let place = 0; place < hashes.length; place += 1) hashes[place] = mix(hashes[place] ?? 0, number);
    } else {
      hashes = hashes.flatMap((hash) => choices.map((number) => mix(hash, number))).slice(0, mostReadings);
    }
  }
  return hashes;
}

function isLatin(code: number): boolean {
  return code >= 65 && code <= 90;
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e_37_79_b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Whether two texts can be read the same, tones aside. */
export function sameReading(a: string, b: string): boolean {
  const others = readingHashes(b, 0);
  return readingHashes(a, 0).some((hash) => others.includes(hash));
}

const initials = 'b p m f d t n l g k h j q x zh ch sh r z c s y w'.split(' ');
const finals = 'a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang v ve er ue'.split(' ');
const syllables = new Set([
  ...finals.filter((final) => /^[aoe]/.test(final)),
  ...initials.flatMap((start) => finals.map((end) => start + end)),
]);
const longestSyllable = 6;

/** Syllables of Latin letters, as few as possible; the letters themselves when they are no pinyin. */
function readLatin(letters: string): number[] {
  const text = letters.toLowerCase();
  const best: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= text.length; end += 1) {
    for (let start = Math.max(0, end - longestSyllable); start < end; start += 1) {
      const before = best[start];
      const syllable = text.slice(start, end);
      if (before === undefined || !syllables.has(syllable)) continue;
      if (before.length + 1 < (best[end]?.length ?? Number.POSITIVE_INFINITY)) best[end] = [...before, syllable];
    }
  }
  return best[text.length]?.map(numberOf) ?? [...letters].map((letter) => 1000 + letter.charCodeAt(0));
}
