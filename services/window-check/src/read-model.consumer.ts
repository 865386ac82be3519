import { cataloguePublished, type LianxinEvent, matchDecided, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import { Database, Health, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { entryEvents, foldEntries, foldPlans, type PlanState, partyChanges, planEvents } from './read-model.rules.ts';
import { ReadModelStore } from './read-model.store.ts';
import { WindowDoubtStore } from './window-doubt.store.ts';

const isOneOf = (event: LianxinEvent, definitions: readonly { readonly type: string }[]) =>
  definitions.some((definition) => definition.type === event.type);

/** Keeps the read model by events. Every change of what may apply to a subject gives it a new revision in the same transaction. */
@Injectable()
export class ReadModelConsumer {
  constructor(
    consumer: EventConsumer,
    health: Health,
    database: Database,
    private readonly store: ReadModelStore,
    private readonly doubts: WindowDoubtStore,
  ) {
    consumer.register({
      types: [...planEvents, ...entryEvents, cataloguePublished, subjectRegistered, subjectChanged, matchDecided],
      together: true,
      apart: true,
      handle: (tx, events) => this.handle(tx, events),
    });
    health.addCheck('catalogue copy', async () => {
      const versions = await database.consumerTransaction((tx) => store.readCatalogueVersions(tx));
      const incomplete = versions.filter(({ come, rows }) => come < rows).map(({ version }) => version);
      if (incomplete.length > 0) throw new Error(`catalogue version ${incomplete.join(', ')} is still coming in`);
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const rows = events.flatMap((event) => (isEvent(event, cataloguePublished) ? [event.data] : []));
    const subjects = events.flatMap((event) => (isEvent(event, subjectRegistered) || isEvent(event, subjectChanged) ? [event.data] : []));
    const plans = events.filter((event) => isOneOf(event, planEvents));
    const entries = events.filter((event) => isOneOf(event, entryEvents));
    // An entry and its plans have one key: under its lane neither topic's change can miss the other's and leave an old revision standing.
    await lockLanes(
      tx,
      [...plans, ...entries].map((event) => event.key),
    );
    if (rows.length > 0) await this.store.addCatalogueRows(tx, rows);
    if (subjects.length > 0) await this.store.upsertSubjects(tx, subjects);
    const left = plans.length === 0 ? [] : await this.followPlans(tx, plans);
    const told = foldEntries(entries);
    if (told.length > 0) await this.store.upsertEntries(tx, told);
    const answered = await this.followVerdicts(tx, events);
    // At the end, once for all: a batch that already held a person's row and then asked for another's could wait crosswise for one that shares both.
    const concerned = [...plans.map((event) => (event.data as { entryId: string }).entryId), ...told.map((entry) => entry.entryId)];
    if (concerned.length + answered.length > 0) await this.store.revise(tx, [...new Set(concerned)], [...left, ...answered]);
  }

  /** What the credit office found about a clerk's "not the same subject". @returns about whom */
  private async followVerdicts(tx: Transaction, events: readonly LianxinEvent[]): Promise<string[]> {
    const verdicts = events.flatMap((event) => {
      if (!isEvent(event, matchDecided) || event.data.sourceKind !== 'WINDOW_CHECK') return [];
      const { subjectId, sourceId, verdict, decidedBy } = event.data;
      return [{ subjectId, entryId: sourceId, verdict, decidedBy, decidedAt: new Date(event.time) }];
    });
    await this.doubts.answer(tx, verdicts);
    return verdicts.map((one) => one.subjectId);
  }

  /** @returns who was a party before: also who has left is told anew */
  private async followPlans(tx: Transaction, events: readonly LianxinEvent[]): Promise<string[]> {
    const heads = events.map((event) => event.data as { entryId: string; activationNo: number });
    const known = await this.store.readPlans(tx, heads);
    const changed = [...foldPlans(known, events).values()];
    if (changed.length > 0) await this.store.upsertPlans(tx, changed);
    return this.followParties(tx, known, events);
  }

  /** Who gets what by which plan, event after event: said with the plan, said anew when it is derived again, and less those who leave it (T22). */
  private async followParties(tx: Transaction, known: ReadonlyMap<string, PlanState>, events: readonly LianxinEvent[]): Promise<string[]> {
    const { said, again, left } = partyChanges(known, events);
    const before = again.length > 0 ? await this.store.dropPlanParties(tx, again) : [];
    if (said.length > 0) await this.store.insertParties(tx, said);
    const gone = left.length > 0 ? await this.store.dropParties(tx, left) : [];
    return [...before, ...gone].map((party) => party.subject_id);
  }
}
