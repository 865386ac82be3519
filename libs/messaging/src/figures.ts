import type { Database, Metrics } from '@lianxin/platform';
import { readPositions } from './consumer.store.ts';
import type { EventLog } from './event-log.ts';
import { countParkedEvents } from './parked.store.ts';

/** A look at Kafka costs some tens of milliseconds; scrapers that ask more often get the same answer. */
const lagKeptMs = 3_000;

/**
 * Lag as the log and the database tell it, not as the consumer remembers it: it grows also while the consumer stands still, and is 0 when nothing waits.
 * @param topics those that the group reads.
 */
export function watchLag(metrics: Metrics, database: Database, log: EventLog, group: string, topics: () => readonly string[]): void {
  metrics.watch({
    name: 'lx_consumer_lag_seconds',
    help: 'Age of the oldest event in the log that this group has not handled, by topic; parked events count as handled',
    labels: ['group', 'topic'],
    keptMs: log.engine === 'kafka' ? lagKeptMs : 0,
    read: async () => {
      const read = topics();
      if (read.length === 0) return [];
      const positions = await database.consumerTransaction((tx) => readPositions(tx, group));
      const oldest = await log.oldestUnread(read, positions);
      const now = Date.now();
      return read.map((topic) => ({
        labels: { group, topic },
        value: Math.max(0, now - (oldest.get(topic)?.getTime() ?? now)) / 1000,
      }));
    },
  });
}

/** Events that wait behind a failed one of their subject. */
export function watchParkedEvents(metrics: Metrics, database: Database, group: string): void {
  metrics.watch({
    name: 'lx_dlq_depth',
    help: 'Parked events: each waits for a redrive behind a failed event of its subject',
    labels: ['group'],
    read: async () => [{ labels: { group }, value: await database.consumerTransaction((tx) => countParkedEvents(tx, group)) }],
  });
}

/** How far the relay is behind. A row that can never be sent stays, so this grows until somebody looks. */
export function watchOutbox(metrics: Metrics, database: Database): void {
  metrics.watch({
    name: 'lx_outbox_oldest_seconds',
    help: 'Age of the oldest event that has not reached the log',
    read: async () => {
      const [row] = await database.consumerTransaction((tx) =>
        tx.query<{ age: number }>('SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age FROM outbox'),
      );
      return [{ value: row?.age ?? 0 }];
    },
  });
}
