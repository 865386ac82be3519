import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from './faults.ts';
import type { Session } from './session.ts';

/**
 * Draws a picture again and again until the user stops it (Ctrl-C). A server that is away for a while does not end the watch.
 * @param draw writes the picture; called with nobody looking when data are piped.
 */
export async function watch(
  session: Session,
  intervalSeconds: number,
  draw: () => Promise<void>,
  tell: (error: unknown) => void,
): Promise<void> {
  if (session.options.dryRun) return draw();
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    while (!stop.signal.aborted) {
      try {
        await session.terminal.clear();
        await draw();
      } catch (error) {
        if (!isPassing(error)) throw error;
        tell(error);
      }
      // It rejects when the user stops it: the loop sees that.
      await delay(intervalSeconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
