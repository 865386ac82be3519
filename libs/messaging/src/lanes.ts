import type { Transaction } from '@lianxin/platform';

/**
 * Locks the lanes of these subjects until the transaction ends, creating those that are missing, in sorted order so that two batches never wait
 * for each other in a ring. Every use case does this before it decides (design §3).
 */
export async function lockLanes(tx: Transaction, subjectKeys: readonly string[]): Promise<void> {
  const keys = [...new Set(subjectKeys)].sort();
  if (keys.length === 0) return;
  await tx.execute('INSERT INTO subject_lane (subject_key) SELECT key FROM unnest($1::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING', [
    keys,
  ]);
  await tx.query('SELECT 1 FROM subject_lane WHERE subject_key = ANY($1) ORDER BY subject_key FOR UPDATE', [keys]);
}
