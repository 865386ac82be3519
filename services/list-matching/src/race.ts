import { ProblemError } from '@lianxin/contracts';
import { isTransientDatabaseError, sqlStateOf } from '@lianxin/platform';

const uniqueViolation = '23505';
const deadlock = '40P01';
const maxTries = 5;

/** Whether a transaction failed only because another one was quicker. */
export function isLostRace(error: unknown): boolean {
  return [uniqueViolation, deadlock].includes(sqlStateOf(error) ?? '');
}

/**
 * Runs a whole transaction again when it lost a race for a natural key or was chosen in a deadlock: the second time it finds what the other has
 * committed and decides on that.
 */
export async function retryLostRace<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (!isLostRace(error) || tries === maxTries) throw error;
    }
  }
}

/** Faults that are not of a row: the whole batch, or the whole job, runs again. */
export function mustRunAgain(error: unknown): boolean {
  return isTransientDatabaseError(error) || isLostRace(error) || (error instanceof ProblemError && error.code === 'UNAVAILABLE');
}
