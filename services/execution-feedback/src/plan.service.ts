import { randomUUIDv7 } from 'node:crypto';
import {
  catalogueApplied,
  catalogueKey,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanMade,
  measurePlanRevised,
} from '@lianxin/contracts';
import { isEvent, lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { OrderService } from './order.service.ts';
import type { Known } from './plan.board.rules.ts';
import { eventsOfStep } from './plan.events.rules.ts';
import { applyPlanEvents } from './plan.rules.ts';
import { type PlanName, PlanStore } from './plan.store.ts';
import { TaskReplayStore } from './task-replay.store.ts';
import { TaskTerms } from './terms.ts';

/**
 * At most about this many rows of plans are decided and written at a time: a batch of large plans stays within memory, and what is made for one slice is
 * gone before it grows old (of 20,000 rows the garbage collector took a quarter of the time, of these a sixth).
 */
const rowsPerSlice = 2_000;

/** Turns the events of plans into tasks, holds and lifts: gather, decide, write, for many plans at once. */
@Injectable()
export class PlanService {
  constructor(
    private readonly plans: PlanStore,
    private readonly replays: TaskReplayStore,
    private readonly orders: OrderService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {}

  /** Applies events of plans in their order (§4.2–§4.4, R-4-5, R-6-4). */
  async apply(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.lock(tx, events);
    for (const slice of slicesOf(events)) await this.applySlice(tx, slice);
    await this.tellApplied(tx, events);
  }

  /** Says how many rows of plans that were derived again are done: re-planning waits for it, so that new flags need not wait for re-planning. */
  private async tellApplied(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const runs = new Map<string, number>();
    for (const event of events) {
      const flow = isEvent(event, measurePlanRevised) ? event.data.flow : undefined;
      if (flow !== undefined) runs.set(flow.runId, (runs.get(flow.runId) ?? 0) + flow.rows);
    }
    if (runs.size === 0) return;
    // The last lane of all that this batch holds: whoever waits for it holds no lane that its owner still wants.
    await lockLanes(tx, [catalogueKey]);
    const said = [...runs].map(([runId, rows]) => newEvent({ definition: catalogueApplied, key: catalogueKey, data: { runId, rows } }));
    await this.outbox.publish(tx, said);
  }

  private async applySlice(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const known = await this.gather(tx, events);
    const context = { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on() };
    const ofReplay = events.some((event) => event.replayMode !== undefined);
    const taskIds = known.tasks.map((task) => task.id);
    const quiet = ofReplay ? await this.replays.readQuiet(tx, taskIds) : undefined;
    const { changes, steps, marks } = applyPlanEvents(known, events, context, randomUUIDv7, quiet);
    await this.plans.write(tx, changes);
    await this.replays.insert(tx, marks);
    await this.orders.restoreWrong(tx, changes.wrongTasks);
    await this.outbox.publish(
      tx,
      steps.flatMap((step) => eventsOfStep(step).map((event) => newEvent({ ...event, time: context.now }))),
    );
  }

  /**
   * Entries with different keys meet in one party: whoever moves tasks of a party holds its lane, besides the lane in which the plan's events go out.
   * The parties of a plan are read again under its own lane, for a plan that was being made while this batch waited.
   */
  private async lock(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const lanes = await this.lanes(tx, events);
    await lockLanes(tx, lanes);
    const held = new Set(lanes);
    const missed = (await this.plans.readPartySubjects(tx, movedPlans(events))).filter((subjectId) => !held.has(subjectId));
    await lockLanes(tx, missed);
  }

  /** The lanes that these events need: those they go out in, and those of every party they touch. */
  async lanes(tx: Transaction, events: readonly LianxinEvent[]): Promise<string[]> {
    return [...events.map((event) => event.key), ...partySubjects(events), ...(await this.plans.readPartySubjects(tx, movedPlans(events)))];
  }

  private async gather(tx: Transaction, events: readonly LianxinEvent[]): Promise<Known> {
    const moved = movedPlans(events);
    const plans = await this.plans.readPlans(tx, events.map(planNameOf));
    const parties = partySubjects(events);
    const tasks = [
      ...(parties.length === 0 ? [] : await this.plans.readLivingTasks(tx, parties)),
      ...(await this.plans.readTasksOfPlans(tx, moved)),
    ];
    const byId = new Map(tasks.map((task) => [task.id, task]));
    return {
      plans,
      tasks: [...byId.values()],
      bases: await this.plans.readBases(tx, [...byId.keys()]),
      notices: await this.plans.readNotices(tx, moved),
    };
  }
}

function planNameOf(event: LianxinEvent): PlanName {
  return event.data as PlanName;
}

/** Plans that an event holds, releases or ends: their tasks stand already, or never will. */
function movedPlans(events: readonly LianxinEvent[]): PlanName[] {
  return events.filter((event) => !isEvent(event, measurePlanMade)).map(planNameOf);
}

/** Whether an event may make tasks: it says the whole plan. */
function carriesPlan(event: LianxinEvent): event is LianxinEvent<MeasurePlanMade> {
  return isEvent(event, measurePlanMade) || isEvent(event, measurePlanRevised) || isEvent(event, measurePlanCorrected);
}

function partySubjects(events: readonly LianxinEvent[]): string[] {
  const subjects = events.flatMap((event) => (carriesPlan(event) ? event.data.parties.map((party) => party.subjectId) : []));
  return [...new Set(subjects)];
}

function rowsOf(data: MeasurePlanMade): number {
  const executors = new Map(data.measures.map((measure) => [measure.measureCode, measure.executors.length]));
  return data.groups.reduce(
    (sum, group) => sum + group.partyIds.length * group.measureCodes.reduce((rows, code) => rows + (executors.get(code) ?? 0), 0),
    0,
  );
}

/** Events in their order, in slices of at most about `rowsPerSlice` rows; a single large plan is a slice of its own. */
function slicesOf(events: readonly LianxinEvent[]): LianxinEvent[][] {
  const slices: LianxinEvent[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const added = carriesPlan(event) ? rowsOf(event.data) : 1;
    if (rows + added > rowsPerSlice) {
      slices.push([]);
      rows = 0;
    }
    slices.at(-1)?.push(event);
    rows += added;
  }
  return slices;
}
