import type { EntryDeadlineKind } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** A time limit of an entry (§2.6), as stored. */
export interface DeadlineRow {
  readonly entry_id: string;
  readonly kind: EntryDeadlineKind;
  readonly due_on: string;
  readonly due_at: Date;
  /** Counted over a year without a table of working days (R-7-3). */
  readonly provisional: boolean;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly missed_at: Date | null;
  readonly department_code: string;
}
export type DeadlineName = Pick<DeadlineRow, 'entry_id' | 'kind'>;

/** Opens or moves time limits. */
export async function upsertDeadlines(tx: Transaction, rows: readonly Omit<DeadlineRow, 'closed_at' | 'missed_at'>[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = 'entry_id, kind, due_on, due_at, provisional, opened_at, department_code';
  await tx.execute(
    `INSERT INTO entry_deadline (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::entry_deadline, $1::jsonb)
     ON CONFLICT (entry_id, kind) DO UPDATE SET due_on = excluded.due_on, due_at = excluded.due_at, provisional = excluded.provisional,
       opened_at = excluded.opened_at, closed_at = NULL, missed_at = NULL`,
    [JSON.stringify(rows)],
  );
}

/** Closes those of the named time limits that are open. */
export async function closeDeadlines(tx: Transaction, names: readonly DeadlineName[], at: Date): Promise<void> {
  if (names.length === 0) return;
  await tx.execute(
    `UPDATE entry_deadline SET closed_at = $3 FROM unnest($1::uuid[], $2::text[]) AS closed (entry_id, kind)
     WHERE entry_deadline.entry_id = closed.entry_id AND entry_deadline.kind = closed.kind AND closed_at IS NULL`,
    [names.map((name) => name.entry_id), names.map((name) => name.kind), at],
  );
}

/** Closes everything that still runs of entries that have ended; tells which. */
export function closeAllDeadlines(tx: Transaction, entryIds: readonly string[], at: Date): Promise<DeadlineName[]> {
  return tx.query<DeadlineName>(
    'UPDATE entry_deadline SET closed_at = $2 WHERE entry_id = ANY($1) AND closed_at IS NULL RETURNING entry_id, kind',
    [entryIds, at],
  );
}

export async function markMissed(tx: Transaction, names: readonly DeadlineName[], at: Date): Promise<void> {
  await tx.execute(
    `UPDATE entry_deadline SET missed_at = $3 FROM unnest($1::uuid[], $2::text[]) AS missed (entry_id, kind)
     WHERE entry_deadline.entry_id = missed.entry_id AND entry_deadline.kind = missed.kind AND closed_at IS NULL AND missed_at IS NULL`,
    [names.map((name) => name.entry_id), names.map((name) => name.kind), at],
  );
}

export function findDeadlines(tx: Transaction, entryIds: readonly string[]): Promise<DeadlineRow[]> {
  return tx.query<DeadlineRow>('SELECT * FROM entry_deadline WHERE entry_id = ANY($1) ORDER BY entry_id, due_at, kind', [entryIds]);
}

/** Takes those open time limits that nobody moves at this moment (R-7-3), without waiting for who does: that one may be waiting for a timer that fires here. */
export function takeDeadlines(tx: Transaction, entryIds: readonly string[]): Promise<DeadlineRow[]> {
  return tx.query<DeadlineRow>(
    'SELECT * FROM entry_deadline WHERE entry_id = ANY($1) AND closed_at IS NULL ORDER BY entry_id, due_at, kind FOR UPDATE SKIP LOCKED',
    [entryIds],
  );
}

/** Time limits that are open, of whatever entries the caller may see, the most urgent first. */
export function findOpenDeadlines(
  tx: Transaction,
  filter: { readonly overdueAt: Date | undefined },
  after: { readonly dueAt: string; readonly entryId: string; readonly kind: string } | undefined,
  limit: number,
): Promise<(DeadlineRow & { readonly number: string; readonly status: string; readonly list_code: string })[]> {
  return tx.query(
    `SELECT entry_deadline.*, list_entry.number, list_entry.status, list_entry.list_code
     FROM entry_deadline JOIN list_entry ON list_entry.id = entry_deadline.entry_id
     WHERE closed_at IS NULL AND ($1::timestamptz IS NULL OR due_at <= $1)
       AND ($2::timestamptz IS NULL OR (due_at, entry_id, kind) > ($2, $3::uuid, $4))
     ORDER BY due_at, entry_id, kind LIMIT $5`,
    [filter.overdueAt ?? null, after?.dueAt ?? null, after?.entryId ?? null, after?.kind ?? null, limit],
  );
}
