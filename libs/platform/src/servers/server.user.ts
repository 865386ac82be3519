import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, lchown, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The user a server runs as when this process is root and the server refuses root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** "nobody" on Linux; no account needs to be created. */
const UNPRIVILEGED: ServerUser = { uid: 65_534, gid: 65_534 };

/** `undefined` when this process is not root: the server then simply runs as the same user. A folder that already belongs to a user keeps it. */
export async function findServerUser(dataDir: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const present = await stat(dataDir).catch(() => undefined);
  return present && present.uid !== 0 ? { uid: present.uid, gid: present.gid } : UNPRIVILEGED;
}

/** Asks the operating system itself: can this user enter the folder? (Modes, access lists and mounts all count.) */
export function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = spawn('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, cwd: '/', stdio: 'ignore' });
    probe.once('error', () => resolve(false));
    probe.once('exit', (code) => resolve(code === 0));
  });
}

/** The first existing folder on the way up from `folder`. */
async function findExistingAncestor(folder: string): Promise<string> {
  const present = await stat(folder).catch(() => undefined);
  return present || dirname(folder) === folder ? folder : findExistingAncestor(dirname(folder));
}

/**
 * The data folder to use instead of `preferred` where PostgreSQL could not reach that one: root starts PostgreSQL as an unprivileged user,
 * and a clone below a 0700 folder, such as root's home, is closed to that user. Gives `preferred` itself in every other case, else a
 * folder below /var/lib/lianxin that is always the same for the same `preferred`.
 */
export async function findReachableDataDir(preferred: string): Promise<string> {
  if (process.getuid?.() !== 0) return preferred;
  const user = (await findServerUser(preferred)) ?? UNPRIVILEGED;
  if (await canEnter(await findExistingAncestor(dirname(preferred)), user)) return preferred;
  const mark = createHash('sha256').update(preferred).digest('hex').slice(0, 12);
  const reachable = join('/var/lib/lianxin', `${basename(preferred)}-${mark}`);
  await mkdir(reachable, { recursive: true, mode: 0o755 });
  return reachable;
}

/** Gives a folder and all in it to the server's user. */
export async function giveTo(folder: string, user: ServerUser): Promise<void> {
  await chown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), user.uid, user.gid);
}
