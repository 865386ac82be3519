import { z } from 'zod';

/**
 * What an event does to the subject's position. A parked key that holds a FREES event is a severe alarm:
 * a person stays punished (design §3).
 */
export type EventEffect = 'RESTRICTS' | 'FREES' | 'INFORMS';

/** CloudEvents `dataclassification` (product §B.2). */
export type DataClassification = 'public' | 'internal' | 'confidential' | 'restricted';

export interface EventDefinition<Type extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly type: Type;
  /** `lianxin.<noun>` */
  readonly topic: string;
  readonly effect: EventEffect;
  readonly classification: DataClassification;
  readonly titleZh: string;
  readonly data: Schema;
}

export type EventData<Definition> = Definition extends EventDefinition<string, infer Schema> ? z.infer<Schema> : never;

/** One event as the services hold it. On the wire it is a CloudEvents 1.0 message in binary mode (libs/messaging). */
export interface LianxinEvent<Data = unknown> {
  /** UUIDv7; stable over redelivery. */
  readonly id: string;
  readonly type: string;
  /** `urn:credit:320700:<service>` */
  readonly source: string;
  /** Partition key: the subject id; an entry keeps its key for life. Opaque, never a name or a number of a person. */
  readonly key: string;
  /** Counts per (topic, key) in the producing service; compared only within its topic. */
  readonly subjectSeq: number;
  /** When it happened (legal time), RFC 3339. */
  readonly time: string;
  /** When it was recorded, RFC 3339. */
  readonly recordedTime: string;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly classification: DataClassification;
  /** Who did it: a principal id, never a name. */
  readonly actor?: string | undefined;
  /** The replay that caused it, handed down from cause to effect (product §B.2 `replayid`). */
  readonly replayId?: string | undefined;
  /** What of that replay may leave the record (`replaymode`); absent where no replay caused it. */
  readonly replayMode?: 'none' | 'internal' | 'notify' | undefined;
  readonly traceparent?: string | undefined;
  readonly data: Data;
}

/** Whether an event is of this type, for a switch over what was heard. */
export function isEvent<Definition extends EventDefinition>(
  event: Pick<LianxinEvent, 'type' | 'data'>,
  definition: Definition,
): event is LianxinEvent<EventData<Definition>> {
  return event.type === definition.type;
}

/**
 * Declares an event: the one place from which the TypeScript type, validation on produce and consume, JSON Schema and AsyncAPI follow.
 * @throws Error when the type does not read `lianxin.<noun>.<past_verb>.v<N>`.
 */
export function defineEvent<const Type extends string, Schema extends z.ZodType>(definition: {
  type: Type;
  effect: EventEffect;
  classification?: DataClassification;
  titleZh: string;
  data: Schema;
}): EventDefinition<Type, Schema> {
  const match = /^(lianxin\.[a-z_]+)\.[a-z_]+\.v[0-9]+$/.exec(definition.type);
  if (match?.[1] === undefined) throw new Error(`event type ${definition.type} does not read lianxin.<noun>.<past_verb>.v<N>`);
  return { classification: 'internal', ...definition, topic: match[1] };
}

/** Hard cap of one event's data on the wire (CloudEvents, design §3). */
export const maxEventBytes = 64 * 1024;
