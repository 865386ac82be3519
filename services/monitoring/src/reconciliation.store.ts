import type { DigestView, digestCompared, EventData } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface RunRow {
  readonly runId: string;
  readonly askedBy: 'NIGHT' | 'OFFICE';
  readonly requestedOn: string;
  readonly requestedAt: Date;
  readonly isNewest: boolean;
}

export interface ResultRow {
  readonly runId: string;
  readonly view: DigestView;
  readonly holder: string;
  readonly rows: number;
  readonly questioned: number;
  readonly moving: number;
  readonly differences: number;
  readonly found: EventData<typeof digestCompared>['found'];
  readonly comparedAt: Date;
}

const runColumns = `run_id AS "runId", asked_by AS "askedBy", requested_on AS "requestedOn", requested_at AS "requestedAt",
  NOT EXISTS (SELECT 1 FROM digest_run AS newer WHERE newer.run_id > digest_run.run_id) AS "isNewest"`;

/** All SQL of nightly comparisons. */
@Injectable()
export class ReconciliationStore {
  async addRun(tx: Transaction, run: Omit<RunRow, 'isNewest'>): Promise<void> {
    await tx.execute(
      'INSERT INTO digest_run (run_id, asked_by, requested_on, requested_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [run.runId, run.askedBy, run.requestedOn, run.requestedAt],
    );
  }

  async addResult(tx: Transaction, row: ResultRow): Promise<void> {
    const { runId, view, holder, rows, questioned, moving, differences, found, comparedAt } = row;
    await tx.execute(
      `INSERT INTO digest_result (run_id, view, holder, rows, questioned, moving, differences, found, compared_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
      [runId, view, holder, rows, questioned, moving, differences, JSON.stringify(found), comparedAt],
    );
  }

  /** Newest first, one row more than the limit. */
  readRuns(tx: Transaction, before: string | null, limit: number): Promise<RunRow[]> {
    return tx.query(`SELECT ${runColumns} FROM digest_run WHERE ($1::uuid IS NULL OR run_id < $1) ORDER BY run_id DESC LIMIT $2`, [
      before,
      limit + 1,
    ]);
  }

  async findRun(tx: Transaction, runId: string): Promise<RunRow | undefined> {
    const [row] = await tx.query<RunRow>(`SELECT ${runColumns} FROM digest_run WHERE run_id = $1`, [runId]);
    return row;
  }

  readResults(tx: Transaction, runIds: readonly string[]): Promise<ResultRow[]> {
    return tx.query(
      `SELECT run_id AS "runId", view, holder, rows, questioned, moving, differences, found, compared_at AS "comparedAt"
       FROM digest_result WHERE run_id = ANY ($1::uuid[]) ORDER BY view, holder`,
      [runIds],
    );
  }
}
