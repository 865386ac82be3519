import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export type IncidentCause = 'REPAIRED_PENDING_SYNC' | 'NOT_SAME_SUBJECT' | 'MISSED_WHILE_DEGRADED';
export interface NewIncident {
  readonly id: string;
  readonly cause: IncidentCause;
  readonly prompt_id: string;
  readonly check_id: string;
  readonly check_number: string;
  readonly matter_code: string;
  readonly case_no: string | null;
  readonly subject_id: string;
  readonly entry_id: string;
  readonly department_code: string;
  readonly comment: string | null;
  readonly raised_by: string;
  readonly raised_at: Date;
}
export interface IncidentRow extends NewIncident {
  readonly closed_by: string | null;
  readonly closed_at: Date | null;
  readonly note: string | null;
}

const columns =
  'id, cause, prompt_id, check_id, check_number, matter_code, case_no, subject_id, entry_id, department_code, comment, raised_by, raised_at';

/** All SQL of incidents of checks. */
@Injectable()
export class CheckIncidentStore {
  /** The same prompt raises the same incident once. */
  async insert(tx: Transaction, rows: readonly NewIncident[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute(
      `INSERT INTO check_incident (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::check_incident, $1::jsonb) ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }

  async lock(tx: Transaction, id: string): Promise<IncidentRow | undefined> {
    const [row] = await tx.query<IncidentRow>('SELECT * FROM check_incident WHERE id = $1 FOR UPDATE', [id]);
    return row;
  }

  async close(tx: Transaction, id: string, by: string, at: Date, note: string): Promise<void> {
    await tx.execute('UPDATE check_incident SET closed_by = $2, closed_at = $3, note = $4 WHERE id = $1', [id, by, at, note]);
  }

  /** Newest first. */
  async readPage(
    tx: Transaction,
    filter: { open: boolean | undefined; before: string | undefined; limit: number },
  ): Promise<IncidentRow[]> {
    return tx.query<IncidentRow>(
      `SELECT * FROM check_incident WHERE ($1::boolean IS NULL OR (closed_at IS NULL) = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [filter.open ?? null, filter.before ?? null, filter.limit + 1],
    );
  }
}
