import { Database, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventLog, LogRecord } from './event-log.ts';
import { Loop } from './loop.ts';
import { Outbox } from './outbox.ts';
import { SessionLock } from './session.lock.ts';

interface OutboxRow {
  position: number;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  headers: Record<string, string>;
  payload: string;
}

const batchSize = 500;
/** A broker refuses record batches over 1 MB; an event has at most 64 KiB. */
const maxBatchBytes = 512 * 1024;
const idleMs = 100;

/** Removes what the log has, and reads on behind it: one question for each batch. */
const nextSql = `WITH gone AS (DELETE FROM outbox WHERE position = ANY ($1::bigint[]))
  SELECT position, aggregatetype, aggregateid, type, headers, payload FROM outbox
  WHERE parked_reason IS NULL AND position <> ALL ($1::bigint[]) ORDER BY position LIMIT ${batchSize}`;
/**
 * The relay's session only ever removes rows that the log has. Should the server crash before such a removal is on disk, the rows are sent again and the
 * inboxes drop the doubles; so nobody waits for the disk here.
 */
const sessionSettings = ['synchronous_commit = off', "statement_timeout = '60s'"];

/**
 * Carries the outbox of one schema into the event log, in order, one append at a time. Of several replicas the one with the session lock does it
 * (no SKIP LOCKED: it would break the order). It gives nothing up.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap {
  private readonly lock: SessionLock;
  private readonly loop: Loop;
  /** Positions that the log has and that are still to be removed. */
  private sent: readonly number[] = [];

  constructor(
    private readonly log: EventLog,
    private readonly database: Database,
    outbox: Outbox,
    private readonly context: ServiceContext,
  ) {
    this.lock = new SessionLock(database.consumerUrl, 'lianxin outbox relay', sessionSettings);
    this.loop = new Loop({
      idleMs,
      turn: () => this.relayOnce(),
      onError: (error) => context.logger.warn({ err: error }, 'outbox relay will try again'),
    });
    outbox.onCommitted(() => this.loop.wake());
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Resolves when the append under way is over. */
  async stop(): Promise<void> {
    await this.loop.stop();
    // Left behind, they would be sent once more at the next start.
    if (this.sent.length > 0) await this.remove(this.sent).catch(() => undefined);
    await this.lock.release();
  }

  /** Sends one batch. Returns whether there is more. */
  private async relayOnce(): Promise<boolean> {
    const session = await this.lock.findSession();
    if (session === undefined) return false;
    const { rows: waiting } = await session.query<OutboxRow>(nextSql, [this.sent]);
    this.sent = [];
    if (waiting.length === 0) return false;
    const rows = fitting(waiting);
    try {
      await this.context.tracing.inBatch(
        'send outbox',
        rows.map((row) => row.headers['traceparent']),
        { kind: 'PRODUCER', attributes: { 'messaging.operation.type': 'send', 'messaging.batch.message_count': rows.length } },
        () => this.log.append(rows.map(recordOf)),
      );
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await this.parkUnsendable(rows);
      return true;
    }
    // Removed with the next question, never before the log has them: a crash in between sends them again, and the inboxes drop the doubles.
    this.sent = rows.map((row) => row.position);
    // What was committed meanwhile in this process has woken the loop already; what nobody woke it for may gather.
    return rows.length < waiting.length || waiting.length === batchSize;
  }

  /** One of these rows can never be sent: find it by sending them one by one, and park its key so that the others go on. */
  private async parkUnsendable(rows: readonly OutboxRow[]): Promise<void> {
    for (const row of rows) {
      const parked = await this.database.consumerTransaction((tx) =>
        tx.query('SELECT 1 FROM outbox WHERE aggregateid = $1 AND parked_reason IS NOT NULL LIMIT 1', [row.aggregateid]),
      );
      if (parked.length > 0) {
        await this.park(row, 'an earlier event of this key is parked');
        continue;
      }
      try {
        await this.log.append([recordOf(row)]);
        await this.remove([row.position]);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        await this.park(row, (error as Error).message);
      }
    }
  }

  private async remove(positions: readonly number[]): Promise<void> {
    await this.database.consumerTransaction((tx) => tx.execute('DELETE FROM outbox WHERE position = ANY ($1::bigint[])', [positions]));
  }

  private async park(row: OutboxRow, reason: string): Promise<void> {
    this.context.logger.error(
      { type: row.type, key: row.aggregateid, reason },
      'an event can never be sent: its key is parked in the outbox',
    );
    await this.database.consumerTransaction((tx) =>
      tx.execute('UPDATE outbox SET parked_reason = $2 WHERE position = $1', [row.position, reason]),
    );
  }
}

function recordOf(row: OutboxRow): LogRecord {
  return { topic: row.aggregatetype, key: row.aggregateid, headers: row.headers, value: Buffer.from(row.payload, 'utf8') };
}

/** The first rows that together stay within one append; at least one. */
function fitting(rows: readonly OutboxRow[]): readonly OutboxRow[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += Buffer.byteLength(row.payload) + 1024;
    return index > 0 && bytes > maxBatchBytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** The one fault of a record itself that a broker knows. */
function isTooLarge(error: unknown): boolean {
  return (error as { type?: unknown })?.type === 'MESSAGE_TOO_LARGE' || (error as { type?: unknown })?.type === 'RECORD_LIST_TOO_LARGE';
}
