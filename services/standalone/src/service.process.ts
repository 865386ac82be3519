import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from '@lianxin/platform/servers';
import { programOf, type ServiceName } from './services.ts';

export interface ServiceProcessOptions {
  readonly name: ServiceName;
  readonly environment: Readonly<Record<string, string>>;
  /** Told of every process that is started under this name. */
  readonly onStarted: (name: ServiceName, pid: number) => Promise<void>;
  readonly tell: (text: string) => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** A service that has run this long is well: its next end is not one of a series. */
const wellAfterMs = 30_000;
const stopTimeoutMs = 20_000;
/** Ends before the first readiness that are taken for bad luck (a topic or lock made by two at once). */
const earlyEnds = 5;
/** `runService` ends so when its configuration is at fault: trying again changes nothing. */
const configurationFault = 2;

/** One service as a process of its own, started again whenever it ends, sooner or later by how often it does. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private wasReady = false;
  private readonly firstReady = Promise.withResolvers<void>();
  private running: Promise<void> | undefined;

  constructor(private readonly options: ServiceProcessOptions) {}

  /** Starts it and resolves when it takes requests for the first time. @throws ServerError when it never gets there. */
  async start(): Promise<void> {
    this.running = this.keepRunning();
    this.running.catch(this.firstReady.reject);
    await this.firstReady.promise;
  }

  /** Ends it in good order and for good. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(insist);
    }
    await this.running?.catch(() => undefined);
  }

  private async keepRunning(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const since = performance.now();
      const end = await this.runOnce();
      if (this.stopping) return;
      failures = performance.now() - since > wellAfterMs ? 0 : failures + 1;
      const { name, tell } = this.options;
      if (!this.wasReady && (end.code === configurationFault || failures > earlyEnds)) {
        throw new ServerError(`${name} does not start: it ended with ${end.text}.`, 'Its own words stand above.');
      }
      tell(`${name} ended with ${end.text} and is started again`);
      await delay(Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs));
    }
  }

  /** One life of the process. */
  private async runOnce(): Promise<{ code: number | null; text: string }> {
    const { name, environment, onStarted } = this.options;
    const child = fork(programOf(name), [], {
      env: { ...environment },
      // A young generation that stays small: docs/profile.md.
      execArgv: ['--max-semi-space-size=16'],
      // Its own session: Ctrl-C reaches the launcher alone, which stops things in their order. When the launcher dies, the channel closes and it ends itself.
      detached: true,
      // Its `ready` line is for whoever runs a service alone; here it is told through the channel.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, text: signal ?? `status ${code}` }));
      child.once('error', (error) => resolve({ code: null, text: error.message }));
    });
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('ready' in message)) return;
      this.wasReady = true;
      this.firstReady.resolve();
    });
    if (child.pid !== undefined) await onStarted(name, child.pid);
    return ended;
  }
}
