import { createHash } from 'node:crypto';
import { type EventDefinition, findEventDefinition, type LianxinEvent, maxEventBytes } from '@lianxin/contracts';
import { z } from 'zod';
import type { LogRecord } from './event-log.ts';

/** CloudEvents 1.0, Kafka binary mode: attributes as `ce_` headers, data as the value (product §B.2). */
const headersSchema = z.object({
  ce_specversion: z.literal('1.0'),
  ce_id: z.uuid(),
  ce_type: z.string().min(1),
  ce_source: z.string().min(1),
  ce_partitionkey: z.string().min(1),
  ce_subjectseq: z.string().regex(/^\d{12,}$/),
  ce_time: z.iso.datetime({ offset: true }),
  ce_recordedtime: z.iso.datetime({ offset: true }),
  ce_correlationid: z.string().min(1),
  ce_causationid: z.string().optional(),
  ce_dataclassification: z.enum(['public', 'internal', 'confidential', 'restricted']),
  ce_actor: z.string().optional(),
  ce_replayid: z.string().optional(),
  ce_replaymode: z.enum(['none', 'internal', 'notify']).optional(),
  traceparent: z.string().optional(),
});

/** Why a record can never be read: its version is frozen or it is no event at all. */
export class UnreadableEventError extends Error {
  constructor(
    message: string,
    /** True: the type is not known here; a newer version of this service may read it. */
    readonly unknownType: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UnreadableEventError';
  }
}

/**
 * Writes an event as a log record, after checking its data against its schema.
 * @throws Error when the data does not fit its schema or exceeds 64 KiB: a fault of the producer.
 */
export function encodeEvent(definition: EventDefinition, event: LianxinEvent): { headers: Record<string, string>; value: string } {
  const data = definition.data.parse(event.data);
  const value = JSON.stringify(data);
  if (Buffer.byteLength(value) > maxEventBytes)
    throw new Error(`${event.type} of ${Buffer.byteLength(value)} bytes exceeds ${maxEventBytes}`);
  const headers: Record<string, string | undefined> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_subject: event.key,
    ce_partitionkey: event.key,
    ce_subjectseq: String(event.subjectSeq).padStart(12, '0'),
    ce_time: event.time,
    ce_recordedtime: event.recordedTime,
    ce_correlationid: event.correlationId,
    ce_causationid: event.causationId,
    ce_dataclassification: event.classification,
    ce_actor: event.actor,
    ce_replayid: event.replayId,
    ce_replaymode: event.replayMode,
    traceparent: event.traceparent,
    'content-type': 'application/json',
  };
  return {
    headers: Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    value,
  };
}

/**
 * Reads a record back.
 * @throws UnreadableEventError when it is no event of ours or its data does not fit its schema.
 */
export function decodeEvent(record: LogRecord): LianxinEvent {
  const headers = headersSchema.safeParse(record.headers);
  if (!headers.success)
    throw new UnreadableEventError(`no CloudEvent: ${headers.error.issues.map((issue) => issue.path.join('.')).join(', ')}`, false);
  const attributes = headers.data;
  const definition = findEventDefinition(attributes.ce_type);
  if (definition === undefined) throw new UnreadableEventError(`unknown event type ${attributes.ce_type}`, true);
  if (definition.topic !== record.topic)
    throw new UnreadableEventError(`${attributes.ce_type} does not belong to topic ${record.topic}`, false);
  if (attributes.ce_partitionkey !== record.key) throw new UnreadableEventError('partition key differs from the record key', false);
  let json: unknown;
  try {
    json = JSON.parse(record.value.toString('utf8'));
  } catch (error) {
    throw new UnreadableEventError('data is not JSON', false, { cause: error });
  }
  const data = definition.data.safeParse(json);
  if (!data.success) {
    const faults = data.error.issues.slice(0, 10).map((issue) => `/${issue.path.join('/')}: ${issue.code}`);
    throw new UnreadableEventError(`data does not fit ${attributes.ce_type}: ${faults.join('; ')}`, false);
  }
  return {
    id: attributes.ce_id,
    type: attributes.ce_type,
    source: attributes.ce_source,
    key: attributes.ce_partitionkey,
    subjectSeq: Number(attributes.ce_subjectseq),
    time: attributes.ce_time,
    recordedTime: attributes.ce_recordedtime,
    correlationId: attributes.ce_correlationid,
    causationId: attributes.ce_causationid,
    classification: attributes.ce_dataclassification,
    actor: attributes.ce_actor,
    replayId: attributes.ce_replayid,
    replayMode: attributes.ce_replaymode,
    traceparent: attributes.traceparent,
    data: data.data,
  };
}

/** Hash by which a redelivered event is told from an altered one. */
export function payloadHash(record: LogRecord): string {
  return createHash('sha256')
    .update(record.headers['ce_type'] ?? '')
    .update('\n')
    .update(record.value)
    .digest('base64url');
}
