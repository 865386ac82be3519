import { lookAlikeGroups } from './look-alikes.data.ts';
import { sameReading, soundsLike } from './pinyin.ts';

/** What one changed character costs: one that sounds or looks the same is more likely the same name than any other (R-11-6). */
const costOfHomophone = 0.3;
const costOfLookAlike = 0.4;
const costOfSwap = 0.6;
/** Names are compared up to this length; the rest is cut off on both sides. */
const longest = 60;
const width = longest + 1;
/** Working space of one comparison at a time. */
const table = new Float64Array(width * width);
const rowCodes = new Uint16Array(longest);
const columnCodes = new Uint16Array(longest);

const lookAlikes = new Set<number>();
for (const group of lookAlikeGroups) for (const a of group) for (const b of group) lookAlikes.add(pairOf(a.charCodeAt(0), b.charCodeAt(0)));

function pairOf(a: number, b: number): number {
  return a * 0x1_00_00 + b;
}

/** What is known of pairs of characters; of two pairs with one place the later stays. */
const cacheSize = 1 << 16;
const cachedPairs = new Float64Array(cacheSize);
const cachedCosts = new Float64Array(cacheSize);

function costOfChange(a: number, b: number): number {
  if (a === b) return 0;
  const pair = pairOf(a, b);
  const place = Math.imul(pair, 0x9e_37_79_b1) >>> 16;
  if (cachedPairs[place] === pair) return cachedCosts[place] ?? 1;
  const cost = soundsLike(a, b) ? costOfHomophone : lookAlikes.has(pair) ? costOfLookAlike : 1;
  cachedPairs[place] = pair;
  cachedCosts[place] = cost;
  return cost;
}

/**
 * Weighted edit distances of every prefix of `text` to `target`: insertion and deletion cost 1, two neighbours swapped 0.6, a homophone 0.3, a look-alike
 * 0.4, another character 1. `backwards` compares from the ends: then the prefixes are suffixes.
 */
export function prefixDistances(text: string, target: string, backwards = false): number[] {
  const rows = Math.min(text.length, longest);
  const columns = Math.min(target.length, longest);
  for (let index = 0; index < rows; index += 1) rowCodes[index] = text.charCodeAt(backwards ? text.length - 1 - index : index);
  for (let index = 0; index < columns; index += 1) columnCodes[index] = target.charCodeAt(backwards ? target.length - 1 - index : index);
  const distances = [columns];
  for (let column = 0; column <= columns; column += 1) table[column] = column;
  for (let row = 1; row <= rows; row += 1) {
    fillRow(row, columns);
    distances.push(table[row * width + columns] ?? 0);
  }
  return distances;
}

function fillRow(row: number, columns: number): void {
  const line = row * width;
  const a = rowCodes[row - 1] ?? 0;
  const before = row > 1 ? rowCodes[row - 2] : -1;
  table[line] = row;
  for (let column = 1; column <= columns; column += 1) {
    const b = columnCodes[column - 1] ?? 0;
    const above = line - width + column;
    let best = (table[above - 1] ?? 0) + costOfChange(a, b);
    best = Math.min(best, (table[above] ?? 0) + 1, (table[line + column - 1] ?? 0) + 1);
    if (before === b && column > 1 && a === columnCodes[column - 2]) best = Math.min(best, (table[above - width - 2] ?? 0) + costOfSwap);
    table[line + column] = best;
  }
}

/** 1 for equal texts, 0 for texts with nothing in common. */
export function textSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  return shareOf(prefixDistances(a, b).at(-1) ?? 0, a.length, b.length);
}

function shareOf(distance: number, lengthA: number, lengthB: number): number {
  const most = Math.min(Math.max(lengthA, lengthB), longest);
  return most === 0 ? 1 : Math.max(0, 1 - distance / most);
}

/** 字号 and 行业 of one name. */
export interface Body {
  readonly trade: string;
  readonly industry: string;
}

/** `undefined` where neither side has the component; 0.5 where only one has it (left out, not contradicted). */
export interface BodySimilarity {
  readonly trade: number;
  readonly industry: number | undefined;
  readonly sameTradeReading: boolean;
}

const creditOfAbsent = 0.5;
/** Same reading, other characters; same characters, other order. */
const creditOfReading = 0.9;
const creditOfOrder = 0.9;

/**
 * Compares 字号 and 行业. Where the parting lies is taken from the candidate: a misspelt industry word is not recognised and would else count as trade
 * name.
 */
export function compareBodies(query: Body, candidate: Body, weights: { trade: number; industry: number }): BodySimilarity {
  const text = query.trade + query.industry;
  const other = candidate.trade + candidate.industry;
  const sameTradeReading = query.trade === candidate.trade || sameReading(query.trade, candidate.trade);
  if (text === other) return { trade: 1, industry: candidate.industry === '' ? undefined : 1, sameTradeReading: true };
  if (text.length >= 4 && sameCharacters(text, other)) return { trade: creditOfOrder, industry: creditOfOrder, sameTradeReading };
  const aligned = bestParting(query, candidate, weights);
  if (sameTradeReading && query.trade !== '') {
    const industry = industrySimilarity(query.industry, candidate.industry);
    const trade = query.trade === candidate.trade ? 1 : creditOfReading;
    if (weigh(trade, industry, weights) > weigh(aligned.trade, aligned.industry, weights)) return { trade, industry, sameTradeReading };
  }
  return { ...aligned, sameTradeReading };
}

function bestParting(
  query: Body,
  candidate: Body,
  weights: { trade: number; industry: number },
): { trade: number; industry: number | undefined } {
  const text = query.trade + query.industry;
  const heads = prefixDistances(text, candidate.trade);
  const tails = prefixDistances(text, candidate.industry, true);
  let best: { trade: number; industry: number | undefined } = { trade: 0, industry: 0 };
  for (let parting = 0; parting <= Math.min(text.length, longest); parting += 1) {
    const trade = shareOf(heads[parting] ?? 0, parting, candidate.trade.length);
    const rest = text.length - parting;
    // A 行业 that was written is never taken for one that was left out.
    if (rest === 0 && query.industry !== '' && candidate.industry !== '') continue;
    const industry = restSimilarity(tails[rest] ?? longest, rest, candidate.industry.length);
    if (weigh(trade, industry, weights) > weigh(best.trade, best.industry, weights)) best = { trade, industry };
  }
  return best;
}

function restSimilarity(distance: number, length: number, otherLength: number): number | undefined {
  if (length === 0 && otherLength === 0) return undefined;
  return length === 0 || otherLength === 0 ? creditOfAbsent : shareOf(distance, length, otherLength);
}

function industrySimilarity(a: string, b: string): number | undefined {
  if (a === '' && b === '') return undefined;
  return a === '' || b === '' ? creditOfAbsent : textSimilarity(a, b);
}

function weigh(trade: number, industry: number | undefined, weights: { trade: number; industry: number }): number {
  if (industry === undefined) return trade;
  return (trade * weights.trade + industry * weights.industry) / (weights.trade + weights.industry);
}

/** Whether two texts consist of the same characters. */
function sameCharacters(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) difference += a.charCodeAt(index) - b.charCodeAt(index);
  return difference === 0 && [...a].sort().join('') === [...b].sort().join('');
}

/** Whether two texts of one length differ in one character only, and that one sounds or looks the same. */
export function isLikelyChange(a: string, b: string): boolean {
  return a.length === b.length && isSingleEdit(a, b) && (prefixDistances(a, b)[a.length] ?? 1) < costOfSwap;
}

/** One character changed, left out, added, or two neighbours swapped. */
export function isSingleEdit(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let head = 0;
  while (head < short.length && short.charAt(head) === long.charAt(head)) head += 1;
  if (short.length < long.length) return short.slice(head) === long.slice(head + 1);
  if (short.slice(head + 1) === long.slice(head + 1)) return true;
  return (
    short.charAt(head) === long.charAt(head + 1) &&
    short.charAt(head + 1) === long.charAt(head) &&
    short.slice(head + 2) === long.slice(head + 2)
  );
}
