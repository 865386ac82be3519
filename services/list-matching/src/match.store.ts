import type { Transaction } from '@lianxin/platform';

/** Lists in force on which the caller may see these subjects: row security shows a department its own. */
export async function findListsOf(tx: Transaction, subjectIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.query<{ subject_id: string; lists: string[] }>(
    `SELECT subject_id, array_agg(DISTINCT list_code ORDER BY list_code) AS lists FROM list_entry
     WHERE subject_id = ANY($1) AND status IN ('ACTIVE', 'SUSPENDED') GROUP BY subject_id`,
    [subjectIds],
  );
  return new Map(rows.map((row) => [row.subject_id, row.lists]));
}

/** R-8-13: who asked about persons, what for and how many; never whom. */
export async function insertQueryLog(
  tx: Transaction,
  query: { readonly actor: string; readonly purpose: string; readonly persons: number; readonly found: number },
): Promise<void> {
  await tx.execute('INSERT INTO match_query_log (actor, purpose, persons, found) VALUES ($1, $2, $3, $4)', [
    query.actor,
    query.purpose,
    query.persons,
    query.found,
  ]);
}
