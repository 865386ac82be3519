import type { Transaction } from '@lianxin/platform';
import type { CandidateRow } from './match-candidate.store.ts';
import type { ReviewDecision } from './match-review.sources.ts';

/** R-11-1: who, when, on what evidence. Appended. */
export async function insertConfirmation(
  tx: Transaction,
  candidate: CandidateRow,
  verdict: 'SAME' | 'DIFFERENT' | 'UNDONE',
  decision: ReviewDecision,
  evidence: readonly object[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO match_confirmation (candidate_id, subject_id, verdict, reason, evidence, decided_by, department_code)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      candidate.id,
      candidate.subject_id,
      verdict,
      decision.reason,
      JSON.stringify(evidence),
      decision.principal.id,
      candidate.department_code,
    ],
  );
}

export interface ConfirmationRow {
  readonly candidate_id: string;
  readonly verdict: 'SAME' | 'DIFFERENT' | 'UNDONE';
  readonly reason: string;
  readonly evidence: readonly { readonly kind: string; readonly reference: string }[];
  readonly decided_by: string;
  readonly decided_at: Date;
}

export function findConfirmations(tx: Transaction, candidateIds: readonly string[]): Promise<ConfirmationRow[]> {
  return tx.query<ConfirmationRow>(
    `SELECT candidate_id, verdict, reason, evidence, decided_by, decided_at FROM match_confirmation
     WHERE candidate_id = ANY($1) ORDER BY decided_at, id`,
    [candidateIds],
  );
}

/** R-11-3: this record and this subject, as both are now, were found to be two. Records without a hash are never asked about again anyway. */
export async function rememberDifferent(tx: Transaction, candidate: CandidateRow, actor: string): Promise<void> {
  if (candidate.record_hash === null) return;
  await tx.execute(
    `INSERT INTO match_different (record_hash, subject_id, register_version, candidate_id, decided_by)
     VALUES ($1, $2, coalesce((SELECT max(id) FROM register_change WHERE subject_id = $2), 0), $3, $4)
     ON CONFLICT (record_hash, subject_id) DO UPDATE SET register_version = excluded.register_version, candidate_id = excluded.candidate_id,
       decided_by = excluded.decided_by, decided_at = now()`,
    [candidate.record_hash, candidate.subject_id, candidate.id, actor],
  );
}

/** Subjects that were found to be different from a record and have not changed since, by record hash. */
export async function findDifferent(tx: Transaction, recordHashes: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await tx.query<{ record_hash: string; subject_id: string }>(
    `SELECT record_hash, subject_id FROM match_different
     WHERE record_hash = ANY($1)
       AND NOT EXISTS (SELECT 1 FROM register_change WHERE register_change.subject_id = match_different.subject_id
                         AND register_change.id > match_different.register_version)`,
    [recordHashes],
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.record_hash)].map(([hash, pairs]) => [hash, new Set(pairs.map((pair) => pair.subject_id))]),
  );
}

/** Number of the subject's last change in the register; 0 before any. */
export async function findRegisterVersion(tx: Transaction, subjectId: string): Promise<number> {
  const [row] = await tx.query<{ version: number }>('SELECT coalesce(max(id), 0) AS version FROM register_change WHERE subject_id = $1', [
    subjectId,
  ]);
  return row?.version ?? 0;
}

export async function askQuestion(
  tx: Transaction,
  id: string,
  asked: { readonly question: string; readonly by: string; readonly dueAt: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE match_candidate SET status = 'NEED_INFO', question = $2, asked_by = $3, answer_due_at = $4, answer = NULL, answered_by = NULL WHERE id = $1`,
    [id, asked.question, asked.by, asked.dueAt],
  );
}

/** @param answer null when nobody answered in time */
export async function answerQuestion(tx: Transaction, id: string, answer: string | null, by: string): Promise<void> {
  await tx.execute(`UPDATE match_candidate SET status = 'OPEN', answer = $2, answered_by = $3 WHERE id = $1`, [id, answer, by]);
}
