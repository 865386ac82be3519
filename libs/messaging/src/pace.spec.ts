import { describe, expect, test } from '@jest/globals';
import { Pace } from './pace.ts';

/** Long enough that a test which waits for it would be ended. */
const ages = 1_000_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('who is in no hurry', () => {
  test('keeps the log waiting after what came first, once for all batches of an answer', async () => {
    let now = 1_000;
    const pauses: number[] = [];
    const pace = new Pace(40, {
      now: () => now,
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        await turn();
      },
    });
    const answer = (took: readonly number[]) =>
      Promise.all(
        took.map((milliseconds) =>
          pace.during(async () => {
            now += milliseconds;
          }, false),
        ),
      );
    await answer([10, 20]);
    await answer([5]);
    // Work that takes longer than the pause is followed by none.
    await answer([100]);
    expect(pauses).toEqual([10, 10, 35]);
  });

  test('reads a backlog without a pause', async () => {
    const pace = new Pace(ages);
    await pace.during(async () => undefined, true);
  });

  test('pauses after work that failed as little as after its end', async () => {
    const pace = new Pace(ages);
    await expect(pace.during(() => Promise.reject(new Error('no database')), false)).rejects.toThrow('no database');
    const waiting = pace.during(async () => undefined, false);
    await turn();
    pace.end();
    await waiting;
    await pace.during(async () => undefined, false);
  });
});
