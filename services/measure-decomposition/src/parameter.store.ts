import type { ApprovedParameter } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export type ParameterStatus = 'PROPOSED' | 'APPROVED' | 'CANCELLED' | 'WITHDRAWN';

export interface ParameterFact {
  readonly what: ParameterStatus;
  readonly previous_value: number;
  readonly acted_by: string;
  readonly acted_at: Date;
  readonly reason_zh: string | null;
}

export interface ParameterChangeRow {
  readonly change_id: string;
  readonly key: string;
  readonly value: number;
  readonly valid_from: string;
  readonly reason_zh: string;
  readonly document_no: string | null;
  /** That of its last fact. */
  readonly status: ParameterStatus;
  /** In the order in which they happened. */
  readonly facts: readonly ParameterFact[];
}

/** A change that counts from its day on, with its own number. */
export type CountingParameter = ApprovedParameter & { readonly changeId: string };

const places = "array_position(ARRAY['PROPOSED', 'APPROVED', 'CANCELLED', 'WITHDRAWN'], what)";
const changes = `SELECT c.*, f.facts, f.status FROM parameter_change c CROSS JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('what', what, 'previous_value', previous_value, 'acted_by', acted_by, 'acted_at', acted_at, 'reason_zh', reason_zh)
      ORDER BY ${places}) AS facts,
    (array_agg(what ORDER BY ${places} DESC))[1] AS status
  FROM parameter_fact WHERE parameter_fact.change_id = c.change_id) f`;

/** All SQL of parameters. */
@Injectable()
export class ParameterStore {
  async insert(tx: Transaction, change: Omit<ParameterChangeRow, 'status' | 'facts'>): Promise<void> {
    await tx.execute(
      'INSERT INTO parameter_change (change_id, key, value, valid_from, reason_zh, document_no) VALUES ($1, $2, $3, $4, $5, $6)',
      [change.change_id, change.key, change.value, change.valid_from, change.reason_zh, change.document_no],
    );
  }

  async addFact(
    tx: Transaction,
    change: Pick<ParameterChangeRow, 'change_id' | 'key'>,
    fact: ParameterFact & { readonly version: number | null },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO parameter_fact (change_id, what, key, version, previous_value, acted_by, acted_at, reason_zh) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [change.change_id, fact.what, change.key, fact.version, fact.previous_value, fact.acted_by, fact.acted_at, fact.reason_zh],
    );
  }

  /** The version that the next approval or withdrawal of a key gets; the caller holds the lane. */
  async nextVersion(tx: Transaction, key: string): Promise<number> {
    const [row] = await tx.query<{ next: number }>('SELECT coalesce(max(version), 0) + 1 AS next FROM parameter_fact WHERE key = $1', [
      key,
    ]);
    return row?.next ?? 1;
  }

  async find(tx: Transaction, changeId: string): Promise<ParameterChangeRow | undefined> {
    const [row] = await tx.query<ParameterChangeRow & Record<string, unknown>>(`${changes} WHERE c.change_id = $1`, [changeId]);
    return row && rowOf(row);
  }

  /** The newest first. */
  async readPage(
    tx: Transaction,
    filter: { key: string | null; status: string | null; before: string | null; limit: number },
  ): Promise<ParameterChangeRow[]> {
    const rows = await tx.query<ParameterChangeRow & Record<string, unknown>>(
      `${changes} WHERE ($1::text IS NULL OR c.key = $1) AND ($2::text IS NULL OR f.status = $2) AND ($3::uuid IS NULL OR c.change_id < $3)
       ORDER BY c.change_id DESC LIMIT $4`,
      [filter.key, filter.status, filter.before, filter.limit + 1],
    );
    return rows.map(rowOf);
  }

  /** What was approved and not withdrawn, of all keys. */
  async readCounting(tx: Transaction): Promise<CountingParameter[]> {
    return tx.query<CountingParameter & Record<string, unknown>>(
      `SELECT c.change_id AS "changeId", c.key, f.version, c.value, c.valid_from AS "validFrom" FROM parameter_change c
       JOIN parameter_fact f ON f.change_id = c.change_id AND f.what = 'APPROVED'
       WHERE NOT EXISTS (SELECT 1 FROM parameter_fact w WHERE w.change_id = c.change_id AND w.what = 'WITHDRAWN') ORDER BY c.key, f.version`,
    );
  }
}

/** Instants within jsonb come as text. */
function rowOf(row: ParameterChangeRow): ParameterChangeRow {
  return { ...row, facts: row.facts.map((fact) => ({ ...fact, acted_at: new Date(fact.acted_at) })) };
}
