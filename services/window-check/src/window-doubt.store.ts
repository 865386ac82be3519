import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { reviseSubjects } from './read-model.store.ts';

/** A clerk's word that an entry does not mean the subject in front of the window. */
export interface NewDoubt {
  readonly departmentCode: string;
  readonly subjectId: string;
  readonly entryId: string;
  readonly promptId: string;
  readonly reportedBy: string;
  readonly reportedAt: Date;
}
export interface DoubtVerdict {
  readonly subjectId: string;
  readonly entryId: string;
  readonly verdict: 'SAME' | 'DIFFERENT' | 'NOT_NEEDED';
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

/** All SQL of doubts. */
@Injectable()
export class WindowDoubtStore {
  /** Reported once more after an answer, it is a question again. */
  async report(tx: Transaction, doubts: readonly NewDoubt[]): Promise<void> {
    if (doubts.length === 0) return;
    await tx.execute(
      `INSERT INTO window_doubt (department_code, subject_id, entry_id, prompt_id, reported_by, reported_at)
       SELECT DISTINCT ON (1, 2, 3) * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) ORDER BY 1, 2, 3
       ON CONFLICT (department_code, subject_id, entry_id) DO UPDATE SET prompt_id = excluded.prompt_id, reported_by = excluded.reported_by,
         reported_at = excluded.reported_at, verdict = NULL, decided_by = NULL, decided_at = NULL`,
      [
        doubts.map((doubt) => doubt.departmentCode),
        doubts.map((doubt) => doubt.subjectId),
        doubts.map((doubt) => doubt.entryId),
        doubts.map((doubt) => doubt.promptId),
        doubts.map((doubt) => doubt.reportedBy),
        doubts.map((doubt) => doubt.reportedAt.toISOString()),
      ],
    );
  }

  /**
   * The clerk decided the same prompts otherwise: the last word counts.
   * @returns subjects whose doubt was taken back
   */
  async takeBack(tx: Transaction, promptIds: readonly string[], by: { id: string; at: Date }): Promise<string[]> {
    if (promptIds.length === 0) return [];
    const rows = await tx.query<{ subject_id: string }>(
      `UPDATE window_doubt SET verdict = 'TAKEN_BACK', decided_by = $2, decided_at = $3 WHERE prompt_id = ANY ($1::uuid[]) AND verdict IS NULL
       RETURNING subject_id`,
      [promptIds, by.id, by.at],
    );
    return rows.map((row) => row.subject_id);
  }

  /** No cached document outlives a change of a doubt. Once for all subjects of a use case: their rows are locked in order. */
  revise(tx: Transaction, subjectIds: readonly string[]): Promise<void> {
    return reviseSubjects(tx, subjectIds);
  }

  /** A person has looked: what was reported before is answered, the incidents of the same report are closed with it. Who hears it revises the subjects. */
  async answer(tx: Transaction, verdicts: readonly DoubtVerdict[]): Promise<void> {
    for (const { subjectId, entryId, verdict, decidedBy, decidedAt } of verdicts) {
      await tx.execute(
        `UPDATE window_doubt SET verdict = $3, decided_by = $4, decided_at = $5
         WHERE subject_id = $1 AND entry_id = $2 AND verdict IS NULL AND reported_at <= $5`,
        [subjectId, entryId, verdict, decidedBy, decidedAt],
      );
      await tx.execute(
        `UPDATE check_incident SET closed_by = $3, closed_at = $4, note = $5
         WHERE subject_id = $1 AND entry_id = $2 AND cause = 'NOT_SAME_SUBJECT' AND closed_at IS NULL AND raised_at <= $4`,
        [subjectId, entryId, decidedBy, decidedAt, notes[verdict]],
      );
    }
  }
}

const notes = {
  SAME: '身份比对已核：为同一主体，提示有效',
  DIFFERENT: '身份比对已核：不是同一主体，名单记录已更正',
  NOT_NEEDED: '名单记录已退出，无须再核',
} as const;
