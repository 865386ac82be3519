import { readFileSync } from 'node:fs';
import { ConfigError, createLogger, endOnUncaught } from '@lianxin/platform';
import { ServerError } from '@lianxin/platform/servers';

/** The user asked to stop while the system was still starting. */
class Stopped extends Error {}

/** One start of the system: its steps, told with their time, and what has to be undone at its end, last things first. */
export class Launch {
  private readonly stopping = new AbortController();
  private readonly undo: (() => Promise<void>)[] = [];
  private readonly began = performance.now();

  /** Aborted as soon as the system is to stop. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Tells the user something; standard output is for that, logs go to standard error. */
  tell(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Does one thing and says how long it took. Between two steps the user's wish to stop is heard. */
  async step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    if (this.signal.aborted) throw new Stopped();
    const since = performance.now();
    const result = await work();
    this.tell(`[${seconds(this.began)}] ${title} (${seconds(since)})`);
    return result;
  }

  atEnd(undo: () => Promise<void>): void {
    this.undo.push(undo);
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Undoes everything; a thing that cannot be undone is told and does not keep the rest from being undone. */
  async end(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) {
      await undo().catch((error: unknown) => process.stderr.write(`while stopping: ${String(error)}\n`));
    }
  }
}

/** After a fault that nobody caught: longest time for a stop in good order. */
const stopTimeoutMs = 30_000;

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs a launcher until it is told to stop: Ctrl-C, SIGTERM, the end of the script that started it, or `fail`. Exit status 0 after a stop that was asked
 * for, else 1, with cause and remedy in plain words.
 */
export async function runLaunch(start: (launch: Launch, fail: (error: unknown) => void) => Promise<void>): Promise<never> {
  const launch = new Launch();
  const over = Promise.withResolvers<unknown>();
  const stop = () => {
    launch.stop();
    over.resolve(undefined);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (!outlivesTerminal()) process.on('SIGHUP', stop);
  // The script that started us is gone: nobody would ever stop us again.
  process.on('disconnect', stop);
  // Servers run beside this process: they are stopped too, and what is stopped in good order needs no repair at the next start.
  endOnUncaught(createLogger('standalone', 'fatal'), () => {
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    over.resolve(
      new ServerError(
        'The system stopped because of a fault that nobody caught.',
        'The log line with level 60 tells where; start it again.',
      ),
    );
  });
  const starting = start(launch, over.resolve);
  starting.catch((error: unknown) => over.resolve(error instanceof Stopped ? undefined : error));
  const error = await over.promise;
  launch.stop();
  if (error !== undefined) explain(error);
  else launch.tell('stopping …');
  // A step that is under way is let finish, so that what it began can be undone.
  await starting.catch(() => undefined);
  await launch.end();
  if (error === undefined) launch.tell('stopped');
  process.exit(error === undefined ? 0 : 1);
}

/** Started with nohup, which has SIGHUP ignored: a handler of ours would undo that. */
function outlivesTerminal(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // No such file: another system than Linux.
    return false;
  }
}

function explain(error: unknown): void {
  const known = error instanceof ConfigError || error instanceof ServerError;
  process.stderr.write(`lianxin: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
