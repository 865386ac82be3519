import { Converter } from 'opencc-js/t2cn';

/**
 * Foldings of single characters: `foldFull` for K_full (steps 3 and 7 of §11.1), `foldKept` for the variant key, `foldNumerals` for search. Characters are
 * folded one by one, never by phrases, so that two spellings of one name always meet.
 */

const convert = Converter({ from: 't', to: 'cn' });

/** Traditional or variant characters that are names of their own by the 通用规范汉字表: K_full keeps them, only the variant key folds them (step 3). */
const keptCharacters = new Map([
  ['乾', '干'],
  ['鍾', '钟'],
  ['锺', '钟'],
  ['於', '于'],
  ['徵', '征'],
  ['昇', '升'],
  ['陞', '升'],
  ['甯', '宁'],
  ['麽', '么'],
  ['餘', '余'],
  ['馀', '余'],
  ['蘋', '苹'],
  ['瞭', '了'],
]);

/** Step 7: written variants of one character. 堃 and 喆 stay. */
const writtenVariants = new Map([
  ['峯', '峰'],
  ['邨', '村'],
  ['甦', '苏'],
  ['囯', '国'],
  ['圀', '国'],
  ['冨', '富'],
  ['曻', '昇'],
  ['啓', '启'],
  ['呑', '吞'],
  ['恆', '恒'],
  ['崐', '昆'],
  ['鑪', '炉'],
  ['爲', '为'],
  ['衆', '众'],
  ['羣', '群'],
  ['裏', '里'],
  ['綉', '绣'],
  ['甎', '砖'],
  ['鷄', '鸡'],
  ['牀', '床'],
  ['脩', '修'],
  ['彔', '录'],
  ['氷', '冰'],
  ['槑', '梅'],
  ['煇', '辉'],
  ['珎', '珍'],
  ['菓', '果'],
  ['塚', '冢'],
  ['喦', '岩'],
  ['嵒', '岩'],
  ['巖', '岩'],
  ['嶽', '岳'],
  ['鵞', '鹅'],
]);

/** Chinese numerals, also in their banker's form, for the variant key (step 6: 一 is not 1, but a variant of it). */
const numerals = new Map([...'零一二三四五六七八九'].map((character, value) => [character, String(value)]));
for (const [value, character] of [...'壹贰叁肆伍陆柒捌玖'].entries()) numerals.set(character, String(value + 1));

const full = new Map<string, string>();

/** The character of K_full: simplified and one written form. */
function foldFullCharacter(character: string): string {
  const known = full.get(character);
  if (known !== undefined) return known;
  let folded = character;
  // A few characters are both a simplified and a traditional form (薴 → 苧 → 苎): go on until nothing changes.
  for (let last = ''; last !== folded && !keptCharacters.has(folded); ) {
    last = folded;
    folded = writtenVariants.get(folded) ?? convert(folded);
  }
  full.set(character, folded);
  return folded;
}

/** What a character asks for; 0 is a plain one. */
const needsFolding = 1;
const isKept = 2;
const isNumeral = 4;
const known = 8;
const marks = new Uint8Array(0x10000);
const numeralPattern = /[零一二三四五六七八九十壹贰叁肆伍陆柒捌玖]/u;

function markOf(code: number): number {
  const mark = marks[code] ?? 0;
  if (mark !== 0) return mark;
  const character = String.fromCharCode(code);
  const plain = /^[\u4E00-\u9FA5A-Z0-9()]$/u.test(character) && foldFullCharacter(character) === character;
  const found =
    known | (plain ? 0 : needsFolding) | (keptCharacters.has(character) ? isKept : 0) | (numeralPattern.test(character) ? isNumeral : 0);
  marks[code] = found;
  return found;
}

function asksFor(text: string, what: number): boolean {
  for (let index = 0; index < text.length; index += 1) if ((markOf(text.charCodeAt(index)) & what) !== 0) return true;
  return false;
}

/** Whether normalisation leaves a text as it is: plain simplified characters, Latin capitals, digits and half-width brackets only. */
export function isPlain(text: string): boolean {
  return !asksFor(text, needsFolding);
}

/** Steps 3 and 7 of §11.1 on a whole text. */
export function foldFull(text: string): string {
  if (isPlain(text)) return text;
  let folded = '';
  for (const character of text) folded += foldFullCharacter(character);
  return folded;
}

/** Kept characters folded as well: the spelling of the variant key (step 3: both forms are the name). */
export function foldKept(text: string): string {
  if (!asksFor(text, isKept)) return text;
  let folded = '';
  for (const character of text) folded += keptCharacters.get(character) ?? character;
  return folded;
}

/** Chinese numerals as digits, `十一` as 11, for search and similarity only: 一 is not 1 (step 6). */
export function foldNumerals(text: string): string {
  if (!asksFor(text, isNumeral)) return text;
  return text
    .replace(/([一二三四五六七八九]?)十([一二三四五六七八九]?)/gu, (_, tens: string, ones: string) => `${tens || '一'}${ones || '零'}`)
    .replace(/[零一二三四五六七八九壹贰叁肆伍陆柒捌玖]/gu, (character) => numerals.get(character) ?? character);
}
