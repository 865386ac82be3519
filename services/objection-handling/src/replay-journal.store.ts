import type { LianxinEvent } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { foldedTopics } from './journal-state.rules.ts';
import type { CaseRow } from './replay-case.store.ts';

/** What restorations at windows are read from, beside what the fold reads. */
const topics = [...foldedTopics, 'lianxin.check'];

interface JournalEventRow {
  readonly subject_key: string;
  readonly event_id: string;
  readonly type: string;
  readonly source: string;
  readonly data: string;
}

/** Reads the journals that cases rest on, many at once. */
@Injectable()
export class ReplayJournalStore {
  /** Events by case: those of its key, of the persons that it names and of the entries that name them, for a task may rest on several. */
  async findJournals(tx: Transaction, cases: readonly CaseRow[]): Promise<Map<string, readonly LianxinEvent[]>> {
    const keysOf = await this.keysOf(tx, cases);
    const keys = [...new Set([...keysOf.values()].flat())];
    const rows = await tx.query<JournalEventRow>(
      `SELECT subject_key, event_id, type, source, data FROM journal_event WHERE subject_key = ANY($1) AND topic = ANY($2)
       ORDER BY order_time, order_depth, source, subject_seq, event_id`,
      [keys, topics],
    );
    const byKey = new Map<string, LianxinEvent[]>();
    for (const row of rows) {
      const events = byKey.get(row.subject_key) ?? [];
      events.push(eventOf(row));
      byKey.set(row.subject_key, events);
    }
    return new Map(cases.map((one) => [one.entry_id, (keysOf.get(one.entry_id) ?? []).flatMap((key) => byKey.get(key) ?? [])]));
  }

  private async keysOf(tx: Transaction, cases: readonly CaseRow[]): Promise<Map<string, string[]>> {
    const rows = await tx.query<{ entry_id: string; subject_key: string }>(
      `WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS new (entry_id, subject_id)),
       person AS (
         SELECT entry_id, subject_id FROM wanted
         UNION SELECT wanted.entry_id, party.subject_id FROM wanted JOIN journal_party AS party USING (entry_id)
       )
       SELECT entry_id, subject_id::text AS subject_key FROM person
       UNION SELECT person.entry_id, party.subject_key FROM person JOIN journal_party AS party USING (subject_id)`,
      [cases.map((one) => one.entry_id), cases.map((one) => one.subject_id)],
    );
    const keys = new Map(cases.map((one) => [one.entry_id, new Set([one.subject_key])]));
    for (const row of rows) keys.get(row.entry_id)?.add(row.subject_key);
    return new Map([...keys].map(([entryId, own]) => [entryId, [...own].sort()]));
  }

  /** Everything that stands under these keys, key by key in the derived order, for the evidence. */
  async findEvidence(tx: Transaction, keys: readonly string[]): Promise<EvidenceRow[]> {
    return tx.query<EvidenceRow>(
      `SELECT subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id, replay_id, data, sha256
       FROM journal_event WHERE subject_key = ANY($1) ORDER BY subject_key, order_time, order_depth, source, subject_seq, event_id`,
      [keys],
    );
  }
}

/** One event of the evidence, with its data as it was sent. */
export interface EvidenceRow {
  readonly subject_key: string;
  readonly event_id: string;
  readonly topic: string;
  readonly type: string;
  readonly source: string;
  readonly subject_seq: number;
  readonly time: Date;
  readonly recorded_time: Date;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly replay_id: string | null;
  readonly data: string;
  readonly sha256: string;
}

function eventOf(row: JournalEventRow): LianxinEvent {
  return {
    id: row.event_id,
    type: row.type,
    source: row.source,
    key: row.subject_key,
    subjectSeq: 0,
    time: '',
    recordedTime: '',
    correlationId: row.event_id,
    classification: 'internal',
    data: JSON.parse(row.data),
  };
}
