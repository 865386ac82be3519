import type { Database, Transaction } from '@lianxin/platform';
import type { LanePosition, LogBatch, StoredRecord } from './event-log.ts';

/** Next offset of a group in a topic partition; 0 when it has read nothing. */
export async function readPosition(tx: Transaction, group: string, topic: string, partition: number): Promise<number> {
  const [row] = await tx.query<{ next_offset: number }>(
    'SELECT next_offset FROM consumer_position WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
    [group, topic, partition],
  );
  return row?.next_offset ?? 0;
}

/** Where a group stands in every topic partition that it has read from. */
export async function readPositions(tx: Transaction, group: string): Promise<LanePosition[]> {
  return tx.query<LanePosition>('SELECT topic, partition, next_offset AS "nextOffset" FROM consumer_position WHERE consumer_group = $1', [
    group,
  ]);
}

/**
 * Positions under row locks, in sorted order: of two members that believe they own a partition, one waits here and then finds the work done.
 * @returns the next offset of each of these lanes.
 */
export async function lockPositions(
  tx: Transaction,
  group: string,
  lanes: readonly Pick<LanePosition, 'topic' | 'partition'>[],
): Promise<LanePosition[]> {
  const names = [lanes.map((lane) => lane.topic), lanes.map((lane) => lane.partition)];
  const lock = () =>
    tx.query<LanePosition>(
      `SELECT topic, partition, next_offset AS "nextOffset" FROM consumer_position
       WHERE consumer_group = $1 AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::smallint[])) ORDER BY topic, partition FOR UPDATE`,
      [group, ...names],
    );
  const known = await lock();
  if (known.length === lanes.length) return known;
  await tx.execute(
    `INSERT INTO consumer_position (consumer_group, topic, partition, next_offset)
     SELECT $1, topic, partition, 0 FROM unnest($2::text[], $3::smallint[]) AS lane (topic, partition) ORDER BY topic, partition ON CONFLICT DO NOTHING`,
    [group, ...names],
  );
  return lock();
}

export async function movePositions(tx: Transaction, group: string, lanes: readonly LanePosition[]): Promise<void> {
  await tx.execute(
    `UPDATE consumer_position SET next_offset = lane.next_offset FROM unnest($2::text[], $3::smallint[], $4::bigint[]) AS lane (topic, partition, next_offset)
     WHERE consumer_group = $1 AND consumer_position.topic = lane.topic AND consumer_position.partition = lane.partition`,
    [group, lanes.map((lane) => lane.topic), lanes.map((lane) => lane.partition), lanes.map((lane) => lane.nextOffset)],
  );
}

/**
 * Positions move past records that mean nothing to the service. Nobody waits for the disk: should this be lost in a crash, the records are read again and
 * mean as little. A lane that stands before the first of its records, or is not known yet, stays: there the ordinary way has to look.
 */
const passOverStatement = {
  name: 'pass over records',
  text: `UPDATE consumer_position AS own SET next_offset = greatest(own.next_offset, lane.next_offset)
    FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[]) AS lane (topic, partition, first_offset, next_offset),
      (SELECT set_config('synchronous_commit', 'off', true)) AS relaxed (setting)
    WHERE relaxed.setting = 'off' AND own.consumer_group = $1 AND own.topic = lane.topic AND own.partition = lane.partition
      AND own.next_offset >= lane.first_offset
    RETURNING own.partition`,
};

/** @returns whether all of these lanes moved; if not, the batches have to be handled as any other. */
export async function passOver(database: Database, group: string, batches: readonly LogBatch[]): Promise<boolean> {
  const lanes = batches.filter(({ records }) => records.length > 0);
  const moved = await database.consumerStatement(passOverStatement, [
    group,
    lanes.map(({ topic }) => topic),
    lanes.map(({ partition }) => partition),
    lanes.map(({ records }) => records[0]?.offset),
    lanes.map(({ records }) => (records.at(-1)?.offset ?? -1) + 1),
  ]);
  return moved.length === lanes.length;
}

/** Creates the inbox partitions of these days. In a transaction of its own: CREATE TABLE locks more than a batch should hold. */
export async function ensureInboxDays(tx: Transaction, days: readonly string[]): Promise<void> {
  for (const day of days) await tx.query('SELECT ensure_inbox_day($1::date)', [day]);
}

/** Drops the days before `oldest`; returns how many. */
export async function dropInboxBefore(tx: Transaction, oldest: string): Promise<number> {
  const [row] = await tx.query<{ dropped: number }>('SELECT drop_inbox_before($1::date) AS dropped', [oldest]);
  return row?.dropped ?? 0;
}

export interface InboxRow {
  readonly day: string;
  readonly eventId: string;
  readonly payloadHash: string;
}

/** Enters events; returns the ids that are new, and of the others those whose kept hash differs. */
export async function enterInbox(
  tx: Transaction,
  group: string,
  rows: readonly InboxRow[],
): Promise<{ fresh: Set<string>; altered: Set<string> }> {
  const fresh = await tx.query<{ event_id: string }>(
    `INSERT INTO inbox (day, consumer_group, event_id, payload_hash) SELECT day, $1, event_id, payload_hash FROM unnest($2::date[], $3::uuid[], $4::text[]) AS new (day, event_id, payload_hash)
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [group, rows.map((row) => row.day), rows.map((row) => row.eventId), rows.map((row) => row.payloadHash)],
  );
  const freshIds = new Set(fresh.map((row) => row.event_id));
  const known = rows.filter((row) => !freshIds.has(row.eventId));
  if (known.length === 0) return { fresh: freshIds, altered: new Set() };
  const differing = await tx.query<{ event_id: string }>(
    `SELECT inbox.event_id FROM inbox JOIN unnest($2::date[], $3::uuid[], $4::text[]) AS again (day, event_id, payload_hash) USING (day, event_id)
     WHERE inbox.consumer_group = $1 AND inbox.payload_hash <> again.payload_hash`,
    [group, known.map((row) => row.day), known.map((row) => row.eventId), known.map((row) => row.payloadHash)],
  );
  return { fresh: freshIds, altered: new Set(differing.map((row) => row.event_id)) };
}

/** Of these keys those that are parked, locked against a redrive until the transaction ends: what comes now is either parked behind or handled after. */
export async function lockParkedKeys(tx: Transaction, group: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ subject_key: string }>(
    'SELECT subject_key FROM parked_key WHERE consumer_group = $1 AND subject_key = ANY($2) ORDER BY subject_key FOR SHARE',
    [group, [...new Set(keys)]],
  );
  return new Set(rows.map((row) => row.subject_key));
}

/** Parks records of one key in their order; the first reason is kept. */
export async function parkRecords(
  tx: Transaction,
  group: string,
  key: string,
  records: readonly StoredRecord[],
  reason: string,
  severe: boolean,
): Promise<void> {
  await tx.execute(
    `INSERT INTO parked_key (consumer_group, subject_key, reason, severe) VALUES ($1, $2, $3, $4)
     ON CONFLICT (consumer_group, subject_key) DO UPDATE SET severe = parked_key.severe OR excluded.severe`,
    [group, key, reason.slice(0, 2000), severe],
  );
  for (const [index, record] of records.entries()) {
    await tx.execute(
      'INSERT INTO parked_event (consumer_group, subject_key, topic, partition, record_offset, event_type, headers, value, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
      [
        group,
        key,
        record.topic,
        record.partition,
        record.offset,
        record.headers['ce_type'] ?? null,
        JSON.stringify(record.headers),
        record.value,
        index === 0 ? reason.slice(0, 2000) : null,
      ],
    );
  }
}
