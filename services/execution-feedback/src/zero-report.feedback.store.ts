import type { FeedbackRequest } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Feedback } from './feedback.store.ts';

/** Who said it, and who let it count. */
export interface ZeroWords {
  readonly content: FeedbackRequest;
  readonly submittedBy: string;
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

/** Zero reports as the feedback of their tasks, however many in one statement. */
@Injectable()
export class ZeroFeedbackStore {
  /**
   * Those of these tasks whose present cycle has an answer that goes before: a feedback that waits for its second person, or a window that stands by having
   * applied the measure, though its hit was sent back to be corrected.
   */
  async readPending(tx: Transaction, taskIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ id: string }>(
      `SELECT DISTINCT task.id FROM task JOIN feedback ON feedback.task_id = task.id AND feedback.cycle = task.cycle
       WHERE task.id = ANY ($1::uuid[]) AND (feedback.status = 'PENDING' OR (feedback.status = 'REJECTED' AND feedback.check_id IS NOT NULL AND EXISTS (
         SELECT 1 FROM task_basis basis JOIN window_hit hit ON hit.entry_id = basis.entry_id
         WHERE basis.task_id = task.id AND hit.feedback_id = feedback.id AND hit.applied)))`,
      [taskIds],
    );
    return new Set(rows.map((row) => row.id));
  }

  /** @throws Error of the database where a task has its feedback from this report already: the caller looked at a task twice. */
  async insert(tx: Transaction, rows: readonly Feedback[], words: ZeroWords): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute('INSERT INTO feedback SELECT * FROM jsonb_populate_recordset(NULL::feedback, $1::jsonb)', [JSON.stringify(rows)]);
    const versions = rows.map((row) => ({
      feedback_id: row.id,
      version: row.version,
      department_code: row.department_code,
      content: words.content,
      submitted_by: words.submittedBy,
      submitted_at: row.submitted_at,
    }));
    await tx.execute('INSERT INTO feedback_version SELECT * FROM jsonb_populate_recordset(NULL::feedback_version, $1::jsonb)', [
      JSON.stringify(versions),
    ]);
    const decisions = rows.map((row) => ({
      feedback_id: row.id,
      version: row.version,
      department_code: row.department_code,
      outcome: 'APPROVED',
      reason: null,
      decided_by: words.decidedBy,
      decided_at: words.decidedAt,
    }));
    await tx.execute('INSERT INTO feedback_decision SELECT * FROM jsonb_populate_recordset(NULL::feedback_decision, $1::jsonb)', [
      JSON.stringify(decisions),
    ]);
  }
}
