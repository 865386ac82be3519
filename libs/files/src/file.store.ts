import type { Transaction } from '@lianxin/platform';

/** Whoever holds a file after another knows how the other's transaction ended, also where its connection broke while it committed. */
export async function holdFile(tx: Transaction, id: string): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('lianxin file ' || $1, 0))", [id]);
}
