import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judgePair, judgePairs, type LabelledPair, MatchIndex, type RegisterRecord, summarise } from '@lianxin/matching';

const folder = join(import.meta.dirname, '../../../bench/matching');

function readLines<Row>(name: string): Row[] {
  return readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

const pairs = readLines<LabelledPair>('pairs.jsonl');
const index = MatchIndex.build(readLines<RegisterRecord>('register.jsonl'));
const figures = judgePairs(index, pairs);

describe('the labelled set', () => {
  it('has at least 5,000 pairs, of every kind some', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(5_000);
    expect(figures.filter((one) => one.pairs < 10).map(({ kind }) => kind)).toEqual([]);
  });

  it('is found at review or better in 98 of 100 cases, and nothing is exact that must not be', () => {
    const { recall, falseExact } = summarise(figures);
    expect(recall).toBeGreaterThanOrEqual(0.98);
    expect(falseExact).toBe(0);
  });

  it('is found alike in every way of writing a name', () => {
    const groups = [
      /^typing|^look-alike|^character/,
      /^homophone|pinyin/,
      /traditional|written forms|钟 for/,
      /before|in brackets|behind 字号/,
      /former name/,
    ];
    for (const group of groups) expect(summarise(figures.filter(({ kind }) => group.test(kind))).recall).toBeGreaterThanOrEqual(0.98);
  });

  it('with a code is matched automatically wherever only the spelling differs', () => {
    const exact = figures.filter(({ expect: expected }) => expected === 'EXACT');
    const share = exact.reduce((sum, one) => sum + one.asExpected, 0) / exact.reduce((sum, one) => sum + one.pairs, 0);
    expect(share).toBeGreaterThanOrEqual(0.99);
  });

  it('never puts one of two persons with one name, whom the mask fits both, a click away', () => {
    expect(figures.find(({ kind }) => kind.startsWith('person: mask that fits two'))?.grades).toEqual({ S1: 64 });
  });

  it('shows nobody where a name alone, another code, another region, a branch or a former name out of its time is all there is', () => {
    const wrong = pairs.filter((pair) => pair.expect === 'NOTHING' && !judgePair(index, pair).asExpected);
    expect(wrong).toEqual([]);
  });
});
