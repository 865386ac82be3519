import type { MatchIndex } from '@lianxin/matching';
import type { LabelledPair } from './matching-pairs.ts';

/** What became of the pairs of one kind. */
export interface KindFigures {
  readonly kind: string;
  readonly expect: LabelledPair['expect'];
  pairs: number;
  /** The target stands in the answer (EXACT, REVIEW), or nothing does (NOTHING, NOT_EXACT). */
  asExpected: number;
  /** Of EXACT: found, but only for review. */
  onlyReview: number;
  /** A record was exact that must not be: always a defect. */
  falseExact: number;
  readonly grades: Map<string, number>;
}

/** Asks an index all pairs, at most five results each, as the interface does. `onMiss` sees what went wrong. */
export function judge(
  index: MatchIndex,
  pairs: Iterable<LabelledPair>,
  onMiss: (pair: LabelledPair) => void = () => undefined,
): KindFigures[] {
  const kinds = new Map<string, KindFigures>();
  for (const pair of pairs) {
    const figures = kinds.get(pair.kind) ?? {
      kind: pair.kind,
      expect: pair.expect,
      pairs: 0,
      asExpected: 0,
      onlyReview: 0,
      falseExact: 0,
      grades: new Map(),
    };
    kinds.set(pair.kind, figures);
    const { results } = index.search(pair.query);
    const target = results.find((result) => result.recordId === pair.target);
    const exact = results.filter((result) => result.decision === 'match');
    const wronglyExact = exact.some((result) => pair.expect !== 'EXACT' || result.recordId !== pair.target);
    const about = pair.target === undefined ? results[0] : target;
    const good =
      pair.expect === 'EXACT' ? target?.decision === 'match' : pair.expect === 'REVIEW' ? target !== undefined : about === undefined;
    figures.pairs += 1;
    if (good) figures.asExpected += 1;
    if (pair.expect === 'EXACT' && target?.decision === 'review') figures.onlyReview += 1;
    if (wronglyExact) figures.falseExact += 1;
    if (!good || wronglyExact) onMiss(pair);
    const grade = about?.grade ?? 'NONE';
    figures.grades.set(grade, (figures.grades.get(grade) ?? 0) + 1);
  }
  return [...kinds.values()];
}
