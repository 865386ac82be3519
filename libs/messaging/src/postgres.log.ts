import { partitionsPerTopic } from '@lianxin/contracts';
import { databaseRolesOf, type Migration, migrate, roleUrl } from '@lianxin/platform';
import pg from 'pg';
import type { Logger } from 'pino';
import type { ConsumeOptions, EventLog, LanePosition, LogConsumer, LogRecord } from './event-log.ts';
import { partitionOf } from './partition.ts';
import { consumePostgres, wakeChannel } from './postgres.consumer.ts';

/** Name under which the log's schema and roles are provisioned. */
export const eventLogSchemaOwner = 'event-log';

const eventLogMigration: Migration = {
  name: '0001-event-log',
  sql: `
    -- Where the next record of a topic partition goes. Its row lock is held until the append commits, so that offsets become visible in order and a
    -- reader never passes a gap.
    CREATE TABLE partition_head (
      topic text NOT NULL,
      partition smallint NOT NULL,
      next_offset bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (topic, partition)
    );
    CREATE TABLE record (
      topic text NOT NULL,
      partition smallint NOT NULL,
      record_offset bigint NOT NULL,
      key text NOT NULL,
      headers jsonb NOT NULL,
      value bytea NOT NULL,
      appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, record_offset)
    ) PARTITION BY LIST (topic);
    -- The log is append-only: its users can neither change nor remove a record.
    REVOKE UPDATE, DELETE ON record FROM event_log_app, event_log_consumer;
  `,
};

/** The event log in PostgreSQL: for one machine and for demonstrations. Append-only tables, one per topic; LISTEN/NOTIFY to wake readers. */
export class PostgresLog implements EventLog {
  readonly engine = 'postgres';
  private readonly pool: pg.Pool;
  private readonly url: string;
  private readonly ownerUrl: string;

  constructor(
    databaseUrl: string,
    secret: string,
    private readonly logger: Logger,
  ) {
    const roles = databaseRolesOf(eventLogSchemaOwner);
    this.url = roleUrl(databaseUrl, secret, roles.app);
    this.ownerUrl = roleUrl(databaseUrl, secret, roles.owner);
    this.pool = new pg.Pool({ connectionString: this.url, max: 6, idleTimeoutMillis: 30_000, application_name: 'event log' });
    this.pool.on('error', (error) => logger.warn({ err: error }, 'event log connection lost'));
  }

  async ensureTopics(topics: readonly string[]): Promise<void> {
    await migrate(this.ownerUrl, 'event_log', [eventLogMigration]);
    const owner = new pg.Client({ connectionString: this.ownerUrl });
    await owner.connect();
    try {
      // Several services make their topics at once.
      await owner.query("SELECT pg_advisory_lock(hashtext('event log topics'))");
      const known = new Set(
        (await owner.query<{ topic: string }>('SELECT DISTINCT topic FROM partition_head')).rows.map((row) => row.topic),
      );
      for (const topic of topics.filter((name) => !known.has(name))) {
        const table = `record_${topic.replace(/[^a-z0-9_]/g, '_')}`;
        await owner.query('BEGIN');
        await owner.query(`CREATE TABLE ${pg.escapeIdentifier(table)} PARTITION OF record FOR VALUES IN (${pg.escapeLiteral(topic)})`);
        await owner.query('INSERT INTO partition_head (topic, partition) SELECT $1, generate_series(0, $2 - 1)', [
          topic,
          partitionsPerTopic,
        ]);
        await owner.query('COMMIT');
      }
    } finally {
      await owner.end();
    }
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    if (records.length === 0) return;
    const placed = records.map((record) => ({ record, partition: partitionOf(record.topic, record.key) }));
    const groups = [...Map.groupBy(placed, ({ record, partition }) => `${record.topic}\n${partition}`).values()];
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const heads = await this.reserve(client, groups);
      const offsets = placed.map(({ record, partition }) => takeNext(heads, `${record.topic}\n${partition}`));
      await client.query(
        `INSERT INTO record (topic, partition, record_offset, key, headers, value)
         SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::jsonb[], $6::bytea[])`,
        [
          placed.map(({ record }) => record.topic),
          placed.map(({ partition }) => partition),
          offsets,
          placed.map(({ record }) => record.key),
          placed.map(({ record }) => JSON.stringify(record.headers)),
          placed.map(({ record }) => record.value),
        ],
      );
      await client.query('SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic', [
        wakeChannel,
        [...new Set(records.map((record) => record.topic))],
      ]);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  consume(options: ConsumeOptions): Promise<LogConsumer> {
    return consumePostgres(this.url, this.pool, options, this.logger);
  }

  async endOffsets(topic: string): Promise<ReadonlyMap<number, number>> {
    const { rows } = await this.pool.query<{ partition: number; next_offset: number }>(
      'SELECT partition, next_offset FROM partition_head WHERE topic = $1',
      [topic],
    );
    return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
  }

  async oldestUnread(topics: readonly string[], positions: readonly LanePosition[]): Promise<ReadonlyMap<string, Date>> {
    // One look by primary key for each partition that has something new, whatever the size of the log.
    const { rows } = await this.pool.query<{ topic: string; oldest: Date }>(
      `SELECT head.topic, min(next.appended_at) AS oldest
       FROM partition_head head
       LEFT JOIN unnest($2::text[], $3::smallint[], $4::bigint[]) AS read (topic, partition, next_offset) USING (topic, partition)
       CROSS JOIN LATERAL (
         SELECT appended_at FROM record
         WHERE record.topic = head.topic AND record.partition = head.partition AND record.record_offset = coalesce(read.next_offset, 0) LIMIT 1
       ) next
       WHERE head.topic = ANY ($1) AND head.next_offset > coalesce(read.next_offset, 0)
       GROUP BY head.topic`,
      [
        topics,
        positions.map((position) => position.topic),
        positions.map((position) => position.partition),
        positions.map((position) => position.nextOffset),
      ],
    );
    return new Map(rows.map((row) => [row.topic, row.oldest]));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** Moves the heads of these partitions forward, in sorted order so that two appends never wait in a ring; returns the first offset of each. */
  private async reserve(
    client: pg.PoolClient,
    groups: readonly (readonly { record: LogRecord; partition: number }[])[],
  ): Promise<Map<string, number>> {
    const wanted = groups.flatMap((group) =>
      group[0] === undefined ? [] : [{ topic: group[0].record.topic, partition: group[0].partition, count: group.length }],
    );
    const topics = wanted.map((row) => row.topic);
    const partitions = wanted.map((row) => row.partition);
    await client.query(
      `SELECT 1 FROM partition_head WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::smallint[])) ORDER BY topic, partition FOR UPDATE`,
      [topics, partitions],
    );
    const { rows } = await client.query<{ topic: string; partition: number; first: number }>(
      `UPDATE partition_head head SET next_offset = head.next_offset + wanted.count
       FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS wanted (topic, partition, count)
       WHERE head.topic = wanted.topic AND head.partition = wanted.partition
       RETURNING head.topic, head.partition, head.next_offset - wanted.count AS first`,
      [topics, partitions, wanted.map((row) => row.count)],
    );
    if (rows.length !== wanted.length) throw new Error('a topic of these records does not exist');
    return new Map(rows.map((row) => [`${row.topic}\n${row.partition}`, Number(row.first)]));
  }
}

function takeNext(heads: Map<string, number>, lane: string): number {
  const next = heads.get(lane);
  if (next === undefined) throw new Error(`no head for ${lane}`);
  heads.set(lane, next + 1);
  return next;
}
