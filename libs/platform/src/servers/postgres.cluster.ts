import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { endProcess, isProcessAlive, readCommandLine } from './process.identity.ts';
import { ServerError } from './server.error.ts';
import { canEnter, giveTo, type ServerUser } from './server.user.ts';

const run = promisify(execFile);
/** A fast shutdown writes a checkpoint first; on a slow disk that takes a while. */
const STOP_TIMEOUT_MS = 60_000;

/** What is needed to make or find the cluster (the files of one PostgreSQL) inside a data folder. */
export interface ClusterPlace {
  /** Our folder; the cluster is its sub-folder `cluster`. */
  dataDir: string;
  bin: string;
  user: ServerUser | undefined;
  password: string;
  /** False only for throw-away data. */
  durable: boolean;
}

async function initialise(place: ClusterPlace, unfinished: string): Promise<void> {
  const passwordFile = join(place.dataDir, 'initial-password');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, place.password, { mode: 0o600 });
  if (place.user) {
    await chown(unfinished, place.user.uid, place.user.gid);
    await chown(passwordFile, place.user.uid, place.user.gid);
  }
  const args = [
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Order by code point everywhere, upper and lower case by Unicode: the same on every machine, with no library behind it that may change.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(place.durable ? [] : ['--no-sync']),
  ];
  try {
    await run(join(place.bin, 'initdb'), args, { ...place.user, cwd: place.dataDir, env: serverEnvironment() });
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new ServerError(
      `PostgreSQL could not set up its data in ${place.dataDir}: ${said}`,
      'Check that the folder is writable and has free space.',
      {
        cause: error,
      },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Variables such as PGDATA or a locale of the caller must not reach the server. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function requireReach(dataDir: string, user: ServerUser): Promise<void> {
  if (await canEnter(dataDir, user)) return;
  throw new ServerError(
    `PostgreSQL must not run as root and runs as user ${user.uid} instead, but that user cannot reach the data folder ${dataDir}, because a folder above it is closed to others.`,
    'Choose a data folder elsewhere (for instance below /var/lib), open the folders above it with chmod o+x, or run as a user other than root.',
  );
}

/**
 * Makes the cluster when there is none, and gives its folder. It is made beside its place and moved there when it is complete, so a kill
 * at any moment leaves either nothing or a whole cluster. Throws a ServerError naming what is wrong with the folder.
 */
export async function prepareCluster(place: ClusterPlace): Promise<string> {
  const { dataDir, user } = place;
  if (user) {
    // Other users may pass through to the cluster, which itself stays closed (0700).
    await chmod(dataDir, 0o711);
    await requireReach(dataDir, user);
  }
  const cluster = join(await realpath(dataDir), 'cluster');
  if (!(await stat(cluster).catch(() => undefined))) {
    const unfinished = `${cluster}.unfinished`;
    await initialise({ ...place, dataDir: await realpath(dataDir) }, unfinished);
    await rename(unfinished, cluster);
  }
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    throw new ServerError(
      `${cluster} holds no PostgreSQL data (PG_VERSION is missing; ${(await readdir(cluster)).length} entries).`,
      'Put the data back from a backup, or remove the folder to begin with an empty database.',
    );
  }
  await requireVersion(place.bin, cluster, version.trim());
  // A folder copied here by root (a backup) would stay closed to the server.
  if (user && (await stat(cluster)).uid !== user.uid) await giveTo(cluster, user);
  return cluster;
}

async function requireVersion(bin: string, cluster: string, dataVersion: string): Promise<void> {
  const { stdout } = await run(join(bin, 'postgres'), ['--version'], { env: serverEnvironment() });
  const serverVersion = /\d+/.exec(stdout)?.[0] ?? '';
  if (serverVersion === dataVersion) return;
  throw new ServerError(
    `The data in ${cluster} is of PostgreSQL ${dataVersion}, the server is PostgreSQL ${serverVersion}.`,
    `Export it with PostgreSQL ${dataVersion} (pg_dumpall), move the folder away, start, and import it.`,
  );
}

/** The number in `postmaster.pid`, if it is one. */
async function readPostmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  const [program, ...args] = await readCommandLine(pid);
  return program !== undefined && basename(program) === 'postgres' && `${args.join(' ')} `.includes(`-D ${cluster} `);
}

/** True once the postmaster of this number says in its file (last line) that it takes connections. */
export async function isPostmasterReady(cluster: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).trim().split('\n');
  return Number(lines[0]) === pid && lines.at(-1)?.trim() === 'ready';
}

/**
 * Ends the server that a killed parent left running on this cluster. The number in `postmaster.pid` may since belong to a stranger: that
 * one is left alone, and the file is removed, since PostgreSQL itself would refuse to start as long as the stranger lives.
 */
export async function stopOrphan(cluster: string): Promise<void> {
  const pid = await readPostmasterPid(cluster);
  if (pid === undefined) return;
  if (await isPostmasterOf(cluster, pid)) {
    // SIGINT is PostgreSQL's fast shutdown, what `pg_ctl -m fast -w stop` sends.
    await endProcess(pid, 'SIGINT', STOP_TIMEOUT_MS);
  } else if ((await isProcessAlive(pid)) || (await isZombie(pid))) {
    await rm(join(cluster, 'postmaster.pid'), { force: true });
  }
}

/** An ended process that nobody collected still has its number, and PostgreSQL would take it for a living server. */
async function isZombie(pid: number): Promise<boolean> {
  try {
    return process.kill(pid, 0) && !(await isProcessAlive(pid));
  } catch {
    return false;
  }
}
