import { reviewZh } from '@lianxin/contracts';
import { bindsAnybody, type EntryState } from './list-entry.rules.ts';
import type { Procedure } from './procedure.rules.ts';

interface Reviewed {
  readonly status: EntryState;
  readonly procedure: Procedure;
  /** Whether it still binds persons, closed as it is for its subject (T22). */
  readonly parties_continue?: boolean | null;
}

/** The reconsideration or lawsuit that is pending about an entry in force (R-6-6); null where none is. The mark goes with the entry, or with the last it binds. */
export function reviewOf(row: Reviewed): NonNullable<Procedure['inReview']> | null {
  return bindsAnybody(row) ? (row.procedure.inReview ?? null) : null;
}

/** The mark as the public reads it beside the record; null where there is none. */
export function publicReview(row: Reviewed): string | null {
  const review = reviewOf(row);
  return review === null ? null : reviewZh[review.kind];
}
