import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Principal, principalSchema } from '@lianxin/contracts';
import { eventLogSchemaOwner } from '@lianxin/messaging';
import {
  boot,
  Clock,
  createDatabase,
  generateTokenKeys,
  provisionSchema,
  type RunningService,
  type ServiceDefinition,
  TokenSigner,
} from '@lianxin/platform';
import pg from 'pg';
import type { z } from 'zod';

export interface TestAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Address of a server that the test run started; told by libs/testing's global setup. */
export function testServer(kind: 'POSTGRES_URL' | 'KAFKA' | 'REDIS_URL'): string {
  const value = process.env[`LIANXIN_TEST_${kind}`];
  if (value === undefined) throw new Error(`LIANXIN_TEST_${kind} is not set: run the tests with npm test or jest's own configuration`);
  return value;
}

/** A principal of a department, or with city-wide roles when no department is given. */
export function principalOf(
  roles: Principal['roles'],
  departments: string[] = [],
  id = `${departments[0] ?? 'CITY'}:${roles.join('+')}`,
): Principal {
  return principalSchema.parse({ id, kind: 'API_CLIENT', roles, departments, displayName: id });
}

/** A database, an event log and services of its own, all real, for one spec file. */
export class TestCity {
  private readonly running: RunningService[] = [];
  /** Sessions of the administrator; a probe looks fifty times a second. */
  private readonly looking: pg.Pool;

  private constructor(
    readonly environment: Readonly<Record<string, string>>,
    private readonly adminUrl: string,
    private readonly signer: TokenSigner,
    private readonly filesDir: string,
  ) {
    this.looking = new pg.Pool({ connectionString: adminUrl, allowExitOnIdle: true });
    // A server that is killed for a test takes its sessions with it: the next look opens another.
    this.looking.on('error', () => undefined);
  }

  static async create(eventLog: 'postgres' | 'kafka', services: readonly string[]): Promise<TestCity> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const serverUrl = testServer('POSTGRES_URL');
    const adminUrl = await createDatabase(serverUrl, name);
    // Roles belong to the server, not to a database: all cities of a run share their passwords, and take turns to make them.
    const secret = createHash('sha256').update(serverUrl).digest('base64');
    await withServerLock(serverUrl, async () => {
      for (const service of [...services, eventLogSchemaOwner]) await provisionSchema(adminUrl, service, secret);
    });
    const url = new URL(adminUrl);
    const databaseUrl = `postgres://${url.host}/${name}`;
    const keys = await generateTokenKeys();
    const filesDir = await mkdtemp(join(tmpdir(), 'lianxin-files-'));
    const environment = {
      LIANXIN_DATABASE_URL: databaseUrl,
      LIANXIN_DATABASE_SECRET: secret,
      LIANXIN_DATABASE_POOL: '5',
      LIANXIN_TOKEN_PUBLIC_KEY: keys.publicKey,
      LIANXIN_TOKEN_PRIVATE_KEY: keys.privateKey,
      LIANXIN_PERSONAL_DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      LIANXIN_PERSONAL_DATA_HASH_KEY: randomBytes(33).toString('base64'),
      LIANXIN_FILES_DIR: filesDir,
      LIANXIN_LOG_LEVEL: process.env['LIANXIN_TEST_LOG_LEVEL'] ?? 'silent',
      LIANXIN_EVENT_LOG: eventLog,
      ...(eventLog === 'kafka'
        ? { LIANXIN_KAFKA_BROKERS: testServer('KAFKA'), LIANXIN_KAFKA_PREFIX: `${name}.` }
        : { LIANXIN_EVENT_LOG_URL: databaseUrl, LIANXIN_EVENT_LOG_SECRET: secret }),
    };
    return new TestCity(environment, adminUrl, await TokenSigner.create(keys.privateKey), filesDir);
  }

  /** Starts a service in this process; `close` of the city stops it. */
  async boot<Shape extends z.ZodRawShape>(
    definition: ServiceDefinition<Shape>,
    extra: Record<string, string> = {},
  ): Promise<RunningService> {
    const service = await boot(definition, { ...this.environment, ...extra }, { aloneInProcess: false });
    this.running.push(service);
    return service;
  }

  /** Turns the clock of every service of this city that runs now: they live `ms` later than the world. Timers follow. */
  turnClock(ms: number): void {
    for (const service of this.running) service.app.get(Clock).now = () => new Date(Date.now() + ms);
  }

  /** Calls a service as the gateway would, as this principal. A string or buffer body is sent as it is. */
  async call<Body = Record<string, unknown>>(
    service: Pick<RunningService, 'url'>,
    principal: Principal | undefined,
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<TestAnswer<Body>> {
    const headers: Record<string, string> = { ...options.headers };
    if (principal !== undefined) headers['authorization'] = `Bearer ${await this.signer.sign(principal)}`;
    let body: string | Buffer | undefined;
    if (typeof options.body === 'string' || options.body instanceof Buffer) body = options.body;
    else if (options.body !== undefined) {
      body = JSON.stringify(options.body);
      headers['content-type'] ??= 'application/json';
    }
    const response = await fetch(service.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  /** What a request of this principal carries, for answers that are no JSON. */
  tokenOf(principal: Principal): Promise<string> {
    return this.signer.sign(principal);
  }

  /** Fetches a file as this principal, whatever its type. */
  async download(
    service: Pick<RunningService, 'url'>,
    principal: Principal,
    path: string,
  ): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
    const response = await fetch(service.url + path, { headers: { authorization: `Bearer ${await this.signer.sign(principal)}` } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  /** Reads the database as its administrator, past row security: for looking, never for arranging what a user could not. */
  async query<Row extends object = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.looking.query<Row>(sql, parameters)).rows;
  }

  /** A session of the administrator of its own, for what must stay open (a lock); the caller ends it. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.adminUrl });
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    for (const service of this.running.splice(0)) await service.close();
    await this.looking.end();
    await rm(this.filesDir, { recursive: true, force: true });
    const url = new URL(this.adminUrl);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await client.end();
  }
}

/** Runs `work` while no other test city of this server does. */
async function withServerLock(serverUrl: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtext('lianxin test city'))");
    await work();
  } finally {
    await client.end();
  }
}
