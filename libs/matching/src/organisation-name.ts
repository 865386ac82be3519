import { normaliseOrganisationName } from '@lianxin/contracts';
import { foldFull, foldKept, foldNumerals, isPlain } from './characters.ts';
import { industryWords } from './industry-words.data.ts';
import { type FormClass, findBareBranchEnding, findFormInside, readFormAtEnd } from './organisation-form.ts';
import { findRegionInside, isWithin, readRegion } from './region-name.ts';

/** A name of an organisation, normalised and taken apart by §11.1. `full` is K_full; the components are in the spelling of the variant key. */
export interface OrganisationName {
  readonly original: string;
  /** K_full: steps 1–8. Empty when nothing readable was left: equals nothing. */
  readonly full: string;
  /** DEREGISTERED, REVOKED, INDIVIDUAL_BUSINESS (step 8). */
  readonly flags: readonly string[];
  /** Names of a remark `(曾用名…)`. */
  readonly formerNames: readonly string[];
  /** Most specific region that is named, as a code. */
  readonly region: string | undefined;
  /** 字号, K_trade. */
  readonly trade: string;
  /** 行业 or what the organisation does; empty when no known word stands there. */
  readonly industry: string;
  readonly form: FormClass;
  /** A branch's own part (`海州分公司`), regions as codes; undefined for what is no branch. */
  readonly branch: string | undefined;
  /** The same as it was written, for a misspelt region in it. */
  readonly branchText: string | undefined;
  /** The components stand in another order than art. 6 gives them: never a mere variant of the name. */
  readonly reordered: boolean;
}

const words = new Set(industryWords);
const longestWord = Math.max(...industryWords.map((word) => word.length));
/** So many brackets of a name are looked at for a region. */
const mostBrackets = 4;
/** A trade name has at least so many characters. */
const shortestTrade = 2;

/** Normalises and takes apart one name. Linear in its length; anything is accepted. */
export function readOrganisationName(text: string): OrganisationName {
  const bracketed = text.replaceAll('（', '(').replaceAll('）', ')');
  if (!bracketed.endsWith(')') && isPlain(bracketed)) return takeApart(text, bracketed, []);
  const normalised = normaliseOrganisationName(foldFull(text.normalize('NFKC')));
  return takeApart(text, foldFull(normalised.key), normalised.flags);
}

function takeApart(original: string, full: string, remarks: readonly string[]): OrganisationName {
  const { region, rest } = splitRegion(full);
  const { body, form, branch, formFirst, regionBehind } = splitForm(rest);
  const moved =
    region !== undefined || regionBehind !== undefined ? undefined : formFirst ? splitRegionAtHead(body) : splitRegionInside(body);
  const rested = moved?.rest ?? body;
  const plain = (rested.includes('(') || rested.includes(')') ? rested.replace(/[()]/g, '') : rested) || full;
  const split = splitIndustry(plain);
  return {
    original,
    full,
    flags: remarks.filter((flag) => !flag.startsWith('FORMER_NAME:')),
    formerNames: remarks.filter((flag) => flag.startsWith('FORMER_NAME:')).map((flag) => flag.slice('FORMER_NAME:'.length)),
    region: region ?? regionBehind ?? moved?.region,
    trade: foldKept(plain.slice(0, split)),
    industry: foldKept(plain.slice(split)),
    form,
    branch: branch === undefined ? undefined : readBranch(branch),
    branchText: branch,
    reordered: formFirst || moved !== undefined,
  };
}

/** Step 10: the region at the head and regions in brackets; the most specific one counts. A head that the bracket contradicts belongs to the trade name. */
function splitRegion(full: string): { region: string | undefined; rest: string } {
  const head = readRegion(full);
  let region = head?.code;
  let rest = full.slice(head?.end ?? 0);
  if (!full.includes('(')) return { region, rest };
  let looked = 0;
  for (const bracket of full.matchAll(/\(([^()]+)\)/gu)) {
    looked += 1;
    if (looked > mostBrackets) break;
    const inside = bracket[1] ?? '';
    const reading = readRegion(inside);
    if (reading?.end !== inside.length) continue;
    rest = rest.replace(bracket[0], '');
    if (region === undefined || isWithin(reading.code, region)) region = reading.code;
    else if (!isWithin(region, reading.code)) {
      region = reading.code;
      rest = full.slice(0, head?.end ?? 0) + rest;
    }
  }
  return { region, rest };
}

/** The region behind a form that stands first (有限公司江苏金达贸易). */
function splitRegionAtHead(body: string): { region: string; rest: string } | undefined {
  const head = readRegion(body);
  return head === undefined || head.end === body.length ? undefined : { region: head.code, rest: body.slice(head.end) };
}

/** The region in the middle of a name whose components stand in another order. */
function splitRegionInside(body: string): { region: string; rest: string } | undefined {
  const found = findRegionInside(body);
  if (found === undefined) return undefined;
  const rest = body.slice(0, found.start) + body.slice(found.reading.end);
  return rest === '' ? undefined : { region: found.reading.code, rest };
}

interface FormSplit {
  readonly body: string;
  readonly form: FormClass;
  readonly branch: string | undefined;
  /** The form stands before the rest, or the region behind it. */
  readonly formFirst: boolean;
  readonly regionBehind?: string | undefined;
}

/** Step 9, with the branch's own part behind the form; a form at the head is a name in another order. */
function splitForm(text: string): FormSplit {
  const inside = findFormInside(text);
  if (inside !== undefined && !isWholeForm(text.slice(inside.start))) {
    const { body, form } = splitFormAtEnd(text.slice(0, inside.end));
    const behind = text.slice(inside.end);
    // 金达贸易有限公司连云港: a region behind the form is the region of the company, not a branch.
    const region = readRegion(behind);
    if (region?.end === behind.length && body !== '') return { body, form, branch: undefined, formFirst: true, regionBehind: region.code };
    return body === '' ? { body: behind, form, branch: undefined, formFirst: true } : { body, form, branch: behind, formFirst: false };
  }
  const ending = findBareBranchEnding(text);
  if (ending !== undefined && ending.length < text.length) return splitBareBranch(text, ending);
  return { ...splitFormAtEnd(text), branch: undefined, formFirst: false };
}

/** `公司(有限合伙)`, `集团公司集团`: forms one behind the other are one form, not a branch. */
function isWholeForm(text: string): boolean {
  const form = readFormAtEnd(text);
  return (
    form !== undefined &&
    (form.start === 0 || readFormAtEnd(text.slice(0, form.start))?.start === 0) &&
    findBareBranchEnding(text) === undefined
  );
}

function splitFormAtEnd(text: string): { body: string; form: FormClass } {
  const form = readFormAtEnd(text);
  return form === undefined ? { body: text, form: 'NONE' } : { body: text.slice(0, form.start), form: form.form };
}

/** A branch of a parent without form: its own part is the ending with the region before it. */
function splitBareBranch(text: string, ending: string): FormSplit {
  const before = text.slice(0, -ending.length);
  for (let start = Math.max(1, before.length - 12); start < before.length; start += 1) {
    if (readRegion(before, start)?.end === before.length)
      return { body: before.slice(0, start), form: 'NONE', branch: text.slice(start), formFirst: false };
  }
  return { body: before, form: 'NONE', branch: ending, formFirst: false };
}

function readBranch(text: string): string {
  const region = readRegion(text);
  const rest = foldNumerals(foldKept(text.slice(region?.end ?? 0))).replace(/[()]/g, '');
  return region === undefined ? rest : `${region.code}:${rest}`;
}

/** Step 11: where the 行业 begins. Known words are taken from the end as long as a trade name stays before them; a word of one character only at the end. */
function splitIndustry(body: string): number {
  let split = body.length;
  for (;;) {
    const shortest = split === body.length ? 1 : 2;
    let length = Math.min(longestWord, split - shortestTrade);
    while (length >= shortest && !words.has(body.slice(split - length, split))) length -= 1;
    if (length < shortest) return split;
    split -= length;
  }
}

/** K_core: 字号, 行业 and class of FORM. */
export function coreKeyOf(name: OrganisationName): string {
  return `${name.trade}${name.industry}|${name.form}`;
}

/** Two names with the same variant key differ only in spelling, FORM variant, bracket or form of the region (E2). */
export function variantKeyOf(name: OrganisationName): string {
  return `${name.reordered ? '!' : ''}${name.region ?? ''}|${name.trade}${name.industry}|${name.form}|${name.branch ?? ''}`;
}

/** 字号 and 行业 as search and similarity see them: numerals as digits. */
export function bodyOf(name: OrganisationName): { trade: string; industry: string } {
  return { trade: foldNumerals(name.trade), industry: foldNumerals(name.industry) };
}
