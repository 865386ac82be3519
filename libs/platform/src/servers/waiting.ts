import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait, how often to look, and what for (it completes the sentence "… did not happen"). */
export interface Waiting {
  what: string;
  timeoutMs: number;
  intervalMs?: number;
}

/**
 * Looks at `condition` until it gives something other than `undefined` or `false`, and returns that.
 * Errors of the condition pass through at once. After `timeoutMs` it throws an Error naming what was waited for.
 */
export async function waitUntil<T>(condition: () => Promise<T | undefined | false> | T | undefined | false, waiting: Waiting): Promise<T> {
  const deadline = performance.now() + waiting.timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline) throw new Error(`${waiting.what}: not within ${waiting.timeoutMs} ms`);
    await pause(waiting.intervalMs ?? 50);
  }
}

/** Calls `attempt` up to `tries` times, `intervalMs` apart, while it fails with an error that `passes` on its own; the last error is thrown. */
export async function retryWhile<T>(
  attempt: () => Promise<T>,
  passes: (error: unknown) => boolean,
  limits: { tries: number; intervalMs: number },
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= limits.tries || !passes(error)) throw error;
      await pause(limits.intervalMs);
    }
  }
}
