import { addWorkingDays, endOfDayBeijing } from '@lianxin/contracts';
import { lockLanes, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Acting } from './entry-work.ts';
import {
  addBatchFact,
  type BatchRow,
  countLines,
  findBatches,
  findReport,
  lockBatch,
  markOverdue,
  setReportDue,
} from './national-batch.store.ts';
import { ListTerms } from './terms.ts';
import { overdueEvent } from './verification.events.ts';
import {
  findVerifications,
  insertVerificationFacts,
  lockVerification,
  updateVerification,
  type VerificationRow,
} from './verification.store.ts';

const batchTimer = 'national-batch-due';
const verificationTimer = 'verification-due';

/** The terms of a batch (R-2-17): each that passes is marked and told once, whichever replica sees it, also after days of downtime. */
@Injectable()
export class BatchClock {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
  ) {
    timers.register(batchTimer, (tx, references) => this.onBatchDue(tx, references));
    timers.register(verificationTimer, (tx, references) => this.onVerificationDue(tx, references));
  }

  /** A batch has come: its rows must be matched, and all of it be over, in time. */
  async begin(tx: Transaction, batch: BatchRow): Promise<void> {
    await this.timers.set(tx, batchTimer, [
      { reference: `${batch.id} MATCH`, dueAt: endOfDayBeijing(batch.match_due_on) },
      { reference: `${batch.id} BATCH`, dueAt: endOfDayBeijing(batch.due_on) },
    ]);
  }

  /** With the last row settled the term of the report begins; with one that is open again it falls away. Not while its file is being read. */
  async settle(tx: Transaction, acting: Acting, batch: BatchRow): Promise<void> {
    if (batch.reading_job !== null) return;
    if ((await findReport(tx, batch.id)) !== undefined) return;
    const open = openRows(await countLines(tx, [batch.id]));
    if (open > 0) {
      if (batch.report_due_on === null) return;
      await setReportDue(tx, batch.id, null);
      await this.timers.clear(tx, batchTimer, [`${batch.id} REPORT`]);
      return;
    }
    const dueOn = addWorkingDays(this.clock.calendar(), acting.today, this.terms.batchOn(acting.today).reportWorkdays).date;
    await setReportDue(tx, batch.id, dueOn);
    await this.timers.set(tx, batchTimer, [{ reference: `${batch.id} REPORT`, dueAt: endOfDayBeijing(dueOn) }]);
    await addBatchFact(tx, { batchId: batch.id, kind: 'SETTLED', at: acting.now, actor: acting.actor, detail: { reportDueOn: dueOn } });
  }

  /** Nothing of a reported batch can be late any more. */
  async end(tx: Transaction, batch: BatchRow): Promise<void> {
    await this.timers.clear(
      tx,
      batchTimer,
      ['MATCH', 'REPORT', 'BATCH'].map((what) => `${batch.id} ${what}`),
    );
  }

  private async onBatchDue(tx: Transaction, references: readonly string[]): Promise<void> {
    for (const reference of [...references].sort()) {
      const [id = '', what = ''] = reference.split(' ');
      const batch = await lockBatch(tx, id);
      if (batch === undefined || (await findReport(tx, id)) !== undefined) continue;
      if (what === 'MATCH' && (await countLines(tx, [id])).every((count) => count.state !== 'REVIEW')) continue;
      await this.markLate(tx, batch, what as 'MATCH' | 'REPORT' | 'BATCH');
    }
  }

  private async markLate(tx: Transaction, batch: BatchRow, what: 'MATCH' | 'REPORT' | 'BATCH'): Promise<void> {
    const now = this.clock.now();
    const column = { MATCH: 'match_overdue_at', REPORT: 'report_overdue_at', BATCH: 'overdue_at' } as const;
    const dueOn = { MATCH: batch.match_due_on, REPORT: batch.report_due_on ?? batch.due_on, BATCH: batch.due_on }[what];
    await lockLanes(tx, [batch.id]);
    if (!(await markOverdue(tx, batch.id, column[what], now))) return;
    await addBatchFact(tx, { batchId: batch.id, kind: `${what}_OVERDUE`, at: now, actor: 'timer:verification', detail: { dueOn } });
    await this.outbox.publish(tx, [overdueEvent(what, batch, dueOn)]);
  }

  private async onVerificationDue(tx: Transaction, references: readonly string[]): Promise<void> {
    // Lanes before rows, as every use case takes them.
    const seen = await findVerifications(tx, references);
    await lockLanes(
      tx,
      seen.map((row) => row.subject_id),
    );
    const late: VerificationRow[] = [];
    for (const id of [...references].sort()) {
      const row = await lockVerification(tx, id);
      if (row === undefined || row.status === 'CONCLUDED' || row.status === 'CANCELLED' || row.overdue_at !== null) continue;
      late.push(row);
    }
    if (late.length === 0) return;
    const now = this.clock.now();
    const batches = new Map(
      (
        await findBatches(
          tx,
          late.map((row) => row.batch_id),
        )
      ).map((batch) => [batch.id, batch]),
    );
    for (const row of late) {
      row.overdue_at = now;
      row.version += 1;
      await updateVerification(tx, row);
    }
    await insertVerificationFacts(
      tx,
      late.map((row) => ({
        verification_id: row.id,
        version: row.version,
        action: 'OVERDUE' as const,
        from_status: row.status,
        to_status: row.status,
        at: now,
        actor: 'timer:verification',
        department_code: null,
        detail: { dueOn: row.due_on },
      })),
    );
    await this.outbox.publish(
      tx,
      late.flatMap((row) => {
        const batch = batches.get(row.batch_id);
        return batch === undefined ? [] : [overdueEvent('VERIFICATION', batch, row.due_on, row)];
      }),
    );
  }
}

/** Rows that nobody has settled yet. */
export function openRows(counts: readonly { state: string; rows: number }[]): number {
  return counts.filter(({ state }) => state === 'REVIEW' || state === 'VERIFYING').reduce((sum, { rows }) => sum + rows, 0);
}
