import type { Transaction } from '@lianxin/platform';

/**
 * Locks the lanes of these subjects until the transaction ends, creating those that are missing, in sorted order so that two batches never wait
 * for each other in a ring. Every use case does this before it decides (design §3).
 */
export async function lockLanes(tx: Transaction, subjectKeys: readonly string[]): Promise<void> {
  const keys = [...new Set(subjectKeys)].sort();
  if (keys.length === 0) return;
  // In one way to the server: the update that never happens locks the rows that were there, and those that were not are this transaction's until it ends.
  await tx.execute(
    `INSERT INTO subject_lane (subject_key) SELECT key FROM unnest($1::text[]) AS key ORDER BY key
     ON CONFLICT (subject_key) DO UPDATE SET subject_key = excluded.subject_key WHERE false`,
    [keys],
  );
}
