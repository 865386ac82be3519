import { expect, test } from '@jest/globals';
import { type LianxinEvent, listEntryExited, listEntryPublicationConfirmed } from '@lianxin/contracts';
import type { EventConsumer, EventHandler } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { ItemConsumer } from './item.consumer.ts';
import { ItemStore } from './item.store.ts';
import { LiftingStore } from './lifting.store.ts';
import type { PublicityService } from './publicity.service.ts';
import { SyncService } from './sync.service.ts';

const event = (definition: { type: string }, subjectId: string, data: object) =>
  ({ type: definition.type, key: subjectId, time: '2026-11-23T00:00:00Z', data: { subjectId, entryVersion: 6, ...data } }) as LianxinEvent;

test('a batch names every lane that it will take and takes them at once, before it writes: two that share subjects cannot wait crosswise', async () => {
  let handler: EventHandler | undefined;
  const consumer = { register: (one: EventHandler) => (handler = one) } as unknown as EventConsumer;
  const publicity = { judge: async () => undefined } as unknown as PublicityService;
  const writes: string[] = [];
  const tx = {
    execute: async (text: string, [values]: readonly unknown[]) =>
      void writes.push(
        text.includes('INTO subject_lane') ? `lanes ${(values as string[]).join(' ')}` : (/INTO (\w+)/.exec(text)?.[1] ?? text),
      ),
    query: async (text: string) => {
      if (text.includes('AS lane')) return [{ lane: 'applicant' }, { lane: 'record' }];
      return text.includes('FROM repair r') ? [{ id: 'repair', subject_id: 'applicant' }] : [];
    },
  } as unknown as Transaction;
  const [unused, writer, timers] = [undefined as never, { take: async () => undefined } as never, { register: () => undefined } as never];
  const sync = new SyncService(unused, unused, unused, unused, writer, timers);
  new ItemConsumer(consumer, new ItemStore(), new LiftingStore(), sync, publicity);
  const events = [
    event(listEntryPublicationConfirmed, 'shown', { entryId: 'a', channel: 'XYZG', action: 'WITHDRAW', outcome: 'DONE', receiptNo: null }),
    event(listEntryExited, 'ended', { entryId: 'b', status: 'EXPIRED', activationNo: 1, ground: 'PERIOD_ENDED' }),
  ];
  const all = ['applicant', 'ended', 'record', 'shown'];
  expect([...new Set(await handler?.lanes?.(tx, events))].sort()).toEqual(all);
  await handler?.handle(tx, events);
  expect([writes[0], writes.slice(1)]).toEqual([`lanes ${all.join(' ')}`, ['channel_receipt', 'item', 'lanes applicant record']]);
});
