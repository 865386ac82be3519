import { describe, expect, it } from '@jest/globals';
import { normaliseOrganisationName, normalisePersonName } from './normalise-name.ts';

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('the key of an organisation name', () => {
  it('does not change when taken again, whatever the text', () => {
    const next = seeded(111);
    const pieces = [
      '（',
      '）',
      '已注销',
      '(',
      ')',
      '曾用名',
      '·',
      '.',
      '—',
      '〇',
      '公',
      'ß',
      'ﬁ',
      'é',
      '\u0301',
      '´',
      'İ',
      '\u200D',
      '😀',
      '\uD800',
      '㈱',
      '…',
      ' ',
      'ʼn',
      'ΐ',
    ];
    for (let round = 0; round < 5_000; round += 1) {
      const text = Array.from({ length: next(12) }, () =>
        next(3) === 0 ? String.fromCodePoint(next(0x11_0000)) : (pieces[next(pieces.length)] ?? ''),
      ).join('');
      const { key } = normaliseOrganisationName(text);
      expect(normaliseOrganisationName(key).key).toBe(key);
      expect(normalisePersonName(text).key).not.toMatch(/^ | $|[\u200B-\u200D\uFEFF]/);
    }
  });
});
