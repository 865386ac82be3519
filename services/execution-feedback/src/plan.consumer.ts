import {
  cataloguePublished,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
  subjectChanged,
  subjectRegistered,
} from '@lianxin/contracts';
import { EventConsumer, isEvent } from '@lianxin/messaging';
import { Database, Health, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CopyStore } from './copy.store.ts';
import { PlanService } from './plan.service.ts';
import { WindowHitService } from './window-hit.service.ts';

const planEvents = [
  measurePlanMade,
  measurePlanHeld,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanCorrected,
  measurePlanNarrowed,
  measurePlanSuperseded,
  measurePlanEnded,
];

/** Hears plans, which become tasks, and the catalogue and subjects, of which it keeps copies. */
@Injectable()
export class PlanConsumer {
  constructor(
    consumer: EventConsumer,
    health: Health,
    database: Database,
    private readonly plans: PlanService,
    private readonly copies: CopyStore,
    private readonly hits: WindowHitService,
  ) {
    consumer.register({
      types: planEvents,
      together: true,
      lanes: (tx, events) => plans.lanes(tx, events),
      handle: (tx, events) => this.apply(tx, events),
    });
    // Texts and names: nobody waits for them, and every flag brings some.
    consumer.register({
      types: [cataloguePublished, subjectRegistered, subjectChanged],
      together: true,
      apart: true,
      handle: (tx, events) => this.copy(tx, events),
    });
    health.addCheck('catalogue copy', async () => {
      const incomplete = await database.consumerTransaction((tx) => copies.findIncompleteCatalogues(tx));
      if (incomplete.length > 0) throw new Error(`catalogue version ${incomplete.join(', ')} is still coming in`);
    });
  }

  private async copy(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const rows = events.flatMap((event) => (isEvent(event, cataloguePublished) ? [event.data] : []));
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    if (rows.length > 0) await this.copies.addCatalogueRows(tx, rows);
    if (subjects.length > 0) await this.copies.upsertSubjects(tx, subjects);
  }

  private async apply(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.plans.apply(tx, events);
    const made = events.filter((event) => isEvent(event, measurePlanMade)).map((event) => event.data as MeasurePlanMade);
    if (made.length > 0)
      await this.hits.plansCame(
        tx,
        made.map((plan) => plan.planId),
      );
  }
}
