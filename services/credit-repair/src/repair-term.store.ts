import type { StoredTerm } from '@lianxin/contracts';
import type { TermMove } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';

/** Open terms of §5.5 as they are computed again with another working-day table. To supplement is the applicant's own term, the rest is owed to it. */
export function readTerms(
  tx: Transaction,
  from: string,
  after: string | undefined,
  limit: number,
): Promise<(StoredTerm & { readonly reference: string })[]> {
  return tx.query(
    `SELECT repair_id || '/' || kind AS reference, due_on AS "dueOn", counted_at AS "countedAt", kind = 'SUPPLEMENT' AS "isSubjectsOwn" FROM repair_deadline
     WHERE closed_at IS NULL AND missed_at IS NULL AND due_on >= $1 AND ($2::text IS NULL OR repair_id || '/' || kind > $2 COLLATE "C")
     ORDER BY (repair_id || '/' || kind) COLLATE "C" LIMIT $3`,
    [from, after ?? null, limit],
  );
}

/** What was closed, missed or moved since it was read stays. */
export async function moveTerms(tx: Transaction, moves: readonly TermMove[], at: Date): Promise<string[]> {
  const rows = await tx.query<{ reference: string }>(
    `UPDATE repair_deadline SET due_on = new.due_after, counted_at = $4
     FROM unnest($1::text[], $2::date[], $3::date[]) AS new (reference, due_before, due_after)
     WHERE repair_id = split_part(new.reference, '/', 1)::uuid AND kind = split_part(new.reference, '/', 2)
       AND due_on = new.due_before AND closed_at IS NULL AND missed_at IS NULL RETURNING new.reference`,
    [moves.map((move) => move.reference), moves.map((move) => move.from), moves.map((move) => move.to), at],
  );
  return rows.map((row) => row.reference);
}
