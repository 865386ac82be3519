import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { claimFolder, endProcess, FolderInUse, findServersBelow, startKafka, startPostgres, startRedis } from '@lianxin/platform/servers';
import { startContainer } from './containers.ts';
import type { ServerKind, StartedServer } from './server.kinds.ts';

export { type ServerKind, serverKinds } from './server.kinds.ts';

/** What `startTestServers` needs to know. */
export interface TestServerOptions {
  kinds: readonly ServerKind[];
  /** Programs on this machine, or containers of a reachable engine. */
  engine: 'native' | 'docker';
  /** Where fetched programs (Kafka, Redis) are kept between runs. */
  cacheDir: string;
}

/** Running servers of one test run. */
export interface TestServers {
  /** Addresses by the name of the environment variable that tells them to the tests; one that could not be started has none. */
  environment: Record<string, string>;
  /** Servers that could not be started, and why: tests that need them fail, and the run must name them. */
  gaps: { kind: ServerKind; cause: unknown }[];
  stop(): Promise<void>;
}

const FOLDER_PREFIX = 'lianxin-tests-';

/** Removes what killed test runs left behind: their servers, still running, and their folders. */
async function sweepDeadRuns(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of names) {
    const folder = join(parent, name);
    try {
      await claimFolder(folder);
    } catch (error) {
      if (error instanceof FolderInUse) continue;
      throw error;
    }
    for (const pid of await findServersBelow(folder)) await endProcess(pid, 'SIGKILL', 10_000);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A folder of this run's own. It gets its final name only once it is claimed, so that no sweep takes it for a dead run's. */
async function makeRunFolder(): Promise<string> {
  const parent = await realpath(tmpdir());
  await sweepDeadRuns(parent);
  const unclaimed = await mkdtemp(join(parent, 'lianxin-unclaimed-'));
  // PostgreSQL may run as another user and has to pass through.
  await chmod(unclaimed, 0o755);
  await claimFolder(unclaimed);
  const folder = join(parent, `${FOLDER_PREFIX}${basename(unclaimed).split('-').at(-1)}`);
  await rename(unclaimed, folder);
  return folder;
}

async function startNative(kind: ServerKind, folder: string, cacheDir: string): Promise<StartedServer> {
  const dataDir = join(folder, kind);
  if (kind === 'postgres') {
    // Without fsync, because nobody needs this data after a power cut; commits still wait for each other as in real use.
    const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' };
    const server = await startPostgres({ dataDir, password: randomBytes(12).toString('hex'), settings });
    return { variable: 'LIANXIN_TEST_POSTGRES_URL', address: server.url(), stop: () => server.stop() };
  }
  if (kind === 'kafka') {
    const server = await startKafka({ dataDir, cacheDir, brokers: 1 });
    return { variable: 'LIANXIN_TEST_KAFKA', address: server.bootstrapServers.join(','), stop: () => server.stop() };
  }
  const server = await startRedis({ dataDir, cacheDir });
  return { variable: 'LIANXIN_TEST_REDIS_URL', address: server.url, stop: () => server.stop() };
}

/**
 * Starts the servers of a whole test run at once, under a temporary folder (or in containers) that `stop` removes. A server that cannot be
 * started is reported as a gap and does not keep the others from starting.
 */
export async function startTestServers(options: TestServerOptions): Promise<TestServers> {
  const { kinds, engine, cacheDir } = options;
  const folder = engine === 'native' ? await makeRunFolder() : undefined;
  const starting = kinds.map((kind) => (folder === undefined ? startContainer(kind) : startNative(kind, folder, cacheDir)));
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const gaps = kinds.flatMap((kind, index) => {
    const outcome = outcomes[index];
    return outcome?.status === 'rejected' ? [{ kind, cause: outcome.reason }] : [];
  });
  return {
    environment: Object.fromEntries(started.map(({ variable, address }) => [variable, address])),
    gaps,
    stop: async () => {
      await Promise.all(started.map((server) => server.stop()));
      if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
