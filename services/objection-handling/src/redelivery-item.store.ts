import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { RedeliveryRow, TypeCount } from './redelivery.store.ts';
import type { EventRow } from './timeline.store.ts';

/** What a case or subject is in the journal: keys of which everything belongs to it, and entries that belong to it under whatever key. */
export interface CaseInJournal {
  readonly subjectKeys: readonly string[];
  readonly entryIds: readonly string[];
}

/** Tasks and plans that a case has come to, and the keys under which is told of them. */
interface Told {
  readonly subject_keys: readonly string[];
  readonly task_ids: readonly string[];
  readonly plan_ids: readonly string[];
}

/**
 * Events that may concern the department: streams carry public and internal ones. Who lost a task was told too, though the journal files that only under
 * the department that got it. What else of this is nothing that the department was told is found when its content is looked at.
 */
const candidates = `topic <> 'lianxin.redelivery' AND classification IN ('public', 'internal') AND recorded_time <= $2
  AND (departments && ARRAY[$3::text] OR type = 'lianxin.task.reassigned.v1') AND ($4::text[] IS NULL OR type = ANY($4))`;
const parametersOf = (row: RedeliveryRow) => [row.id, row.requested_at, row.department_code, row.types];
/** Elements of an array column, one by one. */
const each = (column: string) => `LATERAL (SELECT unnest(${column}) AS id) AS ${column}_each`;

/** SQL of the events of redeliveries: which they are, and in what order. */
@Injectable()
export class RedeliveryItemStore {
  /** Entries whose life is told under these keys. */
  async findEntriesOf(tx: Transaction, subjectKeys: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT DISTINCT entry_ids_each.id FROM journal_event, ${each('entry_ids')} WHERE subject_key = ANY($1) AND topic = 'lianxin.list_entry'`,
      [subjectKeys],
    );
    return rows.map((row) => row.id);
  }

  /** Chooses all that is told of a case: under its keys, of its entries, their plans and tasks, and in urgings of these tasks. Returns how many. */
  async chooseCase(tx: Transaction, row: RedeliveryRow, { subjectKeys, entryIds }: CaseInJournal): Promise<number> {
    const told = await this.findTold(tx, subjectKeys, entryIds);
    return tx.execute(
      `INSERT INTO redelivery_item (redelivery_id, event_id, subject_key)
       SELECT $1::uuid, event_id, subject_key FROM (
         SELECT event_id, subject_key FROM journal_event WHERE subject_key = ANY($5::text[]) AND ${candidates}
         UNION SELECT event_id, subject_key FROM journal_event WHERE entry_ids && $6::uuid[] AND ${candidates}
         UNION SELECT event_id, subject_key FROM journal_event
           WHERE subject_key = ANY($7::text[]) AND (task_ids && $8::uuid[] OR plan_ids && $9::uuid[]) AND ${candidates}
         UNION SELECT event_id, subject_key FROM journal_event WHERE topic = 'lianxin.urge' AND task_ids && $8::uuid[] AND ${candidates}
       ) AS chosen ON CONFLICT DO NOTHING`,
      [...parametersOf(row), subjectKeys, entryIds, told.subject_keys, told.task_ids, told.plan_ids],
    );
  }

  private async findTold(tx: Transaction, subjectKeys: readonly string[], entryIds: readonly string[]): Promise<Told> {
    const [told] = await tx.query<Told>(
      `WITH told AS MATERIALIZED (
         SELECT subject_key, event_id, task_ids, plan_ids FROM journal_event WHERE subject_key = ANY($1::text[])
         UNION SELECT subject_key, event_id, task_ids, plan_ids FROM journal_event WHERE entry_ids && $2::uuid[]
       ) SELECT ARRAY(SELECT DISTINCT subject_key FROM told) AS subject_keys,
           ARRAY(SELECT DISTINCT task_ids_each.id FROM told, ${each('task_ids')}) AS task_ids,
           ARRAY(SELECT DISTINCT plan_ids_each.id FROM told, ${each('plan_ids')}) AS plan_ids`,
      [subjectKeys, entryIds],
    );
    return told ?? { subject_keys: [], task_ids: [], plan_ids: [] };
  }

  /** Chooses the next portion of a period; returns how many were looked at and the last of them. */
  async choosePeriod(
    tx: Transaction,
    row: RedeliveryRow,
    period: { readonly from: string; readonly to: string },
    limit: number,
  ): Promise<{ readonly chosen: number; readonly last: { readonly recordedTime: Date; readonly eventId: string } | undefined }> {
    const found = await tx.query<{ event_id: string; recorded_time: Date }>(
      `WITH portion AS (
         SELECT event_id, subject_key, recorded_time FROM journal_event
         WHERE recorded_time >= $5 AND recorded_time < $6 AND ($7::timestamptz IS NULL OR (recorded_time, event_id) > ($7, $8::uuid)) AND ${candidates}
         ORDER BY recorded_time, event_id LIMIT $9
       ), added AS (
         INSERT INTO redelivery_item (redelivery_id, event_id, subject_key) SELECT $1::uuid, event_id, subject_key FROM portion ON CONFLICT DO NOTHING
       ) SELECT event_id, recorded_time FROM portion ORDER BY recorded_time, event_id`,
      [...parametersOf(row), period.from, period.to, row.chosen_after_time, row.chosen_after_id, limit],
    );
    const last = found.at(-1);
    return { chosen: found.length, last: last && { recordedTime: last.recorded_time, eventId: last.event_id } };
  }

  /** The next events of which nobody has looked yet whether the department was told. */
  async findUnweighed(tx: Transaction, redeliveryId: string, limit: number): Promise<EventRow[]> {
    return tx.query<EventRow>(
      `SELECT event.* FROM (SELECT * FROM redelivery_item WHERE redelivery_id = $1 AND type IS NULL ORDER BY event_id LIMIT $2) AS item
       JOIN journal_event AS event ON event.subject_key = item.subject_key AND event.event_id = item.event_id`,
      [redeliveryId, limit],
    );
  }

  async weigh(tx: Transaction, redeliveryId: string, items: readonly { eventId: string; type: string; bytes: number }[]): Promise<void> {
    await tx.execute(
      `UPDATE redelivery_item SET type = weighed.type, bytes = weighed.bytes FROM unnest($2::uuid[], $3::text[], $4::integer[]) AS weighed (event_id, type, bytes)
       WHERE redelivery_item.redelivery_id = $1 AND redelivery_item.event_id = weighed.event_id`,
      [redeliveryId, items.map((item) => item.eventId), items.map((item) => item.type), items.map((item) => item.bytes)],
    );
  }

  async remove(tx: Transaction, redeliveryId: string, eventIds: readonly string[]): Promise<void> {
    await tx.execute('DELETE FROM redelivery_item WHERE redelivery_id = $1 AND event_id = ANY($2::uuid[])', [redeliveryId, eventIds]);
  }

  /** Numbers the events in the derived order of the journal (design §3). */
  async number(tx: Transaction, redeliveryId: string): Promise<void> {
    await tx.execute(
      `UPDATE redelivery_item SET ordinal = numbered.ordinal FROM (
         SELECT item.event_id, row_number() OVER (ORDER BY order_time, order_depth, source, subject_seq, event.event_id) AS ordinal
         FROM redelivery_item AS item JOIN journal_event AS event ON event.subject_key = item.subject_key AND event.event_id = item.event_id
         WHERE item.redelivery_id = $1
       ) AS numbered WHERE redelivery_item.redelivery_id = $1 AND redelivery_item.event_id = numbered.event_id`,
      [redeliveryId],
    );
  }

  async countByType(tx: Transaction, redeliveryId: string): Promise<TypeCount[]> {
    return tx.query<TypeCount>(
      `SELECT type, count(*)::integer AS events, sum(bytes)::bigint AS bytes FROM redelivery_item WHERE redelivery_id = $1 GROUP BY type ORDER BY type`,
      [redeliveryId],
    );
  }

  async findSpan(tx: Transaction, redeliveryId: string): Promise<{ oldest: Date | null; newest: Date | null }> {
    const [span] = await tx.query<{ oldest: Date | null; newest: Date | null }>(
      `SELECT min(event.time) AS oldest, max(event.time) AS newest FROM redelivery_item AS item
       JOIN journal_event AS event ON event.subject_key = item.subject_key AND event.event_id = item.event_id WHERE item.redelivery_id = $1`,
      [redeliveryId],
    );
    return span ?? { oldest: null, newest: null };
  }

  /** Events that come after the `sent`-th, in their order. */
  async findNext(tx: Transaction, redeliveryId: string, sent: number, limit: number): Promise<EventRow[]> {
    return tx.query<EventRow>(
      `SELECT event.* FROM redelivery_item AS item
       JOIN journal_event AS event ON event.subject_key = item.subject_key AND event.event_id = item.event_id
       WHERE item.redelivery_id = $1 AND item.ordinal > $2 ORDER BY item.ordinal LIMIT $3`,
      [redeliveryId, sent, limit],
    );
  }

  /** What it was is in the streams and the journal; the numbers stay with the redelivery. */
  async forget(tx: Transaction, redeliveryId: string): Promise<void> {
    await tx.execute('DELETE FROM redelivery_item WHERE redelivery_id = $1', [redeliveryId]);
  }
}
