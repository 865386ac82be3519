import type { Transaction } from '@lianxin/platform';
import { endedStatuses } from './ended-entry.rules.ts';

/** Which of these punishments, by their numbers, have ended. */
export async function findEndedNumbers(tx: Transaction, numbers: readonly string[]): Promise<ReadonlySet<string>> {
  if (numbers.length === 0) return new Set();
  const rows = await tx.query<{ number: string }>(
    `SELECT number FROM list_entry WHERE number = ANY($1) AND list_type <> 'RED' AND status = ANY($2) AND parties_continue IS NOT TRUE`,
    [numbers, endedStatuses],
  );
  return new Set(rows.map((row) => row.number));
}
