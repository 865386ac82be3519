import type { EntryDeadlineKind, StoredTerm } from '@lianxin/contracts';
import type { TermMove } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';

/** Time limits that are counted in working days; the others are months, calendar days or days that were set. */
const workdayKinds: readonly EntryDeadlineKind[] = [
  'DEFENCE_PERIOD',
  'DEFENCE_REVIEW',
  'PUBLIC_NOTICE',
  'SERVE_DECISION',
  'SHARE_DECISION',
  'IDENTITY_REVIEW',
  'RED_REVIEW',
];
/** Periods within which people may speak. */
const ownKinds: readonly EntryDeadlineKind[] = ['DEFENCE_PERIOD', 'PUBLIC_NOTICE'];

/** Open time limits as they are computed again with another working-day table (R-7-3). */
export function readTerms(
  tx: Transaction,
  from: string,
  after: string | undefined,
  limit: number,
): Promise<(StoredTerm & { readonly reference: string })[]> {
  return tx.query(
    `SELECT entry_id || '/' || kind AS reference, due_on AS "dueOn", opened_at AS "countedAt", kind = ANY ($5) AS "isSubjectsOwn" FROM entry_deadline
     WHERE kind = ANY ($4) AND closed_at IS NULL AND missed_at IS NULL AND due_on >= $1
       AND ($2::text IS NULL OR entry_id || '/' || kind > $2 COLLATE "C")
     ORDER BY (entry_id || '/' || kind) COLLATE "C" LIMIT $3`,
    [from, after ?? null, limit, workdayKinds, ownKinds],
  );
}

/** What was closed, missed or moved since it was read stays. It counts as opened anew: as many days are left as there were. */
export async function moveTerms(
  tx: Transaction,
  moves: readonly (TermMove & { readonly provisional: boolean })[],
  at: Date,
): Promise<string[]> {
  const rows = await tx.query<{ reference: string }>(
    `UPDATE entry_deadline SET due_on = new.due_after, due_at = due_at + (new.due_after - new.due_before) * interval '1 day',
       provisional = new.provisional, opened_at = $5
     FROM unnest($1::text[], $2::date[], $3::date[], $4::boolean[]) AS new (reference, due_before, due_after, provisional)
     WHERE entry_id = split_part(new.reference, '/', 1)::uuid AND kind = split_part(new.reference, '/', 2)
       AND due_on = new.due_before AND closed_at IS NULL AND missed_at IS NULL RETURNING new.reference`,
    [
      moves.map((move) => move.reference),
      moves.map((move) => move.from),
      moves.map((move) => move.to),
      moves.map((move) => move.provisional),
      at,
    ],
  );
  return rows.map((row) => row.reference);
}
