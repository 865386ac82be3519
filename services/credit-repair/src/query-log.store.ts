import type { Transaction } from '@lianxin/platform';

/** Who asked about whom, when and what for (R-8-13). */
export interface QueryLogRow {
  readonly at: Date;
  readonly actor: string;
  readonly departments: readonly string[];
  readonly purpose: string;
  readonly subjectIds: readonly string[];
  readonly itemIds: readonly string[];
  /** ANSWERED, or the code of the refusal. */
  readonly result: string;
}

/** Added to, never altered. */
export async function addToQueryLog(tx: Transaction, row: QueryLogRow): Promise<void> {
  await tx.execute(
    `INSERT INTO eligibility_query_log (at, actor, departments, purpose, subject_ids, item_ids, result)
     VALUES ($1, $2, $3::text[], $4, $5::uuid[], $6::uuid[], $7)`,
    [row.at, row.actor, row.departments, row.purpose, row.subjectIds, row.itemIds, row.result],
  );
}
