import type { EntryDeadlineKind, StoredTerm } from '@lianxin/contracts';
import { lockLanes, type TermMove } from '@lianxin/messaging';
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

/**
 * What was closed, missed or moved since it was read stays. It counts as opened anew: as many days are left as there were. A period within which people may
 * speak ends in the entry too, where a step looks at it (R-2-8, R-2-9): under the lanes of the subjects, for whoever takes a step writes the entry whole.
 */
export async function moveTerms(
  tx: Transaction,
  moves: readonly (TermMove & { readonly provisional: boolean })[],
  at: Date,
): Promise<string[]> {
  await lockLanes(tx, await findSubjects(tx, moves));
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
  const moved = new Set(rows.map((row) => row.reference));
  await movePeriods(
    tx,
    moves.filter((move) => moved.has(move.reference)),
  );
  return [...moved];
}

async function findSubjects(tx: Transaction, moves: readonly TermMove[]): Promise<string[]> {
  const rows = await tx.query<{ subject_id: string }>(
    `SELECT DISTINCT subject_id FROM list_entry WHERE subject_id IS NOT NULL AND id IN (SELECT split_part(reference, '/', 1)::uuid FROM unnest($1::text[]) AS reference)`,
    [moves.map((move) => move.reference)],
  );
  return rows.map((row) => row.subject_id);
}

/** An entry has one of these periods: the defence of a restriction, or the public notice of an honour. */
async function movePeriods(tx: Transaction, moves: readonly TermMove[]): Promise<void> {
  await tx.execute(
    `UPDATE list_entry SET procedure = jsonb_set(procedure, ARRAY[new.field], to_jsonb(new.due_after))
     FROM (SELECT split_part(reference, '/', 1)::uuid AS id, due_after,
             CASE split_part(reference, '/', 2) WHEN 'DEFENCE_PERIOD' THEN 'defenceEndsOn' WHEN 'PUBLIC_NOTICE' THEN 'publicNoticeEndsOn' END AS field
           FROM unnest($1::text[], $2::text[]) AS moved (reference, due_after)) AS new
     WHERE list_entry.id = new.id AND new.field IS NOT NULL AND procedure ? new.field`,
    [moves.map((move) => move.reference), moves.map((move) => move.to)],
  );
}
