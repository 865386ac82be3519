import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface SpotCheckRow {
  readonly id: string;
  readonly month: string;
  readonly percent: number;
  readonly seed: string;
  readonly population: number;
  readonly population_hash: string;
  readonly drawn_by: string;
  readonly drawn_at: Date;
}
export interface SpotCheckItemRow {
  readonly spot_check_id: string;
  readonly month: string;
  readonly place: number;
  readonly case_id: string;
  readonly feedback_id: string;
  readonly task_id: string;
  readonly department_code: string;
  readonly result: 'CONFIRMED' | 'RETURNED' | null;
  readonly reason: string | null;
  readonly checked_by: string | null;
  readonly checked_at: Date | null;
}

/** All SQL of spot checks. */
@Injectable()
export class SpotCheckStore {
  async readCasesOf(tx: Transaction, month: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM case_record WHERE withdrawn_at IS NULL AND recorded_on >= ($1 || '-01')::date
         AND recorded_on < ($1 || '-01')::date + interval '1 month' ORDER BY id`,
      [month],
    );
    return rows.map((row) => row.id);
  }

  /** False when the month was drawn already; of two at once the second waits and finds it. */
  async insert(tx: Transaction, row: SpotCheckRow): Promise<boolean> {
    const added = await tx.execute(
      `INSERT INTO spot_check (id, month, percent, seed, population, population_hash, drawn_by, drawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (month) DO NOTHING`,
      [row.id, row.month, row.percent, row.seed, row.population, row.population_hash, row.drawn_by, row.drawn_at],
    );
    return added === 1;
  }

  async insertItems(tx: Transaction, id: string, caseIds: readonly string[]): Promise<void> {
    await tx.execute(
      `INSERT INTO spot_check_item (spot_check_id, place, case_id, feedback_id, task_id, department_code)
       SELECT $1, drawn.place, c.id, c.feedback_id, c.task_id, c.department_code
       FROM unnest($2::uuid[]) WITH ORDINALITY AS drawn (id, place) JOIN case_record c ON c.id = drawn.id`,
      [id, caseIds],
    );
  }

  async findDraw(tx: Transaction, id: string): Promise<(SpotCheckRow & { sample: number }) | undefined> {
    const [row] = await tx.query<SpotCheckRow & { sample: number }>(
      'SELECT spot_check.*, (SELECT count(*) FROM spot_check_item WHERE spot_check_id = id) AS sample FROM spot_check WHERE id = $1',
      [id],
    );
    return row;
  }

  /** Locked: of two results at once the second sees the first. */
  async lockItem(tx: Transaction, id: string, caseId: string): Promise<SpotCheckItemRow | undefined> {
    const [row] = await tx.query<SpotCheckItemRow>(
      `SELECT item.*, month FROM spot_check_item item JOIN spot_check ON id = spot_check_id WHERE spot_check_id = $1 AND case_id = $2 FOR UPDATE OF item`,
      [id, caseId],
    );
    return row;
  }

  async decide(
    tx: Transaction,
    id: string,
    caseId: string,
    decision: { result: string; reason: string; by: string; at: Date },
  ): Promise<void> {
    await tx.execute(
      'UPDATE spot_check_item SET result = $3, reason = $4, checked_by = $5, checked_at = $6 WHERE spot_check_id = $1 AND case_id = $2',
      [id, caseId, decision.result, decision.reason, decision.by, decision.at],
    );
  }

  /** Newest month first, in the order of the draw. */
  async readPage(
    tx: Transaction,
    filter: { month: string | undefined; after: readonly [string, number] | undefined; limit: number },
  ): Promise<SpotCheckItemRow[]> {
    return tx.query<SpotCheckItemRow>(
      `SELECT item.*, month FROM spot_check_item item JOIN spot_check ON id = spot_check_id
       WHERE ($1::text IS NULL OR month = $1) AND ($2::text IS NULL OR month < $2 OR (month = $2 AND place > $3))
       ORDER BY month DESC, place LIMIT $4`,
      [filter.month ?? null, filter.after?.[0] ?? null, filter.after?.[1] ?? null, filter.limit + 1],
    );
  }
}
