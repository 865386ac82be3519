/**
 * Whether something runs, and since when it does not, told by statements that carry versions and may come in any order. The result depends
 * only on which statements were heard, never on their order, so a rebuild gives the same.
 */
export interface Standing {
  /** Highest version that said that it runs; 0 when none has. */
  readonly runs: number;
  /** By kind of stop, the highest version that said so, and when it happened (RFC 3339, UTC). */
  readonly stops: Readonly<Record<string, { readonly version: number; readonly at: string }>>;
}

export const nothingHeard: Standing = { runs: 0, stops: {} };

export function hearRunning(standing: Standing, version: number): Standing {
  return version > standing.runs ? { ...standing, runs: version } : standing;
}

export function hearStop(standing: Standing, kind: string, version: number, at: string): Standing {
  const known = standing.stops[kind];
  const isNews = known === undefined || version > known.version || (version === known.version && at < known.at);
  return isNews ? { ...standing, stops: { ...standing.stops, [kind]: { version, at } } } : standing;
}

/** When it began to stand still: the earliest of the stops that nothing has started again since. Undefined while it runs. */
export function stoppedSince(standing: Standing): string | undefined {
  return Object.values(standing.stops)
    .filter((stop) => stop.version > standing.runs)
    .map((stop) => stop.at)
    .sort()[0];
}

/** Whether a stop of this kind is in force. */
export function isStoppedBy(standing: Standing, kind: string): boolean {
  return (standing.stops[kind]?.version ?? 0) > standing.runs;
}
