import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, idSchema } from '../vocabulary.ts';
import { entryHead } from './list-entry.ts';

/** PUBLISH: show it. HIDE: for the time being (T14). WITHDRAW: it has left its list, the exit notice goes the same way (R-2-11). */
export const publicationActions = ['PUBLISH', 'HIDE', 'WITHDRAW'] as const;
export const publicationActionSchema = z.enum(publicationActions);
export type PublicationAction = z.infer<typeof publicationActionSchema>;

const order = {
  orderId: idSchema,
  /** Code of the channel, or `OTHER:` and its name. */
  channel: z.string(),
  action: publicationActionSchema,
};

/** Sent when channels outside are to show, hide or take down an entry (R-2-11). The public answers of this system follow the entry by themselves. */
export const listEntryPublicationOrdered = defineEvent({
  type: 'lianxin.list_entry.publication_ordered.v1',
  effect: 'INFORMS',
  titleZh: '公示渠道处理要求',
  data: z.object({ ...entryHead, orders: z.array(z.object({ ...order, dueOn: dateSchema })).min(1) }),
});

/** Sent when a channel has confirmed what was asked of it, or refused to publish. */
export const listEntryPublicationConfirmed = defineEvent({
  type: 'lianxin.list_entry.publication_confirmed.v1',
  effect: 'INFORMS',
  titleZh: '公示渠道回执',
  data: z.object({ ...entryHead, ...order, outcome: z.enum(['DONE', 'REFUSED']), doneOn: dateSchema, receiptNo: z.string().nullable() }),
});

/** Sent each time a receipt is chased: at the end of its term, and again while it is missing. */
export const listEntryPublicationOverdue = defineEvent({
  type: 'lianxin.list_entry.publication_overdue.v1',
  effect: 'INFORMS',
  titleZh: '公示渠道回执逾期',
  data: z.object({ ...entryHead, ...order, dueOn: dateSchema, chaseNo: z.int().positive() }),
});
