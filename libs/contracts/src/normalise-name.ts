/** Names brought to a form in which they can be compared (domain §11.1, §11.2). Names are text and nothing else; the original is kept by the caller. */

/** `key` compares; `flags` say what was taken off. An empty key means that nothing readable was left: it equals nothing. */
export interface NormalisedName {
  key: string;
  flags: string[];
}

/** Steps 1, 2, 4, 5 and 6 of §11.1; runs of spaces become `space`, before characters are composed again. Idempotent; linear in the length. */
function foldCharacters(text: string, space: '' | ' '): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[\p{Cc}\p{Z}\s]+/gu, space)
    .toUpperCase()
    .normalize('NFKC')
    .replace(/[〔[［【<《〈]/gu, '(')
    .replace(/[〕\]］】>》〉]/gu, ')')
    .replace(/[·•・．.‧∙⋅]/gu, '·')
    .replace(/[‐‑‒–—―−─]/gu, '-')
    .replace(/[〇○]/gu, '零');
}

/** Remarks on a register entry that stand behind a name in brackets (step 8) and the flag each becomes; 吊销 without 注销 still exists. */
const remarks: Readonly<Record<string, readonly string[]>> = {
  注销: ['DEREGISTERED'],
  已注销: ['DEREGISTERED'],
  吊销: ['REVOKED'],
  已吊销: ['REVOKED'],
  吊销未注销: ['REVOKED'],
  '吊销,未注销': ['REVOKED'],
  '已吊销,未注销': ['REVOKED'],
  吊销已注销: ['REVOKED', 'DEREGISTERED'],
  '吊销,已注销': ['REVOKED', 'DEREGISTERED'],
  '已吊销,已注销': ['REVOKED', 'DEREGISTERED'],
  个体工商户: ['INDIVIDUAL_BUSINESS'],
};

/** The flags of one remark, undefined when the bracket belongs to the name, like `(有限合伙)`. A former name is kept: `FORMER_NAME:…`. */
function findRemarkFlags(remark: string): readonly string[] | undefined {
  if (Object.hasOwn(remarks, remark)) return remarks[remark];
  const former = /^曾用名[:为]?(.+)$/u.exec(remark)?.[1];
  return former === undefined ? undefined : [`FORMER_NAME:${former}`];
}

/** Where the bracket opens that the last character closes; -1 when there is none. */
function openingOfLastBracket(text: string): number {
  let depth = 0;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (text[index] === ')') depth += 1;
    else if (text[index] === '(') depth -= 1;
    if (depth === 0) return text[index] === '(' ? index : -1;
  }
  return -1;
}

/**
 * Key of an organisation name by §11.1 steps 1, 2, 4, 5, 6 and 8: NFKC, no spaces or invisible characters, one form of bracket, dot and dash, Latin
 * upper-case, 〇 as 零 (Chinese numerals stay: 一 is not 1), trailing remarks into flags DEREGISTERED, REVOKED, INDIVIDUAL_BUSINESS, FORMER_NAME:….
 * Traditional characters, organisation form and region are compared by list-matching, not here.
 */
export function normaliseOrganisationName(name: string): NormalisedName {
  let key = foldCharacters(name, '');
  const found: (readonly string[])[] = [];
  for (let opening = openingOfLastBracket(key); opening > 0; opening = openingOfLastBracket(key)) {
    const flags = findRemarkFlags(key.slice(opening + 1, -1));
    if (!flags) break;
    found.push(flags);
    key = key.slice(0, opening);
  }
  return { key, flags: [...new Set(found.reverse().flat())] };
}

/** How two organisation names compare. VARIANT: they differ only in 有限责任公司 against 有限公司, the same form by law. */
export type NameComparison = 'EQUAL' | 'VARIANT' | 'DIFFERENT';

/** Compares two organisation names by their keys (§11.1 step 9: 有限责任公司 ≡ 有限公司, never ≡ 股份有限公司). Names without a key are DIFFERENT. */
export function sameOrganisationName(a: string, b: string): NameComparison {
  const first = normaliseOrganisationName(a).key;
  const second = normaliseOrganisationName(b).key;
  if (first === '' || second === '') return 'DIFFERENT';
  if (first === second) return 'EQUAL';
  return shortForm(first) === shortForm(second) ? 'VARIANT' : 'DIFFERENT';
}

function shortForm(key: string): string {
  return key.replace(/(?<!股份)有限责任公司/gu, '有限公司');
}

/**
 * Key of a person's name by §11.2: no spaces between Chinese characters (one between foreign words), one form of `·`, title 先生 or 女士 and brackets
 * taken off. Flags: `TITLE:…`, `NOTE:…` (what a bracket held), UNREADABLE_CHARACTER when the source shows `?`, `□` or `�` for a rare character:
 * such a name needs a person's eyes.
 */
export function normalisePersonName(name: string): NormalisedName {
  const { outside, inside } = splitBrackets(foldCharacters(name, ' '));
  let key = outside.trim().replace(/ *· */gu, '·').replace(/ +/g, ' ');
  if (/\p{Script=Han}/u.test(key)) key = key.replace(/ /g, '').normalize('NFKC');
  const flags = inside.map((note) => `NOTE:${note.trim()}`);
  const title = ['先生', '女士'].find((suffix) => key.endsWith(suffix) && key.length >= suffix.length + 2);
  if (title) {
    flags.push(`TITLE:${title}`);
    key = key.slice(0, -title.length);
  }
  if (/[?□\uFFFD]/u.test(key)) flags.push('UNREADABLE_CHARACTER');
  return { key, flags };
}

/** What stands outside and inside brackets; a bracket without its partner is part of the text. */
function splitBrackets(text: string): { outside: string; inside: string[] } {
  const inside: string[] = [];
  let outside = '';
  let opening = -1;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '(') {
      if (depth === 0) opening = index;
      depth += 1;
    } else if (character === ')' && depth > 0) {
      depth -= 1;
      if (depth === 0) inside.push(text.slice(opening + 1, index));
    } else if (depth === 0) outside += character;
  }
  return { outside: depth > 0 ? outside + text.slice(opening) : outside, inside };
}
