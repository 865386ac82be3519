import { describe, expect, it } from '@jest/globals';
import { checkUscc, generateUscc, usccAlphabet } from './uscc.ts';

const madeUp = { syntheticRegionAllowed: true };

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a unified social credit code', () => {
  it('sums to nothing modulo 31 with the powers of three, as the standard defines it', () => {
    for (let serial = 0; serial < 500; serial += 1) {
      const code = generateUscc('91', 'MA', serial * 1999);
      const sum = Array.from(code.slice(0, 17)).reduce(
        (total, character, index) => total + usccAlphabet.indexOf(character) * (3 ** index % 31),
        0,
      );
      expect((sum + usccAlphabet.indexOf(code.charAt(17))) % 31).toBe(0);
    }
  });

  it('with any single character changed, or two neighbours swapped, is refused', () => {
    const next = seeded(32100);
    for (let round = 0; round < 60; round += 1) {
      const code = generateUscc(['91', '92', '12', '51', 'N2'][next(5)] ?? '91', 'MA', next(1_000_000));
      for (let index = 0; index < 18; index += 1) {
        for (const character of usccAlphabet) {
          if (character === code[index]) continue;
          expect(checkUscc(code.slice(0, index) + character + code.slice(index + 1), madeUp)).toMatchObject({
            ok: false,
            problem: 'CHECK_CHARACTER',
          });
        }
        const swapped =
          code.slice(0, index) +
          code
            .slice(index, index + 2)
            .split('')
            .reverse()
            .join('') +
          code.slice(index + 2);
        if (swapped !== code) expect(checkUscc(swapped, madeUp).ok).toBe(false);
      }
    }
  });
});
