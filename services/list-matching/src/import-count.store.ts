import type { Transaction } from '@lianxin/platform';

export interface ImportCount {
  readonly succeeded: number;
  readonly failed: number;
  readonly open: number;
}

/** Over the history of imports, one row per job. */
export async function countImports(tx: Transaction): Promise<ImportCount> {
  const [row] = await tx.query<ImportCount>(
    `SELECT coalesce(sum(succeeded), 0)::bigint AS succeeded, coalesce(sum(failed), 0)::bigint AS failed,
       count(*) FILTER (WHERE finished_at IS NULL) AS open
     FROM import_job`,
  );
  return row ?? { succeeded: 0, failed: 0, open: 0 };
}
