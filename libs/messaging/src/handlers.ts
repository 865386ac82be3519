import type { EventDefinition, LianxinEvent } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { lockLanes } from './lanes.ts';

/** What a service does with the events it hears. */
export interface EventHandler {
  /** Events it acts on; it reads their topics. Other known events of these topics are passed over. */
  readonly types: readonly EventDefinition[];
  /**
   * Applies events in the order given, set-based, inside the transaction that also moves the position. It must be right when another topic is ahead or
   * behind, and may be called again with single events after a batch has failed.
   */
  handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void>;
  /**
   * True: events of several topic partitions may come in one call, those of each partition in their order. One transaction then does for all that the log
   * has at the moment. Left out: of one partition at a time. All handlers of a service agree: one alone would slow down the whole service.
   * `AS_OTHERS`: a handler that stands in every service, whichever way that goes.
   */
  readonly together?: boolean | 'AS_OTHERS';
  /**
   * True: its topics, where nobody else of the service hears them, are read beside the others. A log asks for more only when all that it gave is done: what
   * nobody waits for then holds up nothing that somebody waits for. It may come up to a fifth of a second later, gathered, and so costs little.
   */
  readonly apart?: boolean;
  /**
   * The lanes that `handle` is going to lock. Where several handlers have work in one transaction, those of all are locked first, sorted, so that two
   * transactions never wait for each other in a ring.
   */
  lanes?(tx: Transaction, events: readonly LianxinEvent[]): Promise<readonly string[]>;
  /** What lies outside the transaction (a cache): called for every delivery, doubles too, before the position moves. */
  beforePositionMoves?(events: readonly LianxinEvent[]): Promise<void>;
}

/**
 * The handlers of one service as one: each is called with what it names, in the order of registration, in the same transaction.
 * @throws Error when some take several partitions at a time and others do not: the slower way would silently hold for all.
 */
export function joined(handlers: readonly EventHandler[]): EventHandler {
  const deciding = handlers.filter((handler) => handler.together !== 'AS_OTHERS');
  const together = deciding.every((handler) => handler.together === true);
  const alone = deciding.filter((handler) => handler.together !== true);
  if (!together && alone.length < deciding.length)
    throw new Error(
      `handlers of one service must all be registered with \`together: true\` or none; without it: ${alone.map(namesOf).join('; ')}`,
    );
  const sharesOf = (events: readonly LianxinEvent[]) =>
    handlers
      .map((handler) => ({ handler, events: events.filter((event) => handler.types.some(({ type }) => type === event.type)) }))
      .filter((share) => share.events.length > 0);
  return {
    types: [...new Set(handlers.flatMap((handler) => handler.types))],
    together,
    handle: async (tx, events) => {
      const shares = sharesOf(events);
      const locking = shares.filter(({ handler }) => handler.lanes !== undefined);
      if (locking.length > 1) {
        const lanes: string[] = [];
        for (const share of locking) lanes.push(...((await share.handler.lanes?.(tx, share.events)) ?? []));
        await lockLanes(tx, lanes);
      }
      for (const share of shares) await share.handler.handle(tx, share.events);
    },
    beforePositionMoves: async (events) => {
      for (const share of sharesOf(events)) await share.handler.beforePositionMoves?.(share.events);
    },
  };
}

/** The topics of a service as they are read: those that are waited for, and those that are read apart. */
export function readingsOf(handlers: readonly EventHandler[]): { readonly name: '' | '.apart'; readonly topics: readonly string[] }[] {
  const topicsOf = (some: readonly EventHandler[]) => [...new Set(some.flatMap(({ types }) => types.map(({ topic }) => topic)))];
  const first = topicsOf(handlers.filter(({ apart }) => apart !== true));
  const apart = topicsOf(handlers.filter(({ apart: isApart }) => isApart === true)).filter((topic) => !first.includes(topic));
  return [
    { name: '' as const, topics: first },
    { name: '.apart' as const, topics: apart },
  ].filter(({ topics }) => topics.length > 0);
}

const namesOf = (handler: EventHandler) => handler.types.map(({ type }) => type).join(', ');
