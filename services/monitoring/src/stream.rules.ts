import { cityReceiver, findEventDefinition, type LianxinEvent } from '@lianxin/contracts';

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

/**
 * Whether a receiver is told of an event. What a replay with side effects `none` causes stays in the record and in the queues: the city sees it, no
 * department's stream does (product §A.4). What frees somebody is told in every mode: a department that lives on its stream alone would go on restricting.
 */
export function isTold(event: Pick<LianxinEvent, 'replayMode' | 'type'>, receiver: string): boolean {
  return event.replayMode !== 'none' || receiver === cityReceiver || findEventDefinition(event.type)?.effect === 'FREES';
}
