import { chmod, readdir, realpath, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { claimFolder } from './folder.owner.ts';
import { fetchOnce } from './maven.ts';
import { chooseLastingPort } from './ports.ts';
import { endProcess, findProcesses } from './process.identity.ts';
import { ServerError } from './server.error.ts';
import { EndedTooEarly, type ServerExit, ServerProcess } from './server.process.ts';
import { retryWhile } from './waiting.ts';

const ARTIFACT = 'com.github.codemonstur:embedded-redis:1.4.4';
const STOP_TIMEOUT_MS = 10_000;
const START_LIMITS = { tries: 10, intervalMs: 500 };
/** How Redis and the jar's file names call this machine. */
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What `startRedis` needs to know. */
export interface RedisOptions {
  /** Log and port of this server; it holds no data, Redis is a cache here. Created when missing. */
  dataDir: string;
  /** Where fetched programs are kept; Redis goes to its sub-folder `redis-6.2`. */
  cacheDir: string;
  /** Without it the port of the last start is used again if it is free, else any free one. */
  port?: number;
  /** Memory limit; the least used keys that would expire anyway go first. */
  maximumMegabytes?: number;
}

/** A running Redis; `kill` and `start` are for fault tests and supervision. */
export interface RedisServer {
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly pid: number;
  readonly isRunning: boolean;
  readonly exited: Promise<ServerExit>;
  /** redis://127.0.0.1:port */
  readonly url: string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, empty, on the same port after a crash; does nothing when it runs. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Fetches the Redis program if it is missing and gives its path. */
export async function fetchRedis(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'redis-6.2');
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture || (process.platform !== 'linux' && process.platform !== 'darwin')) {
    throw new ServerError(
      `There is no Redis program for ${process.platform} on ${process.arch}.`,
      'Use Linux or macOS on x64 or arm64, or give the address of a Redis server instead.',
    );
  }
  const pattern = `redis-server-6.2*-${process.platform}-${architecture}`;
  await fetchOnce(cacheDir, { name: 'Redis 6.2', folder, artifacts: [ARTIFACT], unpack: pattern });
  const file = (await readdir(folder)).find((name) => name.endsWith(`-${process.platform}-${architecture}`));
  if (!file) throw new ServerError(`${folder} holds no Redis program for this machine.`, 'Remove that folder; it is fetched again.');
  await chmod(join(folder, file), 0o755);
  return join(folder, file);
}

/** True when a Redis on this port answers PING. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => done(data.toString().startsWith('+PONG')));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

function serverArguments(port: number, dataDir: string, maximumMegabytes: number): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    dir: dataDir,
    appendonly: 'no',
    save: '',
    maxmemory: `${maximumMegabytes}mb`,
    'maxmemory-policy': 'volatile-lru',
    // Otherwise it would replace its command line, by which an orphan is known.
    'set-proc-title': 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function passesByItself(error: unknown): boolean {
  return error instanceof EndedTooEarly && /address already in use/i.test(error.log);
}

function explain(error: unknown, port: number, logFile: string): unknown {
  if (!(error instanceof EndedTooEarly)) return error;
  const remedies: [RegExp, string][] = [
    [/address already in use/i, `Port ${port} is taken: end the program that holds it, or name another port.`],
    [/shared libraries/i, 'Install OpenSSL 3 (on Debian: apt install libssl3).'],
  ];
  const remedy = remedies.find(([sign]) => sign.test(error.log))?.[1] ?? `The whole log is in ${logFile}.`;
  return new ServerError(error.message, remedy, { cause: error });
}

/**
 * Starts Redis on 127.0.0.1 as a cache that keeps nothing on disk. A server that a killed parent left running on `dataDir` is ended first.
 * Throws a ServerError with cause and remedy.
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const command = await fetchRedis(options.cacheDir);
  const giveUp = await claimFolder(options.dataDir);
  try {
    return await startOnClaimed(options, command, giveUp);
  } catch (error) {
    await giveUp();
    throw error;
  }
}

async function startOnClaimed(options: RedisOptions, command: string, giveUp: () => Promise<void>): Promise<RedisServer> {
  const dataDir = await realpath(options.dataDir);
  const stopOrphans = async (): Promise<void> => {
    const orphans = await findProcesses(['--set-proc-title', '--dir', dataDir]);
    await Promise.all(orphans.map((pid) => endProcess(pid, 'SIGTERM', STOP_TIMEOUT_MS)));
  };
  await stopOrphans();
  const portFile = join(dataDir, 'port');
  const port = await chooseLastingPort(portFile, options.port);
  const logFile = join(dataDir, 'server.log');
  const server = new ServerProcess({
    name: 'Redis',
    command,
    args: serverArguments(port, dataDir, options.maximumMegabytes ?? 256),
    cwd: dataDir,
    logFile,
    // First its own word: on a port that is taken, a stranger might answer.
    isReady: async (log) => log.includes('Ready to accept connections') && (await answersPing(port)),
    readyTimeoutMs: 30_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  const start = async (): Promise<void> => {
    if (server.isRunning) return;
    await stopOrphans();
    await retryWhile(() => server.start(), passesByItself, START_LIMITS).catch((error) => {
      throw explain(error, port, logFile);
    });
  };
  await start();
  await writeFile(portFile, String(port));
  return {
    name: 'Redis',
    host: '127.0.0.1',
    port,
    url: `redis://127.0.0.1:${port}`,
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
