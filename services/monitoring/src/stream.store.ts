import { cityReceiver } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface StreamRow {
  readonly receiver: string;
  readonly eventId: string;
  readonly type: string;
  readonly cloudEvent: string;
  /** Of an event that is sent again on request; null for news. */
  readonly redeliveryId: string | null;
}

export interface StreamHead {
  readonly receiver: string;
  readonly epoch: string;
  readonly oldestSequence: number;
  readonly lastSequence: number;
}

export interface StreamEvent {
  readonly sequence: number;
  readonly type: string;
  /** Structured CloudEvents JSON, one line. */
  readonly cloudEvent: string;
}

/** All SQL of the stream. */
@Injectable()
export class StreamStore {
  /**
   * Takes the writer's lock until the transaction ends: the row of the city's stream, which every event goes to. One writer at a time is what a
   * gapless number demands anyway, and it lets the read model read, decide and write without a rival.
   */
  async lockWriter(tx: Transaction): Promise<void> {
    await tx.execute('INSERT INTO stream_receiver (receiver) VALUES ($1) ON CONFLICT DO NOTHING', [cityReceiver]);
    await tx.query('SELECT 1 FROM stream_receiver WHERE receiver = $1 FOR UPDATE', [cityReceiver]);
  }

  /**
   * Appends rows in their order, each receiver's under its next numbers; what a receiver has already is left out. News that the city has was told to
   * everybody whom it concerned then: heard again by a version that tells more departments, it is news to none of them.
   * @returns the new heads.
   */
  async append(tx: Transaction, rows: readonly StreamRow[]): Promise<ReadonlyMap<string, number>> {
    const known = await tx.query<{ receiver: string; event_id: string; redelivery_id: string | null }>(
      `SELECT found.receiver, found.event_id, found.redelivery_id FROM unnest($1::uuid[]) AS wanted (id)
       CROSS JOIN LATERAL (SELECT receiver, event_id, redelivery_id FROM stream_event WHERE event_id = wanted.id OFFSET 0) AS found`,
      [[...new Set(rows.map((row) => row.eventId))]],
    );
    const knownKeys = new Set(known.map((row) => `${row.receiver}\n${row.event_id}\n${row.redelivery_id ?? ''}`));
    const isKnown = ({ receiver, eventId, redeliveryId }: StreamRow) =>
      redeliveryId === null ? knownKeys.has(`${cityReceiver}\n${eventId}\n`) : knownKeys.has(`${receiver}\n${eventId}\n${redeliveryId}`);
    const fresh = rows.filter((row) => !isKnown(row));
    if (fresh.length === 0) return new Map();
    const heads = await this.reserve(tx, fresh);
    const next = new Map(heads.map((head) => [head.receiver, head.first]));
    const sequences = fresh.map(({ receiver }) => {
      const sequence = next.get(receiver);
      if (sequence === undefined) throw new Error(`no head for ${receiver}`);
      next.set(receiver, sequence + 1);
      return sequence;
    });
    await tx.execute(
      `INSERT INTO stream_event (receiver, sequence, event_id, type, cloud_event, redelivery_id)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::json[], $6::uuid[])`,
      [
        fresh.map((row) => row.receiver),
        sequences,
        fresh.map((row) => row.eventId),
        fresh.map((row) => row.type),
        fresh.map((row) => row.cloudEvent),
        fresh.map((row) => row.redeliveryId),
      ],
    );
    return new Map([...next].map(([receiver, sequence]) => [receiver, sequence - 1]));
  }

  /** Moves the heads of these receivers forward; returns the first number of each. The rows stay locked until the numbers are visible. */
  private async reserve(tx: Transaction, rows: readonly StreamRow[]): Promise<{ receiver: string; first: number }[]> {
    const counts = [...Map.groupBy(rows, (row) => row.receiver)].map(([receiver, own]) => ({ receiver, count: own.length }));
    counts.sort((a, b) => (a.receiver < b.receiver ? -1 : 1));
    return tx.query<{ receiver: string; first: number }>(
      `INSERT INTO stream_receiver AS head (receiver, last_sequence) SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT (receiver) DO UPDATE SET last_sequence = head.last_sequence + excluded.last_sequence
       RETURNING receiver, last_sequence - (SELECT count FROM unnest($1::text[], $2::bigint[]) AS added (name, count) WHERE name = receiver) + 1 AS first`,
      [counts.map((row) => row.receiver), counts.map((row) => row.count)],
    );
  }

  async findHeads(tx: Transaction, receivers: readonly string[]): Promise<StreamHead[]> {
    const rows = await tx.query<{ receiver: string; epoch: string; oldest_sequence: number; last_sequence: number }>(
      'SELECT receiver, epoch, oldest_sequence, last_sequence FROM stream_receiver WHERE receiver = ANY($1)',
      [receivers],
    );
    return rows.map((row) => ({
      receiver: row.receiver,
      epoch: row.epoch,
      oldestSequence: row.oldest_sequence,
      lastSequence: row.last_sequence,
    }));
  }

  /** Events of a receiver after `after` and up to `upTo`, in order. */
  async findEvents(
    tx: Transaction,
    receiver: string,
    range: { readonly after: number; readonly upTo: number; readonly limit: number },
    types: readonly string[] | undefined,
  ): Promise<StreamEvent[]> {
    const rows = await tx.query<{ sequence: number; type: string; cloud_event: string }>(
      `SELECT sequence, type, cloud_event::text AS cloud_event FROM stream_event
       WHERE receiver = $1 AND sequence > $2 AND sequence <= $3 AND ($4::text[] IS NULL OR type = ANY($4)) ORDER BY sequence LIMIT $5`,
      [receiver, range.after, range.upTo, types ?? null, range.limit],
    );
    return rows.map((row) => ({ sequence: row.sequence, type: row.type, cloudEvent: row.cloud_event }));
  }

  /** Removes up to `limit` events that were appended before `oldest`, and notes where the streams begin now. Returns how many went. */
  async removeBefore(tx: Transaction, oldest: Date, limit: number): Promise<number> {
    const gone = await tx.query<{ receiver: string; sequence: number }>(
      `DELETE FROM stream_event WHERE (receiver, sequence) IN (SELECT receiver, sequence FROM stream_event WHERE appended_at < $1 ORDER BY appended_at LIMIT $2)
       RETURNING receiver, sequence`,
      [oldest, limit],
    );
    if (gone.length === 0) return 0;
    const begin = new Map<string, number>();
    for (const { receiver, sequence } of gone) begin.set(receiver, Math.max(begin.get(receiver) ?? 0, sequence + 1));
    await tx.execute(
      `UPDATE stream_receiver SET oldest_sequence = greatest(oldest_sequence, begin.sequence)
       FROM unnest($1::text[], $2::bigint[]) AS begin (receiver, sequence) WHERE stream_receiver.receiver = begin.receiver`,
      [[...begin.keys()], [...begin.values()]],
    );
    await tx.execute('UPDATE stream_receiver SET removed_before = greatest(removed_before, $2) WHERE receiver = $1', [
      cityReceiver,
      oldest,
    ]);
    return gone.length;
  }

  /** Before this moment events have been removed from the streams; undefined: none were. */
  async findRemovedBefore(tx: Transaction): Promise<Date | undefined> {
    const [row] = await tx.query<{ removed_before: Date | null }>('SELECT removed_before FROM stream_receiver WHERE receiver = $1', [
      cityReceiver,
    ]);
    return row?.removed_before ?? undefined;
  }
}
