import type { ListEntryActivated, MeasurePlanMade } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { PlannedIncident } from './plan.rules.ts';
import type { EntryState, HoldCause, PlanState, PlanStatus, StepKind } from './plan-lifecycle.rules.ts';

export interface NewPlan {
  readonly subjectKey: string;
  readonly entry: ListEntryActivated;
  readonly body: MeasurePlanMade;
}

export interface NewStep {
  readonly kind: StepKind;
  readonly plan: PlanState;
  readonly entryVersion: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly causeEventId: string;
}

export interface NewIncident extends PlannedIncident {
  readonly incidentId: string;
  readonly planId: string;
  readonly entryId: string;
  readonly listCode: string;
}

export interface PlanRow {
  readonly plan_id: string;
  readonly plan_version: number;
  readonly entry_version: number;
  readonly status: PlanStatus;
  readonly entry: ListEntryActivated;
  readonly body: MeasurePlanMade;
  readonly made_at: Date;
}

export interface StepRow {
  readonly plan_id: string;
  readonly plan_version: number;
  readonly kind: StepKind;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly recorded_at: Date;
}

/** All SQL of plans. Writers hold the lane of the entry's subject; everything is set-based. */
@Injectable()
export class PlanStore {
  /** What is known of these entries; of the others nothing has been heard. */
  async findStates(tx: Transaction, entryIds: readonly string[]): Promise<Map<string, EntryState>> {
    const ids = [...new Set(entryIds)];
    const heard = await tx.query<{ entry_id: string; entry_version: number; activation_no: number }>(
      'SELECT entry_id, entry_version, activation_no FROM heard_entry WHERE entry_id = ANY($1::uuid[])',
      [ids],
    );
    const plans = await tx.query<{
      entry_id: string;
      plan_id: string;
      activation_no: number;
      plan_version: number;
      status: PlanStatus;
      in_error: boolean;
      holds: HoldCause[];
    }>(
      `SELECT entry_id, plan_id, activation_no, plan_version, status, in_error, holds FROM plan
       WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, activation_no`,
      [ids],
    );
    return new Map(
      heard.map((row) => [
        row.entry_id,
        {
          entryVersion: row.entry_version,
          activationNo: row.activation_no,
          plans: plans
            .filter((plan) => plan.entry_id === row.entry_id)
            .map((plan) => ({
              planId: plan.plan_id,
              activationNo: plan.activation_no,
              planVersion: plan.plan_version,
              status: plan.status,
              inError: plan.in_error,
              holds: plan.holds,
            })),
        },
      ]),
    );
  }

  async saveHeard(tx: Transaction, states: ReadonlyMap<string, EntryState>): Promise<void> {
    const rows = [...states];
    await tx.execute(
      `INSERT INTO heard_entry (entry_id, entry_version, activation_no) SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[])
       ON CONFLICT (entry_id) DO UPDATE SET entry_version = excluded.entry_version, activation_no = excluded.activation_no`,
      [rows.map(([id]) => id), rows.map(([, state]) => state.entryVersion), rows.map(([, state]) => state.activationNo)],
    );
  }

  /** As made; `saveSteps` brings them to where the same batch left them. */
  async insertPlans(tx: Transaction, plans: readonly NewPlan[]): Promise<void> {
    if (plans.length === 0) return;
    await tx.execute(
      `INSERT INTO plan (plan_id, entry_id, activation_no, subject_key, plan_version, entry_version, status, in_error, list_code,
                         catalogue_version, known_version, activated_on, entry, body)
       SELECT (body->>'planId')::uuid, (body->>'entryId')::uuid, (body->>'activationNo')::integer, subject_key, (body->>'planVersion')::integer,
              (body->>'entryVersion')::integer, 'LIVE', false, body->>'listCode', (body->>'catalogueVersion')::integer,
              (SELECT max(version) FROM catalogue_version), (body->>'activatedOn')::date, entry, body
       FROM unnest($1::text[], $2::jsonb[], $3::jsonb[]) AS new (subject_key, entry, body)`,
      [
        plans.map((plan) => plan.subjectKey),
        plans.map((plan) => JSON.stringify(plan.entry)),
        plans.map((plan) => JSON.stringify(plan.body)),
      ],
    );
  }

  /** Appends the facts, then sets each plan to its last one. */
  async saveSteps(tx: Transaction, steps: readonly NewStep[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO plan_step (plan_id, plan_version, kind, entry_version, detail, cause_event_id)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::jsonb[], $6::uuid[])`,
      [
        steps.map((step) => step.plan.planId),
        steps.map((step) => step.plan.planVersion),
        steps.map((step) => step.kind),
        steps.map((step) => step.entryVersion),
        steps.map((step) => JSON.stringify(step.detail)),
        steps.map((step) => step.causeEventId),
      ],
    );
    const last = [...new Map(steps.map((step) => [step.plan.planId, step])).values()];
    await tx.execute(
      `UPDATE plan SET plan_version = new.plan_version, entry_version = new.entry_version, status = new.status, in_error = new.in_error,
         holds = string_to_array(new.holds, ',')
       FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::boolean[], $6::text[])
         AS new (plan_id, plan_version, entry_version, status, in_error, holds)
       WHERE plan.plan_id = new.plan_id`,
      [
        last.map((step) => step.plan.planId),
        last.map((step) => step.plan.planVersion),
        last.map((step) => step.entryVersion),
        last.map((step) => step.plan.status),
        last.map((step) => step.plan.inError),
        last.map((step) => step.plan.holds.join(',')),
      ],
    );
  }

  async insertIncidents(tx: Transaction, incidents: readonly NewIncident[]): Promise<void> {
    if (incidents.length === 0) return;
    await tx.execute(
      `INSERT INTO incident (incident_id, cause, group_key, plan_id, entry_id, list_code, measure_code)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])`,
      [
        incidents.map((incident) => incident.incidentId),
        incidents.map((incident) => incident.cause),
        incidents.map((incident) => incident.groupKey),
        incidents.map((incident) => incident.planId),
        incidents.map((incident) => incident.entryId),
        incidents.map((incident) => incident.listCode),
        incidents.map((incident) => incident.measureCode),
      ],
    );
  }

  /** The plans of an entry, the latest activation first, each with its steps in order. Row security: whoever sees the whole city. */
  async findPlans(tx: Transaction, entryId: string): Promise<{ plan: PlanRow; steps: StepRow[] }[]> {
    const plans = await tx.query<PlanRow>(
      `SELECT plan_id, plan_version, entry_version, status, entry, body, made_at FROM plan WHERE entry_id = $1 ORDER BY activation_no DESC`,
      [entryId],
    );
    const steps = await tx.query<StepRow>(
      `SELECT plan_id, plan_version, kind, detail, recorded_at FROM plan_step
       WHERE plan_id = ANY($1::uuid[]) ORDER BY plan_id, plan_version`,
      [plans.map((plan) => plan.plan_id)],
    );
    return plans.map((plan) => ({ plan, steps: steps.filter((step) => step.plan_id === plan.plan_id) }));
  }
}
