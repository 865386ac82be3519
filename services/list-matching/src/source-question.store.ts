import type { Transaction } from '@lianxin/platform';

export type SourceQuestionStatus = 'OPEN' | 'CONFIRMED' | 'REAPPEARED' | 'EXITED';
export interface SourceQuestionRow {
  readonly id: string;
  readonly entry_id: string;
  readonly number: string;
  readonly source_record_id: string;
  readonly job_id: string;
  readonly department_code: string;
  readonly list_code: string;
  /** An entry that has left its list meanwhile needs no answer. */
  readonly status: SourceQuestionStatus;
  readonly asked_at: Date;
  readonly due_at: Date;
  readonly answered_at: Date | null;
  readonly answered_by: string | null;
  readonly document_no: string | null;
  readonly reason: string | null;
}

const standing = `('ACTIVE', 'SUSPENDED')`;
const selected = `SELECT question.id, entry_id, entry.number, entry.source_record_id, job_id, question.department_code, question.list_code,
    CASE WHEN question.status = 'OPEN' AND entry.status NOT IN ${standing} THEN 'EXITED' ELSE question.status END AS status,
    asked_at, due_at, answered_at, answered_by, document_no, question.reason
  FROM source_question AS question JOIN list_entry AS entry ON entry.id = entry_id`;

export async function insertQuestions(
  tx: Transaction,
  rows: readonly { entry_id: string; job_id: string; department_code: string; list_code: string; due_at: Date; asked_at: Date }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO source_question (entry_id, job_id, department_code, list_code, due_at, asked_at)
     SELECT entry_id, job_id, department_code, list_code, due_at, asked_at FROM jsonb_to_recordset($1::jsonb)
       AS new (entry_id uuid, job_id uuid, department_code text, list_code text, due_at timestamptz, asked_at timestamptz)`,
    [JSON.stringify(rows)],
  );
}

/** Closes the open question of each of these entries. */
export async function answerQuestions(
  tx: Transaction,
  entryIds: readonly string[],
  answer: { status: 'CONFIRMED' | 'REAPPEARED'; by: string; at: Date; documentNo: string | null; reason: string | null },
): Promise<void> {
  await tx.execute(
    `UPDATE source_question SET status = $2, answered_by = $3, answered_at = $4, document_no = $5, reason = $6 WHERE entry_id = ANY($1) AND status = 'OPEN'`,
    [entryIds, answer.status, answer.by, answer.at, answer.documentNo, answer.reason],
  );
}

export async function findOpenQuestion(tx: Transaction, entryId: string): Promise<{ due_at: Date } | undefined> {
  const [row] = await tx.query<{ due_at: Date }>(`SELECT due_at FROM source_question WHERE entry_id = $1 AND status = 'OPEN'`, [entryId]);
  return row;
}

export async function findQuestion(tx: Transaction, id: string): Promise<SourceQuestionRow | undefined> {
  const [row] = await tx.query<SourceQuestionRow>(`${selected} WHERE question.id = $1`, [id]);
  return row;
}

/** A page of the questions that the caller may see, newest first. */
export function findQuestions(
  tx: Transaction,
  status: string | undefined,
  beforeId: string | undefined,
  limit: number,
): Promise<SourceQuestionRow[]> {
  return tx.query<SourceQuestionRow>(
    `SELECT * FROM (${selected}) AS question WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [status ?? null, beforeId ?? null, limit],
  );
}
