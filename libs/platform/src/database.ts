import { type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import type { Span } from '@opentelemetry/api';
import pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import type { PlatformConfig } from './config.ts';
import { DatabaseClient } from './database.client.ts';
import { databaseRolesOf, roleUrl } from './database.roles.ts';
import { statementOf } from './telemetry.sql.ts';
import { isTraced, type Tracing } from './telemetry.tracing.ts';

// Dates stay `YYYY-MM-DD` text and bigint counters stay exact numbers below 2^53: neither may pass through a local time zone or a string.
pg.types.setTypeParser(pg.types.builtins.DATE, (value) => value);
pg.types.setTypeParser(pg.types.builtins.INT8, (value) => Number(value));

export type SqlValue = unknown;

/** Statements of one transaction that get a span each; the others are counted. A set-based use case stays far below. */
const maxStatementSpans = 50;

/** An open transaction. Stores take one in every method; nothing is read or written outside of one. */
export class Transaction {
  private readonly committed: (() => void)[] = [];
  private statements = 0;

  /** @param tracing given when somebody will see the spans of this transaction. */
  constructor(
    private readonly runner: QueryRunner,
    private readonly tracing: Tracing | undefined,
  ) {}

  /** Statements run so far. */
  get statementCount(): number {
    return this.statements;
  }

  /** Runs one statement and returns its rows (for INSERT/UPDATE/DELETE those of RETURNING). */
  async query<Row = Record<string, unknown>>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const result = (await this.run(sql, parameters)) as { records?: Row[] };
    return result.records ?? [];
  }

  /** Runs one statement and returns how many rows it touched. */
  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    const result = (await this.run(sql, parameters)) as { affected?: number; records?: unknown[] };
    return result.affected ?? result.records?.length ?? 0;
  }

  /** Runs `work` in a savepoint: when it throws, only its own effects are undone and the error goes on to the caller. */
  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.runner.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await this.runner.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      await this.runner.query('ROLLBACK TO SAVEPOINT attempt');
      await this.runner.query('RELEASE SAVEPOINT attempt');
      throw error;
    }
  }

  /** Runs `hook` once this transaction has been committed. It must not throw. */
  afterCommit(hook: () => void): void {
    this.committed.push(hook);
  }

  /** The text of a statement is shown in its span, its parameters never. */
  private run(sql: string, parameters: readonly SqlValue[]): Promise<unknown> {
    this.statements++;
    if (this.tracing === undefined || this.statements > maxStatementSpans) return this.runner.query(sql, [...parameters], true);
    const { name, text } = statementOf(sql);
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
    return this.tracing.inSpan(name, { kind: 'CLIENT', attributes }, () => this.runner.query(sql, [...parameters], true));
  }

  /** @internal */
  runCommitHooks(): void {
    for (const hook of this.committed) hook();
  }
}

/**
 * The database of one service: one pool for requests, bound by row security to the principal's departments, and one for consumers and timers,
 * whose role may touch every row of the schema (design §6).
 */
export class Database {
  private constructor(
    readonly schema: string,
    private readonly app: DataSource,
    private readonly consumer: DataSource,
    /** URL of the consumer role, for sessions that hold advisory locks. */
    readonly consumerUrl: string,
    private readonly tracing: Tracing | undefined,
  ) {}

  static async connect(
    service: string,
    config: Pick<PlatformConfig, 'LIANXIN_DATABASE_URL' | 'LIANXIN_DATABASE_SECRET' | 'LIANXIN_DATABASE_POOL'>,
    tracing?: Tracing,
  ): Promise<Database> {
    const roles = databaseRolesOf(service);
    const open = (role: string, poolSize: number) =>
      new DataSource({
        type: 'postgres',
        url: roleUrl(config.LIANXIN_DATABASE_URL, config.LIANXIN_DATABASE_SECRET, role),
        schema: roles.schema,
        applicationName: `${service} ${role.split('_').at(-1)}`,
        poolSize,
        connectTimeoutMS: 10_000,
        extra: {
          Client: DatabaseClient,
          statement_timeout: 60_000,
          idle_in_transaction_session_timeout: 120_000,
          idleTimeoutMillis: 30_000,
        },
      }).initialize();
    const app = await open(roles.app, config.LIANXIN_DATABASE_POOL);
    const consumer = await open(roles.consumer, 6);
    const consumerUrl = roleUrl(config.LIANXIN_DATABASE_URL, config.LIANXIN_DATABASE_SECRET, roles.consumer);
    return new Database(roles.schema, app, consumer, consumerUrl, tracing);
  }

  /** Runs `work` in one transaction as `principal`: without departments and without a city-wide role no tenant row is visible. */
  transaction<Result>(principal: Principal, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.run(this.app, work, settingsOf(principal));
  }

  /**
   * Like `transaction`, but every statement of `work` sees the data of one moment, however long it takes. For reading much: a write that meets another's
   * fails with a serialisation error.
   */
  snapshot<Result>(principal: Principal, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.run(this.app, work, settingsOf(principal), 'REPEATABLE READ');
  }

  /** Runs `work` in one transaction of the consumer role, for events, timers and jobs. */
  consumerTransaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.run(this.consumer, work);
  }

  /**
   * Runs one statement of the consumer role, which is a transaction by itself: one way to the server and back instead of three, its plan kept by the
   * session. For paths where milliseconds count; when the connection breaks nobody knows whether it took effect, so it must bear being asked again.
   * @param statement its name stands for its text in every session and never changes its meaning.
   */
  consumerStatement<Row>(statement: { readonly name: string; readonly text: string }, parameters: readonly SqlValue[]): Promise<Row[]> {
    const work = async () => (await this.poolOf('consumer').query({ ...statement, values: [...parameters] })).rows as Row[];
    const { tracing } = this;
    if (tracing === undefined || !isTraced()) return work();
    const { name, text } = statementOf(statement.text);
    const attributes = { 'db.system.name': 'postgresql', 'db.namespace': this.schema, 'db.query.text': text };
    return tracing.inSpan(name, { kind: 'CLIENT', attributes }, work);
  }

  /** Connections of each pool and how many wait for one, for the figures. */
  connections(): { pool: 'app' | 'consumer'; state: 'used' | 'idle' | 'waiting'; count: number }[] {
    return (['app', 'consumer'] as const).flatMap((pool) => {
      const { totalCount, idleCount, waitingCount } = this.poolOf(pool);
      return [
        { pool, state: 'used' as const, count: totalCount - idleCount },
        { pool, state: 'idle' as const, count: idleCount },
        { pool, state: 'waiting' as const, count: waitingCount },
      ];
    });
  }

  /** A transaction shows in the trace that it belongs to; one that belongs to none (a look for work that finds nothing) begins none. */
  private run<Result>(
    source: DataSource,
    work: (tx: Transaction) => Promise<Result>,
    setting?: [string, SqlValue[]],
    isolation?: 'REPEATABLE READ',
  ): Promise<Result> {
    const { tracing } = this;
    if (tracing === undefined || !isTraced()) return run(source, work, { setting, isolation });
    const attributes = { 'db.system.name': 'postgresql', 'db.namespace': this.schema };
    return tracing.inSpan('transaction', { kind: 'CLIENT', attributes }, (span) =>
      run(source, work, { setting, isolation, traced: { tracing, span } }),
    );
  }

  private poolOf(pool: 'app' | 'consumer'): pg.Pool {
    return (this[pool].driver as unknown as { master: pg.Pool }).master;
  }

  async ping(): Promise<void> {
    await this.app.query('SELECT 1');
  }

  async close(): Promise<void> {
    await Promise.all([this.app.destroy(), this.consumer.destroy()]);
  }
}

/** Who asks, in the words that the policies of row security read. */
function settingsOf(principal: Principal): [string, SqlValue[]] {
  return [
    `SELECT set_config('lianxin.principal', $1, true), set_config('lianxin.departments', $2, true), set_config('lianxin.scope', $3, true)`,
    [principal.id, principal.departments.join(','), seesWholeCity(principal) ? 'CITY' : 'DEPARTMENT'],
  ];
}

async function run<Result>(
  source: DataSource,
  work: (tx: Transaction) => Promise<Result>,
  {
    setting,
    isolation,
    traced,
  }: {
    readonly setting: [string, SqlValue[]] | undefined;
    readonly isolation: 'REPEATABLE READ' | undefined;
    readonly traced?: { readonly tracing: Tracing; readonly span: Span };
  },
): Promise<Result> {
  const runner = source.createQueryRunner();
  const tx = new Transaction(runner, traced?.tracing);
  try {
    await runner.connect();
    await runner.startTransaction(isolation);
    let result: Result;
    try {
      if (setting !== undefined) await tx.query(...setting);
      result = await work(tx);
    } catch (error) {
      // A broken connection cannot roll back; the server does it then. The first error is the one that tells the cause.
      await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
    await runner.commitTransaction();
    tx.runCommitHooks();
    return result;
  } finally {
    traced?.span.setAttribute('lianxin.statements', tx.statementCount);
    await runner.release();
  }
}

/** SQLSTATE of an error from the database, if it is one. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown; driverError?: { code?: unknown } })?.driverError?.code ?? (error as { code?: unknown })?.code;
  // Every SQLSTATE holds a digit; the system's EPIPE, as long as one, does not.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What is worth another try as it is: the database is away, or something said that it is not there yet. */
export function isPassingFault(error: unknown): boolean {
  return isTransientDatabaseError(error) || (error instanceof ProblemError && error.code === 'UNAVAILABLE');
}

/** A fault that passes by itself: lost connection, server starting or stopping, deadlock, serialisation, lock time-out. */
export function isTransientDatabaseError(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) return /^(08|53|57P|58|40001|40P01|55P03)/.test(state);
  const code = (error as { code?: unknown })?.code;
  if (typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
  return (
    error instanceof Error &&
    /Connection terminated|connection timeout|Client has encountered a connection error|not queryable/i.test(error.message)
  );
}
