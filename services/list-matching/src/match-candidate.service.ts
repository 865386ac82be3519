import { type Page, type Principal } from '@lianxin/contracts';
import { decodeCursor, PersonalData, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type CandidateRow, type CandidateStatus, countAlternatives, findCandidatePage, logReveal } from './match-candidate.store.ts';
import { type CandidateView, candidateViewOf } from './match-candidate.view.ts';
import { assertStorable, getCandidate } from './match-review.service.ts';
import { ReviewSources, type SourceView } from './match-review.sources.ts';
import { findConfirmations } from './match-review.store.ts';
import { findSubjects } from './subject.store.ts';

const cursorSchema = z.tuple([z.int(), z.int(), z.uuid()]);

export interface CandidateQuery {
  readonly status?: readonly CandidateStatus[] | undefined;
  /** PROBABLE, or the line of the table: P2. */
  readonly grade?: string | undefined;
  readonly sourceKind?: string | undefined;
  readonly sourceId?: string | undefined;
}

/** Reading the review queue: both records side by side (R-11-3). */
@Injectable()
export class MatchCandidateService {
  constructor(
    private readonly personalData: PersonalData,
    private readonly sources: ReviewSources,
  ) {}

  async list(tx: Transaction, query: CandidateQuery, cursor: string | undefined, limit: number): Promise<Page<CandidateView>> {
    const filter = {
      statuses: query.status ?? null,
      grade: query.grade ?? null,
      sourceKind: query.sourceKind ?? null,
      sourceId: query.sourceId ?? null,
    };
    const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
    const rows = await findCandidatePage(tx, filter, after, limit + 1);
    const views = new Map((await this.viewsOf(tx, rows)).map((view) => [view.id, view]));
    return pageOf(
      rows,
      limit,
      (row) => [row.queue_score, row.severity, row.id],
      (row) => views.get(row.id) as CandidateView,
    );
  }

  async get(tx: Transaction, id: string): Promise<CandidateView> {
    const [view] = await this.viewsOf(tx, [await getCandidate(tx, id)]);
    if (view === undefined) throw new Error('a candidate without a view');
    return view;
  }

  /** Both names unmasked, for the person who decides; who asked and what for is kept (R-8-8). */
  async reveal(
    tx: Transaction,
    principal: Principal,
    id: string,
    purpose: string,
  ): Promise<{ registerName: string; decisionName: string }> {
    assertStorable({ purpose });
    const row = await getCandidate(tx, id);
    const [subject] = await findSubjects(tx, [row.subject_id]);
    await logReveal(tx, id, principal.id, purpose);
    const open = (sealed: string | null | undefined) => (sealed ? this.personalData.open(sealed).name : '');
    return { registerName: subject?.name ?? open(subject?.sealed), decisionName: row.decision_name ?? open(row.decision_sealed) };
  }

  private async viewsOf(tx: Transaction, rows: readonly CandidateRow[]): Promise<CandidateView[]> {
    if (rows.length === 0) return [];
    const subjects = new Map(
      (await findSubjects(tx, [...new Set(rows.map((row) => row.subject_id))])).map((subject) => [subject.id, subject]),
    );
    const alternatives = await countAlternatives(tx, [...new Set(rows.map((row) => row.record_id))]);
    const confirmations = Map.groupBy(
      await findConfirmations(
        tx,
        rows.map((row) => row.id),
      ),
      (confirmation) => confirmation.candidate_id,
    );
    const described = await this.describe(tx, rows);
    return rows.map((row) => {
      const subject = subjects.get(row.subject_id);
      if (subject === undefined) throw new Error('a candidate without a subject');
      return candidateViewOf(row, {
        subject,
        source: described.get(row.id),
        alternatives: alternatives.get(row.record_id) ?? 1,
        confirmations: confirmations.get(row.id) ?? [],
        personalData: this.personalData,
      });
    });
  }

  private async describe(tx: Transaction, rows: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    const described = new Map<string, SourceView>();
    for (const [kind, own] of Map.groupBy(rows, (row) => row.source_kind))
      for (const [id, view] of await this.sources.get(kind).describe(tx, own)) described.set(id, view);
    return described;
  }
}
