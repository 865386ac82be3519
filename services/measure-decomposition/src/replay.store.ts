import type { EventData, ListEntryActivated, MeasurePlanMade, measurePlanCorrected } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { HoldCause, PlanStatus } from './plan-lifecycle.rules.ts';
import type { Pin } from './replan.rules.ts';
import type { StoredCase, StoredPlan } from './replay.rules.ts';

/** A plan that came out otherwise from a corrected entry or by a replay. */
export interface Correction {
  readonly plan: StoredPlan;
  readonly entry: ListEntryActivated;
  readonly body: EventData<typeof measurePlanCorrected>;
  readonly pin: Pin | null;
  /** Newest version of the catalogue from which it was derived. */
  readonly knownVersion: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly causeEventId: string;
}

/** A corrected entry of a plan that stays as it is. */
export interface KeptEntry {
  readonly planId: string;
  readonly entry: ListEntryActivated;
  /** Newest version of the catalogue from which the plan was derived; null where it was not derived again, because it has ended. */
  readonly knownVersion: number | null;
}

/** All SQL of replays. */
@Injectable()
export class ReplayStore {
  /** What is known of these entries, with all their plans. */
  async readCase(tx: Transaction, entryIds: readonly string[]): Promise<StoredCase> {
    const ids = [...new Set(entryIds)];
    const plans = new Map<string, StoredPlan[]>();
    for (const plan of await this.readPlans(tx, ids)) {
      const known = plans.get(plan.entry.entryId);
      if (known === undefined) plans.set(plan.entry.entryId, [plan]);
      else known.push(plan);
    }
    // After the plans: what has come in between is seen as more than was asked about.
    const heard = await tx.query<{ entry_id: string; entry_version: number; activation_no: number }>(
      'SELECT entry_id, entry_version, activation_no FROM heard_entry WHERE entry_id = ANY($1::uuid[])',
      [ids],
    );
    return {
      states: new Map(heard.map((row) => [row.entry_id, { entryVersion: row.entry_version, activationNo: row.activation_no }])),
      plansOf: (entryId) => plans.get(entryId) ?? [],
    };
  }

  private async readPlans(tx: Transaction, entryIds: readonly string[]): Promise<StoredPlan[]> {
    const rows = await tx.query<{
      plan_id: string;
      activation_no: number;
      subject_key: string;
      plan_version: number;
      status: PlanStatus;
      in_error: boolean;
      holds: HoldCause[];
      known_version: number;
      pin: Pin | null;
      entry: ListEntryActivated;
      derived_from: ListEntryActivated | null;
      body: MeasurePlanMade;
      ended: string[] | null;
    }>(
      `SELECT plan_id, activation_no, subject_key, plan_version, status, in_error, holds, known_version, pin, entry, derived_from, body,
         (SELECT array_agg(party.id) FROM plan_step CROSS JOIN LATERAL jsonb_array_elements_text(detail->'endedPartyIds') AS party (id)
          WHERE plan_step.plan_id = plan.plan_id AND kind = 'NARROWED') AS ended
       FROM plan WHERE entry_id = ANY ($1::uuid[]) ORDER BY entry_id, activation_no`,
      [entryIds],
    );
    return rows.map((row) => ({
      planId: row.plan_id,
      activationNo: row.activation_no,
      subjectKey: row.subject_key,
      planVersion: row.plan_version,
      status: row.status,
      inError: row.in_error,
      holds: row.holds,
      knownVersion: row.known_version,
      pin: row.pin,
      entry: row.entry,
      derivedFrom: row.derived_from,
      body: row.body,
      endedPartyIds: row.ended ?? [],
    }));
  }

  /** `plan|replay` of what has been carried out already. */
  async findCarriedOut(tx: Transaction, planIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ name: string }>(
      `SELECT concat_ws('|', plan_id, detail->>'replayId') AS name FROM plan_step WHERE plan_id = ANY ($1::uuid[]) AND kind = 'CORRECTED'`,
      [planIds],
    );
    return new Set(rows.map((row) => row.name));
  }

  async saveCorrections(tx: Transaction, corrections: readonly Correction[]): Promise<void> {
    if (corrections.length === 0) return;
    await tx.execute(
      `INSERT INTO plan_step (plan_id, plan_version, kind, entry_version, detail, cause_event_id)
       SELECT plan_id, plan_version, 'CORRECTED', entry_version, detail, cause
       FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::jsonb[], $5::uuid[]) AS new (plan_id, plan_version, entry_version, detail, cause)`,
      [
        corrections.map(({ plan }) => plan.planId),
        corrections.map(({ body }) => body.planVersion),
        corrections.map(({ body }) => body.entryVersion),
        corrections.map(({ detail }) => JSON.stringify(detail)),
        corrections.map(({ causeEventId }) => causeEventId),
      ],
    );
    await tx.execute(
      `UPDATE plan SET plan_version = new.plan_version, catalogue_version = new.catalogue_version, body = new.body, entry = new.entry, pin = new.pin,
         known_version = new.known_version, derived_from = NULL
       FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::integer[])
         AS new (plan_id, plan_version, catalogue_version, body, entry, pin, known_version)
       WHERE plan.plan_id = new.plan_id`,
      [
        corrections.map(({ plan }) => plan.planId),
        corrections.map(({ body }) => body.planVersion),
        corrections.map(({ body }) => body.catalogueVersion),
        corrections.map(({ body }) => JSON.stringify(body)),
        corrections.map(({ entry }) => JSON.stringify(entry)),
        corrections.map(({ pin }) => (pin === null ? null : JSON.stringify(pin))),
        corrections.map(({ knownVersion }) => knownVersion),
      ],
    );
  }

  /** What a plan is derived from from now on, where it comes out the same; one that was not derived again keeps what it was derived from. */
  async saveEntries(tx: Transaction, entries: readonly KeptEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await tx.execute(
      `UPDATE plan SET entry = new.entry, known_version = coalesce(new.known_version, plan.known_version),
         derived_from = CASE WHEN new.known_version IS NULL THEN coalesce(plan.derived_from, plan.entry) END
       FROM unnest($1::uuid[], $2::jsonb[], $3::integer[]) AS new (plan_id, entry, known_version) WHERE plan.plan_id = new.plan_id`,
      [
        entries.map(({ planId }) => planId),
        entries.map(({ entry }) => JSON.stringify(entry)),
        entries.map(({ knownVersion }) => knownVersion),
      ],
    );
  }

  /** The newest fact heard, where this is newer. */
  async noteHeard(tx: Transaction, facts: readonly { entryId: string; entryVersion: number; activationNo: number }[]): Promise<void> {
    const newest = new Map<string, (typeof facts)[number]>();
    for (const fact of facts) if ((newest.get(fact.entryId)?.entryVersion ?? 0) < fact.entryVersion) newest.set(fact.entryId, fact);
    const rows = [...newest.values()];
    await tx.execute(
      `UPDATE heard_entry SET entry_version = new.entry_version
       FROM unnest($1::uuid[], $2::integer[]) AS new (entry_id, entry_version)
       WHERE heard_entry.entry_id = new.entry_id AND heard_entry.entry_version < new.entry_version`,
      [rows.map((row) => row.entryId), rows.map((row) => row.entryVersion)],
    );
  }
}
