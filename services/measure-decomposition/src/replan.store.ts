import type { EventData, ListEntryActivated, MeasurePlanMade, measurePlanRevised } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Pin, StandingPlan } from './replan.rules.ts';

/** Which plans a job looks at. */
export interface PlanScope {
  readonly lists: readonly string[] | null;
  readonly since: string | null;
  readonly group: { readonly cause: string; readonly groupKey: string } | null;
}

export interface ReplanRow extends StandingPlan {
  readonly subjectKey: string;
  readonly entryVersion: number;
}

export interface OpenIncident {
  readonly incidentId: string;
  readonly planId: string;
  readonly cause: 'NO_MEASURE_FOUND' | 'NO_DEPARTMENT';
  readonly groupKey: string;
  readonly measureCode: string | null;
}

export interface Revision {
  readonly jobId: string;
  readonly row: ReplanRow;
  readonly body: EventData<typeof measurePlanRevised>;
  readonly detail: Readonly<Record<string, unknown>>;
}

const scopeSql = `status <> 'ENDED'
  AND ($1::text[] IS NULL OR list_code = ANY ($1::text[]) OR activated_on >= $2::date)
  AND ($3::text IS NULL OR plan_id IN (
    SELECT plan_id FROM incident WHERE cause = $3 AND group_key = $4 AND resolved_at IS NULL AND ignored_at IS NULL))`;
const scopeOf = ({ lists, since, group }: PlanScope) => [lists, since, group?.cause ?? null, group?.groupKey ?? null];

/** All SQL of deriving plans again. */
@Injectable()
export class ReplanStore {
  async count(tx: Transaction, scope: PlanScope): Promise<number> {
    const [row] = await tx.query<{ count: number }>(`SELECT count(*) AS count FROM plan WHERE ${scopeSql}`, scopeOf(scope));
    return row?.count ?? 0;
  }

  /** The next plans in the order of their ids, with the lanes under which they move. */
  readNext(tx: Transaction, scope: PlanScope, after: string | null, limit: number): Promise<{ plan_id: string; subject_key: string }[]> {
    return tx.query(
      `SELECT plan_id, subject_key FROM plan WHERE ${scopeSql} AND ($5::uuid IS NULL OR plan_id > $5) ORDER BY plan_id LIMIT $6`,
      [...scopeOf(scope), after, limit],
    );
  }

  /** Plans as they stand now; those that have ended meanwhile are left out. */
  async readPlans(tx: Transaction, planIds: readonly string[]): Promise<ReplanRow[]> {
    const rows = await tx.query<{
      plan_id: string;
      subject_key: string;
      plan_version: number;
      entry_version: number;
      entry: ListEntryActivated;
      body: MeasurePlanMade;
      pin: Pin | null;
      ended: string[] | null;
    }>(
      `SELECT plan_id, subject_key, plan_version, entry_version, entry, body, pin,
         (SELECT array_agg(party.id) FROM plan_step CROSS JOIN LATERAL jsonb_array_elements_text(detail->'endedPartyIds') AS party (id)
          WHERE plan_step.plan_id = plan.plan_id AND kind = 'NARROWED') AS ended
       FROM plan WHERE plan_id = ANY ($1::uuid[]) AND status <> 'ENDED' ORDER BY plan_id`,
      [planIds],
    );
    return rows.map((row) => ({
      planId: row.plan_id,
      planVersion: row.plan_version,
      subjectKey: row.subject_key,
      entryVersion: row.entry_version,
      entry: row.entry,
      body: row.body,
      endedPartyIds: row.ended ?? [],
      pin: row.pin,
    }));
  }

  async saveRevisions(tx: Transaction, revisions: readonly Revision[]): Promise<void> {
    if (revisions.length === 0) return;
    await tx.execute(
      `INSERT INTO plan_step (plan_id, plan_version, kind, entry_version, detail, cause_event_id)
       SELECT plan_id, plan_version, 'REVISED', entry_version, detail, job_id
       FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::jsonb[], $5::uuid[]) AS new (plan_id, plan_version, entry_version, detail, job_id)`,
      [
        revisions.map(({ row }) => row.planId),
        revisions.map(({ body }) => body.planVersion),
        revisions.map(({ row }) => row.entryVersion),
        revisions.map(({ detail }) => JSON.stringify(detail)),
        revisions.map(({ jobId }) => jobId),
      ],
    );
    await tx.execute(
      `UPDATE plan SET plan_version = new.plan_version, catalogue_version = new.catalogue_version, body = new.body,
         known_version = (SELECT max(version) FROM catalogue_version)
       FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::jsonb[]) AS new (plan_id, plan_version, catalogue_version, body)
       WHERE plan.plan_id = new.plan_id`,
      [
        revisions.map(({ row }) => row.planId),
        revisions.map(({ body }) => body.planVersion),
        revisions.map(({ body }) => body.catalogueVersion),
        revisions.map(({ body }) => JSON.stringify(body)),
      ],
    );
  }

  /** Plans that were derived from all versions up to this one and came out the same. */
  async noteKnown(tx: Transaction, planIds: readonly string[], version: number): Promise<void> {
    if (planIds.length === 0) return;
    await tx.execute('UPDATE plan SET known_version = $2 WHERE plan_id = ANY ($1::uuid[]) AND known_version < $2', [planIds, version]);
  }

  async readOpenIncidents(tx: Transaction, planIds: readonly string[]): Promise<OpenIncident[]> {
    const rows = await tx.query<{
      incident_id: string;
      plan_id: string;
      cause: OpenIncident['cause'];
      group_key: string;
      measure_code: string | null;
    }>(
      `SELECT incident_id, plan_id, cause, group_key, measure_code FROM incident
       WHERE plan_id = ANY ($1::uuid[]) AND resolved_at IS NULL`,
      [planIds],
    );
    return rows.map((row) => ({
      incidentId: row.incident_id,
      planId: row.plan_id,
      cause: row.cause,
      groupKey: row.group_key,
      measureCode: row.measure_code,
    }));
  }

  async resolveIncidents(tx: Transaction, incidentIds: readonly string[], at: Date): Promise<void> {
    if (incidentIds.length === 0) return;
    await tx.execute('UPDATE incident SET resolved_at = $2 WHERE incident_id = ANY ($1::uuid[])', [incidentIds, at]);
  }
}
