/** An event's place in the derived order: compared by moment, then depth, then source, sequence and id (design §3). */
export interface Place {
  /** Milliseconds: the later of the event's own time and that of its cause. */
  readonly moment: number;
  /** How many causes of this very moment stand before it. */
  readonly depth: number;
}

export interface Placeable {
  readonly eventId: string;
  readonly causationId: string | null;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * Places events so that each stands after its cause, whatever their clocks say and whichever came first. Causes that nobody has told of yet count as
 * none; when they come, what they caused is placed anew.
 * @param knownCauses places of causes that are not among `events`
 */
export function placeEvents(events: readonly Placeable[], knownCauses: ReadonlyMap<string, Place>): Map<string, Place> {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  const places = new Map<string, Place>();
  for (const event of events) {
    // From the event up to a cause that is placed, then down again: a chain may be longer than the stack is deep.
    const chain: Placeable[] = [];
    const seen = new Set<string>();
    let next: Placeable | undefined = event;
    while (next !== undefined && !places.has(next.eventId) && !seen.has(next.eventId)) {
      seen.add(next.eventId);
      chain.push(next);
      next = next.causationId === null ? undefined : byId.get(next.causationId);
    }
    for (const one of chain.toReversed()) {
      const cause = one.causationId === null ? undefined : (places.get(one.causationId) ?? knownCauses.get(one.causationId));
      places.set(one.eventId, placeAfter(one.time, cause));
    }
  }
  return places;
}

function placeAfter(time: number, cause: Place | undefined): Place {
  if (cause === undefined || time > cause.moment) return { moment: time, depth: 0 };
  return { moment: cause.moment, depth: cause.depth + 1 };
}
