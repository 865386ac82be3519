import pg from 'pg';
import type { Logger } from 'pino';
import type { ConsumeOptions, LogBatch, LogConsumer, StoredRecord } from './event-log.ts';
import { groupsOf } from './gathering.ts';
import { backoffMs, Loop } from './loop.ts';

export const wakeChannel = 'lianxin_event_log';

const idleMs = 1_000;
/** Partitions of one member that are worked on at the same time, each alone or several in one call. */
const lanesAtOnce = { alone: 4, together: 12 };

interface Lane {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read; undefined until the database told it. */
  position: number | undefined;
  /** Failures in a row, and until when the next try waits (milliseconds of the clock). */
  failures: number;
  notBefore: number;
}

/**
 * Reads topics as a member of a group. A member owns a partition by an advisory lock of its session: when it dies, the lock goes and another takes
 * over within a second. A member that lost its session without knowing is harmless: positions move under a row lock with the effects.
 */
export async function consumePostgres(url: string, pool: pg.Pool, options: ConsumeOptions, logger: Logger): Promise<LogConsumer> {
  const member = new Member(url, pool, options, logger);
  member.start();
  return { ready: member.ready, close: () => member.close() };
}

class Member {
  readonly ready: Promise<void>;
  private announceReady: () => void = () => undefined;
  private session: pg.Client | undefined;
  private lanes = new Map<string, Lane>();
  private readonly working = new Map<Lane, Promise<void>>();
  private claimedAt = 0;
  private readonly loop: Loop;

  constructor(
    private readonly url: string,
    private readonly pool: pg.Pool,
    private readonly options: ConsumeOptions,
    private readonly logger: Logger,
  ) {
    this.ready = new Promise((resolve) => {
      this.announceReady = resolve;
    });
    this.loop = new Loop({ idleMs, turn: () => this.turn(), onError: options.onError });
  }

  start(): void {
    this.loop.start();
  }

  async close(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.working.values());
    await this.endSession();
  }

  /** One look at all partitions of ours: those with news are worked on side by side, so that one that must wait holds up no other. */
  private async turn(): Promise<boolean> {
    await this.claim();
    const idle = (await this.lanesWithNews()).filter((lane) => !this.working.has(lane) && lane.notBefore <= Date.now());
    const { onBatches, onBatch, maxBatch } = this.options;
    const most = onBatches === undefined ? lanesAtOnce.alone : lanesAtOnce.together;
    const batches = await this.readBatches(idle.slice(0, Math.max(0, most - this.working.size)));
    if (onBatches === undefined) for (const batch of batches) this.work([batch], () => onBatch(batch));
    else for (const group of groupsOf(batches, maxBatch)) this.work(group, () => onBatches(group));
    return false;
  }

  /** Runs one call in the background; its partitions are not looked at meanwhile. */
  private work(batches: readonly LaneBatch[], call: () => Promise<void>): void {
    const lanes = batches.map((batch) => batch.lane);
    const done = call()
      .then(
        () => {
          for (const { lane, records } of batches) {
            lane.failures = 0;
            lane.position = (records.at(-1)?.offset ?? -1) + 1;
          }
        },
        (error: unknown) => {
          for (const lane of lanes) {
            // Whether its transaction committed is not known: the database is asked again.
            lane.position = undefined;
            lane.notBefore = Date.now() + backoffMs(lane.failures++);
          }
          this.options.onError(error);
        },
      )
      .finally(() => {
        for (const lane of lanes) this.working.delete(lane);
        this.loop.wake();
      });
    for (const lane of lanes) this.working.set(lane, done);
  }

  /** Opens the session if need be and takes every partition that no other member holds. */
  private async claim(): Promise<void> {
    if (this.session !== undefined && Date.now() - this.claimedAt < idleMs) return;
    const session = this.session ?? (await this.openSession());
    const { rows } = await session.query<{ topic: string; partition: number; held: boolean }>(
      `SELECT topic, partition, pg_try_advisory_lock(hashtext($1), hashtext(topic || '/' || partition)) AS held
       FROM partition_head WHERE topic = ANY($2) AND NOT (topic || '/' || partition = ANY($3))`,
      [`lianxin group ${this.options.group}`, this.options.topics, [...this.lanes.keys()]],
    );
    for (const row of rows.filter((candidate) => candidate.held)) {
      this.lanes.set(`${row.topic}/${row.partition}`, {
        topic: row.topic,
        partition: row.partition,
        position: undefined,
        failures: 0,
        notBefore: 0,
      });
    }
    this.claimedAt = Date.now();
    this.announceReady();
  }

  private async openSession(): Promise<pg.Client> {
    const session = new pg.Client({ connectionString: this.url, keepAlive: true, application_name: `group ${this.options.group}` });
    const lost = () => {
      if (this.session !== session) return;
      this.session = undefined;
      this.lanes.clear();
      this.loop.wake();
    };
    session.on('error', (error) => {
      this.logger.warn({ err: error }, 'event log session lost: its partitions are taken again');
      lost();
    });
    session.on('end', lost);
    session.on('notification', (notice) => {
      if (this.options.topics.includes(notice.payload ?? '')) this.loop.wake();
    });
    await session.connect();
    await session.query(`LISTEN ${wakeChannel}`);
    this.session = session;
    return session;
  }

  private async endSession(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    await session?.end().catch(() => undefined);
  }

  private async lanesWithNews(): Promise<Lane[]> {
    for (const lane of this.lanes.values()) lane.position ??= await this.options.positionOf(lane.topic, lane.partition);
    const { rows } = await this.pool.query<{ topic: string; partition: number; next_offset: string }>(
      'SELECT topic, partition, next_offset FROM partition_head WHERE topic = ANY($1)',
      [this.options.topics],
    );
    return rows.flatMap((row) => {
      const lane = this.lanes.get(`${row.topic}/${row.partition}`);
      return lane !== undefined && lane.position !== undefined && Number(row.next_offset) > lane.position ? [lane] : [];
    });
  }

  /** What these partitions have next, in one question. */
  private async readBatches(lanes: readonly Lane[]): Promise<LaneBatch[]> {
    if (lanes.length === 0) return [];
    const { rows } = await this.pool.query<RecordRow>(
      `SELECT next.topic, next.partition, next.record_offset, next.key, next.headers, next.value
       FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS lane (topic, partition, position)
       CROSS JOIN LATERAL (
         SELECT * FROM record WHERE record.topic = lane.topic AND record.partition = lane.partition AND record.record_offset >= lane.position
         ORDER BY record_offset LIMIT $4
       ) AS next
       ORDER BY next.topic, next.partition, next.record_offset`,
      [lanes.map((lane) => lane.topic), lanes.map((lane) => lane.partition), lanes.map((lane) => lane.position), this.options.maxBatch],
    );
    const found = Map.groupBy(rows, (row) => `${row.topic}/${row.partition}`);
    return lanes.flatMap((lane) => {
      const records = (found.get(`${lane.topic}/${lane.partition}`) ?? []).map(recordOf);
      return records.length === 0 ? [] : [{ lane, topic: lane.topic, partition: lane.partition, records }];
    });
  }
}

interface LaneBatch extends LogBatch {
  readonly lane: Lane;
}

interface RecordRow {
  topic: string;
  partition: number;
  record_offset: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
}

function recordOf(row: RecordRow): StoredRecord {
  return {
    topic: row.topic,
    partition: row.partition,
    offset: Number(row.record_offset),
    key: row.key,
    headers: row.headers,
    value: row.value,
  };
}
