import type { YearTable } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** Working-day tables of the copy, every version of every year. */
export async function readYearTables(tx: Transaction): Promise<YearTable[]> {
  return tx.query<YearTable>(
    `SELECT year, version, off_days AS off, work_days AS work, effective_at AS "effectiveAt" FROM calendar_copy ORDER BY year, version`,
  );
}

/** Adds a version; @returns false where it stands already. */
export async function insertYearTable(tx: Transaction, row: YearTable): Promise<boolean> {
  const added = await tx.execute(
    `INSERT INTO calendar_copy (year, version, off_days, work_days, effective_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [row.year, row.version, JSON.stringify(row.off), JSON.stringify(row.work), row.effectiveAt],
  );
  return added > 0;
}

/** A stored term that a table has moved. */
export interface TermMove {
  readonly reference: string;
  readonly from: string;
  readonly to: string;
}

export async function insertMoves(
  tx: Transaction,
  { year, version }: Pick<YearTable, 'year' | 'version'>,
  terms: string,
  moves: readonly TermMove[],
  at: Date,
): Promise<void> {
  if (moves.length === 0) return;
  await tx.execute(
    `INSERT INTO calendar_move (year, version, terms, reference, due_before, due_after, moved_at)
     SELECT $1, $2, $3, reference, due_before, due_after, $7 FROM unnest($4::text[], $5::date[], $6::date[]) AS new (reference, due_before, due_after)`,
    [year, version, terms, moves.map((move) => move.reference), moves.map((move) => move.from), moves.map((move) => move.to), at],
  );
}
