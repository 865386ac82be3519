import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  claimFolder,
  endProcess,
  FolderInUse,
  findReachableDataDir,
  findServersBelow,
  isPortFree,
  ServerError,
} from '@lianxin/platform/servers';
import { findFile } from './atomic-file.ts';
import type { Launch } from './launch.ts';
import { secretsFile } from './secrets.ts';

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

/**
 * Where the database lies: in the data folder, or, where PostgreSQL cannot reach that, in a folder elsewhere that belongs to it. When the data folder was
 * removed and made anew, what lies elsewhere belongs to nobody any more: its secrets are gone. It is set aside, not destroyed.
 */
export async function placeDatabase(launch: Launch, dataDir: string): Promise<string> {
  const wanted = join(dataDir, 'postgres');
  const place = await findReachableDataDir(wanted);
  const isAbandoned = place !== wanted && (await findFile(secretsFile(dataDir))) === undefined && (await readdir(place)).length > 0;
  if (!isAbandoned) return place;
  for (const pid of await findServersBelow(place)) await endProcess(pid, 'SIGINT', 30_000);
  const aside = `${place}-until-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(place, aside);
  launch.tell(`${dataDir} is new: the database of its predecessor was set aside as ${aside} (remove it if you do not need it)`);
  return findReachableDataDir(wanted);
}

/** @throws ServerError with the remedy when something else listens there. */
export async function requireFreePort(port: number): Promise<void> {
  if (port === 0 || (await isPortFree(port))) return;
  throw new ServerError(
    `Port ${port} is taken.`,
    'End the program that listens there, or choose another port: LIANXIN_PORT=8081 npm start.',
  );
}
