import { randomUUIDv7 } from 'node:crypto';
import { addDays, beijingDate, checkUscc, endOfDayBeijing, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { FoundCandidate } from './designation.intake.ts';
import type { Acting } from './entry-work.ts';
import { allDefinitions } from './list-definition.store.ts';
import { type CandidateRow, decideCandidates, findOpenOfRecords, type NewCandidate } from './match-candidate.store.ts';
import { conflictCandidate, severityOf } from './match-review.rules.ts';
import { assertStorable, MatchReviewService } from './match-review.service.ts';
import { type ReviewDecision, type ReviewSource, ReviewSources, type SourceView } from './match-review.sources.ts';
import { findDifferent, insertConfirmation, rememberDifferent } from './match-review.store.ts';
import { settingsOn } from './match-setting.rules.ts';
import { findMatchSettings } from './match-setting.store.ts';
import { type UncertainRecord, UncertainRecords } from './match-uncertain.ts';
import { BatchClock } from './national-batch.clock.ts';
import { BatchIntake, identityOfSubject } from './national-batch.intake.ts';
import { findListOf, kindOfCode } from './national-batch.rules.ts';
import {
  addBatchFact,
  type BatchLine,
  type BatchRow,
  findBatches,
  findLine,
  findLinesById,
  findStandingLines,
  lockBatch,
  updateLines,
} from './national-batch.store.ts';
import { findByIdentity, findSubjects, type SubjectRow } from './subject.store.ts';
import { VerificationEffects } from './verification.effects.ts';
import { VerificationService } from './verification.service.ts';

/** Unit of the credit office: what the platform above asks belongs to no designating unit. */
const office = 'FGW';
const retryTimer = 'batch-match-retry';
/** Behind the end of a day (24:00 Beijing time), by so much: 02:30. */
const nightMs = 2.5 * 3_600_000;

/**
 * Doubtful rows of national batches: the engine says whom they may mean (§11.3), a named person of the credit office decides, with both records side
 * by side in the review queue or by naming the code (R-11-1). Nothing rests on such a row before.
 */
@Injectable()
export class BatchReview implements ReviewSource {
  readonly kind = 'LIST_BATCH_ROW';

  constructor(
    sources: ReviewSources,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly personalData: PersonalData,
    private readonly uncertain: UncertainRecords,
    private readonly reviews: MatchReviewService,
    private readonly intake: BatchIntake,
    private readonly verifications: VerificationService,
    private readonly effects: VerificationEffects,
    private readonly batches: BatchClock,
  ) {
    sources.register(this);
    timers.register(retryTimer, (tx, batchIds) => this.retry(tx, batchIds));
  }

  /**
   * Looks up whom the rows in REVIEW may mean and puts each candidate before a person; nobody is asked again about what was found different.
   * @throws ProblemError UNAVAILABLE until the index is complete
   */
  async open(tx: Transaction, acting: Acting, batch: BatchRow, lines: readonly BatchLine[]): Promise<void> {
    const doubtful = lines.filter((line) => line.state === 'REVIEW');
    if (doubtful.length === 0) return;
    const found = await this.findCandidates(tx, doubtful);
    const definitions = await allDefinitions(tx);
    const candidates = doubtful.flatMap((line, place) => {
      const list = definitions.find((definition) => definition.code === findListOf(line.content, definitions));
      const head = {
        source_kind: this.kind,
        source_id: batch.id,
        record_id: line.id,
        entry_id: null,
        party_id: null,
        severity: list === undefined ? 0 : severityOf(list.type),
        department_code: office,
      };
      return (found[place] ?? []).map((candidate): NewCandidate => ({ ...candidate, ...head, id: randomUUIDv7() }));
    });
    await lockLanes(
      tx,
      candidates.map((candidate) => candidate.subject_id),
    );
    await this.reviews.open(tx, candidates, acting.actor);
    if (doubtful.some((line) => line.rule === null)) await this.watch(tx, batch);
  }

  /** Rows with a known code under another name have one candidate; of the others the engine is asked. */
  private async findCandidates(tx: Transaction, lines: readonly BatchLine[]): Promise<FoundCandidate[][]> {
    const unknown = lines.filter((line) => line.grade !== 'CONFLICT' || line.subject_id === null);
    const searched = await this.uncertain.find(
      tx,
      unknown.map((line) => this.recordOf(line)),
    );
    const different = await findDifferent(
      tx,
      lines.map((line) => this.uncertain.hashOf(this.recordOf(line))),
    );
    return lines.map((line) => {
      const place = unknown.indexOf(line);
      if (place === -1) return this.conflictOf(line, different);
      const candidates = searched[place] ?? [];
      const [best] = candidates;
      line.grade = best?.grade ?? 'NONE';
      line.rule = best?.rule ?? null;
      const [why = ''] = (line.reason ?? '').split('；');
      line.reason = best === undefined ? `${why}；登记库中没有相符的主体` : `${why}；有 ${candidates.length} 个可能的主体，待人工确认`;
      return candidates;
    });
  }

  private conflictOf(line: BatchLine, different: ReadonlyMap<string, ReadonlySet<string>>): FoundCandidate[] {
    const record = this.recordOf(line);
    const hash = this.uncertain.hashOf(record);
    if (line.subject_id === null || different.get(hash)?.has(line.subject_id) === true) return [];
    return [
      {
        ...conflictCandidate,
        subject_id: line.subject_id,
        decision_name: line.content.name,
        decision_sealed: null,
        decision_name_masked: null,
        record_sealed: this.personalData.sealText(JSON.stringify({ ...record.clues, regionCode: record.regionCode })),
        record_hash: hash,
      },
    ];
  }

  private recordOf({ content, clues_sealed: sealed }: BatchLine): UncertainRecord {
    const { usccCode, organisationCode, registrationNo, taxNo, address } = content;
    const clues = sealed === null ? {} : (JSON.parse(this.personalData.openText(sealed)) as { legalRepresentative?: string });
    return {
      kind: content.kind ?? kindOfCode(usccCode ?? ''),
      name: content.name,
      clues: { usccCode, organisationCode, registrationNo, taxNo, address, ...clues },
      regionCode: content.regionCode ?? null,
      decisionDate: content.decisionDate,
    };
  }

  /** Nobody need decide about these rows any more. The caller holds their batch. */
  async close(tx: Transaction, acting: Acting, lines: readonly BatchLine[], reason: string): Promise<void> {
    const open = await findOpenOfRecords(
      tx,
      this.kind,
      lines.map((line) => line.id),
    );
    await decideCandidates(
      tx,
      open.map((row) => row.id),
      { status: 'DISMISSED', reason, by: acting.actor, at: acting.now },
    );
  }

  /**
   * R-11-1: a named person of the credit office says by its code whom a row means, or that it means nobody here.
   * @throws ProblemError NOT_FOUND, CONFLICT when it has been decided, IDENTIFIER_REQUIRED
   */
  async decide(
    tx: Transaction,
    principal: Principal,
    batchId: string,
    rowId: string,
    decision: { readonly same: boolean; readonly usccCode?: string | undefined; readonly reason: string },
  ): Promise<BatchLine> {
    assertStorable(decision);
    const { batch, line } = await this.take(tx, batchId, rowId);
    const { reason } = decision;
    const open = await findOpenOfRecords(tx, this.kind, [line.id]);
    const subject = decision.same ? await this.subjectNamed(tx, line, decision.usccCode) : undefined;
    const meant = open.filter((candidate) => candidate.subject_id === subject?.id);
    const by = { by: principal.id, at: this.clock.now() };
    await decideCandidates(
      tx,
      meant.map((row) => row.id),
      { status: 'CONFIRMED', reason, ...by },
    );
    for (const candidate of meant) await insertConfirmation(tx, candidate, 'SAME', { principal, reason }, []);
    const others = open.filter((candidate) => !meant.includes(candidate));
    await decideCandidates(
      tx,
      others.map((row) => row.id),
      { status: 'DISMISSED', reason: decision.same ? 'OTHER_CONFIRMED' : reason, ...by },
    );
    for (const candidate of decision.same ? [] : others) {
      await insertConfirmation(tx, candidate, 'DIFFERENT', { principal, reason }, []);
      await rememberDifferent(tx, candidate, principal.id);
    }
    await this.settle(tx, batch, line, subject, { principal, reason });
    return line;
  }

  private async subjectNamed(tx: Transaction, line: BatchLine, usccCode: string | undefined): Promise<SubjectRow> {
    const given = usccCode?.trim().toUpperCase() ?? line.content.usccCode;
    const code = given === undefined ? undefined : checkUscc(given);
    const [subject] = code?.ok === true ? await findByIdentity(tx, [code.code], []) : [];
    if (subject === undefined || subject.kind === 'PERSON') {
      const detail = '请填写已登记主体的统一社会信用代码';
      throw new ProblemError('IDENTIFIER_REQUIRED', detail, [{ pointer: '/usccCode', code: 'IDENTIFIER_REQUIRED', detail }]);
    }
    return this.current(tx, subject);
  }

  private async current(tx: Transaction, subject: SubjectRow): Promise<SubjectRow> {
    const [target] = subject.merged_into === null ? [] : await findSubjects(tx, [subject.merged_into]);
    return target ?? subject;
  }

  /** The row means this subject, or nobody here. */
  private async settle(
    tx: Transaction,
    batch: BatchRow,
    line: BatchLine,
    subject: SubjectRow | undefined,
    { principal, reason }: ReviewDecision,
  ): Promise<void> {
    const acting = this.actingAs(principal.id);
    line.matched_by = principal.id;
    line.reason = reason;
    line.subject_id = subject?.id ?? null;
    line.state = 'DISMISSED';
    if (subject !== undefined) {
      const definitions = await allDefinitions(tx);
      const fault = this.intake.findFault(batch, line.content, identityOfSubject(subject, line.content), definitions);
      line.state = fault === undefined ? 'VERIFYING' : 'REFUSED';
      line.reason = fault ?? reason;
      if (fault === undefined) await this.verifications.request(tx, acting, batch, [line], definitions);
    }
    await updateLines(tx, [line], acting.now);
    const detail = { row: line.line, decision: line.state, reason };
    await addBatchFact(tx, { batchId: batch.id, kind: 'MATCH_DECIDED', at: acting.now, actor: acting.actor, detail });
    await this.batches.settle(tx, acting, batch);
  }

  /** The batch before any lane, as every use case of a batch takes them. */
  async lanesOf(tx: Transaction, candidate: CandidateRow): Promise<readonly string[]> {
    await lockBatch(tx, candidate.source_id);
    return [];
  }

  async same(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void> {
    const { batch, line } = await this.take(tx, candidate.source_id, candidate.record_id);
    const [subject] = await findSubjects(tx, [candidate.subject_id]);
    if (subject === undefined) throw new Error('a candidate without a subject');
    await this.settle(tx, batch, line, await this.current(tx, subject), decision);
  }

  /** The row goes on waiting: it may mean another candidate, somebody whom the register learns of, or nobody here; the office says which. */
  async different(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision, stillOpen: readonly CandidateRow[]): Promise<void> {
    const { batch, line } = await this.take(tx, candidate.source_id, candidate.record_id);
    const [best] = stillOpen;
    line.grade = best?.grade ?? 'NONE';
    line.rule = best?.rule ?? null;
    if (best === undefined) {
      line.subject_id = null;
      line.reason = '候选主体均已排除；请指明主体或认定为非本市主体';
      await this.watch(tx, batch);
    }
    await updateLines(tx, [line], this.clock.now());
    const detail = { row: line.line, decision: 'DIFFERENT', reason: decision.reason };
    await addBatchFact(tx, { batchId: batch.id, kind: 'MATCH_DECIDED', at: this.clock.now(), actor: decision.principal.id, detail });
  }

  /** R-11-4: a confirmed row was somebody else's. What it listed is corrected as wrong from the start, and the row waits again. */
  async undo(tx: Transaction, candidate: CandidateRow, { principal, reason }: ReviewDecision): Promise<void> {
    const [batch] = await findBatches(tx, [candidate.source_id]);
    const line = await findLine(tx, candidate.source_id, candidate.record_id);
    if (batch === undefined || line === undefined) throw new Error('a candidate without its row');
    if (line.state === 'WITHDRAWN' || line.subject_id === null) throw new ProblemError('CONFLICT', `该行当前状态为 ${line.state}`);
    const acting = this.actingAs(principal.id);
    const exit = { ground: 'DESIGNATION_WRONG', documentNo: `比对更正 ${candidate.id}`, date: acting.today } as const;
    await lockLanes(tx, [line.subject_id]);
    if (line.effect === 'LIST') await this.effects.release(tx, acting, line, exit);
    const verification = line.verification_id;
    Object.assign(line, {
      state: 'REVIEW',
      grade: 'NONE',
      rule: null,
      subject_id: null,
      matched_by: null,
      verification_id: null,
      entry_id: null,
      effect: null,
      upward: null,
      upward_opened_on: null,
      upward_answer: null,
      reason: `比对已更正：${reason}`,
    } satisfies Partial<BatchLine>);
    await updateLines(tx, [line], acting.now);
    const isShared = (await findStandingLines(tx, batch.id)).some((other) => other.verification_id === verification);
    if (verification !== null && !isShared) await this.verifications.cancel(tx, acting, batch, verification, exit.documentNo);
    const detail = { row: line.line, decision: 'UNDONE', reason };
    await addBatchFact(tx, { batchId: batch.id, kind: 'MATCH_DECIDED', at: acting.now, actor: acting.actor, detail });
    await this.batches.settle(tx, acting, batch);
    await this.watch(tx, batch);
  }

  async describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    const batches = new Map(
      (await findBatches(tx, [...new Set(candidates.map((row) => row.source_id))])).map((batch) => [batch.id, batch]),
    );
    const lines = new Map((await findLinesById(tx, [...new Set(candidates.map((row) => row.record_id))])).map((line) => [line.id, line]));
    const definitions = await allDefinitions(tx);
    return new Map(
      candidates.map((row) => {
        const line = lines.get(row.record_id);
        const number = `${batches.get(row.source_id)?.batch_no ?? ''} 第 ${line?.line ?? 0} 行`;
        return [row.id, { number, listCode: line === undefined ? null : (findListOf(line.content, definitions) ?? null), partyRole: null }];
      }),
    );
  }

  /** §11.3 NONE: rows that mean nobody known are looked up again every night, for `match.retry_days` days. */
  private async watch(tx: Transaction, batch: BatchRow): Promise<void> {
    const dueAt = new Date(endOfDayBeijing(this.clock.today()).getTime() + nightMs);
    await this.timers.set(tx, retryTimer, [{ reference: batch.id, dueAt }]);
  }

  private async retry(tx: Transaction, batchIds: readonly string[]): Promise<void> {
    const acting = this.actingAs('timer:match-retry');
    const days = settingsOn(await findMatchSettings(tx), acting.today)['match.retry_days'];
    for (const id of [...batchIds].sort()) {
      const batch = await lockBatch(tx, id);
      if (batch === undefined) continue;
      const waiting = (await findStandingLines(tx, id)).filter((line) => line.state === 'REVIEW');
      const asked = await findOpenOfRecords(
        tx,
        this.kind,
        waiting.map((line) => line.id),
      );
      const unasked = waiting.filter((line) => !asked.some((candidate) => candidate.record_id === line.id));
      if (unasked.length === 0 || acting.today > addDays(beijingDate(batch.received_at), days)) continue;
      await this.open(tx, acting, batch, unasked);
      await updateLines(tx, unasked, acting.now);
    }
  }

  private async take(tx: Transaction, batchId: string, rowId: string): Promise<{ batch: BatchRow; line: BatchLine }> {
    const batch = await lockBatch(tx, batchId);
    const line = batch === undefined ? undefined : await findLine(tx, batchId, rowId);
    if (batch === undefined || line === undefined) throw new ProblemError('NOT_FOUND', '没有该批次或该行');
    if (line.state !== 'REVIEW') throw new ProblemError('CONFLICT', `该行已处理：${line.state}`);
    return { batch, line };
  }

  private actingAs(actor: string): Acting {
    return { actor, now: this.clock.now(), today: this.clock.today() };
  }
}
