import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '@lianxin/platform/servers';
import { wageFlag } from './flags.ts';

const root = join(import.meta.dirname, '../..');

/** The whole system, started as its users start it, on a data folder of its own. */
export class RunningSystem {
  private constructor(
    readonly process: ChildProcess,
    readonly dataDir: string,
    readonly url: string,
    private readonly apiKeys: Readonly<Record<string, string>>,
    /** From its start until it said that it is ready. */
    readonly readyMs: number,
  ) {}

  /**
   * @param command what starts it; as a rule a program of services/standalone.
   * @throws Error when it ends before it is ready.
   */
  static async start(command: readonly [string, ...string[]], dataDir: string): Promise<RunningSystem> {
    const [program, ...args] = command;
    const port = await findFreePort();
    const started = performance.now();
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, LIANXIN_PORT: String(port), LIANXIN_DATA_DIR: dataDir, LIANXIN_DEMO: 'on' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => chunk.toString('utf8').includes('ready http') && resolve());
      child.once('exit', (code) => reject(new Error(`the system ended with ${code}`)));
    });
    const readyMs = performance.now() - started;
    const { apiKeys } = JSON.parse(await readFile(join(dataDir, 'demo-credentials.json'), 'utf8')) as { apiKeys: Record<string, string> };
    return new RunningSystem(child, dataDir, `http://127.0.0.1:${port}`, apiKeys, readyMs);
  }

  /** The programs themselves, without npm above them. */
  static program(kind: 'standalone' | 'distributed'): [string, ...string[]] {
    return [process.execPath, join(root, `services/standalone/dist/${kind === 'standalone' ? 'main' : 'distributed'}.js`)];
  }

  async call(key: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKeys[key]}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Flags one more subject; gives the id of the entry. */
  async flag(): Promise<string> {
    const body = wageFlag();
    const entry = (await this.call('RSJ', 'POST', '/api/v1/list-entries', body, { 'idempotency-key': body.sourceRecordId })) as {
      id: string;
    };
    return entry.id;
  }

  /** Sends a file as the body of a request; gives its id. */
  async upload(key: string, path: string, bytes: Buffer<ArrayBuffer>, type: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.apiKeys[key]}`, 'content-type': type };
    const response = await fetch(this.url + path, { method: 'POST', headers, body: bytes });
    const answer = (await response.json()) as { id: string };
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer.id;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}

/** Address of the system's own database for its administrator, as its data folder tells it: only to look. */
export async function databaseOf(kind: 'standalone' | 'distributed', dataDir: string): Promise<string> {
  const read = (...path: string[]) => readFile(join(dataDir, ...path), 'utf8');
  if (kind === 'distributed') return (JSON.parse(await read('servers.json')) as { postgres: { url: string } }).postgres.url;
  const { postgresPassword } = JSON.parse(await read('secrets.json')) as { postgresPassword: string };
  const port = (await read('postgres', 'cluster', 'postmaster.pid')).split('\n')[3];
  return `postgres://postgres:${postgresPassword}@127.0.0.1:${port}/lianxin`;
}
