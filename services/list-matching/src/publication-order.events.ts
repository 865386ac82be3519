import { listEntryPublicationConfirmed, listEntryPublicationOrdered, listEntryPublicationOverdue } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import { headOf } from './list-entry.events.ts';
import type { EntryRow } from './list-entry.store.ts';
import type { OrderRow, ReceiptRow } from './publication-order.store.ts';

export function publicationOrderedEvent(row: EntryRow, orders: readonly OrderRow[], actor: string): NewEvent {
  const told = orders.map(({ id, channel, action, due_on }) => ({ orderId: id, channel, action, dueOn: due_on }));
  return newEvent({ definition: listEntryPublicationOrdered, key: row.subject_id, data: { ...headOf(row), orders: told }, actor });
}

export function publicationConfirmedEvent(
  row: EntryRow,
  order: Pick<OrderRow, 'id' | 'channel' | 'action'>,
  receipt: ReceiptRow,
): NewEvent {
  const { outcome, done_on: doneOn, receipt_no: receiptNo, actor } = receipt;
  const data = { ...headOf(row), orderId: order.id, channel: order.channel, action: order.action, outcome, doneOn, receiptNo };
  return newEvent({ definition: listEntryPublicationConfirmed, key: row.subject_id, data, actor });
}

export function publicationOverdueEvent(row: EntryRow, order: OrderRow, chaseNo: number, actor: string): NewEvent {
  const { id: orderId, channel, action, due_on: dueOn } = order;
  return newEvent({
    definition: listEntryPublicationOverdue,
    key: row.subject_id,
    data: { ...headOf(row), orderId, channel, action, dueOn, chaseNo },
    actor,
  });
}
