import { randomUUIDv7 } from 'node:crypto';
import {
  incidentRaised,
  type LianxinEvent,
  type ListEntryActivated,
  listEntryActivated,
  listEntryConfirmed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
  listEntryUnconfirmed,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import { isEvent, lockLanes, type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';
import { type NewIncident, type NewPlan, type NewStep, PlanStore } from './plan.store.ts';
import { decideSteps, type Heard, type PlanStep, strongestHold } from './plan-lifecycle.rules.ts';
import { planUnder } from './replan.rules.ts';

/** What a batch of facts comes to; saved and said together. */
interface Outcome {
  readonly plans: NewPlan[];
  readonly steps: NewStep[];
  readonly incidents: NewIncident[];
  readonly said: NewEvent[];
}

/** Use cases of plans. */
@Injectable()
export class PlanService {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly store: PlanStore,
    private readonly outbox: Outbox,
  ) {}

  /** Follows list entries: decomposes what comes into force, holds, releases and ends what was decomposed (R-4-1, R-4-2). */
  async follow(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(
      tx,
      events.map((event) => event.key),
    );
    const catalogues = await this.catalogue.getVersionsForPlanning(tx);
    const facts = events.map((event) => ({ event, ...factOf(event) }));
    const states = await this.store.findStates(
      tx,
      facts.map((fact) => fact.entryId),
    );
    const outcome: Outcome = { plans: [], steps: [], incidents: [], said: [] };
    for (const { event, entryId, heard, detail } of facts) {
      const { state, steps } = decideSteps(states.get(entryId), heard, randomUUIDv7());
      states.set(entryId, state);
      for (const step of steps) {
        outcome.steps.push({ kind: step.kind, plan: step.plan, entryVersion: heard.entryVersion, detail, causeEventId: event.id });
        carryOut(catalogues, event, step, outcome);
      }
    }
    await this.store.saveHeard(tx, states);
    await this.store.insertPlans(tx, outcome.plans);
    await this.store.saveSteps(tx, outcome.steps);
    await this.store.insertIncidents(tx, outcome.incidents);
    await this.outbox.publish(tx, outcome.said);
  }
}

/** What happened to which entry, and the particulars that are kept with the step. */
function factOf(event: LianxinEvent): { entryId: string; heard: Heard; detail: Record<string, unknown> } {
  if (isEvent(event, listEntryActivated)) return { ...headOf(event.data, 'ACTIVATED'), detail: {} };
  if (isEvent(event, listEntryRecognised)) return { ...headOf(event.data, 'ACTIVATED'), detail: { agreementId: event.data.agreementId } };
  if (isEvent(event, listEntryRecognitionEnded)) {
    const { originRegion, documentNo, endedOn } = event.data;
    return { ...headOf(event.data, 'EXITED'), detail: { recognitionEnded: originRegion, documentNo, on: endedOn } };
  }
  if (isEvent(event, listEntrySuspended)) {
    const { ground, documentNo, suspendedOn } = event.data;
    return { ...headOf(event.data, 'SUSPENDED'), detail: { ground, documentNo, on: suspendedOn } };
  }
  if (isEvent(event, listEntryResumed)) {
    const { documentNo, resumedOn } = event.data;
    return { ...headOf(event.data, 'RESUMED'), detail: { documentNo, on: resumedOn } };
  }
  if (isEvent(event, listEntryUnconfirmed))
    return { ...headOf(event.data, 'SUSPENDED'), detail: { unconfirmed: true, on: event.data.unconfirmedOn } };
  if (isEvent(event, listEntryConfirmed)) {
    const { status, documentNo, confirmedOn } = event.data;
    // Suspended besides: the court's stop goes on, whatever the source says (T14).
    return {
      ...headOf(event.data, status === 'SUSPENDED' ? 'SUSPENDED' : 'RESUMED'),
      detail: { confirmed: true, documentNo, on: confirmedOn },
    };
  }
  if (isEvent(event, listEntryDisputed)) {
    const { documentNo, disputedOn } = event.data;
    return { ...headOf(event.data, 'DISPUTED'), detail: { documentNo, on: disputedOn } };
  }
  if (isEvent(event, listEntryDisputeEnded)) {
    const { outcome, documentNo, endedOn } = event.data;
    return { ...headOf(event.data, 'UNDISPUTED'), detail: { outcome, documentNo, on: endedOn } };
  }
  if (isEvent(event, listEntrySuperseded)) {
    const { byEntryId, documentNo, supersededOn } = event.data;
    return { ...headOf(event.data, 'EXITED'), detail: { supersededBy: byEntryId, documentNo, on: supersededOn } };
  }
  if (isEvent(event, listEntryNarrowed)) {
    const { ground, documentNo, narrowedOn, endedPartyIds } = event.data;
    return { ...headOf(event.data, 'NARROWED'), detail: { ground, documentNo, on: narrowedOn, endedPartyIds } };
  }
  if (isEvent(event, listEntryExited)) {
    const { ground, documentNo, exitedOn } = event.data;
    return { ...headOf(event.data, 'EXITED'), detail: { ground, documentNo, on: exitedOn } };
  }
  throw new Error(`no plan follows from ${event.type}`);
}

function headOf(
  { entryId, entryVersion, activationNo, status }: Pick<ListEntryActivated, 'entryId' | 'entryVersion' | 'activationNo' | 'status'>,
  happening: Heard['happening'],
): { entryId: string; heard: Heard } {
  return { entryId, heard: { happening, entryVersion, activationNo, status } };
}

/** Says what a step means to those who execute; a made plan is decomposed here. */
function carryOut(catalogues: readonly IndexedCatalogue[], event: LianxinEvent, { kind, plan }: PlanStep, outcome: Outcome): void {
  const said = { key: event.key, cause: event };
  if (kind === 'MADE' && (isEvent(event, listEntryActivated) || isEvent(event, listEntryRecognised))) {
    decompose(catalogues, event, plan, outcome);
  } else if (kind === 'HELD' || kind === 'RELEASED') {
    const stop = stopOf(event);
    if (stop === undefined) throw new Error(`${event.type} cannot bring about the step ${kind}`);
    const { documentNo, on } = stop;
    const head = planHead(stop.entry, plan);
    outcome.said.push(
      kind === 'HELD'
        ? newEvent({ ...said, definition: measurePlanHeld, data: { ...head, cause: strongestHold(plan), documentNo, heldOn: on } })
        : newEvent({ ...said, definition: measurePlanReleased, data: { ...head, documentNo, releasedOn: on } }),
    );
  } else if (kind === 'NARROWED' && isEvent(event, listEntryNarrowed)) {
    const { ground, documentNo, narrowedOn, endedPartyIds } = event.data;
    const data = { ...planHead(event.data, plan), ground, documentNo, narrowedOn, endedPartyIds };
    outcome.said.push(newEvent({ ...said, definition: measurePlanNarrowed, data }));
  } else if (kind === 'ENDED' && isEvent(event, listEntryExited)) {
    const { ground, documentNo, exitedOn } = event.data;
    const data = { ...planHead(event.data, plan), ground, inError: plan.inError, documentNo, endedOn: exitedOn };
    outcome.said.push(newEvent({ ...said, definition: measurePlanEnded, data }));
  } else if (kind === 'ENDED' && isEvent(event, listEntryRecognitionEnded)) {
    // The list no longer counts here, though the entry stands where it was made (R-2-16).
    const { documentNo, endedOn } = event.data;
    const data = { ...planHead(event.data, plan), ground: 'LIST_ABOLISHED' as const, inError: false, documentNo, endedOn };
    outcome.said.push(newEvent({ ...said, definition: measurePlanEnded, data }));
  } else if (kind === 'ENDED' && isEvent(event, listEntrySuperseded)) {
    // The plan of the newer entry has been made already, under the same key: what both demand stays one task (T21).
    const { byEntryId, documentNo, supersededOn } = event.data;
    const data = { ...planHead(event.data, plan), byEntryId, documentNo, endedOn: supersededOn };
    outcome.said.push(newEvent({ ...said, definition: measurePlanSuperseded, data }));
  } else throw new Error(`${event.type} cannot bring about the step ${kind}`);
}

type StoppedEntry = Pick<ListEntryActivated, 'entryId' | 'entryVersion' | 'subjectId'>;

/** What holds a plan or lets it run again, with its document and day. */
function stopOf(event: LianxinEvent): { entry: StoppedEntry; documentNo: string | null; on: string } | undefined {
  if (isEvent(event, listEntrySuspended)) return { entry: event.data, documentNo: event.data.documentNo, on: event.data.suspendedOn };
  if (isEvent(event, listEntryResumed)) return { entry: event.data, documentNo: event.data.documentNo, on: event.data.resumedOn };
  if (isEvent(event, listEntryUnconfirmed)) return { entry: event.data, documentNo: null, on: event.data.unconfirmedOn };
  if (isEvent(event, listEntryConfirmed)) return { entry: event.data, documentNo: event.data.documentNo, on: event.data.confirmedOn };
  if (isEvent(event, listEntryDisputed)) return { entry: event.data, documentNo: event.data.documentNo, on: event.data.disputedOn };
  if (isEvent(event, listEntryDisputeEnded)) return { entry: event.data, documentNo: event.data.documentNo, on: event.data.endedOn };
  return undefined;
}

function decompose(
  catalogues: readonly IndexedCatalogue[],
  event: LianxinEvent<ListEntryActivated>,
  { planId, planVersion }: PlanStep['plan'],
  outcome: Outcome,
): void {
  const said = { key: event.key, cause: event };
  const { plan, incidents } = planUnder(catalogues, event.data, { planId, planVersion });
  outcome.plans.push({ subjectKey: event.key, entry: event.data, body: plan });
  outcome.said.push(newEvent({ ...said, definition: measurePlanMade, data: plan }));
  for (const planned of incidents) {
    const incident = { ...planned, incidentId: randomUUIDv7(), entryId: plan.entryId, listCode: plan.listCode };
    outcome.incidents.push({ ...incident, planId });
    outcome.said.push(newEvent({ ...said, definition: incidentRaised, data: incident }));
  }
}

function planHead(entry: Pick<ListEntryActivated, 'entryId' | 'entryVersion' | 'subjectId'>, plan: PlanStep['plan']) {
  return {
    planId: plan.planId,
    entryId: entry.entryId,
    entryVersion: entry.entryVersion,
    activationNo: plan.activationNo,
    planVersion: plan.planVersion,
    subjectId: entry.subjectId,
  };
}
