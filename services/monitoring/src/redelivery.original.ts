import { gunzipSync } from 'node:zlib';
import { type LianxinEvent, maxEventBytes, type RedeliveryDelivered } from '@lianxin/contracts';

/** The event that a redelivery carries, as it was. @throws Error when its data cannot be unpacked: a fault of the sender. */
export function originalOf({ event }: RedeliveryDelivered): LianxinEvent {
  const { causationId, actor, data, ...attributes } = event;
  const unpacked: unknown =
    'gzip' in data
      ? JSON.parse(gunzipSync(Buffer.from(data.gzip, 'base64'), { maxOutputLength: maxEventBytes }).toString('utf8'))
      : data.json;
  return { ...attributes, causationId: causationId ?? undefined, actor: actor ?? undefined, data: unpacked };
}
