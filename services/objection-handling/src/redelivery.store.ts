import type { RedeliveryScope } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { RedeliveryStatus } from './redelivery.rules.ts';

export interface TypeCount {
  readonly type: string;
  readonly events: number;
  readonly bytes: number;
}

export interface RedeliveryRow {
  readonly id: string;
  version: number;
  status: RedeliveryStatus;
  readonly department_code: string;
  readonly scope: RedeliveryScope;
  readonly types: readonly string[] | null;
  readonly same_as: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  phase: 'CHOOSE' | 'WEIGH' | 'NUMBER' | 'DONE';
  chosen: number;
  chosen_after_time: Date | null;
  chosen_after_id: string | null;
  weighed: number;
  events: number | null;
  bytes: number | null;
  by_type: readonly TypeCount[] | null;
  oldest: Date | null;
  newest: Date | null;
  sent: number;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  ended_by: string | null;
  ended_at: Date | null;
  failure: string | null;
}

export interface RedeliveryFact {
  readonly version: number;
  readonly action: string;
  readonly at: Date;
  readonly actor: string;
}

/** SQL of redeliveries themselves; that of their events is in redelivery-item.store. */
@Injectable()
export class RedeliveryStore {
  async insert(tx: Transaction, row: RedeliveryRow): Promise<void> {
    await tx.execute(
      `INSERT INTO redelivery (id, version, status, department_code, scope, types, same_as, reason, requested_by, requested_at, phase)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...[row.id, row.version, row.status, row.department_code, JSON.stringify(row.scope), row.types, row.same_as],
        ...[row.reason, row.requested_by, row.requested_at, row.phase],
      ],
    );
  }

  async update(tx: Transaction, row: RedeliveryRow): Promise<void> {
    await tx.execute(
      `UPDATE redelivery SET version = $2, status = $3, phase = $4, chosen = $5, chosen_after_time = $6, chosen_after_id = $7, weighed = $8, events = $9,
         bytes = $10, by_type = $11, oldest = $12, newest = $13, sent = $14, confirmed_by = $15, confirmed_at = $16, ended_by = $17, ended_at = $18,
         failure = $19 WHERE id = $1`,
      [
        ...[row.id, row.version, row.status, row.phase, row.chosen, row.chosen_after_time, row.chosen_after_id, row.weighed, row.events],
        ...[row.bytes, row.by_type === null ? null : JSON.stringify(row.by_type), row.oldest, row.newest, row.sent],
        ...[row.confirmed_by, row.confirmed_at, row.ended_by, row.ended_at, row.failure],
      ],
    );
  }

  async addFact(tx: Transaction, redeliveryId: string, fact: RedeliveryFact, detail: Readonly<Record<string, unknown>>): Promise<void> {
    await tx.execute('INSERT INTO redelivery_fact (redelivery_id, version, action, at, actor, detail) VALUES ($1, $2, $3, $4, $5, $6)', [
      redeliveryId,
      fact.version,
      fact.action,
      fact.at,
      fact.actor,
      JSON.stringify(detail),
    ]);
  }

  async findFacts(tx: Transaction, redeliveryId: string): Promise<RedeliveryFact[]> {
    return tx.query<RedeliveryFact>('SELECT version, action, at, actor FROM redelivery_fact WHERE redelivery_id = $1 ORDER BY version', [
      redeliveryId,
    ]);
  }

  async find(tx: Transaction, id: string): Promise<RedeliveryRow | undefined> {
    return (await tx.query<RedeliveryRow>('SELECT * FROM redelivery WHERE id = $1', [id]))[0];
  }

  /** The redelivery that is sending the same just now. The caller holds the lane of the department. */
  async findRunning(tx: Transaction, sameAs: string): Promise<RedeliveryRow | undefined> {
    return (await tx.query<RedeliveryRow>(`SELECT * FROM redelivery WHERE status = 'RUNNING' AND same_as = $1`, [sameAs]))[0];
  }

  /** Newest first: ids grow with time. */
  async findPage(
    tx: Transaction,
    filter: { readonly department?: string | undefined; readonly status?: readonly string[] | undefined },
    beforeId: string | undefined,
    limit: number,
  ): Promise<RedeliveryRow[]> {
    return tx.query<RedeliveryRow>(
      `SELECT * FROM redelivery WHERE ($1::text IS NULL OR department_code = $1) AND ($2::text[] IS NULL OR status = ANY($2))
         AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [filter.department ?? null, filter.status ?? null, beforeId ?? null, limit],
    );
  }
}
