import type { Transaction } from '@lianxin/platform';
import type { EntryRow } from './list-entry.store.ts';

/** Entries of these subjects that have not ended, in the order in which they came. */
export function findLiveEntries(tx: Transaction, subjectIds: readonly string[]): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `SELECT * FROM list_entry WHERE subject_id = ANY($1)
       AND status IN ('DRAFT', 'CHECKING', 'PRE_NOTICE', 'HEARING', 'PUBLIC_NOTICE', 'DESIGNATED', 'ACTIVE', 'SUSPENDED') ORDER BY id`,
    [subjectIds],
  );
}

/** Subjects about which a question of the register is open (R-11-1a). */
export async function findDoubtedSubjects(tx: Transaction, subjectIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ subject_id: string }>(
    `SELECT DISTINCT subject_id FROM match_candidate WHERE source_kind = 'REGISTER' AND status IN ('OPEN', 'NEED_INFO') AND subject_id = ANY($1)`,
    [subjectIds],
  );
  return new Set(rows.map((row) => row.subject_id));
}
