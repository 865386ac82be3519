import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@lianxin/testing';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Started {
  readonly child: ChildProcess;
  /** All it said, once it and everything it started have ended. */
  readonly ended: Promise<string>;
}

/** The files that a fresh clone has, in a folder of their own: nothing installed, nothing compiled, no data, until it is given some. What is not committed yet is in it too. */
export class Clone {
  private readonly systems = new Set<Started>();

  private constructor(readonly folder: string) {}

  static async make(): Promise<Clone> {
    const folder = await mkdtemp(join(tmpdir(), 'lianxin-clone-'));
    // Run by root, PostgreSQL becomes another user and has to pass through.
    await chmod(folder, 0o755);
    await run('bash', [
      '-c',
      'set -euo pipefail; cd "$1"; git ls-files -z --cached --others --exclude-standard --deduplicate | while IFS= read -r -d "" name; do [ ! -e "$name" ] || printf "%s\\0" "$name"; done | tar --null --files-from=- -cf - | tar -xf - -C "$2"',
      'bash',
      root,
      folder,
    ]);
    return new Clone(folder);
  }

  /**
   * Links what is installed here, as if `npm ci` had been run: every `npm test` on a fresh clone installs for itself, once is enough. The house's own
   * packages are linked to the sources of the clone.
   */
  async takeInstalled(): Promise<void> {
    const own = '@lianxin';
    const modules = join(this.folder, 'node_modules');
    await mkdir(join(modules, own), { recursive: true });
    for (const entry of await readdir(join(root, 'node_modules')))
      if (entry !== own) await symlink(join(root, 'node_modules', entry), join(modules, entry));
    for (const entry of await readdir(join(root, 'node_modules', own)))
      await symlink(await readlink(join(root, 'node_modules', own, entry)), join(modules, own, entry));
    for (const group of ['libs', 'services'])
      for (const entry of await readdir(join(root, group))) {
        const nested = join(root, group, entry, 'node_modules');
        if (existsSync(nested)) await symlink(nested, join(this.folder, group, entry, 'node_modules'));
      }
  }

  /** Copies what is compiled here with its times, so that only what has been changed in the clone is compiled there. */
  async takeCompiled(): Promise<void> {
    for (const group of ['libs', 'services'])
      for (const entry of await readdir(join(root, group))) {
        const from = join(root, group, entry, 'dist');
        if (existsSync(from)) await cp(from, join(this.folder, group, entry, 'dist'), { recursive: true, preserveTimestamps: true });
      }
  }

  /** What a newcomer's shell has: nothing of this test run, no Node but the machine's. */
  private environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|LIANXIN_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$|JEST_|NODE_NO_WARNINGS$)/.test(name),
    );
    const path = (process.env['PATH'] ?? '').split(delimiter).filter((place) => !place.includes('node_modules'));
    return { ...Object.fromEntries(kept), PATH: path.join(delimiter), ...extra };
  }

  /** Runs lines in one shell as somebody who types them; ends at the first that fails. */
  async shell(lines: readonly string[], timeoutMs: number, extra?: Readonly<Record<string, string>>): Promise<string> {
    const script = `shopt -s expand_aliases\nset -eo pipefail\n${lines.join('\n')}\n`;
    try {
      const options = { cwd: this.folder, env: this.environment(extra), timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
      return (await run('bash', ['-c', script], options)).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${lines.join('\n')}\nfailed:\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`, { cause: error });
    }
  }

  /**
   * Starts a system with a command that runs until it is stopped; resolves when it says that it is ready.
   * @returns stops it with Ctrl-C, waits until all that it started has ended, and gives what was said.
   */
  async start(command: string, extra: Readonly<Record<string, string>>, timeoutMs: number): Promise<() => Promise<string>> {
    // A process group of its own, as a terminal makes one: a signal reaches npm and what it started.
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: this.folder,
      env: this.environment(extra),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const started = { child, ended: new Promise<string>((resolve) => child.once('close', () => resolve(output))) };
    this.systems.add(started);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    const isReady = () => /^ready http/m.test(output);
    await eventually(`${command} is ready`, () => isReady() || isOver(), timeoutMs).catch(() => undefined);
    if (!isReady() || isOver()) throw new Error(`${command} did not get ready (exit code ${child.exitCode}):\n${output.slice(-4000)}`);
    return () => this.stop(started, 'SIGINT');
  }

  /** Ctrl-C; gives all that was said. */
  private async stop(started: Started, signal: NodeJS.Signals): Promise<string> {
    const { child, ended } = started;
    this.systems.delete(started);
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
    return ended;
  }

  async remove(): Promise<void> {
    for (const started of [...this.systems]) await this.stop(started, 'SIGTERM');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
