import type { Transaction } from '@lianxin/platform';

/** How far the cross-check of one night has come (R-2-10 d). */
export interface CrossCheckRun {
  readonly run_on: string;
  readonly after_entry_id: string | null;
  readonly checked: number;
  readonly excluded: number;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

export async function findRun(tx: Transaction, on: string): Promise<CrossCheckRun | undefined> {
  const [run] = await tx.query<CrossCheckRun>('SELECT * FROM cross_check_run WHERE run_on = $1', [on]);
  return run;
}

export async function beginRun(tx: Transaction, on: string, at: Date): Promise<CrossCheckRun> {
  const [run] = await tx.query<CrossCheckRun>('INSERT INTO cross_check_run (run_on, started_at) VALUES ($1, $2) RETURNING *', [on, at]);
  if (run === undefined) throw new Error('a run was not begun');
  return run;
}

export async function advanceRun(
  tx: Transaction,
  on: string,
  progress: { after: string | null; checked: number; excluded: number; finishedAt: Date | null },
): Promise<void> {
  await tx.execute(
    `UPDATE cross_check_run SET after_entry_id = $2, checked = checked + $3, excluded = excluded + $4, finished_at = $5 WHERE run_on = $1`,
    [on, progress.after, progress.checked, progress.excluded, progress.finishedAt],
  );
}

/** Honours in force in the order of their ids. */
export function findHonoursAfter(tx: Transaction, after: string | null, limit: number): Promise<{ id: string; subject_id: string }[]> {
  return tx.query(
    `SELECT id, subject_id FROM list_entry WHERE list_type = 'RED' AND status IN ('ACTIVE', 'SUSPENDED') AND ($1::uuid IS NULL OR id > $1)
     ORDER BY id LIMIT $2`,
    [after, limit],
  );
}

/** The newest nights, for whoever wants to see that they ran. */
export function findRuns(tx: Transaction, limit: number): Promise<CrossCheckRun[]> {
  return tx.query<CrossCheckRun>('SELECT * FROM cross_check_run ORDER BY run_on DESC LIMIT $1', [limit]);
}
