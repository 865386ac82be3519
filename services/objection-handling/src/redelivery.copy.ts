import { gzipSync } from 'node:zlib';
import { maxEventBytes, type RedeliveryDelivered, redeliveryDelivered } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import { toldTo } from './redelivery.rules.ts';
import type { RedeliveryRow } from './redelivery.store.ts';
import type { EventRow } from './timeline.store.ts';

/** One event as it goes out again. @throws Error when the department is no longer told of it: the streams' rule has changed since the preview. */
export function copyOf(row: RedeliveryRow, event: EventRow, position: number, of: number): NewEvent {
  const projection = toldTo(row.department_code, { type: event.type, data: JSON.parse(event.data) as unknown });
  if (projection === undefined) throw new Error(`event ${event.event_id} is not for ${row.department_code}`);
  const { classification } = event;
  if (classification !== 'public' && classification !== 'internal') throw new Error(`event ${event.event_id} is in no stream`);
  return newEvent({
    definition: redeliveryDelivered,
    key: row.id,
    data: {
      ...{ redeliveryId: row.id, departmentCode: row.department_code, position, of },
      event: {
        ...{ id: event.event_id, type: event.type, source: event.source, key: event.subject_key, subjectSeq: event.subject_seq },
        ...{ time: event.time.toISOString(), recordedTime: event.recorded_time.toISOString(), correlationId: event.correlation_id },
        ...{ causationId: event.causation_id, classification, actor: event.actor },
        data: packedDataOf(projection.data),
      },
    },
  });
}

/** Bytes that the rest of a `redelivery.delivered` takes at most. */
const envelopeBytes = 4 * 1024;

/** The data of an original so that its copy stays below the limit of an event: as it is, or packed where it is nearly as large itself. */
export function packedDataOf(data: unknown): RedeliveryDelivered['event']['data'] {
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) <= maxEventBytes - envelopeBytes) return { json: data };
  return { gzip: gzipSync(json).toString('base64') };
}
