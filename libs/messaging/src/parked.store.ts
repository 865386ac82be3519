import type { Transaction } from '@lianxin/platform';
import type { StoredRecord } from './event-log.ts';

export interface ParkedKeyRow {
  readonly subject_key: string;
  readonly reason: string;
  readonly severe: boolean;
  readonly attempts: number;
  readonly parked_at: Date;
  readonly events: number;
  readonly event_types: string[];
}

export async function listParkedKeys(tx: Transaction, group: string, limit: number): Promise<ParkedKeyRow[]> {
  return tx.query<ParkedKeyRow>(
    `SELECT key.subject_key, key.reason, key.severe, key.attempts, key.parked_at, count(event.place)::int AS events,
            array_agg(coalesce(event.event_type, '?') ORDER BY event.place) FILTER (WHERE event.place IS NOT NULL) AS event_types
     FROM parked_key key LEFT JOIN parked_event event USING (consumer_group, subject_key)
     WHERE key.consumer_group = $1 GROUP BY key.consumer_group, key.subject_key ORDER BY key.severe DESC, key.parked_at LIMIT $2`,
    [group, limit],
  );
}

export async function lockParkedKey(tx: Transaction, group: string, key: string): Promise<boolean> {
  // Whoever wants to park behind this key, or redrive it too, waits until we are done.
  return (await tx.query('SELECT 1 FROM parked_key WHERE consumer_group = $1 AND subject_key = $2 FOR UPDATE', [group, key])).length > 0;
}

export async function countParkedKeys(tx: Transaction, group: string): Promise<{ total: number; severe: number }> {
  const [row] = await tx.query<{ total: number; severe: number }>(
    'SELECT count(*)::int AS total, count(*) FILTER (WHERE severe)::int AS severe FROM parked_key WHERE consumer_group = $1',
    [group],
  );
  return row ?? { total: 0, severe: 0 };
}

export async function countParkedEvents(tx: Transaction, group: string): Promise<number> {
  const [row] = await tx.query<{ events: number }>('SELECT count(*)::int AS events FROM parked_event WHERE consumer_group = $1', [group]);
  return row?.events ?? 0;
}

export async function readParkedEvents(tx: Transaction, group: string, key: string): Promise<{ place: number; record: StoredRecord }[]> {
  const rows = await tx.query<{
    place: number;
    topic: string;
    partition: number;
    record_offset: number;
    headers: Record<string, string>;
    value: Buffer;
  }>(
    'SELECT place, topic, partition, record_offset, headers, value FROM parked_event WHERE consumer_group = $1 AND subject_key = $2 ORDER BY place',
    [group, key],
  );
  return rows.map((row) => ({
    place: row.place,
    record: { topic: row.topic, partition: row.partition, offset: row.record_offset, key, headers: row.headers, value: row.value },
  }));
}

export async function removeParkedEvent(tx: Transaction, group: string, key: string, place: number): Promise<void> {
  await tx.execute('DELETE FROM parked_event WHERE consumer_group = $1 AND subject_key = $2 AND place = $3', [group, key, place]);
}

export async function setAside(tx: Transaction, group: string, record: StoredRecord, reason: string, by: string): Promise<void> {
  await tx.execute(
    'INSERT INTO set_aside_event (consumer_group, subject_key, topic, partition, record_offset, headers, value, reason, set_aside_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [
      group,
      record.key,
      record.topic,
      record.partition,
      record.offset,
      JSON.stringify(record.headers),
      record.value,
      reason.slice(0, 2000),
      by,
    ],
  );
}

export async function removeParkedKey(tx: Transaction, group: string, key: string): Promise<void> {
  await tx.execute('DELETE FROM parked_key WHERE consumer_group = $1 AND subject_key = $2', [group, key]);
}

export async function noteFailedRedrive(tx: Transaction, group: string, key: string, place: number, reason: string): Promise<void> {
  await tx.execute(
    'UPDATE parked_key SET attempts = attempts + 1, last_attempt_at = now(), reason = $3 WHERE consumer_group = $1 AND subject_key = $2',
    [group, key, reason.slice(0, 2000)],
  );
  await tx.execute('UPDATE parked_event SET error = $4 WHERE consumer_group = $1 AND subject_key = $2 AND place = $3', [
    group,
    key,
    place,
    reason.slice(0, 2000),
  ]);
}
