import { expect, test } from '@jest/globals';
import { type LianxinEvent, listEntryDisputed, matchDecided, measurePlanNarrowed, measurePlanRevised } from '@lianxin/contracts';
import type { EventConsumer, EventHandler } from '@lianxin/messaging';
import type { Database, Health, Transaction } from '@lianxin/platform';
import { ReadModelConsumer } from './read-model.consumer.ts';
import { ReadModelStore } from './read-model.store.ts';
import { WindowDoubtStore } from './window-doubt.store.ts';

const event = (definition: { type: string }, key: string, data: object) =>
  ({ type: definition.type, key, time: '2026-11-23T00:00:00Z', data }) as LianxinEvent;
const head = { activationNo: 1, planId: 'p', planVersion: 2, entryVersion: 6 };

test('a batch of plans, entries and verdicts takes the revisions of all it concerns at once and last, also of who has left: no two can wait crosswise', async () => {
  let handler: EventHandler | undefined;
  const consumer = { register: (one: EventHandler) => (handler = one) } as unknown as EventConsumer;
  const health = { addCheck: () => undefined } as unknown as Health;
  new ReadModelConsumer(consumer, health, {} as Database, new ReadModelStore(), new WindowDoubtStore());
  const said: { readonly text: string; readonly values: readonly unknown[] }[] = [];
  const tx = {
    execute: async (text: string, values: readonly unknown[]) => void said.push({ text, values }),
    query: async (text: string, values: readonly unknown[]) => {
      said.push({ text, values });
      if (!text.includes('DELETE FROM plan_party')) return [];
      return [{ subject_id: text.includes('party_id = ANY') ? 'gone' : 'was-party' }];
    },
  } as unknown as Transaction;
  await handler?.handle(tx, [
    event(measurePlanRevised, 'a', { ...head, entryId: 'revised', parties: [], groups: [], measures: [] }),
    event(measurePlanNarrowed, 'b', { ...head, entryId: 'narrowed', endedPartyIds: ['party'] }),
    event(listEntryDisputed, 'c', { ...head, entryId: 'disputed', status: 'ACTIVE' }),
    event(matchDecided, 'd', { sourceKind: 'WINDOW_CHECK', sourceId: 'e', subjectId: 'answered', verdict: 'DIFFERENT', decidedBy: 'u' }),
  ]);
  const revising = said.filter(({ text }) => text.includes('INTO subject_revision'));
  expect(revising.map(({ values }) => values)).toEqual([
    [
      ['revised', 'narrowed', 'disputed'],
      ['was-party', 'gone', 'answered'],
    ],
  ]);
  expect([said.at(-1), revising[0]?.text.includes('ORDER BY subject_id')]).toEqual([revising[0], true]);
});
