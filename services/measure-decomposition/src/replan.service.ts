import { randomUUIDv7 } from 'node:crypto';
import { incidentRaised, measurePlanRevised } from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import type { CatalogueJob } from './catalogue-job.store.ts';
import { type JobFigures, tally } from './job-figures.rules.ts';
import type { PlannedIncident } from './plan.rules.ts';
import { type NewIncident, PlanStore } from './plan.store.ts';
import { type Derived, deriveAgain, movesOf } from './replan.rules.ts';
import { type OpenIncident, type ReplanRow, ReplanStore, type Revision } from './replan.store.ts';

/** A portion ends with the plan that brings it to about this many changed rows. */
const rowsPerPortion = 200;

export interface PortionOutcome {
  readonly figures: JobFigures;
  readonly looked: number;
  readonly changed: number;
  /** The last plan that was looked at. */
  readonly cursor: string;
  /** Rows of tasks and notices that those who execute must now change. */
  readonly rows: number;
}

/** Incidents that a plan derived again no longer has, or has besides. */
export interface IncidentChanges {
  readonly incidents: NewIncident[];
  readonly resolved: string[];
  readonly said: NewEvent[];
}

/** What changes of a portion, saved and said together. */
interface Changes extends IncidentChanges {
  readonly revisions: Revision[];
}

/** Derives standing plans again and says what comes out otherwise (R-4-8): load → decide → save + outbox, for a portion of plans. */
@Injectable()
export class ReplanService {
  constructor(
    private readonly store: ReplanStore,
    private readonly plans: PlanStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * @param plans the next plans of the job with their lanes, not empty.
   * @param job a REPLAN or RETRY.
   */
  async replan(
    tx: Transaction,
    versions: readonly IndexedCatalogue[],
    job: CatalogueJob,
    plans: readonly { plan_id: string; subject_key: string }[],
  ): Promise<PortionOutcome> {
    await lockLanes(
      tx,
      plans.map((plan) => plan.subject_key),
    );
    // Read under the lanes: what has happened to an entry meanwhile is part of the plan now.
    const ids = plans.map((plan) => plan.plan_id);
    const standing = new Map((await this.store.readPlans(tx, ids)).map((row) => [row.planId, row]));
    const open = await this.store.readOpenIncidents(tx, ids);
    const newest = versions.at(-1) ?? failWithoutCatalogue();
    const moves = movesOf(newest);
    const same: string[] = [];
    const changes: Changes = { revisions: [], incidents: [], resolved: [], said: [] };
    let [figures, looked, rows, cursor] = [job.figures, 0, 0, ''];
    for (const planId of ids) {
      looked += 1;
      cursor = planId;
      const row = standing.get(planId);
      if (row === undefined) continue;
      const derived = deriveAgain(versions, row);
      figures = tally(figures, { planId, ...derived, newForLater: [] }, moves);
      if (derived.isNews) this.revise(job, row, derived, moves, changes);
      else same.push(planId);
      followIncidents(
        row,
        derived,
        open.filter((incident) => incident.planId === planId),
        changes,
      );
      rows += derived.difference.withdrawn.length + derived.difference.added.length + derived.difference.softened.length;
      if (rows >= rowsPerPortion) break;
    }
    await this.store.saveRevisions(tx, changes.revisions);
    await this.store.noteKnown(tx, same, newest.version);
    await this.store.resolveIncidents(tx, changes.resolved, this.clock.now());
    await this.plans.insertIncidents(tx, changes.incidents);
    await this.outbox.publish(tx, changes.said);
    figures = { ...figures, resolved: figures.resolved + changes.resolved.length, differences: [] };
    return { figures, looked, rows, cursor, changed: changes.revisions.length };
  }

  private revise(
    job: CatalogueJob,
    row: ReplanRow,
    { plan, difference }: Derived,
    moves: readonly { from: string; to: string }[],
    changes: Changes,
  ): void {
    const departments = new Set(difference.withdrawn.map((item) => item.departmentCode));
    const body = {
      ...plan,
      entryVersion: row.entryVersion,
      reason: job.kind === 'RETRY' ? ('INCIDENT_RETRY' as const) : ('CATALOGUE_VERSION' as const),
      documentNo: null,
      revisedOn: this.clock.today(),
      moves: moves.filter(({ from }) => departments.has(from)),
      flow: { runId: job.jobId, rows: difference.withdrawn.length + difference.added.length + difference.softened.length },
    };
    const detail = {
      reason: body.reason,
      catalogueVersion: plan.catalogueVersion,
      withdrawn: difference.withdrawn.length,
      added: difference.added.length,
      softened: difference.softened.length,
      on: body.revisedOn,
    };
    changes.revisions.push({ jobId: job.jobId, row, body, detail });
    changes.said.push(newEvent({ definition: measurePlanRevised, key: row.subjectKey, data: body }));
  }
}

/** Closes the incidents that the plan no longer has, and raises those that it has besides. */
export function followIncidents(
  row: Pick<ReplanRow, 'planId' | 'subjectKey'>,
  derived: Pick<Derived, 'incidents' | 'plan'>,
  open: readonly OpenIncident[],
  changes: IncidentChanges,
): void {
  const keyOf = (one: PlannedIncident) => `${one.cause}|${one.groupKey}|${one.measureCode ?? ''}`;
  const found = new Set(derived.incidents.map(keyOf));
  changes.resolved.push(...open.filter((incident) => !found.has(keyOf(incident))).map((incident) => incident.incidentId));
  const known = new Set(open.map(keyOf));
  for (const planned of derived.incidents) {
    // A version that withdraws all of a plan does what its author saw in the simulation; nothing is missing then.
    if (known.has(keyOf(planned)) || planned.cause === 'NO_MEASURE_FOUND') continue;
    const incident = { ...planned, incidentId: randomUUIDv7(), entryId: derived.plan.entryId, listCode: derived.plan.listCode };
    changes.incidents.push({ ...incident, planId: row.planId });
    changes.said.push(newEvent({ definition: incidentRaised, key: row.subjectKey, data: incident }));
  }
}

function failWithoutCatalogue(): never {
  throw new Error('no catalogue has been published');
}
