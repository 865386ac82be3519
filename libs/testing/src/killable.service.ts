import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const bin = (folder: string, name: string) => join(folder, '../../node_modules/.bin', name);

/** A service as a process of its own, so that it can be killed. */
export class KillableService {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Such a process runs what was built, and tests do not build. @param folder of the service. @throws Error with the compiler's words */
  static build(folder: string): void {
    const built = spawnSync(bin(folder, 'tsc'), ['-b'], { cwd: folder, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the service does not build:\n${built.stdout}`);
  }

  /** Resolves when it takes requests. */
  static async start(folder: string, environment: Readonly<Record<string, string>>): Promise<KillableService> {
    const child = spawn(bin(folder, 'node'), [join(folder, 'dist/main.js')], {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    const url = await eventually(
      'the service takes requests',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        return /^ready (\S+)$/m.exec(output)?.[1];
      },
      60_000,
    );
    return new KillableService(url, child);
  }

  /** SIGKILL, or SIGTERM as a service manager does; nothing where it has ended already. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}
