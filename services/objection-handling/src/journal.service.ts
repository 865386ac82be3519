import { createHash } from 'node:crypto';
import { cataloguePublished, findEventDefinition, isEvent as is, type LianxinEvent } from '@lianxin/contracts';
import { Metrics, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { CatalogueStore } from './catalogue.store.ts';
import { departmentsOf, isUuid, mergersOf, partyLinksOf, referencesOf } from './journal.rules.ts';
import { type JournalRow, JournalStore, type PlacedRow } from './journal.store.ts';
import { type Place, type Placeable, placeEvents } from './journal-order.rules.ts';

/** Writes the journal: every event once, each after its cause, the same content whatever the order of arrival. */
@Injectable()
export class JournalService {
  private readonly altered: Counter;

  constructor(
    private readonly store: JournalStore,
    private readonly catalogue: CatalogueStore,
    private readonly context: ServiceContext,
    metrics: Metrics,
  ) {
    this.altered = new Counter({
      name: 'lx_journal_altered_total',
      help: 'Events that the journal knows with other content: refused',
      registers: [metrics.registry],
    });
  }

  /** Appends a batch; what is known already is passed over, also after the inbox has forgotten it. */
  async append(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.store.lockWriter(tx);
    const rows = await this.keepNew(tx, events.map(rowOf));
    if (rows.length > 0) await this.write(tx, rows);
    await this.keepLinks(tx, events);
    await this.keepCatalogue(tx, events);
  }

  /** Of these rows those that the journal does not have. The same id with other content is refused and raises an alarm. */
  private async keepNew(tx: Transaction, rows: readonly JournalRow[]): Promise<JournalRow[]> {
    const known = await this.store.findHashes(tx, rows);
    const fresh = new Map<string, JournalRow>();
    for (const row of rows) {
      const hash = fresh.get(row.eventId)?.sha256 ?? known.get(row.eventId);
      if (hash === undefined) fresh.set(row.eventId, row);
      else if (hash !== row.sha256) {
        this.altered.inc();
        this.context.logger.error({ eventId: row.eventId, type: row.type }, 'the journal knows this event with other content: refused');
      }
    }
    return [...fresh.values()];
  }

  /** New events and all that they have caused before they came take their places together. */
  private async write(tx: Transaction, rows: readonly JournalRow[]): Promise<void> {
    const fresh: Placeable[] = rows.map((row) => ({ eventId: row.eventId, causationId: row.causationId, time: row.time.getTime() }));
    const effects = await this.effectsOf(
      tx,
      fresh.map((row) => row.eventId),
    );
    const all = [...fresh, ...effects.map(placeableOf)];
    const ids = new Set(all.map((row) => row.eventId));
    const outside = all.flatMap(({ causationId }) =>
      causationId === null || ids.has(causationId) || !isUuid(causationId) ? [] : [causationId],
    );
    const places = placeEvents(all, placesOf(await this.store.findPlaces(tx, [...new Set(outside)])));
    await this.store.insert(tx, rows, places);
    const before = placesOf(effects);
    const moved = new Map(
      [...places].filter(([id, place]) => {
        const old = before.get(id);
        return old !== undefined && (old.moment !== place.moment || old.depth !== place.depth);
      }),
    );
    if (moved.size > 0) await this.store.move(tx, moved);
  }

  /** What the journal already has of the effects of these events, and of theirs. */
  private async effectsOf(tx: Transaction, eventIds: readonly string[]): Promise<PlacedRow[]> {
    const found = new Map<string, PlacedRow>();
    let above = eventIds;
    while (above.length > 0) {
      const next = (await this.store.findEffects(tx, above)).filter((row) => !found.has(row.event_id));
      for (const row of next) found.set(row.event_id, row);
      above = next.map((row) => row.event_id);
    }
    return [...found.values()];
  }

  private async keepLinks(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const links = events.flatMap(partyLinksOf);
    if (links.length > 0) await this.store.addPartyLinks(tx, links);
    const mergers = mergersOf(events);
    if (mergers.length > 0) await this.store.addMergers(tx, mergers);
  }

  private async keepCatalogue(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const published = events.flatMap((event) => (is(event, cataloguePublished) ? [event.data] : []));
    const measures = published.flatMap(({ version, row }) => (row.kind === 'MEASURE' ? [{ version, measure: row.measure }] : []));
    const departments = published.flatMap(({ version, row }) =>
      row.kind === 'DEPARTMENT' ? [{ version, department: row.department }] : [],
    );
    if (measures.length > 0) await this.catalogue.addMeasures(tx, measures);
    if (departments.length > 0) await this.catalogue.addDepartments(tx, departments);
  }
}

function rowOf(event: LianxinEvent): JournalRow {
  const topic = findEventDefinition(event.type)?.topic;
  if (topic === undefined) throw new Error(`event type ${event.type} is not known`);
  const data = JSON.stringify(event.data);
  return {
    subjectKey: event.key,
    eventId: event.id.toLowerCase(),
    topic,
    type: event.type,
    source: event.source,
    subjectSeq: event.subjectSeq,
    time: new Date(event.time),
    recordedTime: new Date(event.recordedTime),
    correlationId: event.correlationId,
    causationId: event.causationId?.toLowerCase() ?? null,
    classification: event.classification,
    actor: event.actor ?? null,
    replayId: event.replayId ?? null,
    data,
    sha256: createHash('sha256').update(data).digest('hex'),
    ...referencesOf(event.data),
    departments: departmentsOf(event, topic),
  };
}

function placeableOf(row: PlacedRow): Placeable {
  return { eventId: row.event_id, causationId: row.causation_id, time: row.time.getTime() };
}

function placesOf(rows: readonly PlacedRow[]): Map<string, Place> {
  return new Map(rows.map((row) => [row.event_id, { moment: row.order_time.getTime(), depth: row.order_depth }]));
}
