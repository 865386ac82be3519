import { randomUUIDv7 } from 'node:crypto';
import { type EventData, type EventDefinition, type LianxinEvent } from '@lianxin/contracts';
import { Clock, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { encodeEvent } from './wire.ts';

/** An event as a use case says it. Source, sequence, recorded time and ids are added here. */
export interface NewEvent<Definition extends EventDefinition = EventDefinition> {
  readonly definition: Definition;
  readonly key: string;
  readonly data: EventData<Definition>;
  /** When it happened; the time of recording when left out. */
  readonly time?: Date | undefined;
  /** The event or request that caused it. */
  readonly cause?: Pick<LianxinEvent, 'id' | 'correlationId' | 'traceparent' | 'replayId' | 'replayMode'> | undefined;
  /** The replay that it belongs to; that of the cause when left out. */
  readonly replay?: { readonly id: string; readonly mode: NonNullable<LianxinEvent['replayMode']> } | undefined;
  /** Id of the principal who acted. */
  readonly actor?: string | undefined;
}

/** An event ready for the outbox but for its sequence, which `publish_prepared` counts under the lane (outbox.prepared.migration.ts). */
export interface PreparedEvent {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  /** Nobody has ever said anything under this key, nor can: it needs no lane and its sequence is 1. */
  readonly firstOfKey: boolean;
}

/** Helps the compiler to tie data to definition. */
export function newEvent<Definition extends EventDefinition>(event: NewEvent<Definition>): NewEvent {
  return event as unknown as NewEvent;
}

/** Writes events into the outbox of the service's schema, in the same transaction as the state they tell of. */
@Injectable()
export class Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly context: ServiceContext,
  ) {}

  /**
   * Adds events in the order given. The caller holds the lanes of their keys, so that order in the outbox is order of decision.
   * @throws Error when data does not fit its schema: the transaction then fails, nothing half-said goes out.
   */
  async publish(tx: Transaction, events: readonly NewEvent[]): Promise<LianxinEvent[]> {
    if (events.length === 0) return [];
    const sequences = await this.nextSequences(tx, events);
    const complete = this.complete(events, (event) => {
      const lane = `${event.definition.topic}\n${event.key}`;
      const subjectSeq = (sequences.get(lane) ?? 0) + 1;
      sequences.set(lane, subjectSeq);
      return subjectSeq;
    });
    const encoded = complete.map((event, index) => encodeEvent(definitionAt(events, index), event));
    await tx.execute(
      `INSERT INTO outbox (id, aggregatetype, aggregateid, type, headers, payload)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[])`,
      [
        complete.map((event) => event.id),
        events.map((event) => event.definition.topic),
        complete.map((event) => event.key),
        complete.map((event) => event.type),
        encoded.map((event) => JSON.stringify(event.headers)),
        encoded.map((event) => event.value),
      ],
    );
    tx.afterCommit(() => {
      for (const listener of this.listeners) listener();
    });
    return complete;
  }

  /**
   * Encodes events for `publish_prepared`, for use cases that write with one statement. Nothing is published yet. The relay is not
   * woken for them: it finds them at its next look, many at once.
   * @param isFirstOfKey whether the key of an event is new with it, as that of a record which nobody else can know yet.
   * @throws Error when data does not fit its schema.
   */
  prepare(events: readonly NewEvent[], isFirstOfKey: (event: NewEvent) => boolean): PreparedEvent[] {
    return this.complete(events, () => 1).map((event, index): PreparedEvent => {
      const definition = definitionAt(events, index);
      const { headers, value } = encodeEvent(definition, event);
      const firstOfKey = isFirstOfKey(events[index] as NewEvent);
      return { id: event.id, topic: definition.topic, key: event.key, type: event.type, headers, payload: value, firstOfKey };
    });
  }

  /** Called after each commit that wrote here: the relay of this process need not wait for its next look. */
  onCommitted(listener: () => void): void {
    this.listeners.push(listener);
  }

  private complete(events: readonly NewEvent[], sequenceOf: (event: NewEvent) => number): LianxinEvent[] {
    const recordedTime = this.clock.now().toISOString();
    const traceparents = this.context.tracing.traceparentsOf(
      events.map((event) => ({ type: event.definition.type, cause: event.cause?.traceparent })),
    );
    return events.map((event, index): LianxinEvent => {
      const id = randomUUIDv7();
      return {
        id,
        type: event.definition.type,
        source: this.context.source,
        key: event.key,
        subjectSeq: sequenceOf(event),
        time: event.time?.toISOString() ?? recordedTime,
        recordedTime,
        correlationId: event.cause?.correlationId ?? id,
        causationId: event.cause?.id,
        classification: event.definition.classification,
        actor: event.actor,
        replayId: event.replay?.id ?? event.cause?.replayId,
        replayMode: event.replay?.mode ?? event.cause?.replayMode,
        traceparent: traceparents[index],
        data: event.data,
      };
    });
  }

  /** Reserves the sequence numbers of a whole batch; returns the last number used before, by topic and key. */
  private async nextSequences(tx: Transaction, events: readonly NewEvent[]): Promise<Map<string, number>> {
    const counts = new Map<string, { topic: string; key: string; count: number }>();
    for (const { definition, key } of events) {
      const lane = `${definition.topic}\n${key}`;
      const known = counts.get(lane);
      if (known === undefined) counts.set(lane, { topic: definition.topic, key, count: 1 });
      else known.count++;
    }
    const lanes = [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lane]) => lane);
    const rows = await tx.query<{ subject_key: string; topic: string; last_sequence: number }>(
      `INSERT INTO subject_sequence (subject_key, topic, last_sequence) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
       ON CONFLICT (subject_key, topic) DO UPDATE SET last_sequence = subject_sequence.last_sequence + excluded.last_sequence
       RETURNING subject_key, topic, last_sequence`,
      [lanes.map((lane) => lane.key), lanes.map((lane) => lane.topic), lanes.map((lane) => lane.count)],
    );
    return new Map(
      rows.map((row) => [
        `${row.topic}\n${row.subject_key}`,
        row.last_sequence - (counts.get(`${row.topic}\n${row.subject_key}`)?.count ?? 0),
      ]),
    );
  }
}

function definitionAt(events: readonly NewEvent[], index: number): EventDefinition {
  const event = events[index];
  if (event === undefined) throw new Error(`no event at ${index}`);
  return event.definition;
}
