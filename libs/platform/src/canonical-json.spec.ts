import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import { canonicalJson } from './canonical-json.ts';

/** Numbers that follow one another in the same way in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
const texts = ['', 'a', 'A', 'é', '联', '𠮷', '"\\\n\u2028', '\u0000', 'name', '10', '2', '__proto__', 'toString'];
const numbers = [0, -0, 1, -1.5, 1e21, 1e-7, 123456789012345680000, 0.1, 5e-324];

function randomValue(random: () => number, depth: number): unknown {
  const pick = <One>(values: readonly One[]) => values[Math.floor(random() * values.length)] as One;
  const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
  if (kind === 0) return pick(texts);
  if (kind === 1) return pick(numbers);
  if (kind === 2) return random() < 0.5;
  if (kind === 3) return null;
  const count = Math.floor(random() * 5);
  if (kind === 4) return Array.from({ length: count }, () => randomValue(random, depth + 1));
  return JSON.parse(
    `{${Array.from({ length: count }, () => `${JSON.stringify(pick(texts))}:${JSON.stringify(randomValue(random, depth + 1))}`)}}`,
  );
}

describe('canonical JSON', () => {
  test('is to the letter what the library writes, for two thousand values', () => {
    const random = randomOf(20_261_123);
    for (let count = 0; count < 2_000; count++) {
      const value = randomValue(random, 0);
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }
  });

  test('gives equal content equal text, whatever the order of its fields', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":2,"d":1}]}');
    expect(canonicalJson({ a: 'x', b: [1, { c: 2, d: 1 }] })).toBe(canonicalJson({ b: [1, { d: 1, c: 2 }], a: 'x' }));
  });

  test.each<[string, unknown]>([
    ['a date', { at: new Date(0) }],
    ['what writes itself', { toJSON: () => ({ b: 1, a: 2 }) }],
    ['a list that writes itself', Object.assign([1], { toJSON: () => 'list' })],
    ['a field without a value', { a: undefined, b: 1 }],
    ['a list with nothing in it', [undefined, 1]],
    ['boxed values', { a: Object(1), b: Object('x') }],
    ['an object without a prototype', Object.assign(Object.create(null), { b: 1, a: 2 })],
    ['a hundred levels', Array.from({ length: 100 }).reduce<unknown>((inner) => ({ inner }), 1)],
  ])('%s is left to the library', (_what, value) => {
    expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  test.each<[string, unknown]>([
    ['half a surrogate pair', { name: '\ud800' }],
    ['half a surrogate pair as a field', { '\ud800': 1 }],
    ['no number', [Number.NaN]],
    ['infinity', [Number.POSITIVE_INFINITY]],
  ])('%s has no canonical form', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });

  test('nothing at all is null', () => {
    expect(canonicalJson(undefined)).toBe('null');
  });
});
