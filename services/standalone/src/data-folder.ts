import { setTimeout as delay } from 'node:timers/promises';
import { claimFolder, FolderInUse, isPortFree, ServerError } from '@lianxin/platform/servers';
import type { Launch } from './launch.ts';

/** A system that was told to stop a moment ago needs a little to end. */
const waitMs = 5_000;

/**
 * Makes this process the only one on the data folder until it ends.
 * @throws FolderInUse when another one still runs there after a short wait.
 */
export async function claimDataFolder(launch: Launch, dataDir: string): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let told = false; ; told = true) {
    try {
      launch.atEnd(await claimFolder(dataDir));
      return;
    } catch (error) {
      if (!(error instanceof FolderInUse) || performance.now() > deadline || launch.signal.aborted) throw error;
      if (!told) launch.tell(`${error.message} Waiting ${waitMs / 1000} s for it to end …`);
      await delay(100);
    }
  }
}

/** @throws ServerError with the remedy when something else listens there. */
export async function requireFreePort(port: number): Promise<void> {
  if (port === 0 || (await isPortFree(port))) return;
  throw new ServerError(
    `Port ${port} is taken.`,
    'End the program that listens there, or choose another port: LIANXIN_PORT=8081 npm start.',
  );
}
