import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

export interface Reveal {
  readonly departmentCode: string;
  readonly taskId: string;
  readonly partySubjectId: string;
  readonly field: string;
  readonly purpose: string;
  readonly principalId: string;
  readonly revealedAt: Date;
}

/** The log of revealed identities: added to, never altered. */
@Injectable()
export class RevealStore {
  async add(tx: Transaction, reveal: Reveal): Promise<void> {
    await tx.execute(
      `INSERT INTO reveal_log (department_code, task_id, party_subject_id, field, purpose, principal_id, revealed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [reveal.departmentCode, reveal.taskId, reveal.partySubjectId, reveal.field, reveal.purpose, reveal.principalId, reveal.revealedAt],
    );
  }
}
