import type { Transaction } from '@lianxin/platform';

/**
 * Runs one step of a use case past the caller's departments. Only the red–black cross-check (R-2-10), the search for the same decision of another unit
 * (R-2-14) and the exclusion that follows need it; what they read goes into decisions, not to the caller. When `work` throws, the transaction is
 * lost and the wider scope with it.
 */
export async function acrossDepartments<Result>(tx: Transaction, work: () => Promise<Result>): Promise<Result> {
  const [before] = await tx.query<{ scope: string | null }>(
    `WITH before AS MATERIALIZED (SELECT current_setting('lianxin.scope', true) AS scope) SELECT scope, set_config('lianxin.scope', 'CITY', true) FROM before`,
  );
  const result = await work();
  await tx.query(`SELECT set_config('lianxin.scope', $1, true)`, [before?.scope ?? '']);
  return result;
}
