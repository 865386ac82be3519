import { convertIdNumber15, idNumberCheckCharacter, isRealDate } from '@lianxin/contracts';

/** A 公民身份号码 of which some characters are hidden, in its 18-character form (§11.4). */
export interface MaskedNumber {
  /** 18 characters, `*` where hidden. */
  readonly pattern: string;
  /** Characters that the source showed. */
  readonly visible: number;
  readonly hidden: number;
  readonly showsFirstSix: boolean;
  readonly showsLastFour: boolean;
  readonly showsBirthYear: boolean;
}

export type NumberReading =
  | { readonly kind: 'FULL'; readonly number: string }
  | { readonly kind: 'MASKED'; readonly masked: MaskedNumber }
  | { readonly kind: 'UNREADABLE' };

const maskSign = /[*Xx×●-]/u;

/**
 * Reads a number of an ID card, full or masked, 18 characters or the old 15 (§11.4). Signs of a hidden character: `*`, `x`, `×`, `●`, `-` and `X` outside
 * position 18. An X at the end behind another hidden character is taken for a sign too, because less shown is less certain. FULL needs a right check
 * character and a real date.
 */
export function readIdNumber(text: string): NumberReading {
  const characters = Array.from(
    text
      .normalize('NFKC')
      .replace(/[\s\u200B-\u200D\uFEFF]/gu, '')
      .replace(/[‐‑‒–—―−＊]/gu, '-'),
  );
  if (characters.length !== 15 && characters.length !== 18) return { kind: 'UNREADABLE' };
  const shown = characters.map((character, index) => shownCharacter(character, index, characters));
  if (shown.some((character) => !/^[\dX*]$/.test(character))) return { kind: 'UNREADABLE' };
  const written = shown.join('');
  if (!written.includes('*')) return readFull(written);
  return readMasked(written);
}

function shownCharacter(character: string, index: number, all: readonly string[]): string {
  if (index === 17 && /[Xx]/.test(character)) return maskSign.test(all[16] ?? '') ? '*' : 'X';
  return maskSign.test(character) ? '*' : character;
}

function readFull(written: string): NumberReading {
  if (!/^(?:\d{15}|\d{17}[\dX])$/.test(written)) return { kind: 'UNREADABLE' };
  const number = written.length === 15 ? convertIdNumber15(written) : written;
  const right = idNumberCheckCharacter(number.slice(0, 17)) === number.charAt(17) && isRealDate(dateOf(number));
  return right ? { kind: 'FULL', number } : { kind: 'UNREADABLE' };
}

function readMasked(written: string): NumberReading {
  const hidden = written.length - written.replaceAll('*', '').length;
  const visible = written.length - hidden;
  if (visible === 0) return { kind: 'UNREADABLE' };
  const pattern = written.length === 15 ? `${written.slice(0, 6)}19${written.slice(6)}*` : written;
  return {
    kind: 'MASKED',
    masked: {
      pattern,
      visible,
      hidden,
      showsFirstSix: !written.slice(0, 6).includes('*'),
      showsLastFour: !written.slice(-4).includes('*'),
      showsBirthYear: !pattern.slice(6, 10).includes('*'),
    },
  };
}

function dateOf(number: string): string {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

/** Position by position: whether a registered number of 18 characters can be the masked one. A number of 15 hides nothing: its missing characters are known. */
export function fitsMask(masked: MaskedNumber, number: string): boolean {
  if (number.length !== 18) return false;
  for (let index = 0; index < 18; index += 1) {
    const shown = masked.pattern.charAt(index);
    if (shown !== '*' && shown !== number.charAt(index)) return false;
  }
  return true;
}

/** At most so many hidden characters are tried out. */
const mostHiddenToTry = 4;

/**
 * How many numbers a mask still leaves when check character and calendar are used (§11.4: with at most four hidden digits about one in eleven); undefined
 * when more are hidden.
 */
export function countPossibleNumbers(masked: MaskedNumber): number | undefined {
  if (masked.hidden > mostHiddenToTry) return undefined;
  const places = [...masked.pattern.slice(0, 17)].flatMap((character, index) => (character === '*' ? [index] : []));
  const digits = [...masked.pattern.slice(0, 17)];
  const check = masked.pattern.charAt(17);
  let count = 0;
  for (let choice = 0; choice < 10 ** places.length; choice += 1) {
    let rest = choice;
    for (const place of places) {
      digits[place] = String(rest % 10);
      rest = Math.floor(rest / 10);
    }
    const body = digits.join('');
    if (isRealDate(dateOf(body)) && (check === '*' || idNumberCheckCharacter(body) === check)) count += 1;
  }
  return count;
}
