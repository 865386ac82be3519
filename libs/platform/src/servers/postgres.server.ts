import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { claimFolder } from './folder.owner.ts';
import { chooseLastingPort } from './ports.ts';
import { getPostgresBinaries } from './postgres.binaries.ts';
import { isPostmasterReady, prepareCluster, serverEnvironment, stopOrphan } from './postgres.cluster.ts';
import { ServerError } from './server.error.ts';
import { EndedTooEarly, type ServerExit, ServerProcess } from './server.process.ts';
import { findServerUser } from './server.user.ts';
import { retryWhile } from './waiting.ts';

/** What `startPostgres` needs to know. */
export interface PostgresOptions {
  /** Everything of this server lives here: data, log, port. Created when missing. */
  dataDir: string;
  /** Without it the port of the last start is used again if it is free, else any free one. */
  port?: number;
  /** Server settings over the defaults below, for instance `{ fsync: 'off' }` for throw-away data. */
  settings?: Record<string, string>;
  /** Of the superuser `postgres`; it is set when the data folder is first made and must be the same afterwards. */
  password: string;
  /** Limit for one start, crash recovery included. */
  startTimeoutMs?: number;
}

/** A running PostgreSQL; `kill` and `start` are for fault tests and supervision. */
export interface PostgresServer {
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly password: string;
  readonly pid: number;
  readonly isRunning: boolean;
  /** Resolves when the present run of the server ends, for whatever reason. */
  readonly exited: Promise<ServerExit>;
  /** postgres://… of the superuser, for the named database. */
  url(database?: string): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data and port after a crash; does nothing when it runs. */
  start(): Promise<void>;
  /** Fast shutdown: sessions are ended, data is written; the data folder is given up. */
  stop(): Promise<void>;
}

const DEFAULT_SETTINGS: Record<string, string> = {
  max_connections: '300',
  shared_buffers: '96MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Not to be changed by settings: no other machine and no other user may come in. */
const FIXED_SETTINGS: Record<string, string> = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

const START_LIMITS = { tries: 10, intervalMs: 500 };

/** After a kill of parent and server together the old workers may hold lock, memory or port for a moment. */
function passesByItself(error: unknown): boolean {
  return error instanceof EndedTooEarly && /lock file|shared memory block|address already in use|could not bind/i.test(error.log);
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** True when the server answers a query; false while it cannot yet; a ServerError when it refuses the password. */
async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: connectionUrl(port, password, 'postgres'), connectionTimeoutMillis: 5_000 });
  // Also errors that come after the answer, as when the server dies meanwhile.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') {
      throw new ServerError('PostgreSQL refuses the password.', 'Give the password that the data folder was made with.', { cause: error });
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function settingArgs(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Turns what PostgreSQL said when it refused to start into cause and remedy. */
function explain(error: unknown, port: number, logFile: string): unknown {
  if (!(error instanceof EndedTooEarly)) return error;
  const remedy = /address already in use|could not bind/i.test(error.log)
    ? `Port ${port} is taken: end the program that holds it, or name another port.`
    : `The whole log is in ${logFile}.`;
  return new ServerError(error.message, remedy, { cause: error });
}

/**
 * Starts PostgreSQL on `dataDir`, which is set up first if it is new, listening on 127.0.0.1 only. A server that a killed parent left
 * running there is ended in good order first, so after `kill -9` of anything there is nothing to clean up. As root it runs as an
 * unprivileged user. Settings are durable unless `settings` say otherwise. Throws a ServerError with cause and remedy.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const giveUp = await claimFolder(options.dataDir);
  try {
    return await startOnClaimed(options, giveUp);
  } catch (error) {
    await giveUp();
    throw error;
  }
}

async function startOnClaimed(options: PostgresOptions, giveUp: () => Promise<void>): Promise<PostgresServer> {
  const { dataDir, password } = options;
  const user = await findServerUser(join(dataDir, 'cluster'));
  const bin = await getPostgresBinaries(user);
  const durable = options.settings?.['fsync'] !== 'off';
  const cluster = await prepareCluster({ dataDir, bin, user, password, durable });
  await stopOrphan(cluster);
  const portFile = join(dataDir, 'port');
  const port = await chooseLastingPort(portFile, options.port);
  const logFile = join(dataDir, 'server.log');
  const server: ServerProcess = new ServerProcess({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: ['-D', cluster, ...settingArgs({ ...DEFAULT_SETTINGS, ...options.settings, ...FIXED_SETTINGS, port: String(port) })],
    cwd: cluster,
    logFile,
    environment: serverEnvironment(),
    user,
    // First its own word: on a port that is taken, a stranger might answer.
    isReady: async () => (await isPostmasterReady(cluster, server.pid)) && (await answers(port, password)),
    readyTimeoutMs: options.startTimeoutMs ?? 180_000,
    // PostgreSQL's fast shutdown.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 60_000,
  });
  const start = async (): Promise<void> => {
    if (server.isRunning) return;
    const once = async (): Promise<void> => {
      await stopOrphan(cluster);
      await server.start();
    };
    await retryWhile(once, passesByItself, START_LIMITS).catch((error) => {
      throw explain(error, port, logFile);
    });
  };
  await start();
  await writeFile(portFile, String(port));
  return {
    name: 'PostgreSQL',
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    url: (database = 'postgres') => connectionUrl(port, password, database),
    get pid() {
      return server.pid;
    },
    get isRunning() {
      return server.isRunning;
    },
    get exited() {
      return server.exited;
    },
    kill: (signal) => server.kill(signal),
    start,
    stop: async () => {
      await server.stop();
      await giveUp();
    },
  };
}
