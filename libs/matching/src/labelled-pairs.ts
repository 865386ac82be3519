import type { MatchIndex } from './match-index.ts';
import type { MatchQuery } from './types.ts';

/**
 * EXACT: the target is found automatically. REVIEW: the target stands in the answer, and nothing is exact. NOTHING: no answer at all. NOT_EXACT: nothing is
 * exact; what else is shown to a person is counted.
 */
export type Expectation = 'EXACT' | 'REVIEW' | 'NOTHING' | 'NOT_EXACT';

/** A query of which it is known whom it means: `target` is the id of a record; for NOTHING and NOT_EXACT it is the record that must not be taken for it. */
export interface LabelledPair {
  readonly kind: string;
  readonly query: MatchQuery;
  readonly target?: string | undefined;
  readonly expect: Expectation;
}

/** What became of the pairs of one kind. */
export interface KindFigures {
  readonly kind: string;
  readonly expect: Expectation;
  readonly pairs: number;
  /** The target stands in the answer as expected (EXACT, REVIEW), or nothing does (NOTHING, NOT_EXACT). */
  readonly asExpected: number;
  /** Of EXACT: found, but only for review. */
  readonly onlyReview: number;
  /** A record was exact that must not be: always a defect. */
  readonly falseExact: number;
  /** Grades that were given, NONE where nothing was. */
  readonly grades: Readonly<Record<string, number>>;
}

interface Verdict {
  readonly asExpected: boolean;
  readonly onlyReview: boolean;
  readonly falseExact: boolean;
  readonly grade: string;
}

/** Asks an index one pair, with the five results of the interface. */
export function judgePair(index: MatchIndex, pair: LabelledPair): Verdict {
  const { results } = index.search(pair.query);
  const target = results.find((result) => result.recordId === pair.target);
  const shown = pair.target === undefined ? results[0] : target;
  const meant = pair.expect === 'EXACT' || pair.expect === 'REVIEW';
  return {
    asExpected: meant ? target !== undefined && (pair.expect === 'REVIEW' || target.decision === 'match') : shown === undefined,
    onlyReview: pair.expect === 'EXACT' && target?.decision === 'review',
    falseExact: results.some(({ decision, recordId }) => decision === 'match' && (pair.expect !== 'EXACT' || recordId !== pair.target)),
    grade: shown?.grade ?? 'NONE',
  };
}

/** Asks an index all pairs and counts by kind, in the order of the pairs. */
export function judgePairs(index: MatchIndex, pairs: Iterable<LabelledPair>): KindFigures[] {
  const kinds = new Map<string, KindFigures>();
  for (const pair of pairs) {
    const verdict = judgePair(index, pair);
    const key = `${pair.kind} ${pair.expect}`;
    const before = kinds.get(key) ?? {
      kind: pair.kind,
      expect: pair.expect,
      pairs: 0,
      asExpected: 0,
      onlyReview: 0,
      falseExact: 0,
      grades: {},
    };
    kinds.set(key, {
      ...before,
      pairs: before.pairs + 1,
      asExpected: before.asExpected + Number(verdict.asExpected),
      onlyReview: before.onlyReview + Number(verdict.onlyReview),
      falseExact: before.falseExact + Number(verdict.falseExact),
      grades: { ...before.grades, [verdict.grade]: (before.grades[verdict.grade] ?? 0) + 1 },
    });
  }
  return [...kinds.values()];
}

/** Share of the pairs that mean a record of which that record was found, at review or better; and the number of false EXACT. */
export function summarise(figures: readonly KindFigures[]): { pairs: number; recall: number; falseExact: number } {
  const meant = figures.filter(({ expect }) => expect === 'EXACT' || expect === 'REVIEW');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    pairs: sum(figures.map(({ pairs }) => pairs)),
    recall: sum(meant.map(({ asExpected, onlyReview }) => asExpected + onlyReview)) / sum(meant.map(({ pairs }) => pairs)),
    falseExact: sum(figures.map(({ falseExact }) => falseExact)),
  };
}
