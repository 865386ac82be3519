import type { Principal } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CandidateRow } from './match-candidate.store.ts';

/** A decision of a named person about one candidate (R-11-3). */
export interface ReviewDecision {
  readonly principal: Principal;
  readonly reason: string;
}

/**
 * What waits for an answer: list entries, register rows, national batches. To add a kind: a class with `constructor(sources: ReviewSources) {
 * sources.register(this) }` named in app.module.ts; it opens candidates with `MatchReviewService.open` and hears here what a person decided.
 */
export interface ReviewSource {
  /** `source_kind` of its candidates. */
  readonly kind: string;
  /** Subjects whose lanes are locked before anything is decided, beside that of the candidate's own subject. */
  lanesOf(tx: Transaction, candidate: CandidateRow): Promise<readonly string[]>;
  /** The record means this subject. The other candidates of the record have been dismissed. */
  same(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void>;
  /** It does not. @param stillOpen candidates of the same record that a person has still to look at */
  different(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision, stillOpen: readonly CandidateRow[]): Promise<void>;
  /** A confirmation proved wrong afterwards (R-11-4). */
  undo(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void>;
  /** In words what the record belongs to, for the screen: number and list of an entry. */
  describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>>;
}

export interface SourceView {
  readonly number: string;
  readonly listCode: string | null;
  readonly partyRole: string | null;
}

@Injectable()
export class ReviewSources {
  private readonly sources = new Map<string, ReviewSource>();

  register(source: ReviewSource): void {
    this.sources.set(source.kind, source);
  }

  /** @throws Error for a kind that nobody has registered */
  get(kind: string): ReviewSource {
    const source = this.sources.get(kind);
    if (source === undefined) throw new Error(`nobody reviews records of kind ${kind}`);
    return source;
  }
}
