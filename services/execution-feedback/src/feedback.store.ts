import type { FeedbackKind, FeedbackRequest, TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export type FeedbackStatus = 'PENDING' | 'VALID' | 'REJECTED';

/** An answer of a department as its newest version stands. */
export interface Feedback {
  readonly id: string;
  readonly task_id: string;
  readonly department_code: string;
  readonly cycle: number;
  readonly task_status: TaskStatus;
  readonly status: FeedbackStatus;
  readonly version: number;
  readonly valid_version: number | null;
  readonly kind: FeedbackKind;
  readonly client_ref: string | null;
  readonly content_hash: string;
  readonly submitted_at: Date;
  readonly due_at: Date | null;
  readonly on_time: boolean | null;
  /** The check at a window that it comes from. */
  readonly check_id: string | null;
  readonly check_number: string | null;
}

/** One version with its decision, if it has one. */
export interface FeedbackVersion {
  readonly feedback_id: string;
  readonly version: number;
  readonly content: FeedbackRequest;
  readonly submitted_by: string;
  readonly submitted_at: Date;
  readonly outcome: 'APPROVED' | 'REJECTED' | null;
  readonly reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  /** Why it was taken back after it had counted or waited. */
  readonly withdrawn_reason: string | null;
  readonly withdrawn_by: string | null;
  readonly withdrawn_at: Date | null;
}

export interface NewCase {
  readonly id: string;
  readonly departmentCode: string;
  readonly partySubjectId: string;
  readonly canonicalCode: string;
  readonly documentKey: string;
  readonly taskId: string;
  readonly feedbackId: string;
  readonly measureCode: string;
  readonly direction: string;
  readonly listCodes: readonly string[];
  readonly recordedOn: string;
}

/** All SQL of feedback and cases; row security narrows it to the principal's departments. */
@Injectable()
export class FeedbackStore {
  async find(tx: Transaction, id: string): Promise<Feedback | undefined> {
    const [row] = await tx.query<Feedback>('SELECT * FROM feedback WHERE id = $1', [id]);
    return row;
  }

  async findByClientRef(tx: Transaction, taskId: string, clientRef: string): Promise<Feedback | undefined> {
    const [row] = await tx.query<Feedback>('SELECT * FROM feedback WHERE task_id = $1 AND client_ref = $2', [taskId, clientRef]);
    return row;
  }

  /** Whether a feedback of this cycle, other than a hit, waits for approval. */
  async hasPending(tx: Transaction, taskId: string, cycle: number): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM feedback WHERE task_id = $1 AND cycle = $2 AND status = 'PENDING' AND kind <> 'HIT' LIMIT 1`,
      [taskId, cycle],
    );
    return rows.length > 0;
  }

  async readOfTask(tx: Transaction, taskId: string): Promise<Feedback[]> {
    return tx.query<Feedback>('SELECT * FROM feedback WHERE task_id = $1 ORDER BY id', [taskId]);
  }

  /** One page over all tasks, newest first, with one row more than `limit` when there are more. */
  async readPage(
    tx: Transaction,
    filter: {
      departments: readonly string[] | undefined;
      statuses: readonly FeedbackStatus[];
      after: { submittedAt: string; id: string } | undefined;
      limit: number;
    },
  ): Promise<Feedback[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown) => `$${parameters.push(value)}`;
    const conditions = [
      ...(filter.departments === undefined ? [] : ['f.department_code = department.code']),
      'f.status = state.status',
      ...(filter.after === undefined
        ? []
        : [`(f.submitted_at, f.id) < (${bind(filter.after.submittedAt)}::timestamptz, ${bind(filter.after.id)}::uuid)`]),
    ];
    const departments =
      filter.departments === undefined ? '' : `unnest(${bind(filter.departments)}::text[]) AS department (code) CROSS JOIN `;
    const states = `unnest(${bind(filter.statuses)}::text[]) AS state (status)`;
    const limit = bind(filter.limit + 1);
    return tx.query<Feedback>(
      `SELECT row.* FROM ${departments}${states} CROSS JOIN LATERAL (
         SELECT f.* FROM feedback f WHERE ${conditions.join(' AND ')} ORDER BY f.submitted_at DESC, f.id DESC LIMIT ${limit}
       ) AS row ORDER BY row.submitted_at DESC, row.id DESC LIMIT ${limit}`,
      parameters,
    );
  }

  async readVersions(tx: Transaction, feedbackIds: readonly string[]): Promise<FeedbackVersion[]> {
    return tx.query<FeedbackVersion>(
      `SELECT v.feedback_id, v.version, v.content, v.submitted_by, v.submitted_at, d.outcome, d.reason, d.decided_by, d.decided_at,
         w.reason AS withdrawn_reason, w.withdrawn_by, w.withdrawn_at
       FROM feedback_version v LEFT JOIN feedback_decision d ON d.feedback_id = v.feedback_id AND d.version = v.version
         LEFT JOIN feedback_withdrawal w ON w.feedback_id = v.feedback_id AND w.version = v.version
       WHERE v.feedback_id = ANY ($1::uuid[]) ORDER BY v.feedback_id, v.version`,
      [feedbackIds],
    );
  }

  async insert(tx: Transaction, feedback: Feedback, content: FeedbackRequest, submittedBy: string): Promise<void> {
    await tx.execute(
      `INSERT INTO feedback (id, task_id, department_code, cycle, task_status, status, version, valid_version, kind, client_ref, content_hash, submitted_at, due_at, on_time,
         check_id, check_number)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        feedback.id,
        feedback.task_id,
        feedback.department_code,
        feedback.cycle,
        feedback.task_status,
        feedback.status,
        feedback.version,
        feedback.valid_version,
        feedback.kind,
        feedback.client_ref,
        feedback.content_hash,
        feedback.submitted_at,
        feedback.due_at,
        feedback.on_time,
        feedback.check_id,
        feedback.check_number,
      ],
    );
    await this.addVersion(tx, feedback, content, submittedBy);
  }

  /** Saves the head after a correction or a decision. */
  async update(tx: Transaction, feedback: Feedback): Promise<void> {
    await tx.execute(
      'UPDATE feedback SET status = $2, version = $3, valid_version = $4, kind = $5, submitted_at = $6, due_at = $7, on_time = $8 WHERE id = $1',
      [
        feedback.id,
        feedback.status,
        feedback.version,
        feedback.valid_version,
        feedback.kind,
        feedback.submitted_at,
        feedback.due_at,
        feedback.on_time,
      ],
    );
  }

  async addVersion(tx: Transaction, feedback: Feedback, content: FeedbackRequest, submittedBy: string): Promise<void> {
    await tx.execute(
      'INSERT INTO feedback_version (feedback_id, version, department_code, content, submitted_by, submitted_at) VALUES ($1, $2, $3, $4, $5, $6)',
      [feedback.id, feedback.version, feedback.department_code, JSON.stringify(content), submittedBy, feedback.submitted_at],
    );
  }

  async addDecision(
    tx: Transaction,
    feedback: Feedback,
    decision: { outcome: 'APPROVED' | 'REJECTED'; reason: string | null; decidedBy: string; decidedAt: Date },
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO feedback_decision (feedback_id, version, department_code, outcome, reason, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [feedback.id, feedback.version, feedback.department_code, decision.outcome, decision.reason, decision.decidedBy, decision.decidedAt],
    );
  }

  /** Records a case; false when the same one is there already, or this feedback made one before it was corrected (R-4-11). */
  async addCase(tx: Transaction, row: NewCase): Promise<boolean> {
    const added = await tx.query(
      `INSERT INTO case_record (id, department_code, party_subject_id, canonical_code, document_key, task_id, feedback_id, measure_code, direction, list_codes, recorded_on)
       SELECT $1, $2, $3, $4, $5, $6, $7::uuid, $8, $9, $10, $11 
       WHERE NOT EXISTS (SELECT 1 FROM case_record WHERE feedback_id = $7::uuid AND withdrawn_at IS NULL)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [
        row.id,
        row.departmentCode,
        row.partySubjectId,
        row.canonicalCode,
        row.documentKey,
        row.taskId,
        row.feedbackId,
        row.measureCode,
        row.direction,
        row.listCodes,
        row.recordedOn,
      ],
    );
    return added.length > 0;
  }

  async addWithdrawal(
    tx: Transaction,
    feedback: Feedback,
    withdrawal: { source: string; reason: string; by: string; at: Date },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO feedback_withdrawal (feedback_id, version, department_code, source, reason, withdrawn_by, withdrawn_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [feedback.id, feedback.version, feedback.department_code, withdrawal.source, withdrawal.reason, withdrawal.by, withdrawal.at],
    );
  }

  /** The case of a feedback counts no more; returns its id, if it had one. */
  async withdrawCase(tx: Transaction, feedbackId: string, reason: string, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'UPDATE case_record SET withdrawn_at = $2, withdrawn_reason = $3 WHERE feedback_id = $1 AND withdrawn_at IS NULL RETURNING id',
      [feedbackId, at, reason],
    );
    return rows.map((row) => row.id);
  }
}
