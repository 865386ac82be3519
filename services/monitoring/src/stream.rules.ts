import type { LianxinEvent } from '@lianxin/contracts';

/** Tells a receiver that an event is sent again on request, and is no news. */
const redeliveryMode = 'redelivery';

/**
 * The event as structured CloudEvents 1.0 JSON (product §B.2).
 * @param redeliveryId given: it is sent again, and says so by `replayid` and `replaymode`.
 */
export function cloudEventOf(event: LianxinEvent, data: unknown, redeliveryId?: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.key,
    time: event.time,
    datacontenttype: 'application/json',
    partitionkey: event.key,
    subjectseq: String(event.subjectSeq).padStart(12, '0'),
    recordedtime: event.recordedTime,
    correlationid: event.correlationId,
    causationid: event.causationId,
    dataclassification: event.classification,
    actor: event.actor,
    replayid: redeliveryId ?? event.replayId,
    replaymode: redeliveryId === undefined ? event.replayMode : redeliveryMode,
    traceparent: event.traceparent,
    data,
  });
}
