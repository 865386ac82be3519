import { reviewZh } from '@lianxin/contracts';
import type { EntryState } from './list-entry.rules.ts';
import type { Procedure } from './procedure.rules.ts';

/** The reconsideration or lawsuit that is pending about an entry in force (R-6-6); null where none is. The mark goes with the entry. */
export function reviewOf(row: { readonly status: EntryState; readonly procedure: Procedure }): NonNullable<Procedure['inReview']> | null {
  return row.status === 'ACTIVE' || row.status === 'SUSPENDED' ? (row.procedure.inReview ?? null) : null;
}

/** The mark as the public reads it beside the record; null where there is none. */
export function publicReview(row: Parameters<typeof reviewOf>[0]): string | null {
  const review = reviewOf(row);
  return review === null ? null : reviewZh[review.kind];
}
