import type { EntryReviewReason } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** An honour that its unit has to look at again. */
export interface ReviewRow {
  readonly id: string;
  readonly entry_id: string;
  readonly reason: EntryReviewReason;
  readonly by_entry_id: string | null;
  readonly status: 'OPEN' | 'KEPT' | 'EXCLUDED' | 'NOT_NEEDED';
  readonly due_at: Date;
  readonly raised_at: Date;
  readonly outcome_reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly department_code: string;
}
export type NewReviewRow = Pick<ReviewRow, 'id' | 'entry_id' | 'reason' | 'by_entry_id' | 'due_at' | 'raised_at' | 'department_code'>;

/** Adds reviews; one that is open already for the same reason is not raised twice. Returns those that are new. */
export function insertReviews(tx: Transaction, rows: readonly NewReviewRow[]): Promise<{ id: string }[]> {
  const columns = 'id, entry_id, reason, by_entry_id, due_at, raised_at, department_code';
  return tx.query<{ id: string }>(
    `INSERT INTO entry_review (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::entry_review, $1::jsonb)
     ON CONFLICT DO NOTHING RETURNING id`,
    [JSON.stringify(rows)],
  );
}

/** Nobody need decide any more: the honours themselves have ended. */
export function closeReviewsOf(tx: Transaction, entryIds: readonly string[], by: { actor: string; at: Date }): Promise<ReviewRow[]> {
  return tx.query<ReviewRow>(
    `UPDATE entry_review SET status = 'NOT_NEEDED', decided_by = $2, decided_at = $3 WHERE entry_id = ANY($1) AND status = 'OPEN' RETURNING *`,
    [entryIds, by.actor, by.at],
  );
}

export async function decideReview(
  tx: Transaction,
  id: string,
  decision: { status: 'KEPT' | 'EXCLUDED'; reason: string; by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE entry_review SET status = $2, outcome_reason = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND status = 'OPEN'`,
    [id, decision.status, decision.reason, decision.by, decision.at],
  );
}

export async function findReview(tx: Transaction, id: string): Promise<ReviewRow | undefined> {
  const [row] = await tx.query<ReviewRow>('SELECT * FROM entry_review WHERE id = $1', [id]);
  return row;
}

/** A page in the order in which they were raised. */
export function findReviewPage(
  tx: Transaction,
  status: ReviewRow['status'] | undefined,
  afterId: string | undefined,
  limit: number,
): Promise<(ReviewRow & { readonly number: string; readonly list_code: string; readonly entry_status: string })[]> {
  return tx.query(
    `SELECT entry_review.*, list_entry.number, list_entry.list_code, list_entry.status AS entry_status
     FROM entry_review JOIN list_entry ON list_entry.id = entry_review.entry_id
     WHERE ($1::text IS NULL OR entry_review.status = $1) AND ($2::uuid IS NULL OR entry_review.id > $2) ORDER BY entry_review.id LIMIT $3`,
    [status ?? null, afterId ?? null, limit],
  );
}
