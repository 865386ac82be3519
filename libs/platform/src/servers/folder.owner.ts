import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcessToken } from './process.identity.ts';
import { ServerError } from './server.error.ts';

/** The folder belongs to another process that still runs. */
export class FolderInUse extends ServerError {}

const CLAIM = /^owner-(\d+)-[0-9a-f]{16}$/;

/** The name of a process's claim: its number and what tells it from any later process of that number. */
async function findClaimName(pid: number): Promise<string | undefined> {
  const token = await findProcessToken(pid);
  return token && `owner-${pid}-${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;
}

/** Another living process that claims the folder; claims of dead ones are removed on the way. */
async function findOtherOwner(folder: string, own: string): Promise<number | undefined> {
  for (const name of await readdir(folder)) {
    const pid = Number(CLAIM.exec(name)?.[1]);
    if (Number.isNaN(pid) || name === own) continue;
    if ((await findClaimName(pid)) === name) return pid;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

/**
 * Records this process as the one that runs the server in `folder`, which is created if needed. A dead owner's claim is void, so a server
 * found running here is an orphan; a living other owner is refused (FolderInUse), because stopping its server would pull the ground from
 * under it, and two Kafka brokers on one folder destroy its data. Every process first writes its claim and then looks for others, so of
 * two that come at once at most one gets through (possibly none). Returns the function that gives the folder up again.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const own = await findClaimName(process.pid);
  if (own === undefined) throw new Error(`process ${process.pid} does not find itself in the process table`);
  const giveUp = (): Promise<void> => rm(join(folder, own), { force: true });
  await writeFile(join(folder, own), '');
  const other = await findOtherOwner(folder, own);
  if (other === undefined) return giveUp;
  await giveUp();
  throw new FolderInUse(
    `The data folder ${folder} is in use by process ${other}.`,
    'Stop that process first, or choose another data folder.',
  );
}
