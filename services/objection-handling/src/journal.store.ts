import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Merger, PartyLink, References } from './journal.rules.ts';
import type { Place } from './journal-order.rules.ts';

/** One event as the journal keeps it. */
export interface JournalRow extends References {
  readonly subjectKey: string;
  readonly eventId: string;
  readonly topic: string;
  readonly type: string;
  readonly source: string;
  readonly subjectSeq: number;
  readonly time: Date;
  readonly recordedTime: Date;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly classification: string;
  readonly actor: string | null;
  readonly replayId: string | null;
  readonly data: string;
  readonly sha256: string;
  readonly departments: readonly string[];
}

export interface PlacedRow {
  readonly event_id: string;
  readonly causation_id: string | null;
  readonly time: Date;
  readonly order_time: Date;
  readonly order_depth: number;
}

const arrayLiteral = (values: readonly string[]) => `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

/** Writes the journal. Everything is set-based; the caller holds the writer's lock. */
@Injectable()
export class JournalStore {
  /**
   * Takes the writer's lock until the transaction ends. A cause and its effect may have different keys and come in different batches: with one writer at
   * a time neither can be placed past the other.
   */
  async lockWriter(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' journal'))`);
  }

  /** Hashes of those of these events that are known, by id. */
  async findHashes(tx: Transaction, events: readonly Pick<JournalRow, 'subjectKey' | 'eventId'>[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ event_id: string; sha256: string }>(
      `SELECT event_id, sha256 FROM journal_event WHERE (subject_key, event_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))`,
      [events.map((event) => event.subjectKey), events.map((event) => event.eventId)],
    );
    return new Map(rows.map((row) => [row.event_id, row.sha256]));
  }

  async findPlaces(tx: Transaction, eventIds: readonly string[]): Promise<PlacedRow[]> {
    if (eventIds.length === 0) return [];
    return tx.query<PlacedRow>(
      'SELECT event_id, causation_id, time, order_time, order_depth FROM journal_event WHERE event_id = ANY($1::uuid[])',
      [eventIds],
    );
  }

  /** What these events have caused directly. */
  async findEffects(tx: Transaction, eventIds: readonly string[]): Promise<PlacedRow[]> {
    if (eventIds.length === 0) return [];
    return tx.query<PlacedRow>(
      `SELECT event_id, causation_id, time, order_time, order_depth FROM journal_event
       WHERE causation_id IS NOT NULL AND causation_id = ANY($1::text[])`,
      [eventIds],
    );
  }

  async insert(tx: Transaction, rows: readonly JournalRow[], places: ReadonlyMap<string, Place>): Promise<void> {
    const place = (row: JournalRow) => {
      const found = places.get(row.eventId);
      if (found === undefined) throw new Error(`event ${row.eventId} has no place`);
      return found;
    };
    await tx.execute(
      `INSERT INTO journal_event (subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id,
         classification, actor, replay_id, data, sha256, entry_ids, plan_ids, task_ids, departments, order_time, order_depth)
       SELECT subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id,
         classification, actor, replay_id, data, sha256, entry_ids::uuid[], plan_ids::uuid[], task_ids::uuid[], departments::text[], order_time, order_depth
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[],
         $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::timestamptz[], $21::integer[])
         AS new (subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id,
           classification, actor, replay_id, data, sha256, entry_ids, plan_ids, task_ids, departments, order_time, order_depth)
       ON CONFLICT (subject_key, event_id) DO NOTHING`,
      [
        rows.map((row) => row.subjectKey),
        rows.map((row) => row.eventId),
        rows.map((row) => row.topic),
        rows.map((row) => row.type),
        rows.map((row) => row.source),
        rows.map((row) => row.subjectSeq),
        rows.map((row) => row.time),
        rows.map((row) => row.recordedTime),
        rows.map((row) => row.correlationId),
        rows.map((row) => row.causationId),
        rows.map((row) => row.classification),
        rows.map((row) => row.actor),
        rows.map((row) => row.replayId),
        rows.map((row) => row.data),
        rows.map((row) => row.sha256),
        rows.map((row) => arrayLiteral(row.entryIds)),
        rows.map((row) => arrayLiteral(row.planIds)),
        rows.map((row) => arrayLiteral(row.taskIds)),
        rows.map((row) => arrayLiteral(row.departments)),
        rows.map((row) => new Date(place(row).moment)),
        rows.map((row) => place(row).depth),
      ],
    );
  }

  /** Moves events to the places that a cause that came later gives them. */
  async move(tx: Transaction, places: ReadonlyMap<string, Place>): Promise<void> {
    await tx.execute(
      `UPDATE journal_event SET order_time = moved.moment, order_depth = moved.depth
       FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[]) AS moved (event_id, moment, depth) WHERE journal_event.event_id = moved.event_id`,
      [[...places.keys()], [...places.values()].map(({ moment }) => new Date(moment)), [...places.values()].map(({ depth }) => depth)],
    );
  }

  async addPartyLinks(tx: Transaction, links: readonly PartyLink[]): Promise<void> {
    await tx.execute(
      `INSERT INTO journal_party (subject_id, entry_id, subject_key) SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
       ON CONFLICT (subject_id, entry_id) DO NOTHING`,
      [links.map((link) => link.subjectId), links.map((link) => link.entryId), links.map((link) => link.subjectKey)],
    );
  }

  async addMergers(tx: Transaction, mergers: readonly Merger[]): Promise<void> {
    await tx.execute(
      `INSERT INTO journal_merger (subject_id, version, merged_into) SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[])
       ON CONFLICT (subject_id) DO UPDATE SET version = excluded.version, merged_into = excluded.merged_into
       WHERE journal_merger.version < excluded.version`,
      [mergers.map((one) => one.subjectId), mergers.map((one) => one.version), mergers.map((one) => one.mergedInto)],
    );
  }
}
