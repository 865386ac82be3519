import type { LianxinEvent } from '@lianxin/contracts';
import type { FigureRow } from './figure.rules.ts';
import type { FigureSource } from './figure-definition.rules.ts';

/** What was heard of one thing that a figure counts besides tasks, entries, feedback and cases. Plain data. */
export type Registers = Readonly<Record<string, unknown>>;

/** A kind of such things: a new indicator needs one of these and a definition, no table and no code elsewhere. */
export interface RecordSource<Facts extends Registers = Registers> {
  readonly source: FigureSource;
  /** The things that an event says something of. */
  factsOf(event: LianxinEvent): readonly RecordFact<Facts>[];
  /** Adds what was said; the result must not depend on the order in which events come. */
  hear(before: Facts | undefined, said: Facts): Facts;
  /** Whose row it is; empty while that was not heard. */
  departmentOf(facts: Facts): string;
  rowsOf(id: string, departmentCode: string, facts: Facts): FigureRow[];
}

export interface RecordFact<Facts extends Registers = Registers> {
  readonly id: string;
  readonly said: Facts;
}

/** Of two statements about the same, the one with the higher version. */
export function newest<Fact extends { readonly version: number }>(known: Fact | null, said: Fact | null): Fact | null {
  if (known === null || said === null) return said ?? known;
  return said.version > known.version ? said : known;
}
