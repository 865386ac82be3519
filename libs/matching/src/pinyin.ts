import { polyphonic } from 'pinyin-pro';

/**
 * Readings of characters without tones, for homophones (§11.1 keys). A character with several readings has them all, up to three; a text has at most
 * `maxReadings` readings, the frequent ones first.
 */

const maxCharacterReadings = 3;
const maxReadings = 4;

const readings = new Map<string, readonly string[]>();

/** Readings of one character, frequent first; empty when it has none. */
export function readingsOf(character: string): readonly string[] {
  const known = readings.get(character);
  if (known !== undefined) return known;
  const found = /\p{Script=Han}/u.test(character) ? (polyphonic(character, { toneType: 'none', type: 'array' })[0] ?? []) : [];
  const plain = [...new Set(found.map((reading) => reading.replaceAll('ü', 'v')))].filter((reading) => /^[a-z]+$/.test(reading));
  readings.set(character, plain.slice(0, maxCharacterReadings));
  return readings.get(character) ?? [];
}

/** Whether two different characters can sound the same. */
export function soundsLike(a: string, b: string): boolean {
  const others = readingsOf(b);
  return readingsOf(a).some((reading) => others.includes(reading));
}

/** Every readable form of a text, syllables with blanks between; Latin letters that are pinyin count as syllables (`JINDA` as `jin da`). */
export function readingsOfText(text: string): string[] {
  let forms = [''];
  for (const piece of text.match(/[A-Z]+|[^A-Z]/gu) ?? []) {
    const choices = /^[A-Z]/.test(piece) ? [syllablesOf(piece.toLowerCase()) ?? piece] : readingsOf(piece);
    const options = choices.length > 0 ? choices : [piece];
    forms = forms.flatMap((form) => options.map((option) => `${form} ${option}`)).slice(0, maxReadings);
  }
  return forms.map((form) => form.slice(1));
}

const initials = 'b p m f d t n l g k h j q x zh ch sh r z c s y w'.split(' ');
const finals = 'a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang ueng v ve er ue'.split(
  ' ',
);
const syllables = new Set([
  ...finals.filter((final) => /^[aoe]/.test(final)),
  ...initials.flatMap((start) => finals.map((end) => start + end)),
]);

/** `jinda` as `jin da`, with as few syllables as possible; undefined when the letters are no pinyin. */
function syllablesOf(letters: string): string | undefined {
  const best: (string | undefined)[] = [''];
  const counts = [0];
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = Math.max(0, end - 6); start < end; start += 1) {
      const before = best[start];
      const syllable = letters.slice(start, end);
      if (before === undefined || !syllables.has(syllable)) continue;
      const count = (counts[start] ?? 0) + 1;
      if (best[end] === undefined || count < (counts[end] ?? 0)) {
        best[end] = `${before} ${syllable}`.trim();
        counts[end] = count;
      }
    }
  }
  return best[letters.length];
}
