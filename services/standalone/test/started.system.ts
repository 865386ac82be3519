import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, findFreePort, findServersBelow, isProcessAlive } from '@lianxin/platform/servers';
import { eventually } from '@lianxin/testing';

const root = join(import.meta.dirname, '../../..');
const node = join(root, 'node_modules/.bin/node');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of a launcher as a user has it: a process of its own, known by what it prints. */
export class Run {
  output = '';
  readonly ended: Promise<Ended>;

  private constructor(readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static start(script: string, settings: Record<string, string>): Run {
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      JAVA_TOOL_OPTIONS: process.env['JAVA_TOOL_OPTIONS'] ?? '',
      LIANXIN_CACHE_DIR: join(root, '.cache'),
      ...settings,
    };
    return new Run(spawn(node, [join(root, script)], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits for the line that the contract promises; gives the address in it. */
  async ready(timeoutMs = 100_000): Promise<string> {
    return eventually(
      'the ready line is printed',
      () => {
        if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`it has ended:\n${this.output}`);
        return /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(this.output)?.[1];
      },
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
  }

  async kill(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A data folder and the runs on it. */
export class Installation {
  private readonly runs: Run[] = [];

  private constructor(
    readonly dataDir: string,
    readonly port: number,
  ) {}

  static async create(): Promise<Installation> {
    const dataDir = await mkdtemp(join(tmpdir(), 'lianxin-launch-'));
    // PostgreSQL may run as another user and has to pass through; otherwise its data would be kept elsewhere.
    await chmod(dataDir, 0o755);
    return new Installation(dataDir, await findFreePort());
  }

  start(program: 'main' | 'distributed', settings: Record<string, string> = {}): Run {
    return this.track(Run.start(`services/standalone/dist/${program}.js`, this.environment(settings)));
  }

  /** As `npm start` does it. */
  startByScript(settings: Record<string, string> = {}): Run {
    return this.track(Run.start('scripts/start.mjs', this.environment(settings)));
  }

  async json<Content>(file: string): Promise<Content> {
    return JSON.parse(await readFile(join(this.dataDir, file), 'utf8')) as Content;
  }

  credentials() {
    return this.json<{ baseUrl: string; apiKeys: Record<string, string> }>('demo-credentials.json');
  }

  /** Asks the system with one of the demo keys. */
  async get<Body = Record<string, unknown>>(who: string, path: string): Promise<{ status: number; body: Body }> {
    const { apiKeys } = await this.credentials();
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { headers: { authorization: `Bearer ${apiKeys[who]}` } });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** Everything that is listed in the city, page by page. */
  async entries(): Promise<{ status: string; listCode: string; id: string }[]> {
    const rows: { status: string; listCode: string; id: string }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: { body: { data: typeof rows; page: { nextCursor: string | null } } } = await this.get(
        'CREDIT_OFFICE',
        `/api/v1/list-entries?limit=200${query}`,
      );
      rows.push(...body.data);
      cursor = body.page.nextCursor;
    }
    return rows;
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
    return response?.status === 200;
  }

  /** Servers (PostgreSQL, Kafka, Redis) that run on this folder. */
  servers(): Promise<number[]> {
    return findServersBelow(this.dataDir);
  }

  async remove(): Promise<void> {
    for (const run of this.runs) if (await isProcessAlive(run.pid)) await run.kill('SIGTERM');
    for (const pid of await this.servers()) await endProcess(pid, 'SIGKILL', 10_000);
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  private environment(settings: Record<string, string>): Record<string, string> {
    return { LIANXIN_DATA_DIR: this.dataDir, LIANXIN_PORT: String(this.port), ...settings };
  }

  private track(run: Run): Run {
    this.runs.push(run);
    return run;
  }
}
