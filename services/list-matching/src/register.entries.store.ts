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
