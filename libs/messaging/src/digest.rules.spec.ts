import { describe, expect, test } from '@jest/globals';
import { digestBuckets } from '@lianxin/contracts';
import { compareRows, type DigestRow, differingBuckets, hasReached, type Suspects } from './digest.rules.ts';

const row = (id: string, version: number, state: string): DigestRow => ({ id, version, state });
const faultsOf = (owner: DigestRow[], copy: DigestRow[], suspects: Suspects | null = null) =>
  compareRows(owner, copy, suspects).differences.map(({ id, fault }) => `${id} ${fault}`);

describe('buckets', () => {
  const told = Array.from({ length: digestBuckets }, () => ({ count: 0, hash: '0' }));
  test('the same content is no difference, an empty bucket of the copy neither', () => {
    const owner = told.with(3, { count: 2, hash: '77' });
    expect(differingBuckets(owner, new Map([[3, { count: 2, hash: '77' }]]))).toEqual([]);
  });
  test('another count, another hash, and rows that only one side has, are found', () => {
    const owner = told.with(3, { count: 2, hash: '77' }).with(4, { count: 1, hash: '5' }).with(5, { count: 1, hash: '6' });
    const copy = new Map([
      [3, { count: 3, hash: '77' }],
      [4, { count: 1, hash: '9' }],
      [9, { count: 1, hash: '1' }],
    ]);
    expect(differingBuckets(owner, copy)).toEqual([3, 4, 5, 9]);
  });
});

describe('rows', () => {
  test('equal states are no difference, also where a fact that changes nothing was not heard', () => {
    expect(compareRows([row('a', 4, 'ACTIVE')], [row('a', 2, 'ACTIVE')], null)).toEqual({ differences: [], suspects: {} });
  });
  test('where both have a row and the copy is not newer, a difference is certain', () => {
    expect(faultsOf([row('a', 3, 'HELD')], [row('a', 2, 'ACTIVE')])).toEqual(['a BEHIND']);
    expect(faultsOf([row('a', 3, 'HELD')], [row('a', 3, 'ACTIVE')])).toEqual(['a OTHER']);
  });
  test('what only one side has may have come or gone since the owner answered: it is asked for again', () => {
    const first = compareRows([row('a', 2, 'ACTIVE'), row('c', 5, 'ACTIVE')], [row('a', 3, 'HELD'), row('b', 1, 'ACTIVE')], null);
    expect(first.differences).toEqual([]);
    expect(first.suspects).toEqual({ a: { owner: 2, copy: 3 }, b: { owner: null, copy: 1 }, c: { owner: 5, copy: null } });
    // The owner has said meanwhile what the copy knew already: a is held, b has come, c has gone.
    const said = [row('a', 3, 'HELD'), row('b', 1, 'ACTIVE')];
    expect(compareRows(said, said, first.suspects)).toEqual({ differences: [], suspects: {} });
  });
  test('what is still so at the second look is lost, or was never said', () => {
    const suspects = { a: { owner: 2, copy: 9 }, b: { owner: null, copy: 1 }, c: { owner: 5, copy: null } };
    const owner = [row('a', 2, 'ACTIVE'), row('c', 5, 'ACTIVE')];
    expect(faultsOf(owner, [row('a', 9, 'HELD'), row('b', 1, 'ACTIVE')], suspects)).toEqual(['a OTHER', 'b EXTRA', 'c MISSING']);
  });
  test('a row that changes at every look stays suspected, never a difference', () => {
    const suspects = { a: { owner: 3, copy: 4 }, b: { owner: null, copy: 1 }, c: { owner: 5, copy: null } };
    const moving = compareRows([row('a', 5, 'HELD'), row('c', 7, 'ACTIVE')], [row('a', 6, 'ACTIVE'), row('b', 3, 'ACTIVE')], suspects);
    expect(moving.differences).toEqual([]);
    expect(Object.keys(moving.suspects)).toEqual(['a', 'b', 'c']);
  });
  test('only what was suspected is judged again: a difference is counted once', () => {
    const suspects = { b: { owner: null, copy: 1 } };
    expect(faultsOf([row('a', 3, 'HELD')], [row('a', 3, 'ACTIVE'), row('b', 1, 'ACTIVE')], suspects)).toEqual(['b EXTRA']);
  });
  test('a suspected row that has gone from both sides is no difference', () => {
    expect(compareRows([], [], { a: { owner: null, copy: 1 } })).toEqual({ differences: [], suspects: {} });
  });
});

test('a group has reached the ends only when every partition with content is read', () => {
  const end = { topic: 't', partition: 1, nextOffset: 5 };
  expect(hasReached([end], [])).toBe(false);
  expect(hasReached([end], [{ ...end, nextOffset: 4 }])).toBe(false);
  expect(hasReached([end], [{ ...end, topic: 'u' }])).toBe(false);
  expect(hasReached([end, { ...end, partition: 2, nextOffset: 0 }], [end])).toBe(true);
  expect(hasReached([end, { ...end, partition: 3 }], [end])).toBe(false);
});
