import { gzipSync } from 'node:zlib';
import { maxEventBytes, type RedeliveryDelivered, redeliveryDelivered } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import { toldTo } from './redelivery.rules.ts';
import type { RedeliveryRow } from './redelivery.store.ts';
import type { EventRow } from './timeline.store.ts';

/** The next events as they go out again, or why one of them cannot: then none of them does. */
export function copiesOf(
  row: RedeliveryRow,
  events: readonly EventRow[],
  of: number,
): { readonly ok: true; readonly copies: NewEvent[] } | { readonly ok: false; readonly failure: string } {
  try {
    return { ok: true, copies: events.map((event, index) => copyOf(row, event, row.sent + index + 1, of)) };
  } catch (error) {
    if (error instanceof NotSendable) return { ok: false, failure: error.message };
    throw error;
  }
}

/** An event that cannot go out again, in words for whoever asked for it. */
export class NotSendable extends Error {}

/** One event as it goes out again. @throws NotSendable when the department is no longer told of it: the streams' rule has changed since the preview. */
export function copyOf(row: RedeliveryRow, event: EventRow, position: number, of: number): NewEvent {
  const projection = toldTo(row.department_code, { type: event.type, data: JSON.parse(event.data) as unknown });
  if (projection === undefined) throw new NotSendable(`事件 ${event.event_id} 不再发给 ${row.department_code}`);
  const { classification } = event;
  if (classification !== 'public' && classification !== 'internal') throw new NotSendable(`事件 ${event.event_id} 不进入任何事件流`);
  const data: RedeliveryDelivered = {
    ...{ redeliveryId: row.id, departmentCode: row.department_code, position, of },
    event: {
      ...{ id: event.event_id, type: event.type, source: event.source, key: event.subject_key, subjectSeq: event.subject_seq },
      ...{ time: event.time.toISOString(), recordedTime: event.recorded_time.toISOString(), correlationId: event.correlation_id },
      ...{ causationId: event.causation_id, classification, actor: event.actor },
      data: packedDataOf(projection.data),
    },
  };
  if (Buffer.byteLength(JSON.stringify(data)) > maxEventBytes) throw new NotSendable(`事件 ${event.event_id} 过大，打包后仍超过事件上限`);
  return newEvent({ definition: redeliveryDelivered, key: row.id, data });
}

/** Bytes that the rest of a `redelivery.delivered` takes at most. */
const envelopeBytes = 4 * 1024;

/** The data of an original so that its copy stays below the limit of an event: as it is, or packed where it is nearly as large itself. */
export function packedDataOf(data: unknown): RedeliveryDelivered['event']['data'] {
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) <= maxEventBytes - envelopeBytes) return { json: data };
  return { gzip: gzipSync(json).toString('base64') };
}
