import type { LianxinEvent } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { foldedTopics } from './journal-state.rules.ts';
import type { CaseRow } from './replay-case.store.ts';
import { type EvidenceRow, type ToldRow, toldEventOf } from './timeline.store.ts';

/** What restorations at windows are read from, beside what the fold reads. */
const topics = [...foldedTopics, 'lianxin.check'];

/** Reads the journals that cases rest on, many at once. */
@Injectable()
export class ReplayJournalStore {
  /** Events by case: those of its key, of the persons that it names and of the entries that name them, for a task may rest on several. */
  async findJournals(tx: Transaction, cases: readonly CaseRow[]): Promise<Map<string, readonly LianxinEvent[]>> {
    const keysOf = await this.keysOf(tx, cases);
    const keys = [...new Set([...keysOf.values()].flat())];
    const rows = await tx.query<ToldRow>(
      `SELECT subject_key, event_id, type, source, data FROM journal_event WHERE subject_key = ANY($1) AND topic = ANY($2)
       ORDER BY order_time, order_depth, source, subject_seq, event_id`,
      [keys, topics],
    );
    const byKey = new Map<string, LianxinEvent[]>();
    for (const row of rows) {
      const events = byKey.get(row.subject_key) ?? [];
      events.push(toldEventOf(row));
      byKey.set(row.subject_key, events);
    }
    return new Map(cases.map((one) => [one.entry_id, (keysOf.get(one.entry_id) ?? []).flatMap((key) => byKey.get(key) ?? [])]));
  }

  private async keysOf(tx: Transaction, cases: readonly CaseRow[]): Promise<Map<string, string[]>> {
    const keys = new Map(cases.map((one) => [one.entry_id, new Set([one.subject_key])]));
    for (const row of await this.findLanes(tx, cases)) keys.get(row.entry_id)?.add(row.subject_key);
    return new Map([...keys].map(([entryId, own]) => [entryId, [...own].sort()]));
  }

  /** By case the keys of the persons that it names, and those under which an entry (`named_in`) names one of them. */
  private async findLanes(tx: Transaction, cases: readonly CaseRow[]): Promise<LaneRow[]> {
    return tx.query<LaneRow>(
      `WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS new (entry_id, subject_id)),
       person AS (
         SELECT entry_id, subject_id FROM wanted
         UNION SELECT wanted.entry_id, party.subject_id FROM wanted JOIN journal_party AS party USING (entry_id)
       )
       SELECT entry_id, subject_id::text AS subject_key, NULL::uuid AS named_in FROM person
       UNION SELECT person.entry_id, party.subject_key, party.entry_id FROM person JOIN journal_party AS party USING (subject_id)`,
      [cases.map((one) => one.entry_id), cases.map((one) => one.subject_id)],
    );
  }

  /** Adds what these cases rest on: all that stands under the keys of their subjects and persons, of other keys only what concerns the entries that name them. */
  async addEvidence(tx: Transaction, cases: readonly CaseRow[], evidence: Evidence): Promise<void> {
    for (const one of cases) evidence.set(one.subject_key, null);
    for (const { subject_key, named_in } of await this.findLanes(tx, cases)) {
      const known = evidence.get(subject_key);
      if (named_in === null) evidence.set(subject_key, null);
      else if (known === undefined) evidence.set(subject_key, new Set([named_in]));
      else known?.add(named_in);
    }
  }

  /** The events of this evidence, key by key in the derived order: of an entry also what tells only of its plans and tasks. */
  async findEvidence(tx: Transaction, lanes: readonly (readonly [string, ReadonlySet<string> | null])[]): Promise<EvidenceRow[]> {
    return tx.query<EvidenceRow>(
      `SELECT subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id, replay_id, data, sha256
       FROM (SELECT subject_key, entry_ids::uuid[] AS wanted FROM unnest($1::text[], $2::text[]) AS new (subject_key, entry_ids)) AS lane
       CROSS JOIN LATERAL (
         SELECT array_agg(DISTINCT plan_id) AS plans, array_agg(DISTINCT task_id) AS tasks FROM journal_event AS told
         LEFT JOIN LATERAL unnest(told.plan_ids) AS plan_id ON true LEFT JOIN LATERAL unnest(told.task_ids) AS task_id ON true
         WHERE told.subject_key = lane.subject_key AND told.entry_ids && lane.wanted
       ) AS own
       JOIN journal_event AS event USING (subject_key)
       WHERE wanted IS NULL OR entry_ids && wanted OR plan_ids && plans OR task_ids && tasks
       ORDER BY subject_key, order_time, order_depth, source, subject_seq, event_id`,
      [lanes.map(([key]) => key), lanes.map(([, entryIds]) => (entryIds === null ? null : `{${[...entryIds].join(',')}}`))],
    );
  }
}

interface LaneRow {
  readonly entry_id: string;
  readonly subject_key: string;
  /** null: the key of a person itself. */
  readonly named_in: string | null;
}

/** Keys of the journal, each once, with the entries that count of it; null: everything. */
export type Evidence = Map<string, Set<string> | null>;
