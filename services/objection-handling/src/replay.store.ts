import type { ReplayChange, ReplaySideEffect, RestorationGround } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { ReplayAction, ReplayStatus } from './replay.rules.ts';
import type { ReplayScope } from './replay.schemas.ts';
import type { CaseFigures } from './replay-difference.rules.ts';

export interface Confirmation {
  readonly departmentCode: string;
  readonly by: string;
  readonly on: string;
  readonly documentNo: string | null;
}

/** Figures of a finished plan. */
export interface PlanFigures extends CaseFigures {
  /** Cases: that change, that the rules refuse, that could not be settled. */
  readonly changing: number;
  readonly refused: number;
  readonly failed: number;
  readonly entries: Readonly<Record<string, number>>;
  /** Places where stored facts or the journal do not give the stored state. */
  readonly findings: number;
  readonly addsRestriction: boolean;
  readonly losesHonour: boolean;
  /** Departments with tasks that change. */
  readonly departments: readonly string[];
  /** Events that would go out, by type. */
  readonly events: Readonly<Record<string, number>>;
}

export interface ReplayRow {
  readonly id: string;
  version: number;
  status: ReplayStatus;
  paused: boolean;
  readonly scope: ReplayScope;
  readonly change: ReplayChange;
  readonly ground: RestorationGround | null;
  readonly document_no: string | null;
  readonly reason: string;
  readonly ticket_no: string | null;
  readonly side_effects: ReplaySideEffect;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly cases: number;
  figures: PlanFigures | null;
  sha256: string | null;
  departments: string[];
  confirmations: Confirmation[];
  approved_by: string | null;
  approved_on: string | null;
  applied_on: string | null;
  detail: string | null;
}

export interface ReplayFactRow {
  readonly replay_id: string;
  readonly version: number;
  readonly action: ReplayAction | 'REQUEST';
  readonly from_status: ReplayStatus | null;
  readonly to_status: ReplayStatus;
  readonly at: Date;
  readonly actor: string;
  readonly unit: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ReplayFilter {
  readonly status?: readonly ReplayStatus[] | undefined;
  readonly entryId?: string | undefined;
}

/** SQL of replays and their steps; that of their cases is in replay-case.store.ts. */
@Injectable()
export class ReplayStore {
  async insert(tx: Transaction, row: ReplayRow): Promise<void> {
    await tx.execute(
      `INSERT INTO replay (id, version, status, scope, change, ground, document_no, reason, ticket_no, side_effects, requested_by, requested_at, cases)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        ...[row.id, row.version, row.status, JSON.stringify(row.scope), JSON.stringify(row.change), row.ground, row.document_no],
        ...[row.reason, row.ticket_no, row.side_effects, row.requested_by, row.requested_at, row.cases],
      ],
    );
  }

  async update(tx: Transaction, row: ReplayRow): Promise<void> {
    await tx.execute(
      `UPDATE replay SET version = $2, status = $3, paused = $4, figures = $5, sha256 = $6, departments = $7, confirmations = $8, approved_by = $9,
         approved_on = $10, applied_on = $11, detail = $12 WHERE id = $1`,
      [
        ...[row.id, row.version, row.status, row.paused, row.figures === null ? null : JSON.stringify(row.figures), row.sha256],
        ...[row.departments, JSON.stringify(row.confirmations), row.approved_by, row.approved_on, row.applied_on, row.detail],
      ],
    );
  }

  async addFact(tx: Transaction, fact: ReplayFactRow): Promise<void> {
    await tx.execute(
      `INSERT INTO replay_fact (replay_id, version, action, from_status, to_status, at, actor, unit, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...[fact.replay_id, fact.version, fact.action, fact.from_status, fact.to_status, fact.at, fact.actor, fact.unit],
        JSON.stringify(fact.detail),
      ],
    );
  }

  async findFacts(tx: Transaction, replayId: string): Promise<ReplayFactRow[]> {
    return tx.query<ReplayFactRow>('SELECT * FROM replay_fact WHERE replay_id = $1 ORDER BY version', [replayId]);
  }

  async find(tx: Transaction, id: string): Promise<ReplayRow | undefined> {
    return (await tx.query<ReplayRow>('SELECT * FROM replay WHERE id = $1', [id]))[0];
  }

  /** Holds the replay until the transaction ends: steps of people and turns of the clock wait for each other. */
  async lock(tx: Transaction, id: string): Promise<ReplayRow | undefined> {
    return (await tx.query<ReplayRow>('SELECT * FROM replay WHERE id = $1 FOR UPDATE', [id]))[0];
  }

  async findMany(tx: Transaction, ids: readonly string[]): Promise<Map<string, ReplayRow>> {
    const rows = await tx.query<ReplayRow>('SELECT * FROM replay WHERE id = ANY($1::uuid[])', [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Of these, those that keep what they cause from departments' streams. */
  async findQuiet(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>(`SELECT id FROM replay WHERE id::text = ANY($1::text[]) AND side_effects = 'none'`, [
      [...new Set(ids)],
    ]);
    return new Set(rows.map((row) => row.id));
  }

  async findPage(
    tx: Transaction,
    filter: ReplayFilter,
    after: { readonly at: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ReplayRow[]> {
    return tx.query<ReplayRow>(
      `SELECT * FROM replay
       WHERE ($1::text[] IS NULL OR status = ANY($1))
         AND ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM replay_case WHERE replay_id = replay.id AND entry_id = $2))
         AND ($3::timestamptz IS NULL OR (date_trunc('milliseconds', requested_at), id) < ($3, $4::uuid))
       ORDER BY requested_at DESC, id DESC LIMIT $5`,
      [filter.status ?? null, filter.entryId ?? null, after?.at ?? null, after?.id ?? null, limit],
    );
  }
}
