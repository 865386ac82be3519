import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { signalProcess } from './process.identity.ts';
import { ServerError } from './server.error.ts';
import { fileSize, lastLines, readLogFrom, rotateLog } from './server.log.ts';
import { waitUntil } from './waiting.ts';

/** How to run one server program. */
export interface Launch {
  /** For messages: "PostgreSQL", "Kafka broker 2". */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  logFile: string;
  /** `undefined` passes this process's own environment on. */
  environment?: Record<string, string>;
  /** The unprivileged user to run as, when this process is root and the server refuses to be. */
  user?: { uid: number; gid: number };
  /** Called over and over with what the server has logged since it was launched, until it says true; an error gives up. */
  isReady: (log: string) => Promise<boolean> | boolean;
  readyTimeoutMs: number;
  stopSignal: NodeJS.Signals;
  stopTimeoutMs: number;
}

/** How a run of a server ended. `asked` is true when `stop()` ended it. */
export interface ServerExit {
  asked: boolean;
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server program that ended before it was ready; `log` is what it said. */
export class EndedTooEarly extends Error {
  readonly log: string;

  constructor(name: string, log: string) {
    super(`${name} ended before it was ready:\n${lastLines(log)}`);
    this.log = log;
  }
}

interface Run {
  child: ChildProcess;
  pid: number;
  exited: Promise<ServerExit>;
  exit?: ServerExit;
  asked: boolean;
}

/** One server program under our care: it can be started, killed, started again and stopped. */
export class ServerProcess {
  readonly launch: Launch;
  #run: Run | undefined;

  constructor(launch: Launch) {
    this.launch = launch;
  }

  /** The number of the running (or last) process; throws before the first start. */
  get pid(): number {
    return this.#getRun().pid;
  }

  get isRunning(): boolean {
    return this.#run !== undefined && this.#run.exit === undefined;
  }

  /** Resolves when the present run ends, for whatever reason. */
  get exited(): Promise<ServerExit> {
    return this.#getRun().exited;
  }

  /** Launches the program and waits until it is ready. Throws EndedTooEarly, or a ServerError when it stays silent (it is killed then). */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { launch } = this;
    await rotateLog(launch.logFile);
    const offset = await fileSize(launch.logFile);
    const run = await this.#spawn();
    this.#run = run;
    const look = async (): Promise<boolean> => {
      const ended = run.exit !== undefined;
      const log = await readLogFrom(launch.logFile, offset);
      if (ended) throw new EndedTooEarly(launch.name, log);
      return launch.isReady(log);
    };
    try {
      await waitUntil(look, { what: `${launch.name} ready`, timeoutMs: launch.readyTimeoutMs });
    } catch (error) {
      if (error instanceof EndedTooEarly) throw error;
      await this.kill('SIGKILL');
      if (error instanceof ServerError) throw error;
      throw new ServerError(`${launch.name} did not get ready: ${String(error)}.`, `Look into its log: ${launch.logFile}`, {
        cause: error,
      });
    }
  }

  /** Sends a signal as a fault would. After SIGKILL it waits until the process is gone; other signals are only delivered. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const run = this.#run;
    if (!run || run.exit) return;
    signalProcess(run.pid, signal);
    if (signal === 'SIGKILL') await waitUntil(() => run.exit, { what: `the end of ${this.launch.name} after SIGKILL`, timeoutMs: 10_000 });
  }

  /** Asks the server to end in good order and waits; insists with SIGKILL after `stopTimeoutMs`. Does nothing when it does not run. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (!run || run.exit) return;
    run.asked = true;
    // A process stopped by SIGSTOP would never see the signal.
    signalProcess(run.pid, 'SIGCONT');
    signalProcess(run.pid, this.launch.stopSignal);
    const waiting = { what: `the end of ${this.launch.name}`, timeoutMs: this.launch.stopTimeoutMs };
    await waitUntil(() => run.exit, waiting).catch(() => this.kill('SIGKILL'));
  }

  #getRun(): Run {
    if (!this.#run) throw new Error(`${this.launch.name} was never started`);
    return this.#run;
  }

  async #spawn(): Promise<Run> {
    const { launch } = this;
    const log = await open(launch.logFile, 'a');
    try {
      const child = spawn(launch.command, launch.args, {
        cwd: launch.cwd,
        env: launch.environment,
        ...launch.user,
        // A session of its own: Ctrl-C in a terminal reaches Node only, and Node decides the order of the shutdown.
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      return await followChild(launch.name, child);
    } finally {
      await log.close();
    }
  }
}

/** Waits until the child really runs and keeps its exit in the returned run. */
async function followChild(name: string, child: ChildProcess): Promise<Run> {
  const launched = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // The server must not keep a Node process alive that has nothing else to do.
  child.unref();
  try {
    await launched;
  } catch (error) {
    throw new ServerError(`${name} cannot be run: ${String(error)}.`, `Check that ${child.spawnfile} exists and may be executed.`, {
      cause: error,
    });
  }
  if (child.pid === undefined) throw new Error(`${name} runs without a process number`);
  const run: Run = { child, pid: child.pid, asked: false, exited: Promise.resolve({ asked: false, code: null, signal: null }) };
  run.exited = ended.then((exit) => {
    run.exit = { asked: run.asked, ...exit };
    return run.exit;
  });
  return run;
}
