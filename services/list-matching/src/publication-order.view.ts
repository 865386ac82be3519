import {
  dateSchema,
  entryStatusSchema,
  idSchema,
  instantSchema,
  pageQuerySchema,
  publicationActionSchema,
  replaySideEffectSchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import { publicationChannels } from './publication-channel.data.ts';
import { otherPrefix } from './publication-order.rules.ts';
import type { OrderState } from './publication-order.store.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const addressSchema = z.url({ protocol: /^https?$/ }).max(1000);

/** The receipt of a channel: done, or not published there, with the reason. */
export const receiptRequestSchema = z
  .object({
    outcome: z.enum(['DONE', 'REFUSED']).default('DONE'),
    doneOn: dateSchema,
    receiptNo: text(200).optional(),
    /** Where it stands, or stood. */
    address: addressSchema.optional(),
    note: text(2000).optional(),
  })
  .strict()
  .meta({ id: 'PublicationReceiptRequest' });
export type ReceiptRequest = z.infer<typeof receiptRequestSchema>;

/** A publication on a channel that the system does not know by itself; its exit notice goes the same way (R-2-11). */
export const otherPublicationSchema = z
  .object({ channelName: text(100), publishedOn: dateSchema, receiptNo: text(200).optional(), address: addressSchema.optional() })
  .strict()
  .meta({ id: 'OtherPublicationRequest' });
export type OtherPublication = z.infer<typeof otherPublicationSchema>;

const orderStates = ['OPEN', 'DONE', 'REFUSED', 'SUPERSEDED', 'WITHHELD'] as const;

export const orderViewSchema = z
  .object({
    id: idSchema,
    entryId: idSchema,
    entryNumber: z.string(),
    entryStatus: entryStatusSchema,
    listCode: z.string(),
    department: z.string(),
    channel: z.string(),
    channelName: z.string(),
    /** Who carries it out and sends the receipt. */
    keeper: z.enum(['CENTRE', 'UNIT']),
    action: publicationActionSchema,
    /** WITHHELD: not asked of the channel, for the replay behind it tells nobody outside. */
    state: z.enum(orderStates),
    /** The replay that brought it about, with its side effects; null where none did. */
    replay: z.object({ id: idSchema, mode: replaySideEffectSchema }).nullable(),
    orderedAt: instantSchema,
    dueAt: instantSchema,
    /** The term runs into a year whose working days are not known yet (R-7-3). */
    provisional: z.boolean(),
    overdue: z.boolean(),
    /** How often the missing receipt was chased. */
    chases: z.int(),
    doneOn: dateSchema.nullable(),
    receiptNo: z.string().nullable(),
    address: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'PublicationOrder' });
export type OrderView = z.infer<typeof orderViewSchema>;

export const orderQuerySchema = pageQuerySchema.extend({
  channel: z.string().max(120).optional(),
  action: publicationActionSchema.optional(),
  entryId: idSchema.optional(),
  state: z.enum(orderStates).optional(),
  overdue: z.literal('true').optional(),
});
export type OrderQuery = z.infer<typeof orderQuerySchema>;

/** Where one entry is, was and is to be no longer public. */
export const entryPublicationsSchema = z
  .object({
    entryId: idSchema,
    /** Of the public answers of this system, which follow the entry by themselves. */
    here: z.enum(['PUBLISHED', 'HIDDEN', 'WITHDRAWN']),
    /** Every channel has confirmed what was asked of it last. */
    settled: z.boolean(),
    data: z.array(orderViewSchema),
  })
  .meta({ id: 'EntryPublications' });
export type EntryPublications = z.infer<typeof entryPublicationsSchema>;

export function keeperOf(channel: string): 'CENTRE' | 'UNIT' {
  return publicationChannels.find(({ code }) => code === channel)?.keeper ?? 'UNIT';
}

export function stateOf(order: Pick<OrderState, 'receipt' | 'superseded' | 'withheld'>): OrderView['state'] {
  return order.receipt?.outcome ?? (order.superseded ? 'SUPERSEDED' : order.withheld ? 'WITHHELD' : 'OPEN');
}

export function orderViewOf(order: OrderState, now: Date): OrderView {
  const state = stateOf(order);
  const name = publicationChannels.find(({ code }) => code === order.channel)?.nameZh;
  return {
    id: order.id,
    entryId: order.entry_id,
    entryNumber: order.number,
    entryStatus: order.status,
    listCode: order.list_code,
    department: order.department_code,
    channel: order.channel,
    channelName: name ?? order.channel.replace(otherPrefix, ''),
    keeper: keeperOf(order.channel),
    action: order.action,
    state,
    replay: order.replay_id === null || order.replay_mode === null ? null : { id: order.replay_id, mode: order.replay_mode },
    orderedAt: order.ordered_at.toISOString(),
    dueAt: order.due_at.toISOString(),
    provisional: order.provisional,
    overdue: state === 'OPEN' && order.due_at < now,
    chases: order.chases,
    doneOn: order.receipt?.done_on ?? null,
    receiptNo: order.receipt?.receipt_no ?? null,
    address: order.receipt?.address ?? null,
    note: order.receipt?.note ?? null,
  };
}
