import { expect, test } from '@jest/globals';
import { type EventDefinition, type LianxinEvent, listEntryActivated, measurePlanMade, subjectChanged } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { type EventHandler, joined, readingsOf } from './handlers.ts';

const eventOf = ({ type }: EventDefinition) => ({ type }) as LianxinEvent;

/** A handler that writes down what it is given and which lanes it would lock. */
function noting(heard: string[], definition: EventDefinition, lanes?: readonly string[]): EventHandler {
  return {
    types: [definition],
    together: true,
    handle: async (_tx, events) => {
      heard.push(...events.map(({ type }) => `handles ${type}`));
    },
    ...(lanes === undefined
      ? {}
      : {
          lanes: async () => {
            heard.push(`names ${lanes.join(',')}`);
            return lanes;
          },
        }),
  };
}

/** Writes down the lanes that are locked, instead of locking them. */
const lockNoting = (heard: string[]) =>
  ({
    execute: async (_sql: string, [keys]: readonly [readonly string[]]) => heard.push(`locks ${keys.join(',')}`),
  }) as unknown as Transaction;

test('a service whose handlers disagree about taking several partitions at a time does not start, and hears which one it is', () => {
  const first = noting([], measurePlanMade);
  const { together: _together, ...alone } = noting([], subjectChanged);
  expect(() => joined([first, alone])).toThrow(/without it: lianxin\.subject\.changed\.v1/);
  expect(() => joined([alone, { ...first, together: false }, first])).toThrow(/subject\.changed.*measure_plan\.made/);
  expect(joined([alone]).together).toBe(false);
  expect(joined([first, noting([], subjectChanged)]).together).toBe(true);
  const either = { ...first, together: 'AS_OTHERS' as const };
  expect([joined([either, alone]).together, joined([first, either]).together]).toEqual([false, true]);
  expect(() => joined([first, either, alone])).toThrow(/without it: lianxin\.subject\.changed\.v1/);
});

test('each handler gets its own events, in the order of registration; what nobody names is passed over', async () => {
  const heard: string[] = [];
  const both = joined([noting(heard, measurePlanMade, ['plan']), noting(heard, subjectChanged)]);
  await both.handle(lockNoting(heard), [eventOf(subjectChanged), eventOf(listEntryActivated), eventOf(measurePlanMade)]);
  expect(heard).toEqual([`handles ${measurePlanMade.type}`, `handles ${subjectChanged.type}`]);
});

test('where two handlers have work, the lanes of both are locked sorted before the first of them begins', async () => {
  const heard: string[] = [];
  const both = joined([noting(heard, measurePlanMade, ['m', 'z']), noting(heard, subjectChanged, ['a', 'm'])]);
  await both.handle(lockNoting(heard), [eventOf(measurePlanMade), eventOf(subjectChanged)]);
  expect(heard).toEqual(['names m,z', 'names a,m', 'locks a,m,z', `handles ${measurePlanMade.type}`, `handles ${subjectChanged.type}`]);
});

test('what nobody waits for is read apart, but for topics that somebody else of the service waits for', () => {
  const plans = noting([], measurePlanMade);
  const copies: EventHandler = { ...noting([], subjectChanged), apart: true };
  const orders: EventHandler = { ...noting([], listEntryActivated), apart: true };
  const topics = (handlers: readonly EventHandler[]) => readingsOf(handlers).map((reading) => [reading.name, ...reading.topics]);
  expect(topics([plans, copies, orders])).toEqual([
    ['', 'lianxin.measure_plan'],
    ['.apart', 'lianxin.subject', 'lianxin.list_entry'],
  ]);
  expect(topics([plans])).toEqual([['', 'lianxin.measure_plan']]);
  expect(topics([copies])).toEqual([['.apart', 'lianxin.subject']]);
  expect(topics([plans, { ...plans, apart: true }])).toEqual([['', 'lianxin.measure_plan']]);
});
