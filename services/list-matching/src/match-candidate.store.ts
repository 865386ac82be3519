import type { Transaction } from '@lianxin/platform';
import type { NewCandidate } from './entry-work.ts';

export interface CandidateRow extends NewCandidate {
  readonly status: 'OPEN' | 'CONFIRMED' | 'DISMISSED';
  readonly reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly created_at: Date;
}

export async function insertCandidates(tx: Transaction, rows: readonly NewCandidate[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = 'id, entry_id, party_id, subject_id, grade, decision_name, decision_sealed, decision_name_masked, department_code';
  await tx.execute(
    `INSERT INTO match_candidate (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::match_candidate, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

export function findCandidatesOfEntry(tx: Transaction, entryId: string): Promise<CandidateRow[]> {
  return tx.query<CandidateRow>('SELECT * FROM match_candidate WHERE entry_id = $1 ORDER BY id', [entryId]);
}

export async function findCandidate(tx: Transaction, id: string): Promise<CandidateRow | undefined> {
  const [row] = await tx.query<CandidateRow>('SELECT * FROM match_candidate WHERE id = $1', [id]);
  return row;
}

/** A page in the order in which they came. */
export function findCandidatePage(
  tx: Transaction,
  status: CandidateRow['status'] | undefined,
  afterId: string | undefined,
  limit: number,
): Promise<CandidateRow[]> {
  return tx.query<CandidateRow>(
    'SELECT * FROM match_candidate WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3',
    [status ?? null, afterId ?? null, limit],
  );
}

/** Notes the decision of a named person on open candidates (R-11-1). */
export async function decideCandidates(
  tx: Transaction,
  ids: readonly string[],
  decision: { status: 'CONFIRMED' | 'DISMISSED'; reason: string; by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE match_candidate SET status = $2, reason = $3, decided_by = $4, decided_at = $5 WHERE id = ANY($1) AND status = 'OPEN'`,
    [ids, decision.status, decision.reason, decision.by, decision.at],
  );
}

/** Nobody need decide any more: the entry itself has ended. */
export async function closeCandidatesOfEntry(
  tx: Transaction,
  entryId: string,
  by: { reason: string; by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE match_candidate SET status = 'DISMISSED', reason = $2, decided_by = $3, decided_at = $4 WHERE entry_id = $1 AND status = 'OPEN'`,
    [entryId, by.reason, by.by, by.at],
  );
}

export async function logReveal(tx: Transaction, candidateId: string, actor: string, purpose: string): Promise<void> {
  await tx.execute('INSERT INTO reveal_log (candidate_id, actor, purpose) VALUES ($1, $2, $3)', [candidateId, actor, purpose]);
}
