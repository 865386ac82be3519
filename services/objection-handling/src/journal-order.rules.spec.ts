import { expect, test } from '@jest/globals';
import { type Placeable, placeEvents } from './journal-order.rules.ts';

const event = (eventId: string, time: number, causationId: string | null = null): Placeable => ({ eventId, time, causationId });

/** Ids in the derived order. */
function orderOf(events: readonly Placeable[], known = new Map<string, { moment: number; depth: number }>()): string[] {
  const places = placeEvents(events, known);
  const key = ({ eventId }: Placeable) => [places.get(eventId)?.moment ?? 0, places.get(eventId)?.depth ?? 0, eventId] as const;
  return events
    .toSorted((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1] || (key(a)[2] < key(b)[2] ? -1 : 1))
    .map(({ eventId }) => eventId);
}

test('events stand by their time, whatever their order of arrival', () => {
  expect(orderOf([event('late', 30), event('early', 10), event('between', 20)])).toEqual(['early', 'between', 'late']);
});

test('an event stands after its cause, also when its own clock was behind', () => {
  expect(orderOf([event('lift', 10, 'exit'), event('exit', 20)])).toEqual(['exit', 'lift']);
});

test('what one moment caused stands in the order of causes, and all of it before the next moment', () => {
  const chain = [event('d', 5, 'c'), event('c', 5, 'b'), event('b', 5, 'a'), event('a', 5), event('z', 6)];
  expect(orderOf(chain)).toEqual(['a', 'b', 'c', 'd', 'z']);
});

test('an effect of a cause that stands elsewhere follows it; one of a cause nobody told of stands by its own time', () => {
  const known = new Map([['flag', { moment: 100, depth: 2 }]]);
  expect(placeEvents([event('plan', 90, 'flag'), event('other', 90, 'unheard')], known)).toEqual(
    new Map([
      ['plan', { moment: 100, depth: 3 }],
      ['other', { moment: 90, depth: 0 }],
    ]),
  );
});

test('events that name each other as causes, which cannot be, still have places', () => {
  const places = placeEvents([event('a', 5, 'b'), event('b', 5, 'a')], new Map());
  expect([...places.keys()].sort()).toEqual(['a', 'b']);
});

test('a chain of a hundred thousand causes is placed', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) => event(`e${index}`, 1, index === 0 ? null : `e${index - 1}`)).toReversed();
  expect(placeEvents(chain, new Map()).get('e99999')).toEqual({ moment: 1, depth: 99_999 });
});
