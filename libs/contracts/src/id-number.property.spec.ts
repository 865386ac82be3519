import { describe, expect, it } from '@jest/globals';
import { addDays } from './calendar-date.ts';
import { birthDateOf, checkIdNumber, idNumberCheckCharacter } from './id-number.ts';

const options = { today: '2026-11-23', syntheticRegionAllowed: true };

const withCheck = (first17: string) => first17 + idNumberCheckCharacter(first17);

function madeUpNumber(next: (below: number) => number): string {
  return withCheck(`320799${addDays('1899-01-01', next(36_500)).replaceAll('-', '')}${String(next(1_000)).padStart(3, '0')}`);
}

/** The same pseudo-random numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a citizen identity number', () => {
  it('has the check character of ISO 7064 MOD 11-2, computed another way', () => {
    const next = seeded(7064);
    for (let round = 0; round < 500; round += 1) {
      const number = madeUpNumber(next);
      const remainder = Array.from(number.slice(0, 17)).reduce((sum, digit) => ((sum + Number(digit)) * 2) % 11, 0);
      expect(number.charAt(17)).toBe('0123456789X'.charAt((12 - remainder) % 11));
    }
  });

  it('with any single digit changed is refused', () => {
    const next = seeded(11643);
    for (let round = 0; round < 200; round += 1) {
      const number = madeUpNumber(next);
      expect(checkIdNumber(number, options)).toMatchObject({ ok: true, number, warnings: [] });
      expect(birthDateOf(number).replaceAll('-', '')).toBe(number.slice(6, 14));
      for (let index = 0; index < 18; index += 1) {
        for (const character of index === 17 ? '0123456789X' : '0123456789') {
          if (character !== number[index])
            expect(checkIdNumber(number.slice(0, index) + character + number.slice(index + 1), options).ok).toBe(false);
        }
      }
    }
  });
});
