import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcessToken } from './process.identity.ts';
import { hasErrorCode, ServerError } from './server.error.ts';

/** The folder belongs to another process that still runs. */
export class FolderInUse extends ServerError {}

interface Owner {
  pid: number;
  token: string;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('token' in value)) return undefined;
    return typeof value.pid === 'number' && typeof value.token === 'string' ? { pid: value.pid, token: value.token } : undefined;
  } catch {
    // Half-written by a process that was killed: nobody's.
    return undefined;
  }
}

/** True when the recorded owner still runs and is another process than this one. */
async function isHeldByAnother(owner: Owner): Promise<boolean> {
  return owner.pid !== process.pid && (await findProcessToken(owner.pid)) === owner.token;
}

async function createOwnerFile(file: string, owner: Owner): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o644);
    await handle.writeFile(JSON.stringify(owner));
    await handle.close();
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Records this process as the one that runs the server in `folder`, which is created if needed. A dead owner's claim is taken over, so a
 * server found running here is an orphan; a living other owner is refused, because stopping its server would pull the ground from under it.
 * Returns the function that gives the folder up again.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'owner.json');
  const token = await findProcessToken(process.pid);
  const self: Owner = { pid: process.pid, token: token ?? '' };
  while (!(await createOwnerFile(file, self))) {
    const owner = await readOwner(file);
    if (owner && (await isHeldByAnother(owner))) {
      throw new FolderInUse(
        `The data folder ${folder} is in use by process ${owner.pid}.`,
        'Stop that process first, or choose another data folder.',
      );
    }
    await rm(file, { force: true });
  }
  return async () => {
    const owner = await readOwner(file);
    if (owner?.pid === self.pid && owner.token === self.token) await rm(file, { force: true });
  };
}
