import { randomUUIDv7 } from 'node:crypto';
import { Digests } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CatalogueJobStore } from './catalogue-job.store.ts';
import { ReplanStore } from './replan.store.ts';

const everyPlan = { lists: null, since: null, group: null };

/** Entries as they were heard and plans as they stand, for the comparison by night (design §3, guarantee 5). */
@Injectable()
export class PlanDigest {
  constructor(
    digests: Digests,
    private readonly jobs: CatalogueJobStore,
    private readonly plans: ReplanStore,
    private readonly clock: Clock,
  ) {
    // An entry acts here through its last plan.
    digests.hold(
      'list_entry.effect',
      `SELECT entry_id::text, entry_version, activation_no || CASE status WHEN 'HELD' THEN '|HELD' ELSE '|ACTIVE' END
       FROM (SELECT DISTINCT ON (plan.entry_id) plan.entry_id, heard_entry.entry_version, plan.activation_no, plan.status
             FROM plan JOIN heard_entry USING (entry_id) ORDER BY plan.entry_id, plan.activation_no DESC) AS last WHERE status <> 'ENDED'`,
    );
    digests.own(
      'measure_plan.status',
      `SELECT plan_id::text, plan_version, plan_version || '|' || status ||
         CASE WHEN status <> 'HELD' THEN '' WHEN 'SUSPENSION' = ANY (holds) THEN '|SUSPENSION' ELSE '|OBJECTION' END
       FROM plan WHERE status <> 'ENDED'`,
    );
    digests.examine('measure_plan.law', (tx, runId) => this.deriveAll(tx, runId));
  }

  /** Every standing plan is derived again, as a job; its end tells the result. */
  private async deriveAll(tx: Transaction, runId: string): Promise<undefined> {
    const total = await this.plans.count(tx, everyPlan);
    const job = { jobId: randomUUIDv7(), kind: 'RECONCILIATION' as const, scope: everyPlan, total, createdAt: this.clock.now() };
    await this.jobs.insert(tx, { ...job, digestRun: runId });
    return undefined;
  }
}
