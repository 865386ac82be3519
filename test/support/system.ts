import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@lianxin/testing';
import pg from 'pg';
import { DemoApi } from '../../services/standalone/src/demo.api.ts';
import { issueCredentials } from '../../services/standalone/src/demo.credentials.ts';
import { composeDown, composeRows, composeUp } from './compose.ts';

export type Mode = 'standalone' | 'distributed' | 'compose';

const root = join(import.meta.dirname, '../..');

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** The whole product as a user runs it: its own process, its own data folder. */
export class System {
  private child: ChildProcess | undefined;
  readonly output: string[] = [];

  private constructor(
    readonly mode: Mode,
    readonly dataDir: string,
    readonly port: number,
    private readonly demo: boolean,
  ) {}

  /** @param options.demo whether it begins with the demo city; containers never do. Without it the same clients are registered, and nothing else is there. */
  static async create(mode: Mode, options: { demo: boolean } = { demo: true }): Promise<System> {
    const dataDir = await mkdtemp(join(tmpdir(), 'lianxin-road-'));
    // Run by root, PostgreSQL becomes another user and has to pass through; a closed folder would send its data elsewhere.
    await chmod(dataDir, 0o711);
    return new System(mode, dataDir, await freePort(), options.demo && mode !== 'compose');
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts and waits for the ready line; containers until they are healthy. */
  async start(timeoutMs = 120_000): Promise<void> {
    if (this.mode === 'compose') {
      await this.registerClients(await composeUp(this.port));
      return;
    }
    const main = this.mode === 'standalone' ? 'main.js' : 'distributed.js';
    const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'services/standalone/dist', main)], {
      cwd: root,
      env: {
        ...process.env,
        LIANXIN_PORT: String(this.port),
        LIANXIN_DATA_DIR: this.dataDir,
        LIANXIN_DEMO: this.demo ? 'on' : 'off',
        // A service that was killed is missed sooner: what has to happen then is the same.
        LIANXIN_KAFKA_SESSION_MS: '4000',
        NODE_OPTIONS: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let ready = false;
    const listen = (chunk: Buffer) => {
      const text = chunk.toString('utf8');
      this.output.push(text);
      if (text.includes(`ready ${this.baseUrl}`)) ready = true;
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    await eventually(`${this.mode} is ready`, () => ready || isOver(), timeoutMs).catch(() => undefined);
    if (!ready || isOver())
      throw new Error(`${this.mode} did not get ready (exit code ${child.exitCode}):\n${this.output.join('').slice(-4000)}`);
    if (!this.demo) await this.registerClients((await this.json<{ bootstrapKey: string }>('secrets.json')).bootstrapKey);
  }

  /** The clients of the demo city, with the bootstrap key of the installation. */
  private async registerClients(bootstrapKey: string): Promise<void> {
    await issueCredentials(new DemoApi(this.baseUrl, AbortSignal.timeout(120_000)), bootstrapKey, this.dataDir, this.baseUrl);
  }

  /** Runs SELECTs with one text column each past row security: for looking, never for arranging what a user could not. */
  async rows(statements: readonly string[]): Promise<string[]> {
    if (this.mode === 'compose') return composeRows(this.port, statements);
    const client = new pg.Client({ connectionString: await this.databaseUrl() });
    await client.connect();
    try {
      const rows: string[] = [];
      for (const text of statements) {
        const result = await client.query<[string]>({ text, rowMode: 'array' });
        for (const [value] of result.rows) rows.push(value);
      }
      return rows;
    } finally {
      await client.end();
    }
  }

  private async databaseUrl(): Promise<string> {
    if (this.mode === 'distributed') return (await this.json<{ postgres: { url: string } }>('servers.json')).postgres.url;
    const { postgresPassword } = await this.json<{ postgresPassword: string }>('secrets.json');
    const port = (await readFile(join(this.dataDir, 'postgres/port'), 'utf8')).trim();
    return `postgres://postgres:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/lianxin`;
  }

  /** SIGKILL of the launcher alone: whatever it started must not stand in the way of the next start. */
  async killLauncher(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** SIGTERM, as Ctrl-C or a service manager does; returns the exit code. */
  async stop(): Promise<number | null> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    return ended;
  }

  async remove(): Promise<void> {
    if (this.mode === 'compose') await composeDown(this.port);
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async json<Body>(file: string): Promise<Body> {
    return JSON.parse(await readFile(join(this.dataDir, file), 'utf8')) as Body;
  }

  /** Process name → current pid (distributed). */
  pids(): Promise<Record<string, number>> {
    return this.json('pids.json');
  }

  async client(key: string): Promise<Client> {
    const { apiKeys } = await this.json<{ apiKeys: Record<string, string> }>('demo-credentials.json');
    const apiKey = apiKeys[key];
    if (apiKey === undefined) throw new Error(`no demo key ${key}`);
    return new Client(this.baseUrl, apiKey);
  }
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A caller of the public API, and nothing more. */
export class Client {
  constructor(
    readonly baseUrl: string,
    private readonly apiKey: string | undefined,
  ) {}

  async request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.apiKey === undefined ? {} : { authorization: `Bearer ${this.apiKey}` }),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    let parsed: unknown = text;
    if (/json/.test(response.headers.get('content-type') ?? '')) parsed = JSON.parse(text);
    return { status: response.status, headers: response.headers, body: parsed as Body };
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return this.request<Body>('GET', path);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.request<Body>('POST', path, body ?? {}, headers);
  }

  /** Every row of a paged list. */
  async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const page: Answer<{ data: Row[]; page: { nextCursor: string | null } }> = await this.get(
        `${path}${separator}limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      if (page.status !== 200) throw new Error(`${path}: ${page.status} ${JSON.stringify(page.body)}`);
      rows.push(...page.body.data);
      cursor = page.body.page.nextCursor;
    } while (cursor !== null);
    return rows;
  }
}
