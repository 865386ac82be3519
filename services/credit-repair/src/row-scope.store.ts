import type { Transaction } from '@lianxin/platform';

/**
 * Runs `work` past the departments of the request: what a record rests on may belong to another department (R-5-11). It goes into decisions, not to the
 * caller. When `work` throws, the transaction is lost and the wider scope with it.
 */
export async function acrossDepartments<Result>(tx: Transaction, work: () => Promise<Result>): Promise<Result> {
  const [before] = await tx.query<{ scope: string | null }>(
    `WITH before AS MATERIALIZED (SELECT current_setting('lianxin.scope', true) AS scope) SELECT scope, set_config('lianxin.scope', 'CITY', true) FROM before`,
  );
  const result = await work();
  await tx.query(`SELECT set_config('lianxin.scope', $1, true)`, [before?.scope ?? '']);
  return result;
}
