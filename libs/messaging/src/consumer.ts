import { setTimeout as delay } from 'node:timers/promises';
import { findEventDefinition, type LianxinEvent } from '@lianxin/contracts';
import { Database, faultMessage, Health, isPassingFault, Metrics, nameOf, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import {
  dropInboxBefore,
  ensureInboxDays,
  enterInbox,
  lockParkedKeys,
  lockPositions,
  movePositions,
  parkRecords,
  passOver,
  readPosition,
  readPositions,
} from './consumer.store.ts';
import type { EventLog, LanePosition, LogBatch, LogConsumer, StoredRecord } from './event-log.ts';
import { watchLag } from './figures.ts';
import { type EventHandler, joined, readingsOf } from './handlers.ts';
import { backoffMs } from './loop.ts';
import { decodeEvent, payloadHash, UnreadableEventError } from './wire.ts';

/** Events older than this are no longer in the inbox and pass only by version (design §3). */
export const inboxDays = 30;
const maxBatch = 200;
const dayMs = 86_400_000;

/** Whether a record, unread, may hold an exit, a hold or a lift: unknown types might. */
export function isSevere(record: StoredRecord): boolean {
  return (findEventDefinition(record.headers['ce_type'] ?? '')?.effect ?? 'FREES') === 'FREES';
}

/** The consumer of one service: batches with fallback to single keys, inbox, positions, parked keys. */
@Injectable()
export class EventConsumer implements OnApplicationBootstrap {
  private readonly handlers: EventHandler[] = [];
  private handler: EventHandler | undefined;
  private consumers: readonly LogConsumer[] = [];
  private isReady = false;
  private readonly stopping = new AbortController();
  private readonly knownDays = new Set<string>();
  private readonly handled: Counter;
  private readonly altered: Counter;
  private readonly handledSeconds: Histogram;

  constructor(
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly context: ServiceContext,
    health: Health,
    metrics: Metrics,
  ) {
    const registers = [metrics.registry];
    this.handled = new Counter({ name: 'lx_events_handled_total', help: 'Events taken from the log', labelNames: ['outcome'], registers });
    this.altered = new Counter({ name: 'lx_events_altered_total', help: 'Events that came again with other content: refused', registers });
    this.handledSeconds = new Histogram({
      name: 'lx_event_to_handled_seconds',
      help: 'Time from the recording of an event to the commit of its effect here',
      labelNames: ['type'],
      buckets: [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 2, 5, 15, 60, 300, 3600],
      registers,
    });
    watchLag(metrics, database, log, this.group, () => this.topics);
    health.addCheck('event log', async () => {
      if (this.handler !== undefined && !this.isReady) throw new Error('not yet a member of its group');
    });
  }

  get group(): string {
    return this.context.name;
  }

  private get topics(): string[] {
    return [...new Set(this.handler?.types.map((type) => type.topic))];
  }

  /**
   * Adds a handler; before the application starts. Several of one service each get the events of their own types, one after the other.
   * @throws Error when one takes several partitions at a time and another does not: the service does not start.
   */
  register(handler: EventHandler): void {
    this.handlers.push(handler);
    this.handler = joined(this.handlers);
  }

  async onApplicationBootstrap(): Promise<void> {
    const handler = this.handler;
    if (handler === undefined) return;
    const today = Date.now();
    await this.ensureDays([today, today + dayMs].map((time) => new Date(time).toISOString().slice(0, 10)));
    await this.database.consumerTransaction((tx) =>
      dropInboxBefore(tx, new Date(today - (inboxDays + 1) * dayMs).toISOString().slice(0, 10)),
    );
    // Positions stand under the one name of the service, whoever reads.
    const consume = ({ name, topics }: ReturnType<typeof readingsOf>[number]) =>
      this.log.consume({
        group: this.group + name,
        topics,
        maxBatch,
        positionOf: (topic, partition) => this.database.consumerTransaction((tx) => readPosition(tx, this.group, topic, partition)),
        onBatch: (batch) => this.onBatches(handler, [batch]),
        onBatches: handler.together === true ? (batches) => this.onBatches(handler, batches) : undefined,
        onError: (error) => this.context.logger.warn({ err: error }, 'event consumer will try again'),
        unhurried: name === '.apart',
      });
    this.consumers = await Promise.all(readingsOf(this.handlers).map(consume));
    void Promise.all(this.consumers.map(({ ready }) => ready)).then(() => {
      this.isReady = true;
    });
  }

  /** Resolves when the batch under way is over and the group is left. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
  }

  /** Where the topics that are heard here end now, for `hasHandled` later. Asks the log: never inside a transaction. */
  async endOfLog(): Promise<readonly LanePosition[]> {
    const ends: LanePosition[] = [];
    for (const topic of this.topics)
      for (const [partition, nextOffset] of await this.log.endOffsets(topic)) ends.push({ topic, partition, nextOffset });
    return ends;
  }

  /** Whether all that stood before such an end has been handled; what is parked counts as handled. */
  async hasHandled(tx: Transaction, end: readonly LanePosition[]): Promise<boolean> {
    const positions = new Map((await readPositions(tx, this.group)).map((lane) => [laneOf(lane), lane.nextOffset]));
    return end.every((lane) => lane.nextOffset <= (positions.get(laneOf(lane)) ?? 0));
  }

  /** The registered handler, for redrive. */
  getHandler(): EventHandler {
    if (this.handler === undefined) throw new Error('no handler is registered');
    return this.handler;
  }

  /** A transient fault repeats the whole batch until it passes and never parks anything. */
  private async onBatches(handler: EventHandler, batches: readonly LogBatch[]): Promise<void> {
    const records = batches.flatMap((batch) => batch.records);
    await this.ensureDays(records.flatMap((record) => inboxDayOf(record) ?? []));
    for (let attempt = 0; ; attempt++) {
      try {
        await this.inSpan('process', records, () => this.handleOnce(handler, batches));
        return;
      } catch (error) {
        if (!isPassingFault(error) || this.stopping.signal.aborted) throw error;
        this.context.logger.warn({ err: error, topics: topicsOf(batches), attempt }, 'a passing fault: the batch runs again');
        await delay(backoffMs(attempt), undefined, { signal: this.stopping.signal });
      }
    }
  }

  /** What fails together runs partition by partition, and a partition that fails key by key. What was committed on the way is passed over when it comes again. */
  private async handleOnce(handler: EventHandler, batches: readonly LogBatch[]): Promise<void> {
    const [first, ...others] = batches;
    if (first === undefined) return;
    if (!this.concerns(handler, batches) && (await passOver(this.database, this.group, batches))) return;
    try {
      await this.database.consumerTransaction((tx) => this.handleWhole(tx, handler, batches));
    } catch (error) {
      if (isPassingFault(error)) throw error;
      if (others.length > 0) {
        this.context.logger.warn({ err: error, topics: topicsOf(batches) }, 'a batch failed: its partitions run one by one');
        for (const batch of batches) await this.handleOnce(handler, [batch]);
        return;
      }
      this.context.logger.warn({ err: error, topic: first.topic, partition: first.partition }, 'a batch failed: its keys run one by one');
      await this.database.consumerTransaction((tx) => this.handleByKey(tx, handler, first));
    }
  }

  /** Whether anything in these batches is for this service, or cannot be known to be of another. */
  private concerns(handler: EventHandler, batches: readonly LogBatch[]): boolean {
    return batches.some(({ records }) =>
      records.some(({ headers }) => {
        const type = headers['ce_type'] ?? '';
        return findEventDefinition(type) === undefined || handler.types.some((definition) => definition.type === type);
      }),
    );
  }

  /** The usual way: one transaction, one call of the handler. */
  private async handleWhole(tx: Transaction, handler: EventHandler, batches: readonly LogBatch[]): Promise<void> {
    const records = await this.lockNew(tx, batches);
    if (records.length === 0) return;
    const parked = await lockParkedKeys(
      tx,
      this.group,
      records.map((record) => record.key),
    );
    for (const record of records.filter((candidate) => parked.has(candidate.key)))
      await this.park(tx, record, 'waits behind a parked event');
    const events = this.readAll(
      handler,
      records.filter((record) => !parked.has(record.key)),
    );
    const fresh = await this.enter(tx, events);
    if (fresh.length > 0) await handler.handle(tx, fresh);
    await handler.beforePositionMoves?.(events.map(({ event }) => event));
    await this.move(tx, batches, records);
    tx.afterCommit(() => {
      this.countHandled(fresh);
      this.handled.inc({ outcome: 'double' }, events.length - fresh.length);
    });
  }

  /** After a failure: each event under a savepoint; a key that fails is parked with all that follows it, the others go on. */
  private async handleByKey(tx: Transaction, handler: EventHandler, batch: LogBatch): Promise<void> {
    const records = await this.lockNew(tx, [batch]);
    if (records.length === 0) return;
    const parked = await lockParkedKeys(
      tx,
      this.group,
      records.map((record) => record.key),
    );
    for (const record of records) {
      if (parked.has(record.key)) {
        await this.park(tx, record, 'waits behind a parked event');
        continue;
      }
      try {
        const fresh = await tx.savepoint(() => this.handleRecord(tx, handler, record));
        tx.afterCommit(() => this.countHandled(fresh));
      } catch (error) {
        if (isPassingFault(error)) throw error;
        const { topic, key, headers } = record;
        this.context.logger.error({ err: error, topic, key, eventId: headers['ce_id'], severe: isSevere(record) }, 'a key is parked');
        await this.park(tx, record, faultMessage(error));
        parked.add(record.key);
      }
    }
    await this.move(tx, [batch], records);
  }

  /** One record through inbox and handler, within the trace of its event; also the way of a redrive. Returns the event if it is new. */
  handleRecord(tx: Transaction, handler: EventHandler, record: StoredRecord): Promise<readonly LianxinEvent[]> {
    return this.inSpan('process alone', [record], async () => {
      const events = this.readAll(handler, [record]);
      const fresh = await this.enter(tx, events);
      if (fresh.length > 0) await handler.handle(tx, fresh);
      await handler.beforePositionMoves?.(events.map(({ event }) => event));
      return fresh;
    });
  }

  /** One span for a batch, whatever its size, that knows the trace of every event in it. */
  private inSpan<Result>(what: string, records: readonly StoredRecord[], work: () => Promise<Result>): Promise<Result> {
    const types = [...new Set(records.map((record) => record.headers['ce_type'] ?? '?'))];
    const attributes = {
      'messaging.operation.type': 'process',
      'messaging.destination.name': topicsOf(records).join(' '),
      'messaging.destination.partition.id': [...new Set(records.map((record) => record.partition))].join(' '),
      'messaging.consumer.group.name': this.group,
      'messaging.batch.message_count': records.length,
      'lianxin.event_types': types,
    };
    const origins = records.map((record) => record.headers['traceparent']);
    return this.context.tracing.inBatch(`${what} ${nameOf(types)}`, origins, { kind: 'CONSUMER', attributes }, work);
  }

  private countHandled(events: readonly LianxinEvent[]): void {
    this.handled.inc({ outcome: 'handled' }, events.length);
    const now = Date.now();
    for (const { type, recordedTime } of events) this.handledSeconds.observe({ type }, Math.max(0, now - Date.parse(recordedTime)) / 1000);
  }

  /** @throws UnreadableEventError at the first record that is no event, or of a type that nobody here knows. */
  private readAll(handler: EventHandler, records: readonly StoredRecord[]): { event: LianxinEvent; record: StoredRecord }[] {
    return records.flatMap((record) => {
      const type = record.headers['ce_type'] ?? '';
      const isOurs = handler.types.some((definition) => definition.type === type);
      if (!isOurs && findEventDefinition(type) !== undefined) return [];
      return [{ event: decodeEvent(record), record }];
    });
  }

  /** Of these events those that were never seen. One that came before with other content is refused and raises an alarm. */
  private async enter(tx: Transaction, events: readonly { event: LianxinEvent; record: StoredRecord }[]): Promise<LianxinEvent[]> {
    const first = new Map<string, { event: LianxinEvent; day: string | undefined; hash: string }>();
    const alteredIds = new Set<string>();
    for (const { event, record } of events) {
      const hash = payloadHash(record);
      const known = first.get(event.id);
      if (known === undefined) first.set(event.id, { event, day: inboxDayOf(record), hash });
      else if (known.hash !== hash) alteredIds.add(event.id);
    }
    const dated = [...first.values()].flatMap(({ event, day, hash }) =>
      day === undefined ? [] : [{ day, eventId: event.id, payloadHash: hash }],
    );
    const entered = await enterInbox(tx, this.group, dated);
    for (const id of [...alteredIds, ...entered.altered]) {
      this.altered.inc();
      this.context.logger.error({ eventId: id }, 'an event came again with other content: refused');
    }
    return [...first.values()].filter(({ event, day }) => day === undefined || entered.fresh.has(event.id)).map(({ event }) => event);
  }

  private async lockNew(tx: Transaction, batches: readonly LogBatch[]): Promise<StoredRecord[]> {
    const positions = new Map((await lockPositions(tx, this.group, batches)).map((lane) => [laneOf(lane), lane.nextOffset]));
    return batches.flatMap((batch) => batch.records.filter((record) => record.offset >= (positions.get(laneOf(batch)) ?? 0)));
  }

  /** Called with what `lockNew` found new work in: a partition of which all was known keeps its position, which may be further on. */
  private async move(tx: Transaction, batches: readonly LogBatch[], records: readonly StoredRecord[]): Promise<void> {
    const moved = new Set(records.map(laneOf));
    const lanes = batches
      .filter((batch) => moved.has(laneOf(batch)))
      .map(({ topic, partition, records: own }) => ({ topic, partition, nextOffset: (own.at(-1)?.offset ?? -1) + 1 }));
    await movePositions(tx, this.group, lanes);
  }

  private async park(tx: Transaction, record: StoredRecord, reason: string): Promise<void> {
    await parkRecords(tx, this.group, record.key, [record], reason, isSevere(record));
    tx.afterCommit(() => this.handled.inc({ outcome: 'parked' }));
  }

  private async ensureDays(days: readonly string[]): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !this.knownDays.has(day)).sort();
    if (missing.length === 0) return;
    await this.database.consumerTransaction((tx) => ensureInboxDays(tx, missing));
    for (const day of missing) this.knownDays.add(day);
  }
}

const laneOf = (lane: { readonly topic: string; readonly partition: number }) => `${lane.topic}/${lane.partition}`;
const topicsOf = (lanes: readonly { readonly topic: string }[]) => [...new Set(lanes.map((lane) => lane.topic))];

/** The inbox day of a record: its recorded day, the same at every delivery. Undefined for events too old for the inbox, and for no events at all. */
function inboxDayOf(record: StoredRecord): string | undefined {
  const recorded = Date.parse(record.headers['ce_recordedtime'] ?? '');
  if (Number.isNaN(recorded) || recorded < Date.now() - inboxDays * dayMs || recorded > Date.now() + 2 * dayMs) return undefined;
  return new Date(recorded).toISOString().slice(0, 10);
}

export { isEvent } from '@lianxin/contracts';
export { UnreadableEventError };
