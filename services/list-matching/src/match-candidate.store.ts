import type { Transaction } from '@lianxin/platform';

export const candidateStatuses = ['OPEN', 'NEED_INFO', 'CONFIRMED', 'DISMISSED'] as const;
export type CandidateStatus = (typeof candidateStatuses)[number];
/** Below EXACT (§11.3, §11.4). */
export type ReviewGrade = 'CONFLICT' | 'PROBABLE' | 'POSSIBLE';

/** A record that may mean a subject of the register. All candidates of one `record_id` are alternatives. */
export interface NewCandidate {
  readonly id: string;
  /** LIST_ENTRY, REGISTER or another kind that `ReviewSources` knows. */
  readonly source_kind: string;
  readonly source_id: string;
  readonly record_id: string;
  readonly entry_id: string | null;
  readonly party_id: string | null;
  readonly subject_id: string;
  readonly grade: ReviewGrade;
  /** The line of §11.3 or §11.4: C1, P2, S1 … */
  readonly rule: string;
  /** R-11-2. */
  readonly queue_score: number;
  /** Of the list: black before focus before red. */
  readonly severity: number;
  readonly decision_name: string | null;
  readonly decision_sealed: string | null;
  readonly decision_name_masked: string | null;
  /** The record as it came, an organisation's readable, a person's sealed. */
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly record_sealed: string | null;
  /** Keyed hash of the record: the memory of decisions goes by it (R-11-3). */
  readonly record_hash: string | null;
  readonly explanations: Readonly<Record<string, unknown>>;
  readonly flags: readonly string[];
  readonly register_version: number;
  readonly department_code: string;
}
export interface CandidateRow extends NewCandidate {
  readonly status: CandidateStatus;
  readonly reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly created_at: Date;
  readonly question: string | null;
  readonly asked_by: string | null;
  readonly answer_due_at: Date | null;
  readonly answer: string | null;
  readonly answered_by: string | null;
}

/** Still waits for a person. */
export function isOpen(row: Pick<CandidateRow, 'status'>): boolean {
  return row.status === 'OPEN' || row.status === 'NEED_INFO';
}

const newColumns =
  'id, source_kind, source_id, record_id, entry_id, party_id, subject_id, grade, rule, queue_score, severity, decision_name, decision_sealed, ' +
  'decision_name_masked, record, record_sealed, record_hash, explanations, register_version, department_code';

/** @returns those that were not waiting already */
export function insertCandidates(tx: Transaction, rows: readonly NewCandidate[]): Promise<CandidateRow[]> {
  if (rows.length === 0) return Promise.resolve([]);
  return tx.query<CandidateRow>(
    `INSERT INTO match_candidate (${newColumns}, flags)
     SELECT ${newColumns}, coalesce(flags, '{}') FROM jsonb_populate_recordset(NULL::match_candidate, $1::jsonb) ON CONFLICT DO NOTHING RETURNING *`,
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

/** Candidates of one record: alternatives. */
export function findCandidatesOfRecord(tx: Transaction, sourceKind: string, recordId: string): Promise<CandidateRow[]> {
  return tx.query<CandidateRow>('SELECT * FROM match_candidate WHERE source_kind = $1 AND record_id = $2 ORDER BY id', [
    sourceKind,
    recordId,
  ]);
}

/** Candidates of several records that wait for a person. */
export function findOpenOfRecords(tx: Transaction, sourceKind: string, recordIds: readonly string[]): Promise<CandidateRow[]> {
  return tx.query<CandidateRow>(
    `SELECT * FROM match_candidate WHERE source_kind = $1 AND record_id = ANY($2) AND status IN ('OPEN', 'NEED_INFO') ORDER BY id`,
    [sourceKind, recordIds],
  );
}

export interface CandidateFilter {
  readonly statuses: readonly CandidateStatus[] | null;
  readonly grade: string | null;
  readonly sourceKind: string | null;
  readonly sourceId: string | null;
}

/** A page of the queue: what is most likely the same first, then what weighs most (R-11-2), then what came first. */
export function findCandidatePage(
  tx: Transaction,
  filter: CandidateFilter,
  after: readonly [score: number, severity: number, id: string] | undefined,
  limit: number,
): Promise<CandidateRow[]> {
  return tx.query<CandidateRow>(
    `SELECT * FROM match_candidate
     WHERE ($1::text[] IS NULL OR status = ANY($1)) AND ($2::text IS NULL OR grade = $2 OR rule = $2)
       AND ($3::text IS NULL OR source_kind = $3) AND ($4::text IS NULL OR source_id = $4)
       AND ($5::integer IS NULL OR (-queue_score, -severity, id) > (-$5::integer, -$6::integer, $7::uuid))
     ORDER BY queue_score DESC, severity DESC, id LIMIT $8`,
    [filter.statuses, filter.grade, filter.sourceKind, filter.sourceId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
  );
}

/** How many candidates each record has, the decided ones too. */
export async function countAlternatives(tx: Transaction, recordIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ record_id: string; count: number }>(
    'SELECT record_id, count(*)::integer AS count FROM match_candidate WHERE record_id = ANY($1) GROUP BY record_id',
    [recordIds],
  );
  return new Map(rows.map((row) => [row.record_id, row.count]));
}

/** Notes the decision of a named person on open candidates (R-11-1). */
export async function decideCandidates(
  tx: Transaction,
  ids: readonly string[],
  decision: { status: 'CONFIRMED' | 'DISMISSED'; reason: string; by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE match_candidate SET status = $2, reason = $3, decided_by = $4, decided_at = $5 WHERE id = ANY($1) AND status IN ('OPEN', 'NEED_INFO')`,
    [ids, decision.status, decision.reason, decision.by, decision.at],
  );
}

/** Nobody need decide any more: the entries themselves have ended. */
export async function closeCandidatesOfEntries(
  tx: Transaction,
  entryIds: readonly string[],
  by: { reason: string; by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `UPDATE match_candidate SET status = 'DISMISSED', reason = $2, decided_by = $3, decided_at = $4
     WHERE entry_id = ANY($1) AND status IN ('OPEN', 'NEED_INFO')`,
    [entryIds, by.reason, by.by, by.at],
  );
}

export async function logReveal(tx: Transaction, candidateId: string, actor: string, purpose: string): Promise<void> {
  await tx.execute('INSERT INTO reveal_log (candidate_id, actor, purpose) VALUES ($1, $2, $3)', [candidateId, actor, purpose]);
}
