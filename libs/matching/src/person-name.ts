import { normalisePersonName } from '@lianxin/contracts';
import { foldFull, foldKept, isPlain } from './characters.ts';
import { isReadingOf } from './pinyin.ts';

/** A person's name by §11.2. */
export interface PersonName {
  /** Name in simplified characters, without spaces, titles and notes; empty when nothing readable was left. */
  readonly key: string;
  /** Unreadable characters (`?`, `□`, `�`) or pinyin stand in it: equal at best for review. */
  readonly hasWildcard: boolean;
  /** Names from a note `(曾用名…)`. */
  readonly formerNames: readonly string[];
}

const noNames: readonly string[] = [];

/** Normalises a person's name; 钟 and 鍾, 乾 and 干 are one name (§11.1 step 3, §11.2). */
export function readPersonName(text: string): PersonName {
  if (/^[\u4E00-\u9FA5]+$/u.test(text) && isPlain(text) && !/[先女][生士]$/u.test(text))
    return { key: foldKept(text), hasWildcard: false, formerNames: noNames };
  const { key, flags } = normalisePersonName(foldFull(text.normalize('NFKC')));
  const folded = foldKept(foldFull(key));
  const chinese = /\p{Script=Han}/u.test(folded);
  return {
    key: folded,
    hasWildcard: /[?□\uFFFD*]/u.test(folded) || (chinese && /[A-Z]/.test(folded)),
    formerNames: flags.flatMap((flag) => /^NOTE:曾用名[:为]?(.+)$/u.exec(flag)?.[1] ?? []),
  };
}

/** How two names compare; names without a readable character are DIFFERENT from everything. */
export function comparePersonNames(a: PersonName, b: PersonName): 'EQUAL' | 'WILDCARD' | 'DIFFERENT' {
  if (a.key === '' || b.key === '') return 'DIFFERENT';
  if (!a.hasWildcard && !b.hasWildcard) return a.key === b.key ? 'EQUAL' : 'DIFFERENT';
  return fits(elementsOf(a), elementsOf(b)) ? 'WILDCARD' : 'DIFFERENT';
}

/** Characters of a name; in a name with wildcards a run of Latin letters is the pinyin of one character. */
function elementsOf(name: PersonName): string[] {
  return name.hasWildcard ? (name.key.match(/[A-Z]+|[^A-Z]/gu) ?? []) : Array.from(name.key);
}

/** Only a name of which at least one character is readable on both sides can fit. */
function fits(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  let readable = 0;
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? '';
    if (one === other && !isUnreadable(one)) readable += 1;
    else if (!fitsCharacter(one, other)) return false;
  }
  return readable > 0;
}

function fitsCharacter(a: string, b: string): boolean {
  if (isUnreadable(a) || isUnreadable(b)) return true;
  if (/^[A-Z]+$/.test(a)) return isReadingOf(a, b);
  return /^[A-Z]+$/.test(b) && isReadingOf(b, a);
}

function isUnreadable(character: string): boolean {
  return /^[?□\uFFFD*]$/u.test(character);
}
